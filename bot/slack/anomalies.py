"""Anomalies in Slack: listed, judged, and days planned ahead."""

from datetime import timedelta
from typing import Any, Final

from bot.render import blocks, sentences, words
from bot.slack import forms, modals, plan_form
from bot.slack.asked import Asked
from bot.slack.desk import Desk
from core.access.model import Viewer
from core.anomalies.found import Event, UnknownServiceError
from core.anomalies.model import Verdict
from core.anomalies.service import MOST_LISTED, BadEventError, TooLongError
from core.costs.model import CostQuery
from core.costs.question import Command, parse_cost_query, write
from core.errors import NotFoundError
from core.money import AmountError, read_amount
from core.period import Period


class NoProjectError(NotFoundError):
    """There is no project yet whose days could be planned."""


_FIELDS: Final = (
    (TooLongError, plan_form.LAST_DAY),
    (BadEventError, plan_form.AMOUNT),
    (AmountError, plan_form.AMOUNT),
    (UnknownServiceError, plan_form.SERVICE),
)
"""Where in the form it is said what is wrong; the first that fits."""


async def listed(desk: Desk, asked: Asked, viewer: Viewer, understood: Command) -> None:
    """What was found, of a question's projects and days."""
    if understood.query is not None:
        await _show(desk, asked, viewer, understood.query)


async def _show(desk: Desk, asked: Asked, viewer: Viewer, query: CostQuery) -> None:
    found = await desk.services.anomalies.list(viewer, query=query, limit=MOST_LISTED)
    planned = await desk.services.anomalies.events(viewer)
    events = [each for each in planned if _asked_about(each, query)]
    about = f"{sentences.subject(query)}, {words.period(query.period)}"
    told = blocks.anomalies(found, events, asked=write(query, grouped=False), about=about)
    await desk.answer(asked, told, replace=asked.private)


def _asked_about(event: Event, query: CostQuery) -> bool:
    ahead = event.days.end > query.period.start
    return ahead and (not query.projects or event.project in query.projects)


async def judge(desk: Desk, asked: Asked) -> None:
    """What somebody says of one; the list is shown anew, a message of its own changes by itself."""
    number, verdict, *question = asked.text.split(" ", 2)
    viewer = await desk.viewer(asked)
    said = None if verdict == "none" else Verdict(verdict)
    await desk.services.anomalies.judge(int(number), said, by=viewer)
    if question:
        await _show(desk, asked, viewer, await _query(desk, viewer, question[0]))


async def cancel(desk: Desk, asked: Asked) -> None:
    """Take back what was planned; the list is shown anew."""
    number, question = asked.text.split(" ", 1)
    viewer = await desk.viewer(asked)
    await desk.services.anomalies.cancel(int(number), by=viewer)
    await _show(desk, asked, viewer, await _query(desk, viewer, question))


async def _query(desk: Desk, viewer: Viewer, question: str) -> CostQuery:
    names = await desk.services.costs.vocabulary(viewer)
    return parse_cost_query(question, today=desk.services.today(), names=names)


async def open_plan(desk: Desk, asked: Asked) -> None:
    """Open the form to plan days; the project asked about is chosen already."""

    async def make() -> modals.View:
        viewer = await desk.viewer(asked)
        query = await _query(desk, viewer, asked.text)
        chosen = query.projects[0] if query.projects else ""
        names = [each.slug for each in await desk.services.projects.list(viewer)]
        if not names:
            raise NoProjectError
        return plan_form.view(names, chosen=chosen, today=desk.services.today())

    await forms.open_form(desk, asked, plan_form.TITLE, make)


async def projects(desk: Desk, asked: Asked) -> dict[str, str]:
    """The projects of the form's menu, where they are many."""
    viewer = await desk.viewer(asked)
    return plan_form.project_options([p.slug for p in await desk.services.projects.list(viewer)])


async def save_plan(desk: Desk, body: dict[str, Any]) -> forms.Errors | str:
    """Keep what was planned."""
    asked, said = Asked.of_view(body), plan_form.read(body["view"])
    if said.first > said.last:
        return {plan_form.LAST_DAY: f"{said.last} is before {said.first}, the first day."}
    try:
        viewer = await desk.viewer(asked)
        event = Event(
            0,
            said.project,
            Period(said.first, said.last + timedelta(1)),
            said.service or None,
            read_amount(said.amount) if said.amount else None,
            said.note,
        )
        await desk.services.anomalies.plan(event, by=viewer)
    except Exception as error:  # noqa: BLE001 - the last resort: logged, and owned up to
        field = next((f for kind, f in _FIELDS if isinstance(error, kind)), plan_form.PROJECT)
        return {field: desk.regret(error, asked)}
    return f"Planned for {said.project}: {words.days(event.days, year=True)}."
