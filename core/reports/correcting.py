"""What a report would say otherwise now: for the note under the one that was posted."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final

from core.money import ZERO
from core.reports.model import Report, ReportStatus, Sheet
from core.reports.sections import Row

SHARE: Final = Decimal("0.005")
UNITS: Final = Decimal(1)
"""A total that moved by no more than both, a share of it and units of its currency, stays."""


class Figure(StrEnum):
    """Which figure changed; of projects and services there are several, told apart by name."""

    TOTAL = "total"
    NET = "net"
    INVOICE = "invoice"
    PROJECT = "project"
    SERVICE = "service"


@dataclass(frozen=True, slots=True)
class Corrected:
    """One figure, as it was told and as it is now; `name`: of a project or service, else ''."""

    figure: Figure
    currency: str
    before: Decimal
    after: Decimal
    name: str = ""

    @property
    def change(self) -> Decimal:
        """How much more it is."""
        return self.after - self.before

    @property
    def share(self) -> Decimal | None:
        """The same, as a share of what was told; None where that isn't positive."""
        return self.change / self.before if self.before > 0 else None


@dataclass(frozen=True, slots=True)
class Corrections:
    """What changed: figures beyond the bound, totals before parts, the largest change first.

    `became_final`: it was provisional. `became_complete`: days were missing before.
    """

    figures: tuple[Corrected, ...]
    became_final: bool = False
    became_complete: bool = False


def corrections(before: Report, after: Report) -> Corrections | None:
    """What changed between two reports of the same period and scope; None: nothing to tell.

    A total (or net, or the invoice) has changed if it moved by more than 0.5% and more than one
    unit of its currency; projects and services are told then, those that moved by as much.
    """
    totals = sorted(_totals(before, after), key=_size)
    moved = {each.currency for each in totals}
    parts = sorted((each for each in _parts(before, after) if each.currency in moved), key=_size)
    final = after.status is ReportStatus.FINAL and before.status is not ReportStatus.FINAL
    complete = after.complete and not before.complete
    if not (totals or final or complete):
        return None
    return Corrections((*totals, *parts), became_final=final, became_complete=complete)


def _size(each: Corrected) -> Decimal:
    return -abs(each.change)


def _currencies(before: Report, after: Report) -> Sequence[str]:
    return list(dict.fromkeys(each.currency for each in (*before.sheets, *after.sheets)))


def _totals(before: Report, after: Report) -> Iterator[Corrected]:
    for currency in _currencies(before, after):
        one, other = before.sheet(currency), after.sheet(currency)
        told = dict(_figures(one))
        now = dict(_figures(other))
        for figure in Figure:
            if figure in told or figure in now:
                found = Corrected(figure, currency, told.get(figure, ZERO), now.get(figure, ZERO))
                if _matters(found):
                    yield found


def _figures(sheet: Sheet | None) -> Iterator[tuple[Figure, Decimal]]:
    if sheet is None:
        return
    yield Figure.TOTAL, sheet.total
    yield Figure.NET, sheet.bridge.net
    if sheet.invoice is not None:
        yield Figure.INVOICE, sheet.invoice.invoiced


def _parts(before: Report, after: Report) -> Iterator[Corrected]:
    for currency in _currencies(before, after):
        one, other = before.sheet(currency), after.sheet(currency)
        for figure, rows in ((Figure.PROJECT, "projects"), (Figure.SERVICE, "services")):
            for name, told, now in _both(getattr(one, rows, ()), getattr(other, rows, ())):
                found = Corrected(figure, currency, told, now, name)
                if _matters(found):
                    yield found


def _both(before: Sequence[Row], after: Sequence[Row]) -> Iterator[tuple[str, Decimal, Decimal]]:
    """What was told of each row, and what is now, by name.

    Of what isn't listed in one of them nothing was told apart, unless that one lists all: then
    it was nothing.
    """
    told, now = _listed(before), _listed(after)
    for key in dict.fromkeys((*now, *told)):
        if (key in told or _lists_all(before)) and (key in now or _lists_all(after)):
            one, other = told.get(key), now.get(key)
            name = next(row.name for row in (other, one) if row is not None)
            yield name, one.amount if one else ZERO, other.amount if other else ZERO


def _listed(rows: Sequence[Row]) -> dict[str | None, Row]:
    return {row.value: row for row in rows if not row.other}


def _lists_all(rows: Sequence[Row]) -> bool:
    return bool(rows) and not any(row.other for row in rows)


def _matters(each: Corrected) -> bool:
    return abs(each.change) > max(abs(each.before) * SHARE, UNITS)
