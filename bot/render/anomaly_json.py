"""Anomalies and planned days as JSON: exact decimals as text, as the API documents them."""

from typing import Any

from bot.render.json import instant
from core.anomalies.found import Anomaly, Event
from core.anomalies.model import Incident
from core.money import plain


def anomaly(value: Anomaly) -> dict[str, Any]:
    """An anomaly with its days and the services in it; `end` is exclusive."""
    found = value.incident
    parts = (each for each in found.parts if each.subject != found.subject)
    return {
        "id": value.id,
        "project": found.subject.project,
        "of": "project" if found.subject.whole else "service",
        "service": found.subject.service,
        "currency": found.currency,
        **_amounts(found),
        "direction": found.direction.value,
        "ongoing": found.ongoing,
        "settled": found.settled,
        "provisional": found.provisional,
        "days": [
            {
                "date": day.date.isoformat(),
                "expected": plain(day.expected),
                "actual": plain(day.actual),
                "complete": day.complete,
            }
            for day in found.days
        ],
        "services": [{"service": each.subject.service, **_amounts(each)} for each in parts],
        "why": value.why,
        "found_at": instant(value.found_at),
        "verdict": None if value.verdict is None else value.verdict.value,
        "judged_by": None if value.verdict is None else value.judged_by,
    }


def _amounts(found: Incident) -> dict[str, str]:
    return {
        "start": found.begin.isoformat(),
        "end": found.end.isoformat(),
        "expected": plain(found.expected),
        "actual": plain(found.actual),
        "impact": plain(found.impact),
    }


def event(value: Event) -> dict[str, Any]:
    """Days that were planned; `end` is exclusive, `amount` null: whatever it costs."""
    return {
        "id": value.id,
        "project": value.project,
        "service": value.service,
        "start": value.days.start.isoformat(),
        "end": value.days.end.isoformat(),
        "amount": None if value.amount is None else plain(value.amount),
        "note": value.note,
        "planned_by": value.planned_by,
    }
