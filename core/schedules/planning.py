"""Keeps what is due: a run each time, of those that went by while nothing ran the latest only."""

from datetime import datetime, timedelta
from typing import Final

from core.database import Connection
from core.incidents.model import IncidentKind
from core.incidents.service import found, told
from core.reports.asking import period_of
from core.schedules import runs, store
from core.schedules.model import Schedule
from core.schedules.timing import ScheduleTimeError, due, upcoming, zone_of

_MISSED: Final = 20
"""So many of the instants that went by are kept in the history."""
_PAUSED: Final = "paused"
_MISSED_WHY: Final = "missed: nothing ran until the next was due"
_NEVER: Final = timedelta(days=7)
"""When one whose zone is unknown is looked at again; it is paused by then."""


async def plan(tx: Connection, schedule: Schedule, now: datetime) -> None:
    """Keep the runs of a schedule that are due, if any are, and when it is due next.

    One whose time zone is unknown, any more, pauses and that is told: nobody else waits for it.
    """
    next_at = schedule.next_at
    if next_at is None or next_at > now:
        return
    try:
        following = upcoming(schedule.terms.when, now)
    except ScheduleTimeError as unknown:
        await store.pause(tx, schedule.id, now, why=unknown.message)
        await store.move_on(tx, schedule.id, now + _NEVER)
        await found(tx, IncidentKind.SCHEDULE, str(schedule.id), told(unknown), now=now)
        return
    gone_by = [next_at, *due(schedule.terms.when, next_at, now)][-_MISSED:]
    for instant in gone_by:
        await _add(tx, schedule, instant, late=instant != gone_by[-1])
    await store.move_on(tx, schedule.id, following)


async def _add(tx: Connection, schedule: Schedule, instant: datetime, *, late: bool) -> None:
    """Keep a run; `late`: another was due since, and this one is only told of."""
    day = instant.astimezone(zone_of(schedule.terms.when)).date()
    period = period_of(schedule.terms.kind, None, day)
    skipped = _PAUSED if schedule.paused_at else _MISSED_WHY if late else None
    await runs.add(tx, schedule.id, instant, period, skipped=skipped)
