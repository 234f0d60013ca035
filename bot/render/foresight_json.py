"""Forecasts as JSON: exact decimals as text, as the API documents them."""

from typing import Any

from bot.render.json import freshness, note_of, query_of
from core.forecasts.model import Accuracy, Band, Forecast, ForecastDay
from core.forecasts.service import ForecastAnswer, Outlook
from core.money import plain


def forecast(answer: ForecastAnswer) -> dict[str, Any]:
    """A forecast; `end` is exclusive, bands include both their ends."""
    return {
        "query": query_of(answer.query, answer.text),
        "forecasts": [
            _forecast(each.forecast, each) for each in answer.outlooks if each.forecast is not None
        ],
        "refused": [
            {"currency": each.currency, "reason": str(each.refused)}
            for each in answer.outlooks
            if each.refused is not None
        ],
        "notes": [note_of(each) for each in answer.notes],
        "data": freshness(answer.freshness),
    }


def _forecast(made: Forecast, outlook: Outlook) -> dict[str, Any]:
    return {
        "currency": made.currency,
        "method": made.method.value,
        "made_from": made.made_from,
        "complete_until": made.complete_until.isoformat(),
        "spent": plain(made.spent),
        "ahead": plain(made.ahead),
        "total": plain(made.total),
        "at80": _band(made.at80),
        "at95": _band(made.at95),
        "previous": None if outlook.before is None else plain(outlook.before),
        "days": [_day(day) for day in made.days],
        "notes": [{"kind": each.kind.value, "days": each.days} for each in made.notes],
        "past": _past(made.past),
    }


def _day(day: ForecastDay) -> dict[str, Any]:
    return {
        "date": day.date.isoformat(),
        "expected": plain(day.expected),
        "at80": _band(day.at80),
        "at95": _band(day.at95),
    }


def _band(band: Band | None) -> dict[str, str] | None:
    return None if band is None else {"lower": plain(band.lower), "upper": plain(band.upper)}


def _past(past: Accuracy | None) -> dict[str, Any] | None:
    if past is None:
        return None
    return {
        "forecasts": past.forecasts,
        "error": None if past.error is None else plain(past.error),
        "within": None if past.within is None else plain(past.within),
    }
