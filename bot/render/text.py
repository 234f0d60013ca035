"""The answer in a terminal: the same words and figures as in Slack."""

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from bot.render import words
from bot.render.blocks.tables import table_of
from core.costs.model import CostAnswer


def cost_answer(answer: CostAnswer) -> RenderableType:
    """A sentence, a table of all lines, notes and how fresh the data is."""
    content = table_of(answer)
    table = Table(box=None, pad_edge=False, header_style="bold", show_footer=False)
    for position, name in enumerate(content.header):
        table.add_column(
            Text(name),
            justify="left" if position < content.names else "right",
            no_wrap=position >= content.names,
        )
    for row in content.rows:
        table.add_row(*map(Text, row))
    for row in content.totals:
        table.add_row(*map(Text, row), style="bold")
    notes = [Text(f"- {words.note(note)}") for note in answer.notes]
    parts: list[RenderableType] = [Text(words.headline(answer), style="bold")]
    if answer.lines:
        parts += [Text(""), table, Text("")]
    return Group(*parts, *notes, Text(words.fresh(answer.freshness), style="dim"))
