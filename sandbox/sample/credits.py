"""What the company has agreed with Google: prices, discounts, commitments, a promotion."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from sandbox.sample.company import Line

_SATURDAY: Final = 5
_FREE_DAYS: Final = 3
_FREE_A_DAY: Final = 12_000_000
_PROMOTED: Final = (((2, 1), (4, 30)), ((8, 1), (11, 15)))


@dataclass(frozen=True, slots=True)
class Credit:
    """A kind of credit, as the export names it."""

    type: str
    name: str
    id: str = ""


CREDITS: Final = (
    Credit("SUSTAINED_USAGE_DISCOUNT", "Sustained Usage Discount"),
    Credit("COMMITTED_USAGE_DISCOUNT", "Committed Usage Discount: CPU"),
    Credit("FEE_UTILIZATION_OFFSET", "Committed use discount fee utilization offset"),
    Credit("DISCOUNT", "Negotiated storage discount", "storage-2025"),
    Credit("FREE_TIER", "Free Tier"),
    Credit("PROMOTION", "Google Cloud AI accelerator program", "accelerator-7731"),
)
_NUMBER: Final = {credit.type: number for number, credit in enumerate(CREDITS)}

type Terms = tuple[int, tuple[tuple[int, int], ...]]
"""Price in thousandths of the list price, and of that price the thousandths each credit takes."""


def terms(line: Line, day: date, listed: int) -> Terms:
    """Return what a line costs on a day on which its list price is `listed` millionths."""
    deal = _DEALS.get(line.deal)
    return deal(day, listed) if deal else (1000, ())


def _credit(kind: str, thousandths: int) -> tuple[int, int]:
    return _NUMBER[kind], thousandths


def _sustained(day: date, full: int) -> tuple[int, int]:
    """The longer a machine runs in a month, the cheaper it was: the discount grows with it."""
    length = (date(day.year + day.month // 12, day.month % 12 + 1, 1) - timedelta(1)).day
    return _credit("SUSTAINED_USAGE_DISCOUNT", full * day.day // length)


def _on_n1(day: date, _: int) -> Terms:
    return 1000, (_sustained(day, 300),)


def _committed(day: date, _: int) -> Terms:
    return 1000, (_credit("COMMITTED_USAGE_DISCOUNT", 520), _sustained(day, 60))


def _flexible(_day: date, _: int) -> Terms:
    """The newer commitments lower the price itself; the fee's offset is on the fee's line."""
    return 776, ()


def _flexible_fee(day: date, _: int) -> Terms:
    used = 884 if day.weekday() >= _SATURDAY else 972
    return 1000, (_credit("FEE_UTILIZATION_OFFSET", used),)


def _negotiated(_day: date, _: int) -> Terms:
    return 1000, (_credit("DISCOUNT", 70),)


def _free(day: date, listed: int) -> Terms:
    if day.day > _FREE_DAYS:
        return 1000, ()
    return 1000, (_credit("FREE_TIER", min(1000, 1000 * _FREE_A_DAY // max(listed, 1))),)


def _promotion(day: date, _: int) -> Terms:
    if any(begins <= (day.month, day.day) <= ends for begins, ends in _PROMOTED):
        return 1000, (_credit("PROMOTION", 650),)
    return 1000, ()


_DEALS: Final[dict[str, Callable[[date, int], Terms]]] = {
    "sustained": _on_n1,
    "committed": _committed,
    "flexible": _flexible,
    "flexible-fee": _flexible_fee,
    "negotiated": _negotiated,
    "free": _free,
    "promotion": _promotion,
}
