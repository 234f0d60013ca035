"""What source and store add up to, in one statement: two would see two states of the store."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Final, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Date,
    Select,
    Text,
    and_,
    cast,
    func,
    null,
    or_,
    select,
    union_all,
)

from core.costs.proving.model import Bill, Crossing, KindProof, Reconciliation, Sums, exact
from core.costs.tables import (
    billing_accounts,
    charge_daily,
    control_totals,
    kinds,
    slices,
    sources,
)
from core.database import Connection
from core.period import add_months

type Key = tuple[str, date, str]
"""Source, billing period, currency."""

MONTH: Final = cast(func.date_trunc("month", charge_daily.c.day), Date)


class Row(NamedTuple):
    """Sums of one kind; `used` None: what the source says, without the columns after it."""

    used: date | None
    source: str
    billing_period: date
    charge_category: str
    source_type: str
    currency: str
    account: str | None
    invoice_id: str | None
    billed: Decimal
    effective: Decimal
    lines: int


async def read(
    connection: Connection, *, source: str | None, months: Collection[date] | None
) -> list[Row]:
    """The sums of some months, or of all: invoiced in them, or used in them.

    Args:
        connection: where.
        source: its name; None: all.
        months: their first days; None: all.
    """
    statements = [_said(months), _held(months)]
    if source is not None:
        statements = [each.where(sources.c.name == source) for each in statements]
    return [Row(*row) for row in await connection.execute(union_all(*statements))]


def _said(months: Collection[date] | None) -> Select[Any]:
    c = control_totals.c
    keys = (sources.c.name, c.billing_period, *_KIND, c.currency)
    statement = (
        select(
            cast(null(), Date),
            *keys,
            cast(null(), Text),
            cast(null(), Text),
            *_sums(c),
        )
        .select_from(control_totals)
        .join(slices, slices.c.id == c.slice_id)
        .join(sources, sources.c.id == slices.c.source_id)
        .join(kinds, kinds.c.id == c.kind_id)
        .group_by(*keys)
    )
    return statement if months is None else statement.where(c.billing_period.in_(months))


def _held(months: Collection[date] | None) -> Select[Any]:
    f = charge_daily.c
    keys = (
        *(MONTH, sources.c.name, f.billing_period, *_KIND, f.currency),
        *(billing_accounts.c.account_id, f.invoice_id),
    )
    statement = (
        select(*keys, *_sums(f))
        .select_from(charge_daily)
        .join(slices, slices.c.id == f.slice_id)
        .join(sources, sources.c.id == slices.c.source_id)
        .join(kinds, kinds.c.id == f.kind_id)
        .join(billing_accounts, billing_accounts.c.id == f.billing_account_id)
        .group_by(*keys)
    )
    if months is None:
        return statement
    return statement.where(
        within(months), or_(f.billing_period.in_(months), and_(*used_in(months)))
    )


_KIND: Final = (kinds.c.charge_category, kinds.c.source_type)


def _sums(c: Any) -> tuple[Any, ...]:
    lines = cast(func.sum(c.lines), control_totals.c.lines.type)
    return func.sum(c.billed), func.sum(c.effective), lines


def used_in(months: Collection[date]) -> tuple[ColumnElement[bool], ...]:
    """Facts of these months' days."""
    days = [(charge_daily.c.day >= m) & (charge_daily.c.day < add_months(m, 1)) for m in months]
    return (or_(*days),)


def within(months: Collection[date]) -> ColumnElement[bool]:
    """The days that slices with charges of these billing periods hold: spares partitions."""
    first, last = min(months), add_months(max(months), 1)
    touching = select(control_totals.c.slice_id).where(control_totals.c.billing_period.in_(months))
    here = slices.c.id.in_(touching)
    start = select(func.min(slices.c.first_day)).where(here).scalar_subquery()
    end = select(func.max(slices.c.last_day)).where(here).scalar_subquery()
    return and_(
        charge_daily.c.day >= func.least(start, cast(first, Date)),
        charge_daily.c.day <= func.greatest(end, cast(last, Date)),
    )


@dataclass(slots=True)
class _Gathered:
    """The sums of one source, billing period and currency, as they come."""

    said: defaultdict[tuple[str, str], Sums] = field(default_factory=lambda: defaultdict(Sums))
    held: defaultdict[tuple[str, str], Sums] = field(default_factory=lambda: defaultdict(Sums))
    billed: defaultdict[tuple[str, str], list[Decimal]] = field(
        default_factory=lambda: defaultdict(list)
    )
    used: list[Decimal] = field(default_factory=list)
    used_in: defaultdict[date, list[Decimal]] = field(default_factory=lambda: defaultdict(list))
    invoiced_in: defaultdict[date, list[Decimal]] = field(default_factory=lambda: defaultdict(list))


def compared(rows: Iterable[Row], months: Collection[date] | None) -> tuple[Reconciliation, ...]:
    """Put the sums beside one another; newest month first, then by source and currency."""
    found: defaultdict[Key, _Gathered] = defaultdict(_Gathered)
    usage: list[Row] = []
    for row in rows:
        if row.used is not None:
            usage.append(row)
        if months is None or row.billing_period in months:
            _gather(found[row.source, row.billing_period, row.currency], row)
    for row in usage:
        _use(found, row)
    ordered = sorted(found.items(), key=lambda item: (item[0][0], item[0][2]))
    ordered.sort(key=lambda item: item[0][1], reverse=True)
    return tuple(_reconciliation(key, gathered) for key, gathered in ordered)


def _gather(into: _Gathered, row: Row) -> None:
    """What belongs to the billing period."""
    kind = (row.charge_category, row.source_type)
    sums = Sums(row.billed, row.effective, row.lines)
    if row.used is None:
        into.said[kind] += sums
        return
    into.held[kind] += sums
    into.billed[row.account or "", row.invoice_id or ""].append(row.billed)
    if row.used != row.billing_period:
        into.used_in[row.used].append(row.billed)


def _use(found: defaultdict[Key, _Gathered], row: Row) -> None:
    """What belongs to the month of use, if that is compared."""
    if row.used is None or (key := (row.source, row.used, row.currency)) not in found:
        return
    found[key].used.append(row.billed)
    if row.used != row.billing_period:
        found[key].invoiced_in[row.billing_period].append(row.billed)


def _reconciliation(key: Key, gathered: _Gathered) -> Reconciliation:
    source, month, currency = key
    return Reconciliation(
        source=source,
        month=month,
        currency=currency,
        kinds=tuple(
            KindProof(*kind, gathered.said[kind], gathered.held[kind])
            for kind in sorted(gathered.said.keys() | gathered.held.keys())
        ),
        used=exact(gathered.used),
        used_elsewhere=_crossings(gathered.used_in),
        invoiced_elsewhere=_crossings(gathered.invoiced_in),
        bills=tuple(
            Bill(account, invoice_id, exact(amounts))
            for (account, invoice_id), amounts in sorted(gathered.billed.items())
        ),
    )


def _crossings(months: defaultdict[date, list[Decimal]]) -> tuple[Crossing, ...]:
    return tuple(Crossing(month, exact(amounts)) for month, amounts in sorted(months.items()))
