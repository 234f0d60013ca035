"""Invoices as finance records them, beside what is stored."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from core.access.model import Viewer
from core.costs.model import PROVIDER, Basis, CostQuery, Measure, Note, NoteKind
from core.costs.proving.model import Bill, InvoiceState, exact, invoice_state
from core.costs.proving.sums import within
from core.costs.reading.assemble import Sums
from core.costs.tables import billing_accounts, charge_daily, invoices
from core.database import Connection, Database
from core.errors import ConflictError, InvalidError, NotFoundError
from core.period import Period, add_months

type Bucket = tuple[str, date, str]
"""Provider, month and currency: invoices of one are compared with charges of the same."""


class UnknownBillingAccountError(NotFoundError):
    """No charges of that billing account have been read."""


class AmbiguousAccountError(ConflictError):
    """Two providers have a billing account of that name."""


class InvoiceError(InvalidError):
    """An invoice is of a whole month, in a currency of three letters."""


@dataclass(frozen=True, slots=True)
class Invoice:
    """What an invoice says. `invoice_id` '': all that the account owes for the month.

    `account` is the BillingAccountId; `provider` '': whichever has it. `month`: its first day.
    """

    account: str
    month: date
    amount: Decimal
    currency: str
    invoice_id: str = ""
    provider: str = ""
    recorded_at: datetime | None = None
    recorded_by: str = ""
    id: int = 0

    @property
    def bucket(self) -> Bucket:
        """What it is compared within."""
        return self.provider, self.month, self.currency


async def record(tx: Connection, invoice: Invoice, account_id: int) -> int:
    """Keep an invoice, in place of what was recorded of it before; its id."""
    values = {
        "amount": invoice.amount,
        "recorded_at": invoice.recorded_at,
        "recorded_by": invoice.recorded_by,
    }
    statement = insert(invoices).values(
        billing_account_id=account_id,
        billing_period=invoice.month,
        invoice_id=invoice.invoice_id,
        currency=invoice.currency,
        **values,
    )
    kept = statement.on_conflict_do_update(constraint="uq_invoices_key", set_=values)
    found: int = (await tx.execute(kept.returning(invoices.c.id))).scalar_one()
    return found


async def remove(tx: Connection, invoice_id: int) -> bool:
    """Forget an invoice; False if there is none of that id."""
    done = await tx.execute(invoices.delete().where(invoices.c.id == invoice_id))
    return bool(done.rowcount)


async def read_accounts(connection: Connection) -> tuple[tuple[str, str], ...]:
    """The billing accounts that have an id: provider and id."""
    t = billing_accounts.c
    held = select(t.provider, t.account_id).where(t.account_id != "")
    rows = await connection.execute(held.order_by(t.provider, t.account_id))
    return tuple((row.provider, row.account_id) for row in rows)


async def find_account(tx: Connection, provider: str, account: str) -> tuple[int, str]:
    """The id of a billing account, and its provider.

    Raises:
        UnknownBillingAccountError: with those that there are.
        AmbiguousAccountError: several providers have it.
    """
    t = billing_accounts.c
    held = select(t.id, t.provider, t.account_id).where(t.account_id != "")
    rows = (await tx.execute(held.order_by(t.account_id))).all()
    found = [row for row in rows if row.account_id == account and provider in ("", row.provider)]
    if not found:
        raise UnknownBillingAccountError(
            f"No charges of a billing account {account!r} have been read.",
            suggestions=[row.account_id for row in rows[:10]],
        )
    if len(found) > 1:
        raise AmbiguousAccountError(
            f"{' and '.join(row.provider for row in found)} both have an account {account!r}.",
            fix="Say which provider.",
        )
    return found[0].id, found[0].provider


async def read(
    connection: Connection,
    *,
    months: Collection[date] | None = None,
    before: int | None = None,
    limit: int | None = None,
) -> tuple[Invoice, ...]:
    """Invoices, newest record first; of some months, or all."""
    c, a = invoices.c, billing_accounts.c
    statement = (
        select(
            *(a.account_id, c.billing_period, c.amount, c.currency, c.invoice_id, a.provider),
            *(c.recorded_at, c.recorded_by, c.id),
        )
        .join(billing_accounts, a.id == c.billing_account_id)
        .order_by(c.id.desc())
        .limit(limit)
    )
    if months is not None:
        statement = statement.where(c.billing_period.in_(months))
    if before is not None:
        statement = statement.where(c.id < before)
    return tuple(Invoice(*row) for row in await connection.execute(statement))


async def read_bills(
    connection: Connection, months: Collection[date]
) -> Mapping[Bucket, list[Bill]]:
    """What is stored of some billing periods, per billing account and InvoiceId."""
    f, a = charge_daily.c, billing_accounts.c
    keys = (a.provider, f.billing_period, f.currency, a.account_id, f.invoice_id)
    statement = (
        select(*keys, func.sum(f.billed))
        .join(billing_accounts, a.id == f.billing_account_id)
        .where(within(months), f.billing_period.in_(months))
        .group_by(*keys)
    )
    found: defaultdict[Bucket, list[Bill]] = defaultdict(list)
    for provider, month, currency, *bill in await connection.execute(statement):
        found[provider, month, currency].append(Bill(*bill))
    return found


def beside(bills: Sequence[Bill], recorded: Iterable[Invoice]) -> tuple[Bill, ...]:
    """Bills with the invoices of the same provider, month and currency.

    An account whose whole month is recorded is one bill; invoices that nothing is stored of
    are bills of nothing.
    """
    said = {(invoice.account, invoice.invoice_id): invoice.amount for invoice in recorded}
    accounts = sorted({bill.account for bill in bills})
    return tuple(bill for account in accounts for bill in _of_account(account, bills, said))


def _of_account(
    account: str, bills: Iterable[Bill], said: Mapping[tuple[str, str], Decimal]
) -> Iterator[Bill]:
    held = {bill.invoice_id: bill.billed for bill in bills if bill.account == account}
    whole = said.get((account, ""))
    if whole is not None:
        yield Bill(account, "", exact(held.values()), whole)
    for invoice_id in sorted(held.keys() | {name for owner, name in said if owner == account}):
        amount = said.get((account, invoice_id))
        if whole is None or (invoice_id and amount is not None):
            yield Bill(account, invoice_id, held.get(invoice_id, Decimal(0)), amount)


def months_of(period: Period) -> tuple[date, ...]:
    """The first days of the months that a period touches."""
    found = [period.start.replace(day=1)]
    while (following := add_months(found[-1], 1)) < period.end:
        found.append(following)
    return tuple(found)


async def notes(
    database: Database,
    query: CostQuery,
    period: Period,
    sums: Mapping[str, Sums],
    viewer: Viewer,
) -> tuple[Note, ...]:
    """What recorded invoices say of an answer: only where it is exactly what they are of.

    That is the net cost by invoice month of everything, or of whole providers. 'Matches' needs
    every invoice to agree, and all of them to add up to the answer's own total.
    """
    if not _is_of_invoices(query) or viewer.projects is not None:
        return ()
    months = months_of(period)
    async with database.read() as connection:
        recorded = await read(connection, months=months)
        if not recorded:
            return ()
        held = await read_bills(connection, months)
    providers = {value for each in query.where for value in each.values}
    judged: defaultdict[str, list[tuple[date, Bill]]] = defaultdict(list)
    billed: defaultdict[str, list[Decimal]] = defaultdict(list)
    for (provider, month, currency), bills in sorted(held.items()):
        if providers and provider not in providers:
            continue
        same = [each for each in recorded if each.bucket == (provider, month, currency)]
        judged[currency] += [(month, bill) for bill in beside(bills, same)]
        billed[currency] += [bill.billed for bill in bills]
    return tuple(
        note
        for currency, found in judged.items()
        for note in _judge(currency, found, whole=_is_all(billed[currency], sums.get(currency)))
    )


def _is_all(billed: Iterable[Decimal], of: Sums | None) -> bool:
    return of is not None and exact(billed) == of.amount


_WHOLE: Final = frozenset({PROVIDER})


def _is_of_invoices(query: CostQuery) -> bool:
    return (
        query.basis is Basis.INVOICE
        and query.measure is Measure.NET
        and query.currency is None
        and all(each.dimension in _WHOLE and not each.negated for each in query.where)
    )


def _judge(currency: str, found: Sequence[tuple[date, Bill]], *, whole: bool) -> Iterator[Note]:
    state = invoice_state(bill for _, bill in found)
    if state is InvoiceState.MATCHES and whole:
        span = Period(found[0][0], add_months(found[-1][0], 1))
        yield Note(NoteKind.INVOICE_MATCHES, currency=currency, days=span)
    for month, bill in found:
        if bill.agrees is False:
            yield Note(
                NoteKind.INVOICE_DIFFERS,
                amount=bill.invoice,
                currency=currency,
                days=Period(month, add_months(month, 1)),
                text=" ".join(filter(None, (bill.account, bill.invoice_id))),
            )
