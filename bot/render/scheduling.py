"""Schedules and their runs in words, for chat and terminals."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from bot.render import words
from core.schedules.model import Run, RunState, Schedule
from core.schedules.timing import LAST, ScheduleTimeError, When, zone_of
from core.schedules.written import ordinal

COLUMNS: Final = ("Report", "When", "Where", "Files", "Next", "Last run")
RUN_COLUMNS: Final = ("Due", "Report of", "Outcome")

type Place = Callable[[str], str]
"""Writes a channel or an address."""

_DAYS: Final = (
    "Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays",
)  # fmt: skip
_MOST: Final = 31
_WORKING: Final = (0, 1, 2, 3, 4)


def title(schedule: Schedule) -> str:
    """Which report: `Weekly report of checkout`."""
    terms = schedule.terms
    of = "everything" if terms.subject == "all" else terms.subject.removeprefix("all ")
    converted = f", in {terms.currency}" if terms.currency else ""
    return f"{terms.kind.value.capitalize()} report of {of}{converted}"


def when(said: When) -> str:
    """Days, time and zone: `Mondays at 09:00 (Europe/Berlin)`."""
    return f"{_days(said)} at {said.at:%H:%M} ({said.zone})"


def _days(said: When) -> str:
    if said.weekdays == _WORKING:
        return "Mondays to Fridays"
    if said.weekdays:
        return words.listing([_DAYS[day] for day in said.weekdays], most=_MOST)
    days = [f"{_nth(day)} day" for day in said.month_days]
    days += [f"{_nth(day)} business day" for day in said.business_days]
    return f"the {words.listing(days, most=_MOST)} of the month"


def _nth(day: int) -> str:
    return "last" if day == LAST else ordinal(day)


def _same(place: str) -> str:
    return place


def where(schedule: Schedule, place: Place = _same) -> str:
    """Where it is posted."""
    return ", ".join([*map(place, schedule.terms.channels), *schedule.terms.emails])


def files(schedule: Schedule) -> str:
    """What is attached."""
    return ", ".join(each.value.upper() for each in schedule.terms.formats) or "-"


def upcoming(schedule: Schedule) -> str:
    """When it is due next, by its own clock; or since when it is paused, and why."""
    zone = _zone(schedule)
    if schedule.paused_at is not None:
        why = f": {schedule.paused_why}" if schedule.paused_why else ""
        return f"paused since {_day(schedule.paused_at, zone)}{why}"
    return "-" if schedule.next_at is None else instant(schedule.next_at, zone)


def instant(at: datetime, zone: ZoneInfo) -> str:
    """A day and time in a zone: `Mon 23 Nov 09:00`."""
    told = at.astimezone(zone)
    return f"{told:%a} {words.day(told.date())} {told:%H:%M}"


def _zone(schedule: Schedule) -> ZoneInfo:
    """Its own, or UTC where there is none of that name any more."""
    try:
        return zone_of(schedule.terms.when)
    except ScheduleTimeError:
        return ZoneInfo("UTC")


def _day(at: datetime, zone: ZoneInfo) -> str:
    return words.day(at.astimezone(zone).date())


def outcome(run: Run) -> str:
    """What a run came to."""
    said = _OUTCOMES[run.state]
    if run.state is RunState.POSTED:
        return "".join(_posted(run))
    return f"{said}: {run.reason}" if run.reason else said


_OUTCOMES: Final = {
    RunState.QUEUED: "to be made",
    RunState.RUNNING: "being made",
    RunState.WAITING: "waiting",
    RunState.POSTED: "posted",
    RunState.FAILED: "failed",
    RunState.SKIPPED: "skipped",
}


def _posted(run: Run) -> Iterator[str]:
    yield "posted"
    yield ", final" if run.final else ", provisional"
    if run.version > 1:
        yield f", corrected {words.plural(run.version - 1, 'time')}"
    if run.by:
        yield ", by hand"
    for each in run.undelivered:
        yield f"; not delivered to {each.to.address}: {each.reason}"


def row(schedule: Schedule) -> tuple[str, ...]:
    """A line of the list."""
    return (
        title(schedule),
        when(schedule.terms.when),
        where(schedule),
        files(schedule),
        upcoming(schedule),
        "-" if schedule.latest is None else outcome(schedule.latest),
    )


def run_row(run: Run, schedule: Schedule) -> tuple[str, ...]:
    """A line of its history."""
    zone = _zone(schedule)
    return (instant(run.due_at, zone), words.days(run.period, year=True), outcome(run))


def said(schedule: Schedule, place: Place = _same) -> str:
    """A schedule in one sentence."""
    terms = schedule.terms
    attached = f", with {files(schedule)}" if terms.formats else ""
    return f"{title(schedule)}: {when(terms.when)}, to {where(schedule, place)}{attached}"
