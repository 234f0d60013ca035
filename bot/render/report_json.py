"""Reports as JSON: plain dicts with exact decimals as text, as the API documents them."""

from collections.abc import Sequence
from typing import Any

from bot.render import json
from core.forecasts.model import Band
from core.money import plain
from core.period import Period
from core.reports.correcting import Corrections
from core.reports.model import Report, Sheet
from core.reports.sections import (
    Accrual,
    Against,
    AnomalyLine,
    Bridge,
    BudgetLine,
    Cause,
    Day,
    Expected,
    Explained,
    Invoiced,
    Layer,
    Month,
    Mover,
    Row,
    less,
)


def report(value: Report) -> dict[str, Any]:
    """A report; every `end` is exclusive, amounts and shares are text."""
    return {
        "kind": value.kind.value,
        "text": value.text,
        "subject": value.subject,
        **_days(value.period),
        "made_at": json.instant(value.made_at),
        "status": value.status.value,
        "reason": value.reason.value,
        "complete": value.complete,
        "partial": value.partial,
        "currencies": [_sheet(each) for each in value.sheets],
        "budgets": [_budget(each) for each in value.budgets],
        "anomalies": [_anomaly(each) for each in value.anomalies],
        "untold": [
            {"section": each.section.value, "reason": each.reason, "currency": each.currency}
            for each in value.untold
        ],
        "notes": [json.note_of(each) for each in value.notes],
        "data": json.freshness(value.freshness),
    }


def corrections(value: Corrections) -> dict[str, Any]:
    """What a report says otherwise than before."""
    return {
        "became_final": value.became_final,
        "became_complete": value.became_complete,
        "figures": [
            {
                "figure": each.figure.value,
                "name": each.name,
                "currency": each.currency,
                "before": plain(each.before),
                "after": plain(each.after),
                "change": plain(each.change),
            }
            for each in value.figures
        ],
    }


def _sheet(sheet: Sheet) -> dict[str, Any]:
    return {
        "currency": sheet.currency,
        "total": plain(sheet.total),
        "previous": _against(sheet.previous),
        "last_year": _against(sheet.last_year),
        "projects": [_row(each) for each in sheet.projects],
        "services": [_row(each) for each in sheet.services],
        "unassigned": None if sheet.unassigned is None else _row(sheet.unassigned),
        "movers": [_mover(each) for each in sheet.movers],
        "new": [_mover(each) for each in sheet.new],
        "stopped": [_mover(each) for each in sheet.stopped],
        "explained": None if sheet.explained is None else _explained(sheet.explained),
        "forecasts": [_expected(each) for each in sheet.forecasts],
        "bridge": _bridge(sheet.bridge),
        "invoice": None if sheet.invoice is None else _invoiced(sheet.invoice),
        "accrual": None if sheet.accrual is None else _accrual(sheet.accrual),
        "days": _each_day(sheet.days),
        "days_before": _each_day(sheet.days_before),
        "by_service": [_layer(each) for each in sheet.layers],
        "history": [_month(each) for each in sheet.history],
    }


def _days(period: Period) -> dict[str, str]:
    return {"start": period.start.isoformat(), "end": period.end.isoformat()}


def _against(value: Against) -> dict[str, Any]:
    both = value.comparable
    return {
        **_days(value.period),
        "amount": json.amount(value.amount),
        "comparable": None
        if both is None
        else {"now": plain(both.now), "then": plain(both.then), "cut": value.cut},
        "change": json.amount(value.change),
        "share": json.amount(value.share),
    }


def _row(row: Row) -> dict[str, Any]:
    both = row.comparable
    return {
        "value": row.value,
        "name": row.name,
        "amount": plain(row.amount),
        "share": json.amount(row.share),
        "previous": json.amount(row.before),
        "change": None if both is None else plain(less(both.now, both.then)),
        "others": row.of,
    }


def _mover(mover: Mover) -> dict[str, Any]:
    return {
        "dimension": str(mover.dimension),
        "value": mover.value,
        "name": mover.name,
        "now": plain(mover.now),
        "then": plain(mover.then),
        "change": plain(mover.change),
        "share": json.amount(mover.share),
        "why": mover.why,
        "text": mover.text,
    }


def _explained(value: Explained) -> dict[str, Any]:
    return {
        "now": _days(value.now),
        "then": _days(value.then),
        "before": plain(value.before),
        "after": plain(value.after),
        "change": plain(value.change),
        "sentence": value.sentence,
        "causes": [_cause(each) for each in value.causes],
        "one_off": plain(value.one_off),
        "rest": plain(value.rest),
    }


def _cause(cause: Cause) -> dict[str, Any]:
    return {
        "where": cause.where,
        "amount": plain(cause.amount),
        "new": cause.new,
        "stopped": cause.stopped,
    }


def _expected(value: Expected) -> dict[str, Any]:
    return {
        **_days(value.period),
        "total": json.amount(value.total),
        "spent": plain(value.spent),
        "at80": _band(value.at80),
        "at95": _band(value.at95),
        "previous": json.amount(value.before),
        "error": json.amount(value.error),
        "within": json.amount(value.within),
        "refused": value.refused,
    }


def _band(band: Band | None) -> dict[str, str] | None:
    return None if band is None else {"lower": plain(band.lower), "upper": plain(band.upper)}


def _bridge(value: Bridge) -> dict[str, str]:
    return {
        "cost": plain(value.cost),
        "tax": plain(value.tax),
        "promotions": plain(value.promotions),
        "timing": plain(value.timing),
        "net": plain(value.net),
        "gross": plain(value.gross),
        "credits": plain(value.credits),
    }


def _invoiced(value: Invoiced) -> dict[str, Any]:
    return {
        "invoiced": plain(value.invoiced),
        "used": plain(value.used),
        "difference": plain(value.difference),
        "used_elsewhere": json.amount(value.used_elsewhere),
        "invoiced_elsewhere": json.amount(value.invoiced_elsewhere),
        "previous": json.amount(value.previous),
        "agrees": value.agrees,
    }


def _accrual(value: Accrual) -> dict[str, Any]:
    return {
        "known": plain(value.known),
        "expected": plain(value.expected),
        "late": plain(value.late),
        "between": _band(value.at),
        "holds": plain(round(value.holds, 4)),
        "months": value.months,
        "age": value.age,
    }


def _each_day(days: Sequence[Day]) -> list[dict[str, Any]]:
    return [
        {
            "date": day.date.isoformat(),
            "amount": json.amount(day.amount),
            "complete": day.complete,
        }
        for day in days
    ]


def _layer(layer: Layer) -> dict[str, Any]:
    return {
        "value": layer.value,
        "name": layer.name,
        "other": layer.other,
        "amounts": [plain(amount) for amount in layer.amounts],
    }


def _month(month: Month) -> dict[str, Any]:
    return {
        "month": month.month.isoformat(),
        "amount": plain(month.amount),
        "year_before": json.amount(month.year_before),
        "growth": json.amount(month.growth),
        "complete": month.complete,
    }


def _budget(line: BudgetLine) -> dict[str, Any]:
    return {
        "budget": line.id,
        "subject": line.subject,
        "cycle": line.cycle.value,
        "measure": line.measure.value,
        **_days(line.period),
        "currency": line.currency,
        "state": line.state.value,
        "amount": json.amount(line.amount),
        "used": plain(line.used),
        "expected": json.amount(line.expected),
        "at80": _band(line.at80),
        "breach": json.day(line.breach),
    }


def _anomaly(line: AnomalyLine) -> dict[str, Any]:
    return {
        "anomaly": line.id,
        "project": line.project,
        "service": line.service,
        "whole_project": line.whole,
        **_days(line.days),
        "currency": line.currency,
        "expected": plain(line.expected),
        "actual": plain(line.actual),
        "impact": plain(line.impact),
        "ongoing": line.ongoing,
        "provisional": line.provisional,
        "why": line.why,
        "verdict": line.verdict.value if line.verdict else None,
    }
