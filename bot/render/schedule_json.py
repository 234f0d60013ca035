"""Schedules and their runs as JSON."""

from typing import Any

from bot.render import json
from core.schedules.model import Run, Schedule
from core.schedules.written import DAYS, write


def schedule(found: Schedule) -> dict[str, Any]:
    """What was set, when it is due, and what its latest run came to."""
    terms, when = found.terms, found.terms.when
    return {
        "id": found.id,
        "text": write(terms),
        "kind": terms.kind.value,
        "subject": terms.subject,
        "currency": terms.currency,
        "weekdays": [DAYS[day] for day in when.weekdays],
        "month_days": list(when.month_days),
        "business_days": list(when.business_days),
        "time": f"{when.at:%H:%M}",
        "zone": when.zone,
        "channels": list(terms.channels),
        "emails": list(terms.emails),
        "formats": [each.value for each in terms.formats],
        "owner": found.owner.subject,
        "created_by": found.created_by,
        "created_at": json.instant(found.created_at),
        "changed_at": json.instant(found.changed_at),
        "next_at": json.instant(found.next_at) if found.paused_at is None else None,
        "paused": _paused(found),
        "latest": None if found.latest is None else run(found.latest),
    }


def _paused(found: Schedule) -> dict[str, Any] | None:
    if found.paused_at is None:
        return None
    return {
        "at": json.instant(found.paused_at),
        "by": found.paused_by or None,
        "why": found.paused_why or None,
    }


def run(found: Run) -> dict[str, Any]:
    """What a run came to."""
    return {
        "id": found.id,
        "schedule": found.schedule,
        "due_at": json.instant(found.due_at),
        "state": found.state.value,
        "by": found.by or None,
        "start": found.period.start.isoformat(),
        "end": found.period.end.isoformat(),
        "reason": found.reason or None,
        "try_at": json.instant(found.try_at),
        "posted_at": json.instant(found.posted_at),
        "version": found.version,
        "corrected_at": json.instant(found.corrected_at),
        "final": found.final,
        "undelivered": [
            {"to": each.to.address, "channel": each.to.channel, "reason": each.reason}
            for each in found.undelivered
        ],
    }
