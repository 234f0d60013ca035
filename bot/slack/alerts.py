"""Alerts of budgets in Slack: listed, acknowledged, snoozed, shown with their budget."""

from collections.abc import Awaitable, Callable, Collection, Generator
from contextlib import contextmanager
from datetime import timedelta
from typing import Final

from bot.asking import budget_of
from bot.render import sentences
from bot.render.alerting import OPEN
from bot.render.blocks import alerts as shown
from bot.slack import answers
from bot.slack.asked import Asked
from bot.slack.desk import Desk
from core.access.model import Viewer
from core.alerts.model import Alert, AlertChangedError, Snooze, UnknownAlertError
from core.budgets.known import is_of
from core.budgets.model import Budget
from core.costs.model import CostQuery
from core.costs.question import Command, parse_cost_query, write_subject
from core.errors import ForbiddenError

_DOUBLE_CLICK: Final = timedelta(seconds=2)


class NotYoursError(ForbiddenError):
    """There is no such alert any more, or you may not see all that its budget is of."""


type Act = Callable[[int, int, Viewer], Awaitable[Alert]]
"""Does something about an alert of a number and version, by somebody."""


async def listed(desk: Desk, asked: Asked, viewer: Viewer, understood: Command) -> None:
    """The alerts that are open; of what is named, if anything is.

    Raises:
        CostTrackerError: what is named can't be read.
    """
    query = understood.query if understood.rest.strip() else None
    if understood.rest.strip() and understood.problem is not None:
        raise understood.problem
    await _list(desk, asked, viewer, query)


async def acknowledge(desk: Desk, asked: Asked) -> None:
    """Somebody sees to it: everybody sees who."""
    service = desk.services.alerts

    async def act(number: int, version: int, viewer: Viewer) -> Alert:
        return await service.acknowledge(number, version, by=viewer)

    await _act(desk, asked, act)


async def snooze(desk: Desk, asked: Asked) -> None:
    """Somebody silences it for a while: everybody sees who, and until when."""
    services = desk.services
    how = Snooze(asked.action.split(".")[2])
    until = how.until(services.clock(), services.settings.report_timezone)

    async def act(number: int, version: int, viewer: Viewer) -> Alert:
        return await services.alerts.snooze(number, until, version, by=viewer)

    await _act(desk, asked, act)


async def details(desk: Desk, asked: Asked) -> None:
    """How far its budget is in the alert's period, to who asks alone."""
    viewer = await desk.viewer(asked)
    with _theirs():
        of = (await desk.services.alerts.get(int(asked.text), viewer)).subject
    answer = await budget_of(desk.services, of.budget, viewer, on=of.period.start)
    if asked.response is not None:
        await answers.privately(desk, asked, answer)
    else:
        await answers.post(desk, answer, asked.channel or asked.user)


async def open_ones(
    desk: Desk, viewer: Viewer, *, most: int, budgets: Collection[int] | None = None
) -> list[Alert]:
    """The open alerts that somebody may see, the newest first; one more than `most` at most.

    Args:
        desk: what is shared.
        viewer: who.
        most: how many are shown.
        budgets: only of these; None: of all.
    """
    service, limit = desk.services.alerts, most + 1
    found = [
        each
        for state in OPEN
        for each in await service.listed(viewer, budgets=budgets, state=state, limit=limit)
    ]
    return sorted(found, key=lambda each: each.id, reverse=True)[: most + 1]


async def _act(desk: Desk, asked: Asked, act: Act) -> None:
    """Do it once; who comes too late is told how it is now.

    The message in the alert's own thread is changed by delivery, for all to see. Other places
    answer here: a list is shown anew, and who pressed in a message of several is told.
    """
    if not await desk.services.jobs.once("slack.alert", asked.pressed, lasting=_DOUBLE_CLICK):
        return
    number, version, *place = asked.text.split(" ", 3)
    viewer = await desk.viewer(asked)
    with _theirs():
        try:
            found, late = await act(int(number), int(version), viewer), False
        except AlertChangedError:
            found, late = await desk.services.alerts.get(int(number), viewer), True
    if place[:1] == [shown.IN_LIST]:
        await _list(desk, asked, viewer, await _query(desk, viewer, "".join(place[1:])))
    elif late or place:
        await desk.answer(asked, shown.now(found, late=late), replace=asked.private)


@contextmanager
def _theirs() -> Generator[None]:
    """Say to who reads a message that it isn't theirs to act on, not that it isn't there."""
    try:
        yield
    except UnknownAlertError:
        raise NotYoursError(fix="An administrator can change what you may see.") from None


async def _list(desk: Desk, asked: Asked, viewer: Viewer, query: CostQuery | None) -> None:
    chosen = None
    if query is not None and query.where:
        every = await desk.services.budgets.list(viewer)
        chosen = {each.id for each in every if _asked_about(each, query)}
    found = await open_ones(desk, viewer, most=shown.SHOWN, budgets=chosen)
    message = shown.listed(
        found[: shown.SHOWN],
        asked=write_subject(query.where) if query else "",
        about=sentences.subject(query) if query and query.where else "",
        more=len(found) > shown.SHOWN,
    )
    await desk.answer(asked, message, replace=asked.private)


def _asked_about(budget: Budget, query: CostQuery) -> bool:
    """Whether a budget is of what is asked about, or of some of its projects."""
    return is_of(budget, query.where) or (
        bool(budget.projects) and set(budget.projects) <= set(query.projects)
    )


async def _query(desk: Desk, viewer: Viewer, question: str) -> CostQuery | None:
    """What a list was of; None: everything."""
    if not question:
        return None
    names = await desk.services.costs.vocabulary(viewer)
    return parse_cost_query(question, today=desk.services.today(), names=names)
