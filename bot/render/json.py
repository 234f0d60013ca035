"""Domain values as JSON: plain dicts with exact decimals as text, as the API documents them."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from core.costs import trends
from core.costs.model import CostAnswer, CostQuery, CostRow, Freshness, Line, Note, Total
from core.money import plain
from core.period import Period
from core.projects.model import Project
from core.projects.rules import PlacedRule


def cost_answer(answer: CostAnswer) -> dict[str, Any]:
    """An answer; `end` is exclusive, shares and amounts are text."""
    return {
        "query": query_of(answer.query, answer.text),
        "compared": _days(answer.compared),
        "totals": [_total(total) for total in answer.totals],
        "lines": [_line(line) for line in answer.lines],
        "trend": [*_trends(answer)],
        "notes": [note_of(note) for note in answer.notes],
        "data": freshness(answer.freshness),
    }


def _trends(answer: CostAnswer) -> Iterator[dict[str, Any]]:
    """The course of each currency, all groups together; nothing where it isn't cut along time."""
    granularity = answer.query.granularity
    if granularity is None:
        return
    for total in answer.totals:
        yield {
            "currency": total.currency,
            "window": trends.WINDOWS[granularity],
            "points": [_point(point) for point in trends.points(answer, total.currency)],
        }


def _point(point: trends.Point) -> dict[str, Any]:
    return {
        "start": point.days.start.isoformat(),
        "end": point.days.end.isoformat(),
        "amount": plain(point.amount),
        "previous": amount(point.previous),
        "change": amount(point.change),
        "average": amount(point.average),
        "complete": point.complete,
    }


def cost_row(row: CostRow) -> dict[str, Any]:
    """One row of `/v1/costs`."""
    return {
        "date": row.date.isoformat(),
        "project": row.project,
        "provider": row.provider,
        "account": row.account,
        "service": row.service,
        "sku": row.sku,
        "region": row.region,
        "category": row.category,
        "currency": row.currency,
        "amount": amount(row.amount),
    }


def project(value: Project) -> dict[str, Any]:
    """A project, and the labels and accounts that define it."""
    return {
        "slug": value.slug,
        "name": value.name,
        "owner": value.owner,
        "team": value.team,
        "cost_center": value.cost_center,
        "channel": value.channel,
        "archived": value.archived,
        "accounts": [
            {"provider": account.provider, "id": account.id, "name": account.name}
            for account in value.accounts
        ],
        "labels": [rule(placed) for placed in value.rules],
        "aliases": list(value.aliases),
    }


def rule(placed: PlacedRule) -> dict[str, Any]:
    """A label that defines a project, at its place; `since` null: ever."""
    match = placed.rule.match
    return {
        "id": placed.rule.id,
        "place": placed.place,
        "key": match.key,
        "value": match.value,
        "provider": match.provider,
        "account": match.account,
        "project": placed.rule.slug,
        "since": day(placed.since),
    }


def freshness(value: Freshness) -> dict[str, Any]:
    """How far the data reaches, and whether it is proved."""
    return {
        "through": instant(value.through),
        "complete_until": day(value.complete_until),
        "matches_export": value.matches_export,
        "final": value.final,
    }


def instant(value: datetime | None) -> str | None:
    """An instant in UTC: `2026-11-21T22:00:00Z`."""
    if value is None:
        return None
    return value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def query_of(query: CostQuery, text: str) -> dict[str, Any]:
    """The question as understood; `end` is exclusive."""
    return {
        "text": text,
        "projects": list(query.projects),
        "start": query.period.start.isoformat(),
        "end": query.period.end.isoformat(),
        "measure": query.measure.value,
        "basis": query.basis.value,
        "group_by": [str(dimension) for dimension in query.group_by],
        "granularity": query.granularity.value if query.granularity else None,
    }


def _total(total: Total) -> dict[str, Any]:
    return {
        "currency": total.currency,
        "amount": plain(total.amount),
        "previous": amount(total.previous),
    }


def _line(line: Line) -> dict[str, Any]:
    written: dict[str, Any] = {
        "group": {str(dimension): value for dimension, value in line.group.items()},
        "date": day(line.start),
        "currency": line.currency,
        "amount": plain(line.amount),
        "previous": amount(line.previous),
        "share": amount(line.share),
    }
    if line.names:
        written["names"] = {str(dimension): name for dimension, name in line.names.items()}
    if line.other:
        written["other"] = True
    return written


def note_of(note: Note) -> dict[str, Any]:
    """Something to know."""
    written: dict[str, Any] = {"kind": note.kind.value}
    if note.amount is not None:
        written |= {"currency": note.currency, "amount": plain(note.amount)}
    if note.days is not None:
        written |= {"days": _days(note.days)}
    if note.text:
        written["text"] = note.text
    return written


def _days(period: Period | None) -> dict[str, str] | None:
    if period is None:
        return None
    return {"start": period.start.isoformat(), "end": period.end.isoformat()}


def day(value: date | None) -> str | None:
    """A day: `2026-11-22`."""
    return value.isoformat() if value is not None else None


def amount(value: Decimal | None) -> str | None:
    """An exact amount."""
    return plain(value) if value is not None else None
