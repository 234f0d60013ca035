"""Exports asked for in Slack: a file, at once where there is little in it."""

from dataclasses import replace
from typing import Final

from bot import exporting
from bot.asking import ASKED
from bot.render import words
from bot.render.figures import charges_name
from bot.slack import answers
from bot.slack.asked import Asked
from bot.slack.desk import Desk
from core.access.model import Viewer
from core.costs.model import CostQuery
from core.costs.question import COST, Command, write

AT_ONCE: Final = 20_000
"""Rows of a file that is made while its asker waits."""


async def ask(desk: Desk, asked: Asked, viewer: Viewer, query: CostQuery, said: Command) -> None:
    """Send the charges of a question; the lines of its answer, where it says how to make them."""
    form = exporting.format_of(query)
    if exporting.has_lines(said):
        answer = await ASKED[COST](desk.services, query, viewer)
        await answers.send_figures(desk, asked, answer, form)
        return
    rows = await desk.services.costs.count_rows(query, viewer)
    parts = exporting.written(desk.services, query, viewer, form)
    content = b"".join([part async for part in parts])
    name = f"{charges_name(query)}.{form}"
    about = f"The charges of: {_asked(query)}, {words.plural(rows, 'row')}"
    await answers.send_file(desk, asked, about, name, content)


def _asked(query: CostQuery) -> str:
    """Which charges, in words."""
    return write(replace(query, form=None), grouped=False)
