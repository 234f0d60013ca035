"""Budgets as JSON: plain dicts with exact decimals as text, as the API documents them."""

from typing import Any

from bot.render import json
from core.budgets.model import Budget, Change
from core.budgets.status import Status
from core.money import plain


def budget(value: Budget) -> dict[str, Any]:
    """A budget; `end` is exclusive."""
    terms = value.terms
    return {
        "id": value.id,
        "subject": terms.subject,
        "cycle": terms.cycle.value,
        "amount": json.amount(terms.amount),
        "months": {f"{month:%Y-%m}": plain(said) for month, said in sorted(terms.months.items())},
        "start": json.day(terms.dates.start if terms.dates else None),
        "end": json.day(terms.dates.end if terms.dates else None),
        "measure": terms.measure.value,
        "currency": terms.currency,
        "thresholds": list(terms.thresholds),
        "forecast_thresholds": list(terms.forecast_thresholds),
        "owner": terms.owner,
        "channels": list(terms.channels),
        "emails": list(terms.emails),
        "created_by": value.created_by,
        "created_at": json.instant(value.created_at),
        "changed_at": json.instant(value.changed_at),
    }


def change(value: Change) -> dict[str, Any]:
    """Who changed it, when, from what to what."""
    return {
        "at": json.instant(value.at),
        "by": value.by,
        "before": value.before,
        "after": value.after,
    }


def status(value: Status) -> dict[str, Any]:
    """How far a budget is; `end` and `complete_until` are exclusive."""
    band = value.at80
    return {
        "budget": value.budget.id,
        "subject": value.budget.terms.subject,
        "start": value.period.start.isoformat(),
        "end": value.period.end.isoformat(),
        "currency": value.currency,
        "state": value.state.value,
        "amount": json.amount(value.amount),
        "used": plain(value.used),
        "remaining": json.amount(value.remaining),
        "planned": json.amount(value.planned),
        "used_complete": plain(value.used_complete),
        "complete_until": value.complete_until.isoformat(),
        "expected": json.amount(value.expected),
        "at80": band and {"lower": plain(band.lower), "upper": plain(band.upper)},
        "breach": json.day(value.breach),
        "final": value.final,
        "allotted": json.amount(value.allotted),
        "others": {currency: plain(amount) for currency, amount in value.others.items()},
        "data": json.freshness(value.freshness),
    }
