"""Forecasts and reasons as JSON: exact decimals as text, as the API documents them."""

from typing import Any

from bot.render.json import freshness, note_of, query_of
from bot.render.reasons import named
from core.costs.drivers.model import Change, Driver, Drivers
from core.costs.drivers.sentence import sentence
from core.costs.drivers.service import Why
from core.forecasts.model import Accuracy, Band, Forecast, ForecastDay
from core.forecasts.service import ForecastAnswer, Outlook
from core.money import plain
from core.period import Period


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


def why(told: Why) -> dict[str, Any]:
    """What made the difference; each currency's steps add up to its change."""
    return {
        "query": query_of(told.query, told.text),
        "now": _period(told.now),
        "then": _period(told.then),
        "drivers": [_drivers(each, told) for each in told.drivers],
        "notes": [note_of(each) for each in told.notes],
        "data": freshness(told.freshness),
    }


def _period(period: Period) -> dict[str, str]:
    return {"start": period.start.isoformat(), "end": period.end.isoformat()}


def _drivers(drivers: Drivers, told: Why) -> dict[str, Any]:
    def one(driver: Driver) -> dict[str, Any]:
        return _driver(driver, told)

    return {
        "currency": drivers.currency,
        "sentence": sentence(drivers, lambda d, value: named(told, d, value)),
        "total": _change(drivers.total),
        "one_off": _change(drivers.one_off),
        "main": None if drivers.main is None else one(drivers.main),
        "causes": [one(each) for each in drivers.causes],
        "rest": plain(drivers.rest),
        "new": [one(each) for each in drivers.new],
        "vanished": [one(each) for each in drivers.vanished],
        "one_offs": [one(each) for each in drivers.one_offs],
    }


def _driver(driver: Driver, told: Why) -> dict[str, Any]:
    names = {
        str(dimension): told.names[dimension, value]
        for dimension, value in driver.path
        if value is not None and (dimension, value) in told.names
    }
    parts = driver.parts
    return {
        "where": {str(dimension): value for dimension, value in driver.path},
        "names": names,
        **_change(driver.change),
        "new": driver.new,
        "vanished": driver.vanished,
        "by_usage": None if parts is None else plain(parts.usage),
        "by_price": None if parts is None else plain(parts.price),
    }


def _change(change: Change) -> dict[str, str]:
    return {
        "before": plain(change.before),
        "after": plain(change.after),
        "change": plain(change.amount),
    }
