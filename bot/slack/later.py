"""Sub-commands of later versions: one honest sentence, and the nearest that works now."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from bot.render import blocks
from bot.slack.asked import Asked
from bot.slack.desk import Desk
from core.costs.model import SKU, Basis, CostQuery, Granularity
from core.costs.question import Command, write
from core.errors import NotFoundError

_ABOUT: Final = "Saving questions"


class NotHereYetError(NotFoundError):
    """That is not part of this version."""


async def say(desk: Desk, asked: Asked, understood: Command) -> None:
    """Say that it isn't there yet, and offer what comes nearest of what was meant."""
    near = list(_nearest(understood.query))
    missing = NotHereYetError(
        f"{_ABOUT} is not part of this version.",
        fix="The nearest that works now:" if near else None,
    )
    await desk.answer(asked, blocks.error(missing, command=desk.command, questions=near))


def _nearest(query: CostQuery | None) -> Iterator[tuple[str, str]]:
    """Labels and questions: along time, and by SKU against the period before."""
    if query is None:
        return
    cut = Granularity.MONTHLY if query.basis is Basis.INVOICE else Granularity.DAILY
    yield f"{cut.value.capitalize()} trend", write(replace(query, granularity=cut))
    yield "By SKU, and before", write(replace(query, group_by=(SKU,), granularity=None))
