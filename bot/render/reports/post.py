"""A report as a Slack message, and what is said below it when it is corrected."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Final

from slackblocks import Block, Button, DataVisualizationBlock, SectionBlock, Text, TextType

from bot.render import words
from bot.render.blocks import actions, answered, tables
from bot.render.blocks.message import (
    MOST_TEXT,
    Message,
    code,
    context,
    cut,
    escape,
    message,
    section,
    sentence,
    text_size,
)
from bot.render.blocks.native import bars
from bot.render.blocks.picture import Look, picture
from bot.render.blocks.spoken import VOICE, linked
from bot.render.blocks.tables import Table
from bot.render.charts.spec import Chart
from bot.render.reports import charts, said
from bot.render.reports.content import Part, content, foot
from core.costs.question import WHY
from core.money import ZERO
from core.reports.correcting import Corrections
from core.reports.model import Report

FILE: Final = "report.file"
"""Send the asker the report that the value asks for as a file: followed by a dot and its format."""

_BLOCKS: Final = 46
_SPARE: Final = 300
_FIELDS: Final = 10
_LINE: Final = 400
_NAME: Final = 60
_LISTED: Final = 2700


def answer(report: Report, look: Look, *, drawn: Chart | None) -> Message:
    """A report to who asked for it, with the picture of its days.

    Args:
        report: the report.
        look: how the message looks.
        drawn: the picture.
    """
    native = partial(_native, report)
    shown = [] if drawn is None else list(picture(look.chart, drawn.alt, native))
    further = [*_questions(report), _file(report, "XLSX")]
    return _message(
        report,
        {charts.DAYS: shown[0]} if shown else {},
        above=[answered.understood(report.text, look)],
        below=[
            *([context(escape(look.apology), "apology")] if look.apology else []),
            *answered.what_next(report.text, look, further, drawn=drawn),
        ],
    )


def post(
    report: Report,
    pictures: Mapping[str, Block],
    *,
    scheduled: str = "",
    corrected: bool = False,
    waited: bool = False,
    by: str = "",
) -> Message:
    """A report that a schedule posts, as it is now.

    Args:
        report: the report.
        pictures: the blocks that show them, by name.
        scheduled: the schedule in words.
        corrected: it said something else when it was posted.
        waited: it was posted though some of its days are incomplete.
        by: who had it run; '': it was due.
    """
    states = []
    if corrected:
        on = words.day(report.made_at.date(), year=True)
        states.append(f"*Corrected on {on}*: what changed is in the thread.")
    if waited and not report.complete:
        states.append("Posted before all of its days were in: it corrects itself.")
    runs = linked(f" run by {VOICE.person(by)}") if by else ""
    return _message(
        report,
        pictures,
        above=[context(" ".join(states), "state")] if states else [],
        below=[
            *actions.row([*_questions(report), *_files(report)], "actions"),
            *([context(f"Schedule: {code(scheduled)}{runs}", "schedule")] if scheduled else []),
        ],
    )


def correction(report: Report, changes: Corrections) -> Message:
    """What changed, as a reply below the post."""
    lines = [linked(each) for each in said.corrected(changes, VOICE.name)]
    head = f"*Corrected*: {escape(said.title(report))}."
    listed = "\n".join(f"• {line}" for line in lines)
    blocks: list[Block] = [
        section(head, "corrected"),
        section(listed, "changes"),
        context(escape(f"{said.badge(report)}. {foot(report)}"), "badge"),
    ]
    return message(" ".join([head, *lines]), blocks)


def _message(
    report: Report,
    pictures: Mapping[str, Block],
    *,
    above: Sequence[Block],
    below: Sequence[Block],
) -> Message:
    headline = sentence(partial(said.headline, report))
    state, _, why = said.badge(report).partition(": ")
    head: list[Block] = [
        section(headline, "report"),
        context(f"{report.kind.value.capitalize()} report · *{state}*: {escape(why)}", "badge"),
        *above,
    ]
    end = [context(escape(foot(report)), "freshness"), *below]
    parts = list(content(report, VOICE.name))
    middle, left_out = _fitting(parts, pictures, text_size([*head, *end]), len(head) + len(end))
    if left_out:
        middle.append(context(f"Left out here: {words.listing(left_out, most=9)}", "more"))
    return message(f"{headline} {state}: {escape(why)}.", [*head, *middle, *end])


def _fitting(
    parts: Sequence[Part], pictures: Mapping[str, Block], taken: int, count: int
) -> tuple[list[Block], list[str]]:
    """As many parts as a message holds, in their order; the main ones before all others."""
    made: dict[str, list[Block]] = {}
    room, tabled = MOST_TEXT - _SPARE - taken, False
    for part in sorted(parts, key=lambda each: not each.main):
        blocks = list(_part(part, pictures, table=not tabled))
        size = text_size(blocks) if blocks else 0
        if size > room or count + len(blocks) > _BLOCKS:
            blocks = list(_part(part, {}, table=False))
            size = text_size(blocks) if blocks else 0
        if size <= room and count + len(blocks) <= _BLOCKS:
            made[part.key] = blocks
            room, count = room - size, count + len(blocks)
            tabled = tabled or any(each.block_id == "table" for each in blocks)
    kept = [block for part in parts for block in made.get(part.key, ())]
    return kept, [part.title for part in parts if part.key not in made]


def _part(part: Part, pictures: Mapping[str, Block], *, table: bool) -> Iterator[Block]:
    """One part: a message has one table, so that others are lines."""
    yield from (pictures[name] for name in part.pictures if name in pictures)
    if part.key == "notes":
        yield context("\n".join(f"• {linked(line)}" for line in part.lines), part.key)
        return
    if part.table is None or part.lines:
        yield section(_listed(part.title, part.lines), part.key)
    elif part.key.startswith("figures."):
        yield from _figures(part, part.table)
    elif table:
        yield tables.block(_short(part.table))
    elif not part.key.startswith("year."):
        yield section(_listed(part.title, map(_row, part.table.rows)), part.key)


def _figures(part: Part, table: Table) -> Iterator[Block]:
    """Names and amounts side by side."""
    rows = table.rows
    for start in range(0, len(rows), _FIELDS):
        fields: list[str | Text] = [
            Text(f"*{escape(name)}*\n{escape(text)}", TextType.MARKDOWN)
            for name, text in rows[start : start + _FIELDS]
        ]
        yield SectionBlock(fields=fields, block_id=f"{part.key}.{start}")


def _short(table: Table) -> Table:
    """A table with names that Slack has room for."""
    rows = tuple((cut(name, _NAME), *cells) for name, *cells in table.rows)
    return Table(table.header, rows, table.totals, table.names)


def _row(row: Sequence[str]) -> str:
    name, amount, before, change, *more = row
    spark = more[1] if len(more) > 1 else ""
    by = f" ({change})" if change else f" (before {before})" if before and not amount else ""
    return f"{cut(name, _NAME)} {amount}{by} {spark}".rstrip()


def _listed(title: str, lines: Iterable[str]) -> str:
    """A heading and a line each, as many as a section holds."""
    text = f"*{escape(title)}*"
    every = list(lines)
    bullet = "• " if len(every) > 1 else ""
    for n, line in enumerate(every):
        more = f"\n{bullet}{linked(cut(line, _LINE))}"
        if len(text) + len(more) > _LISTED:
            return f"{text}\n… and {len(every) - n:,} more"
        text += more
    return text


def _questions(report: Report) -> Iterator[Button | None]:
    """The questions behind a report."""
    if not report.sheets:
        return
    for name, label, text in (
        ("why", "Why", said.asked(report, WHY)),
        ("movers", "Movers", said.asked(report, rest="by project,service vs previous")),
        ("service", "By service", said.asked(report, rest="by service vs previous")),
        ("daily", "Daily", said.asked(report, rest="by service daily")),
    ):
        yield actions.button(label, f"{actions.ASK}.{name}", text)


def _files(report: Report) -> Iterator[Button | None]:
    yield from (_file(report, label) for label in ("CSV", "XLSX"))


def _file(report: Report, label: str) -> Button | None:
    return actions.button(label, f"{FILE}.{label.lower()}", report.text)


def _native(report: Report) -> Iterator[DataVisualizationBlock]:
    """Slack's own chart of the days, for private answers."""
    sheet = report.sheets[0]
    days = [day for day in sheet.days if day.amount is not None]
    step = max(1, -(-len(days) // 20))
    points = [days[start : start + step] for start in range(0, len(days), step)]
    amounts = [sum((day.amount or ZERO for day in point), ZERO) for point in points]
    each = f", {step} days a bar" if step > 1 else ""
    labels = [words.day(point[0].date) for point in points]
    yield bars(f"Daily cost in {sheet.currency}{each}", labels, [("Cost", amounts)])
