"""Schedules of reports in Slack: listed, set in words or by a form, paused, run, previewed."""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from bot import asking
from bot.render import scheduling
from bot.render.blocks import schedules as shown
from bot.slack import answers, forms, modals, schedule_form
from bot.slack.asked import Asked
from bot.slack.desk import Desk
from bot.slack.schedule_form import Filled
from core.access.model import RoleNeededError, Viewer
from core.costs.question import SCHEDULE, Command
from core.errors import CostTrackerError
from core.reports.model import ReportKind
from core.schedules.model import Schedule, Terms, UnknownScheduleError
from core.schedules.said import NINE, Said, changed, parse_schedule, terms_of, usual
from core.schedules.timing import When

_VERB: Final = re.compile(
    r"(?P<verb>show|pause|resume|run|preview|history|change|remove)"
    r"(?:\s+now)?(?:\s+number)?\s+#?(?P<number>\d{1,18})(?:\s+now)?(?:\s+(?P<words>.+))?",
    re.IGNORECASE | re.DOTALL,
)
_RUNS: Final = 20
_DOUBLE_CLICK: Final = timedelta(minutes=1)


async def typed(desk: Desk, asked: Asked, viewer: Viewer, understood: Command) -> None:
    """What follows `schedule`: nothing lists them, `pause 3` does that, anything else sets one."""
    rest = understood.rest.strip()
    if rest.lower() in ("", "list"):
        await _show(desk, asked, viewer)
        return
    if (verb := _VERB.fullmatch(rest)) and (
        verb["words"] is None or verb["verb"].lower() == "change"
    ):
        await _do(desk, asked.saying(verb["number"]), viewer, verb)
        return
    if rest.lower() in _VERBS:
        raise UnknownScheduleError(
            f"{rest!r} says no schedule's number.",
            fix=f"Write {rest.lower()} 3; {desk.command} schedule lists them.",
        )
    said = await _read(desk, asked, viewer, rest)
    zone = desk.services.settings.report_timezone.key
    terms = terms_of(said, zone=zone, here=_here(asked))
    made = await desk.services.schedules.add(terms, by=viewer)
    await _show(desk, asked, viewer, f"Scheduled, number {made.id}.", only=made)


async def _do(desk: Desk, asked: Asked, viewer: Viewer, verb: re.Match[str]) -> None:
    """What a button does to a schedule, in words; `change 3 fri 17:00` needs no form."""
    if verb["words"] is not None:
        service = desk.services.schedules
        found = await service.get(int(asked.text), viewer)
        before = f"{SCHEDULE} change {found.id}"
        said = await _read(desk, asked, viewer, verb["words"], before)
        made = await service.change(found.id, changed(found.terms, said), by=viewer)
        await _show(desk, asked, viewer, f"Changed, number {made.id}.", only=made)
        return
    await _VERBS[verb["verb"].lower()](desk, asked)


async def _read(desk: Desk, asked: Asked, viewer: Viewer, words: str, said: str = SCHEDULE) -> Said:
    names, asker = await desk.names(asked, viewer)
    try:
        return parse_schedule(
            words,
            today=desk.services.today(),
            names=names,
            asker=asker,
            here=_here(asked),
            me=asked.user,
        )
    except CostTrackerError as error:
        raise error.suggesting(lambda near: f"{said} {near}") from error


def _here(asked: Asked) -> str:
    """Where it was typed; in a direct message, to whoever did."""
    direct = asked.channel is None or asked.channel.startswith("D")
    return asked.user if direct or asked.channel is None else asked.channel


async def _show(
    desk: Desk, asked: Asked, viewer: Viewer, done: str = "", *, only: Schedule | None = None
) -> None:
    """Those that the asker may see, or one of them."""
    service = desk.services.schedules
    found = await service.list(viewer) if only is None else (only,)
    listed = [(each, await service.may_change(each, viewer)) for each in found]
    told = shown.schedules(listed, command=desk.command, done=done)
    await desk.answer(asked, told, replace=asked.private)


def _pressed(
    verb: Callable[[Desk, int, Viewer], Awaitable[str]],
) -> Callable[[Desk, Asked], Awaitable[None]]:
    """A button that does something with a schedule, and then shows them anew."""

    async def press(desk: Desk, asked: Asked) -> None:
        viewer = await desk.viewer(asked)
        done = await verb(desk, int(asked.text), viewer)
        await _show(desk, asked, viewer, done)

    return press


async def _pause(desk: Desk, number: int, viewer: Viewer) -> str:
    await desk.services.schedules.pause(number, by=viewer)
    return f"Paused, number {number}."


async def _resume(desk: Desk, number: int, viewer: Viewer) -> str:
    await desk.services.schedules.resume(number, by=viewer)
    return f"Resumed, number {number}."


async def _remove(desk: Desk, number: int, viewer: Viewer) -> str:
    gone = await desk.services.schedules.remove(number, by=viewer)
    return f"Removed: {scheduling.title(gone)}."


pause: Final = _pressed(_pause)
resume: Final = _pressed(_resume)
remove: Final = _pressed(_remove)


async def run(desk: Desk, asked: Asked) -> None:
    """Have a report posted now; pressed twice, it is posted once."""
    viewer = await desk.viewer(asked)
    again = asked.action and not await desk.services.jobs.once(
        asked.action, asked.pressed, lasting=_DOUBLE_CLICK
    )
    if again:
        return
    number = int(asked.text)
    found = await desk.services.schedules.get(number, viewer)
    await desk.services.schedules.run(number, by=viewer)
    await desk.answer(asked, shown.running(found))


async def preview(desk: Desk, asked: Asked) -> None:
    """Show somebody alone what would be posted, of what they may see."""
    viewer = await desk.viewer(asked)
    told = await desk.services.schedules.preview(int(asked.text), viewer)
    # Beside the list, not in its place.
    await answers.privately(desk, replace(asked, private=False), asking.reported(told))


async def history(desk: Desk, asked: Asked) -> None:
    """What became of its runs."""
    viewer = await desk.viewer(asked)
    found = await desk.services.schedules.get(int(asked.text), viewer)
    runs = await desk.services.schedules.runs(found.id, viewer, limit=_RUNS)
    await desk.answer(asked, shown.history(found, runs))


async def show(desk: Desk, asked: Asked) -> None:
    """One of them, with what can be done."""
    viewer = await desk.viewer(asked)
    found = await desk.services.schedules.get(int(asked.text), viewer)
    await _show(desk, asked, viewer, only=found)


async def open_form(desk: Desk, asked: Asked) -> None:
    """Open the form of a schedule: of a number, or of a new one."""

    async def make() -> modals.View:
        viewer = await desk.viewer(asked)
        number = int(asked.text)
        if not number:
            zone = desk.services.settings.report_timezone.key
            when = usual(ReportKind.WEEKLY, When(zone, NINE))
            return schedule_form.view(Terms(ReportKind.WEEKLY, "all", when, (_here(asked),)), 0)
        found = await desk.services.schedules.get(number, viewer)
        if not await desk.services.schedules.may_change(found, viewer):
            raise RoleNeededError(
                "A schedule is changed by its project's owner, finance and administrators."
            )
        return schedule_form.view(found.terms, found.id)

    await forms.open_form(desk, asked, schedule_form.TITLE, make)


_VERBS: Final[Mapping[str, Callable[[Desk, Asked], Awaitable[None]]]] = {
    "show": show,
    "pause": pause,
    "resume": resume,
    "run": run,
    "preview": preview,
    "history": history,
    "change": open_form,
    "remove": remove,
}


async def save(desk: Desk, body: dict[str, Any]) -> forms.Errors | str:
    """Set what was submitted."""
    asked, filled = Asked.of_view(body), schedule_form.read(body["view"])
    if problems := schedule_form.problems(body["view"]):
        return problems
    try:
        viewer = await desk.viewer(asked)
        terms = await _terms(desk, asked, viewer, filled)
        service = desk.services.schedules
        if filled.number:
            made = await service.change(filled.number, terms, by=viewer)
        else:
            made = await service.add(terms, by=viewer)
    except Exception as error:  # noqa: BLE001 - the last resort: logged, and owned up to
        return {schedule_form.at_field(error): desk.regret(error, asked)}
    return f"Set. {scheduling.title(made)}: next {scheduling.upcoming(made)}."


async def _terms(desk: Desk, asked: Asked, viewer: Viewer, filled: Filled) -> Terms:
    """The terms that a form says."""
    said = await _read(desk, asked, viewer, filled.words)
    terms = terms_of(said, zone=desk.services.settings.report_timezone.key)
    return replace(terms, channels=filled.channels, emails=filled.emails)
