"""Alerts as JSON: plain dicts with exact decimals as text, as the API documents them."""

from typing import Any

from bot.render import json
from core.alerts.model import Alert, Crossing, Figures, Why
from core.money import plain


def alert(value: Alert) -> dict[str, Any]:
    """An alert; `start` and `end` are of its period, `end` is exclusive."""
    of, did, quiet = value.subject, value.acknowledged, value.snoozed
    return {
        "id": value.id,
        "version": value.version,
        "state": value.state.value,
        "budget": of.budget,
        "subject": of.subject,
        "measure": of.measure.value,
        "currency": of.currency,
        "start": of.period.start.isoformat(),
        "end": of.period.end.isoformat(),
        "owner": of.owner,
        "crossed": [_crossing(each) for each in value.crossed],
        **_figures(value.figures),
        "why": None if value.why is None else _why(value.why),
        "raised_at": json.instant(value.raised_at),
        "changed_at": json.instant(value.changed_at),
        "acknowledged": did and {"by": did.by, "at": json.instant(did.at)},
        "snoozed": quiet
        and {
            "by": quiet.by,
            "at": json.instant(quiet.at),
            "until": json.instant(quiet.until),
        },
    }


def _crossing(value: Crossing) -> dict[str, Any]:
    told = value.threshold
    return {"kind": told.kind.value, "percent": told.percent, "at": json.instant(value.at)}


def _figures(value: Figures) -> dict[str, Any]:
    band = value.lower is not None and value.upper is not None
    return {
        "amount": plain(value.amount),
        "used": plain(value.used),
        "remaining": plain(value.remaining),
        "used_complete": plain(value.used_complete),
        "planned": json.amount(value.planned),
        "complete_until": value.complete_until.isoformat(),
        "expected": json.amount(value.expected),
        "at80": {"lower": json.amount(value.lower), "upper": json.amount(value.upper)}
        if band
        else None,
        "breach": json.day(value.breach),
        "final": value.final,
        "through": json.instant(value.through),
        "matches_export": value.matches_export,
    }


def _why(value: Why) -> dict[str, Any]:
    return {
        "text": value.text,
        "causes": [
            {"place": each.place, "change": plain(each.change), "new": each.new}
            for each in value.causes
        ],
        "start": value.now.start.isoformat(),
        "end": value.now.end.isoformat(),
        "before_start": value.then.start.isoformat(),
        "before_end": value.then.end.isoformat(),
        "question": value.question,
    }
