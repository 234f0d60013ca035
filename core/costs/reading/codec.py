"""Answers as bytes, for a cache that replicas share: exact, and only data."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import orjson

from core.costs.model import (
    Comparable,
    CostAnswer,
    CostQuery,
    Dimension,
    Freshness,
    Line,
    Note,
    NoteKind,
    Total,
)
from core.period import Period


def encode(answer: CostAnswer) -> bytes:
    """Everything of an answer but its question, which whoever reads it has asked."""
    dimensions = answer.query.group_by
    return orjson.dumps(
        {
            "text": answer.text,
            "totals": [
                (t.currency, _text(t.amount), _text(t.previous), *_pair(t.comparable))
                for t in answer.totals
            ],
            "lines": [
                (
                    [line.group.get(dimension) for dimension in dimensions],
                    line.names and [line.names.get(dimension) for dimension in dimensions],
                    line.currency,
                    _text(line.amount),
                    _text(line.previous),
                    _text(line.share),
                    line.start,
                    line.other,
                    *_pair(line.comparable),
                )
                for line in answer.lines
            ],
            "notes": [
                (n.kind, _text(n.amount), n.currency, _days(n.days), n.text) for n in answer.notes
            ],
            "compared": _days(answer.compared),
            "comparable": answer.comparable and [_days(part) for part in answer.comparable],
            "freshness": (
                answer.freshness.through,
                answer.freshness.complete_until,
                answer.freshness.matches_export,
                answer.freshness.final,
            ),
            "version": answer.data_version,
            "resources": answer.resources,
        }
    )


def decode(data: bytes, query: CostQuery) -> CostAnswer:
    """The answer to a question, as it was encoded."""
    told: dict[str, Any] = orjson.loads(data)
    through, complete_until, matches, final = told["freshness"]
    return CostAnswer(
        query=query,
        text=told["text"],
        totals=tuple(_total(*total) for total in told["totals"]),
        lines=tuple(_line(query.group_by, line) for line in told["lines"]),
        compared=_period(told["compared"]),
        comparable=told["comparable"] and tuple(_period(part) for part in told["comparable"]),
        notes=tuple(_note(*note) for note in told["notes"]),
        freshness=Freshness(
            through=through and datetime.fromisoformat(through),
            complete_until=_date(complete_until),
            matches_export=matches,
            final=final,
        ),
        data_version=told["version"],
        resources=told["resources"],
    )


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else str(amount)


def _pair(comparable: Comparable | None) -> tuple[str | None, str | None]:
    return (None, None) if comparable is None else (str(comparable.now), str(comparable.then))


def _days(period: Period | None) -> tuple[date, date, str] | None:
    return None if period is None else (period.start, period.end, period.name)


def _amount(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _date(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _period(days: Sequence[str] | None) -> Period | None:
    if days is None:
        return None
    start, end, name = days
    return Period(date.fromisoformat(start), date.fromisoformat(end), name)


def _comparable(now: str | None, then: str | None) -> Comparable | None:
    return None if now is None or then is None else Comparable(Decimal(now), Decimal(then))


def _total(currency: str, amount: str, previous: str | None, *pair: str | None) -> Total:
    return Total(currency, Decimal(amount), _amount(previous), _comparable(*pair))


def _line(dimensions: tuple[Dimension, ...], line: Sequence[Any]) -> Line:
    values, names, currency, amount, previous, share, start, other, now, then = line
    return Line(
        group=dict(zip(dimensions, values, strict=True)),
        currency=currency,
        amount=Decimal(amount),
        previous=_amount(previous),
        share=_amount(share),
        start=_date(start),
        names=names
        and {d: name for d, name in zip(dimensions, names, strict=True) if name is not None},
        other=other,
        comparable=_comparable(now, then),
    )


def _note(
    kind: str, amount: str | None, currency: str | None, days: Sequence[str] | None, text: str
) -> Note:
    return Note(NoteKind(kind), _amount(amount), currency, _period(days), text)
