"""What an evaluation looks at: which periods of a budget, and what alerts are told of each."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from hashlib import blake2b
from typing import Final

from core.alerts.model import Deed, Figures, Kind, Subject, Threshold
from core.alerts.reading import Reading, Watched
from core.budgets.model import Budget, Terms, period_on, was_there
from core.budgets.rolling import Everything
from core.budgets.status import Status
from core.money import ZERO
from core.outbox.model import MAIL, SLACK, Destination
from core.period import Period

CLOSED_FOR: Final = timedelta(days=35)
"""So long after its end a period is still looked at: data comes late, and bills with it."""


def periods(budget: Budget, today: date) -> Iterator[Period]:
    """The periods of a budget to look at: the present one, and the one that ended lately."""
    present = period_on(budget.terms, today)
    if present.start <= today < present.end:
        yield present
    over = present if present.end <= today else None
    if over is None and budget.terms.dates is None:
        over = period_on(budget.terms, present.start - timedelta(1))
    if over is not None and over.end <= today < over.end + CLOSED_FOR and was_there(budget, over):
        yield over


def is_watched(budget: Budget, every: Everything, today: date) -> bool:
    """Whether an evaluation finds something to look at in the present period of a budget."""
    plan = every.plan(budget)
    return budget.query is not None and any(
        each.end > today and plan(each) is not None for each in periods(budget, today)
    )


def reading(
    told: Status,
    watched: Watched | None,
    *,
    version: int,
    today: date,
    changed: Deed,
    to: Sequence[Destination],
) -> Reading | None:
    """What alerts are told of a status; None where no amount is said.

    Args:
        told: the status.
        watched: what the evaluation before knew of the budget.
        version: of the data, before it was read.
        today: the day in the reports' time zone.
        changed: who set what bears on it, and when.
        to: who is told.
    """
    if told.amount is None:
        return None
    budget = told.budget
    here = watched is not None and watched.period_start == told.period.start
    before = watched.complete_until if watched is not None and here else None
    known = [amount for day, amount in told.days.items() if before is not None and day < before]
    return Reading(
        subject=_subject(told),
        figures=_figures(told, told.amount),
        thresholds=_thresholds(budget.terms.thresholds, budget.terms.forecast_thresholds),
        terms=_fingerprint(budget.terms),
        changed_at=changed.at,
        changed_by=changed.by,
        data_version=version,
        closed=told.period.end <= today,
        before=before,
        known_before=None if before is None else sum(known, ZERO),
        to=tuple(to),
    )


def destinations(terms: Terms) -> tuple[Destination, ...]:
    """Whom a budget itself says to tell."""
    return (
        *(Destination(SLACK, each) for each in terms.channels),
        *(Destination(MAIL, each) for each in terms.emails),
    )


def may_matter(told: Status, today: date) -> bool:
    """Whether to forecast: where there is an amount, of a period that isn't over."""
    return told.amount is not None and told.period.end > today


@lru_cache
def _thresholds(spent: tuple[int, ...], expected: tuple[int, ...]) -> tuple[Threshold, ...]:
    return (
        *(Threshold(Kind.ACTUAL, each) for each in spent),
        *(Threshold(Kind.FORECAST, each) for each in expected),
    )


def _subject(told: Status) -> Subject:
    terms = told.budget.terms
    return Subject(
        budget=told.budget.id,
        subject=terms.subject,
        currency=terms.currency,
        measure=terms.measure,
        cycle=terms.cycle.value,
        period=told.period,
        owner=terms.owner,
    )


def _figures(told: Status, amount: Decimal) -> Figures:
    return Figures(
        amount=amount,
        used=told.used,
        complete_until=told.complete_until,
        used_complete=told.used_complete,
        planned=told.planned,
        expected=told.expected,
        lower=told.at80 and told.at80.lower,
        upper=told.at80 and told.at80.upper,
        breach=told.breach,
        final=told.final,
        through=told.freshness.through,
        matches_export=told.freshness.matches_export,
    )


def _fingerprint(terms: Terms) -> str:
    """The same until people change what bears on crossings; amounts are compared apart."""
    said = (
        terms.subject,
        terms.measure,
        terms.currency,
        terms.cycle,
        terms.dates,
        terms.thresholds,
        terms.forecast_thresholds,
    )
    return blake2b(repr(said).encode(), digest_size=12).hexdigest()
