"""Keeps what is due: a run each time, of those that went by while nothing ran the latest only."""

from datetime import datetime, timedelta
from itertools import pairwise
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
_MISSED_WHY: Final = "missed: nothing ran until the next was due"
_NEVER: Final = timedelta(days=7)
"""When one whose zone is unknown is looked at again; it is paused by then."""


async def plan(tx: Connection, schedule: Schedule, now: datetime) -> None:
    """Keep the runs of a schedule that are due, and when it is due next.

    One whose time zone is unknown, any more, pauses and that is told: nobody else waits for it.
    """
    try:
        next_at = upcoming(schedule.terms.when, now)
    except ScheduleTimeError as unknown:
        await store.pause(tx, schedule.id, now, why=unknown.message)
        await store.move_on(tx, schedule.id, now + _NEVER)
        await found(tx, IncidentKind.SCHEDULE, str(schedule.id), told(unknown), now=now)
        return
    await _add(tx, schedule, now)
    await store.move_on(tx, schedule.id, next_at)


async def _add(tx: Connection, schedule: Schedule, now: datetime) -> None:
    when, next_at = schedule.terms.when, schedule.next_at
    assert next_at is not None  # noqa: S101 - each that is kept has one
    gone_by = [next_at, *due(when, next_at, now)]
    for instant, following in pairwise([*gone_by[-_MISSED:], None]):
        assert instant is not None  # noqa: S101 - only what follows the latest is none
        day = instant.astimezone(zone_of(when)).date()
        missed = _MISSED_WHY if following else None
        await runs.add(
            tx,
            schedule.id,
            instant,
            period_of(schedule.terms.kind, None, day),
            skipped="paused" if schedule.paused_at else missed,
        )
