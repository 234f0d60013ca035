"""Exports asked for in Slack: a file, at once where there is little in it."""

from contextlib import aclosing
from dataclasses import replace
from typing import Final

from bot import exporting
from bot.asking import ASKED
from bot.render import blocks, charges, words
from bot.render.blocks import exports as shown
from bot.render.figures import charges_name
from bot.slack import answers
from bot.slack.asked import Asked
from bot.slack.desk import Desk
from core.access.model import Viewer
from core.costs.model import CostQuery
from core.costs.question import COST, Command, write
from core.exports.model import Request

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
    if rows > AT_ONCE:
        await _later(desk, asked, viewer, query, rows)
        return
    async with (
        desk.services.costs.export_rows(query, viewer) as export,
        aclosing(charges.written(export, form)) as parts,
    ):
        content = b"".join([part async for part in parts])
    name = f"{charges_name(query)}.{form}"
    about = f"The charges of: {_asked(query)}, {words.plural(export.rows, 'row')}"
    await answers.send_file(desk, asked, about, name, content)


async def _later(desk: Desk, asked: Asked, viewer: Viewer, query: CostQuery, rows: int) -> None:
    """Have the file made in the background, and say so where it will come."""
    question, direct = _asked(query), asked.response is not None or asked.channel is None
    wanted = Request(
        key=asked.event or asked.trigger or asked.pressed,
        workspace=asked.workspace,
        person=asked.user,
        question=question,
        asked_on=desk.services.today(),
        form=exporting.format_of(query).value,
        channel=asked.channel or asked.user,
        thread=None if direct else asked.thread,
        about=rows,
        guest=viewer.guest,
    )
    told = shown.coming(question, rows, direct=direct)
    if not direct:
        await desk.services.exports.request(wanted)
        await desk.answer(asked, told)
        return
    await desk.services.exports.check_room(asked.workspace, asked.user)
    posted = await desk.client.chat_postMessage(
        channel=asked.user, text=told.text, blocks=told.blocks
    )
    await desk.services.exports.request(replace(wanted, channel=posted["channel"]))
    await desk.answer(asked, blocks.said(shown.sent_later(rows)))


def _asked(query: CostQuery) -> str:
    """Which charges, in words."""
    return write(replace(query, form=None), grouped=False)
