"""The verbs of proof: reconcile, list what proofs have shown, record invoices."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from re import fullmatch

from core import data_version
from core.access.model import Role, Viewer
from core.access.service import record as record_deed
from core.clock import Clock
from core.costs.proving import invoices, marks, proof, store, sums
from core.costs.proving.invoices import Invoice, InvoiceError, months_of
from core.costs.proving.model import Bill, Reconciliation
from core.costs.writing import slices, watch
from core.database import Database
from core.errors import ForbiddenError, NotFoundError
from core.money import ZERO, plain
from core.period import Period


class WholeBillError(ForbiddenError):
    """Totals of the whole bill are for those who may see every project."""


class UnknownInvoiceError(NotFoundError):
    """No such invoice is recorded."""


class ProofService:
    """Proves what is stored against what the sources said, and against invoices."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def reconcile(
        self, viewer: Viewer, *, source: str | None = None, period: Period | None = None
    ) -> tuple[Reconciliation, ...]:
        """Prove some months now, without keeping what that shows; newest month first.

        Args:
            viewer: who asks.
            source: its name; None: all.
            period: the months that it touches; None: all that are held.

        Raises:
            WholeBillError: the viewer sees some projects only.
            UnknownSourceError: there is no such source.
        """
        whole(viewer)
        return await self._prove(viewer, source, None if period is None else months_of(period))

    async def prove(
        self, viewer: Viewer, *, source: str | None = None, period: Period | None = None
    ) -> tuple[Reconciliation, ...]:
        """The same, kept; slices that differ are marked, so that the next sync reads them again.

        Raises:
            RoleNeededError: the viewer is neither finance nor admin.
            WholeBillError, UnknownSourceError: as for `reconcile`.
        """
        viewer.require(Role.FINANCE)
        return await self._keep(await self.reconcile(viewer, source=source, period=period))

    async def prove_unsettled(self, viewer: Viewer) -> tuple[Reconciliation, ...]:
        """Prove and keep the open months and the last closed one of each source."""
        viewer.require(Role.FINANCE)
        whole(viewer)
        async with self._database.read() as connection:
            months = await store.unsettled(connection)
        return await self._keep(await self._prove(viewer, None, months)) if months else ()

    async def kept(
        self,
        viewer: Viewer,
        *,
        source: str | None = None,
        period: Period | None = None,
        before: int | None = None,
        limit: int = 100,
    ) -> tuple[Reconciliation, ...]:
        """What proofs have shown, newest first.

        Args:
            viewer: who asks.
            source: its name; None: all.
            period: the months that it touches; None: all.
            before: the `id` to continue after.
            limit: no more than so many.

        Raises:
            WholeBillError: the viewer sees some projects only.
        """
        whole(viewer)
        months = None if period is None else months_of(period)
        async with self._database.read() as connection:
            return await store.read(
                connection, source=source, months=months, before=before, limit=limit
            )

    async def record_invoice(self, invoice: Invoice, *, by: Viewer) -> tuple[Invoice, Bill]:
        """Record what an invoice says, or correct it; how it compares with what is stored.

        Raises:
            RoleNeededError: they are neither finance nor admin.
            WholeBillError: they see some projects only.
            InvoiceError: the month or the currency is none.
            UnknownBillingAccountError, AmbiguousAccountError: the account is none, or two.
        """
        by.require(Role.FINANCE)
        whole(by)
        _check(invoice)
        async with self._database.begin() as tx:
            account, provider = await invoices.find_account(tx, invoice.provider, invoice.account)
            invoice = replace(
                invoice, provider=provider, recorded_at=self._clock(), recorded_by=by.subject
            )
            number = await invoices.record(tx, invoice, account)
            await record_deed(
                tx, by, "invoice.record", _name(invoice), amount=plain(invoice.amount)
            )
            await data_version.bump(tx)
        return replace(invoice, id=number), await self._bill(invoice)

    async def remove_invoice(self, number: int, *, by: Viewer) -> None:
        """Forget an invoice that was recorded by mistake.

        Raises:
            UnknownInvoiceError: there is none of that number.
        """
        by.require(Role.FINANCE)
        whole(by)
        async with self._database.begin() as tx:
            if not await invoices.remove(tx, number):
                raise UnknownInvoiceError(f"No invoice {number} is recorded.")
            await record_deed(tx, by, "invoice.remove", str(number))
            await data_version.bump(tx)

    async def invoices(
        self,
        viewer: Viewer,
        *,
        period: Period | None = None,
        before: int | None = None,
        limit: int = 100,
    ) -> tuple[Invoice, ...]:
        """What is recorded, newest record first; the arguments as of `kept`."""
        whole(viewer)
        months = None if period is None else months_of(period)
        async with self._database.read() as connection:
            return await invoices.read(connection, months=months, before=before, limit=limit)

    async def invoice(self, viewer: Viewer, number: int) -> Invoice:
        """One invoice that is recorded.

        Raises:
            UnknownInvoiceError: there is none of that number.
        """
        found = await self.invoices(viewer, before=number + 1, limit=1)
        if not found or found[0].id != number:
            raise UnknownInvoiceError(f"No invoice {number} is recorded.")
        return found[0]

    async def accounts(self, viewer: Viewer) -> tuple[tuple[str, str], ...]:
        """The billing accounts whose invoices can be recorded: provider and id."""
        whole(viewer)
        async with self._database.read() as connection:
            return await invoices.read_accounts(connection)

    async def _prove(
        self, viewer: Viewer, source: str | None, months: Sequence[date] | None
    ) -> tuple[Reconciliation, ...]:
        async with self._database.read() as connection:
            if source is not None:
                await slices.find_source(connection, source)
            rows = await sums.read(connection, source=source, months=months)
            states = await store.states(connection)
            recorded = await invoices.read(connection, months=months)
        errors = await proof.check_rollups(self._database, months)
        wrong: Counter[tuple[date, str]] = Counter()
        for error in errors:
            wrong[error.billing_period, error.currency] += error.rows
        return tuple(
            _known(
                replace(
                    found,
                    rollup_errors=wrong[found.month, found.currency],
                    checked_at=self._clock(),
                    asked_by=viewer.subject,
                ),
                states[found.source],
                recorded,
            )
            for found in sums.compared(rows, months)
        )

    async def _keep(self, proofs: Iterable[Reconciliation]) -> tuple[Reconciliation, ...]:
        proofs = tuple(proofs)
        now = self._clock()
        async with self._database.begin() as tx:
            kept = await store.keep(tx, proofs)
            summed_wrong = {each.month for each in proofs if each.rollup_errors}
            looked_at = {each.month for each in proofs}
            await watch.judge_rollups(tx, looked_at, summed_wrong, now=now)
        wrong = {(each.source, each.month) for each in proofs if not each.matches_export}
        for source, month in sorted(wrong):
            async with self._database.begin() as tx:
                await marks.mark(tx, source, month)
                await watch.judge(tx, source, now=now)
        return tuple(kept)

    async def _bill(self, invoice: Invoice) -> Bill:
        """What is stored of an invoice, beside it."""
        async with self._database.read() as connection:
            held = await invoices.read_bills(connection, [invoice.month])
        bills = held.get((invoice.provider, invoice.month, invoice.currency), [])
        same = invoices.beside(bills, [invoice])
        wanted = (invoice.account, invoice.invoice_id)
        nothing = Bill(*wanted, ZERO, invoice.amount)
        return next((b for b in same if (b.account, b.invoice_id) == wanted), nothing)


def whole(viewer: Viewer) -> None:
    """Refuse those who see some projects only.

    Raises:
        WholeBillError: they do.
    """
    if viewer.projects is not None:
        raise WholeBillError


def _known(
    found: Reconciliation, state: store.State, recorded: Iterable[Invoice]
) -> Reconciliation:
    """A proof with what is known of its month besides."""
    wanted = (state.provider, found.month, found.currency)
    same = [each for each in recorded if each.bucket == wanted]
    return replace(
        found,
        provider=state.provider,
        final=found.month in state.final,
        behind=state.behind[found.month],
        archived=state.archived[found.month],
        bills=invoices.beside(found.bills, same),
    )


def _check(invoice: Invoice) -> None:
    if invoice.month.day != 1:
        raise InvoiceError(f"{invoice.month} is no month.", fix="Write it as in 2026-10.")
    if fullmatch("[A-Z]{3}", invoice.currency) is None:
        raise InvoiceError(
            f"{invoice.currency!r} is no currency.", fix="Write its three letters, as USD."
        )
    if not invoice.amount.is_finite():
        raise InvoiceError(f"{invoice.amount} is no amount.")


def _name(invoice: Invoice) -> str:
    return " ".join(filter(None, (invoice.account, f"{invoice.month:%Y-%m}", invoice.invoice_id)))
