"""What a month that is over will have cost in the end, judged by how late past months were."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from statistics import median
from typing import Final

from babel.numbers import get_currency_precision

from core.costs.listings import Late
from core.errors import ConflictError
from core.forecasts.model import Band
from core.period import add_months
from core.reports.sections import Accrual, Month

FEWEST: Final = 3
"""So many past months at least tell how late data is."""


@dataclass(frozen=True, slots=True)
class Lateness:
    """What is known of how late data is.

    `late`: what came of each month later than `age` after its end. `final`: the months (first
    days) of which no more is expected.
    """

    late: Late
    final: frozenset[date]
    age: timedelta


class TooFewMonthsError(ConflictError):
    """Too few past months have been watched from that age on."""


def accrual(
    month: date, known: Decimal, currency: str, history: Sequence[Month], lateness: Lateness
) -> Accrual:
    """What a month is expected to come to.

    Each past month that is final and was watched since the same age grew by some share; the
    middle one is expected, the least and the most are the band. With n months alike, the next
    lies between them in (n - 1) of (n + 1) cases, whatever their distribution.

    Args:
        month: its first day; it is over, and not final.
        known: what it has now.
        currency: of all amounts.
        history: the months before it.
        lateness: how late they were.

    Raises:
        TooFewMonthsError: fewer than three tell.
    """
    grown = _grown(month, currency, history, lateness)
    if len(grown) < FEWEST:
        said = "there are none" if not grown else f"there are {len(grown)}"
        raise TooFewMonthsError(
            f"How much still comes can't be told yet: it takes {FEWEST} past months that were"
            f" watched from {lateness.age.days} days after their end until they were final, and"
            f" {said}."
        )
    unit = Decimal(1).scaleb(-get_currency_precision(currency))

    def at(growth: Decimal) -> Decimal:
        return (known * (1 + growth)).quantize(unit, ROUND_HALF_EVEN)

    ends = sorted((at(min(grown)), at(max(grown))))
    expected = at(median(grown))
    return Accrual(known, expected, Band(*ends), len(grown), lateness.age.days)


def _grown(
    month: date, currency: str, history: Sequence[Month], lateness: Lateness
) -> list[Decimal]:
    """By which share of what they had at that age past months grew."""
    since = lateness.late.since
    if since is None:
        return []
    late: Mapping[tuple[date, str], Decimal] = lateness.late.amounts
    found = []
    for each in history:
        if each.month >= month or each.month not in lateness.final:
            continue
        came = late.get((each.month, currency), Decimal(0))
        then = each.amount - came
        if over(each.month) + lateness.age >= since and then > 0:
            found.append(came / then)
    return found


def over(month: date) -> datetime:
    """The instant (UTC) at which a month is over."""
    return datetime.combine(add_months(month, 1), time(), UTC)
