"""What an answer must say beside its figures."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from core.access.model import Viewer
from core.costs.model import PROJECT, CostQuery, Note, NoteKind
from core.costs.reading.assemble import Sums
from core.costs.reading.basis import Basis, Rate
from core.costs.reading.plan import Plan
from core.errors import InvalidError
from core.money import plain
from core.period import Period, add_months

_RATE: Final = Decimal("0.000001")


class RateUnknownError(InvalidError):
    """There is no rate to convert those amounts with."""


def notes(
    query: CostQuery,
    plan: Plan,
    sums: Mapping[str, Sums],
    basis: Basis,
    *,
    viewer: Viewer,
    today: date,
) -> tuple[Note, ...]:
    """Every note that an answer needs, in the order in which people want them."""
    return (
        *_excluded(sums),
        *_days(plan, basis, today),
        *_access(query, viewer),
        *_unassigned(sums),
        *_converted(basis.rates, query.currency),
        *_proof(basis),
    )


def _excluded(sums: Mapping[str, Sums]) -> Iterator[Note]:
    for currency, total in sums.items():
        if total.tax:
            yield Note(NoteKind.TAX_EXCLUDED, total.tax, currency)
        if total.promotion:
            yield Note(NoteKind.PROMOTION_EXCLUDED, total.promotion, currency)
        if total.unlisted:
            yield Note(NoteKind.LIST_UNKNOWN, total.unlisted, currency)


def _days(plan: Plan, basis: Basis, today: date) -> Iterator[Note]:
    """Days held but not complete yet, and days that have begun of which nothing is held."""
    begun = min(plan.now.end, today + timedelta(1))
    complete = basis.freshness.complete_until or plan.now.start
    held = basis.held_until or plan.now.start
    if days := _between(max(plan.now.start, complete), min(begun, held)):
        yield Note(NoteKind.INCOMPLETE_DAYS, days=days)
    if days := _between(max(plan.now.start, complete, held), begun):
        yield Note(NoteKind.MISSING_DAYS, days=days)


def _between(start: date, end: date) -> Period | None:
    return Period(start, end) if start < end else None


def _access(query: CostQuery, viewer: Viewer) -> Iterator[Note]:
    """A viewer of some projects is told so, unless they asked for some of theirs by name."""
    named = any(f.dimension == PROJECT and not f.negated for f in query.where)
    hidden = any(f.dimension == PROJECT and not f.negated and None in f.values for f in query.where)
    if viewer.projects is not None and (hidden or not named):
        yield Note(NoteKind.PARTIAL_ACCESS)


def _unassigned(sums: Mapping[str, Sums]) -> Iterator[Note]:
    for currency, total in sums.items():
        if total.unassigned:
            yield Note(NoteKind.UNASSIGNED, total.unassigned, currency)


def _converted(rates: Sequence[Rate], target: str | None) -> Iterator[Note]:
    """What was converted: of each currency the amount as charged, the months, the rates."""
    of_currency: defaultdict[str, list[Rate]] = defaultdict(list)
    for rate in rates:
        if rate.now and rate.currency != target:
            of_currency[rate.currency].append(rate)
    for currency, used in of_currency.items():
        months = [rate.month for rate in used]
        yield Note(
            NoteKind.CONVERTED,
            amount=sum((rate.amount for rate in used), Decimal(0)),
            currency=currency,
            days=Period(min(months), add_months(max(months), 1)),
            text=_rates(used, target),
        )


def _rates(used: Sequence[Rate], target: str | None) -> str:
    """'1 EUR = 1.0832 USD by the export's rates of 2026-10', or from the lowest to the highest."""
    ratios = sorted(rate.ratio.quantize(_RATE) for rate in used if rate.ratio is not None)
    if not ratios:
        return ""
    span = dict.fromkeys((plain(ratios[0]), plain(ratios[-1])))
    return f"1 {used[0].currency} = {' to '.join(span)} {target} by {_whose(used)}"


def _whose(used: Sequence[Rate]) -> str:
    """Which rates, and of when."""
    told = list(dict.fromkeys(origin for rate in used for origin in rate.configured))
    if months := sorted(rate.month for rate in used if not rate.configured):
        span = dict.fromkeys(f"{month:%Y-%m}" for month in (months[0], months[-1]))
        told.insert(0, f"the export's rates of {' to '.join(span)}")
    return " and ".join(told)


def _proof(basis: Basis) -> Iterator[Note]:
    if basis.behind:
        yield Note(NoteKind.BEHIND_EXPORT)
    for source, month in basis.mismatches:
        yield Note(NoteKind.MISMATCH, days=Period(month, add_months(month, 1)), text=source)


def refuse_unknown_rates(basis: Basis, target: str | None) -> None:
    """See that every amount of the question's period could be converted.

    Raises:
        RateUnknownError: one couldn't.
    """
    unknown = [rate for rate in basis.rates if rate.converted is None and rate.now]
    if unknown:
        first = unknown[0]
        raise RateUnknownError(
            f"No rate is known to convert {first.currency} of {first.month:%Y-%m} to {target}.",
            fix="Ask without a currency: amounts are then shown in those they were charged in. "
            "An administrator can give rates under [[rates]] in sources.toml.",
            suggestions=sorted({rate.currency for rate in basis.rates}),
        )
