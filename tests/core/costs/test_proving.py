"""What a reconciliation shows: the source, the store and the invoices side by side."""

from collections.abc import Awaitable
from datetime import date, timedelta
from decimal import Decimal, localcontext
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from core.access.model import OPERATOR, Role, RoleNeededError, Viewer
from core.cache import open_cache
from core.costs.model import (
    Basis,
    CostQuery,
    Measure,
    NoteKind,
)
from core.costs.proving.invoices import (
    AmbiguousAccountError,
    Invoice,
    InvoiceError,
    UnknownBillingAccountError,
)
from core.costs.proving.model import (
    Bill,
    Crossing,
    InvoiceState,
    Part,
    PartName,
    Reconciliation,
)
from core.costs.proving.service import ProofService, UnknownInvoiceError, WholeBillError
from core.costs.service import CostService
from core.costs.slices import Listing
from core.costs.writing.slices import UnknownSourceError
from core.costs.writing.sources import finish_sync, register, stored_slices
from core.database import Database
from core.period import Period, add_months
from tests.support.charges import GCP, NOW, Row, Writer, charge, exact_sum, scalar
from tests.support.clock import FakeClock

OCTOBER = Period(date(2026, 10, 1), date(2026, 11, 1))
NOVEMBER = Period(date(2026, 11, 1), date(2026, 12, 1))
ROWS = [
    charge("2026-10-05", "100.000000001"),
    charge("2026-10-05", "-7.5", charge_category="Credit", source_type="PROMOTION"),
    charge("2026-10-05", "-2", charge_category="Credit", source_type="FREE_TIER"),
    charge("2026-10-05", "3", charge_category="Credit", source_type="FEE_UTILIZATION_OFFSET"),
    charge("2026-10-31", "19", charge_category="Tax", source_type="tax"),
    charge("2026-10-31", "-1", charge_category="Adjustment", source_type="adjustment"),
    charge("2026-10-31", "0.004", charge_category="Adjustment", source_type="rounding_error"),
    charge("2026-09-30", "11", billing_period=date(2026, 10, 1)),
    charge("2026-10-31", "13", billing_period=date(2026, 11, 1)),
    charge("2026-11-02", "40", billing_period=date(2026, 11, 1)),
]


@pytest.fixture
async def writer(database: Database) -> Writer:
    await register(database, GCP)
    return Writer(database)


@pytest.fixture
def proof(database: Database) -> ProofService:
    return ProofService(database, FakeClock(NOW))


async def only(proof: ProofService, period: Period = OCTOBER) -> Reconciliation:
    [found] = await proof.reconcile(OPERATOR, period=period)
    return found


async def test_a_month_is_shown_by_invoice_and_by_usage_with_what_lies_between(
    writer: Writer, proof: ProofService
) -> None:
    await writer.write("a", ROWS)
    found = await only(proof)
    invoiced = exact_sum(r["billed"] for r in ROWS if r["billing_period"] == OCTOBER.start)
    used = exact_sum(r["billed"] for r in ROWS if r["day"].month == 10)
    assert (found.invoiced, found.used) == (invoiced, used)
    assert found.used_elsewhere == (Crossing(date(2026, 9, 1), Decimal(11)),)
    assert found.invoiced_elsewhere == (Crossing(date(2026, 11, 1), Decimal(13)),)
    assert invoiced == used + 11 - 13
    assert found.matches_export
    assert found.proved


async def test_its_parts_add_up_to_the_invoice(writer: Writer, proof: ProofService) -> None:
    """Fee offsets are part of the price: gross has them, as the measure of that name."""
    await writer.write("a", ROWS)
    found = await only(proof)
    assert found.parts == (
        Part(PartName.GROSS, "", Decimal("114.000000001")),
        Part(PartName.CREDIT, "FREE_TIER", Decimal(-2)),
        Part(PartName.CREDIT, "PROMOTION", Decimal("-7.5")),
        Part(PartName.TAX, "", Decimal(19)),
        Part(PartName.ADJUSTMENT, "", Decimal(-1)),
        Part(PartName.ROUNDING, "", Decimal("0.004")),
    )
    assert sum(part.billed for part in found.parts) == found.invoiced


async def test_every_figure_is_that_of_an_independent_sum(
    writer: Writer, proof: ProofService
) -> None:
    """Two slices of random charges, of any month of use on any month's invoice."""
    random = Random(7)  # noqa: S311 - repeatable
    days = [date(2026, 7, 28) + timedelta(n) for n in range(100)]
    months = [date(2026, month, 1) for month in (8, 9, 10, 11)]
    charges = [
        charge(
            str(random.choice(days)),
            str(Decimal(random.randrange(-(10**12), 10**12)).scaleb(-random.randrange(14))),
            billing_period=random.choice(months),
            charge_category=random.choice(("Usage", "Credit", "Tax")),
            currency=random.choice(("USD", "EUR")),
            billing_account=random.choice(("AB", "CD")),
            sku_id=str(n),
        )
        for n in range(400)
    ]
    await writer.write("a", charges[:250])
    await writer.write("b", charges[250:])
    found = await proof.reconcile(OPERATOR)
    assert len(found) == 8
    for each in found:
        mine = [row for row in charges if row["currency"] == each.currency]
        invoiced = [row for row in mine if row["billing_period"] == each.month]
        used = [row for row in mine if row["day"].replace(day=1) == each.month]

        def billed(rows: list[Row]) -> Decimal:
            return exact_sum(row["billed"] for row in rows)

        assert each.proved
        assert (each.invoiced, each.used) == (billed(invoiced), billed(used))
        with localcontext(prec=100):
            late = sum(crossing.billed for crossing in each.used_elsewhere)
            missing = sum(crossing.billed for crossing in each.invoiced_elsewhere)
            assert each.invoiced == each.used + late - missing
            assert sum(part.billed for part in each.parts) == each.invoiced
        assert {bill.account: bill.billed for bill in each.bills} == {
            account: billed([row for row in invoiced if row["billing_account"] == account])
            for account in ("AB", "CD")
        }
        alone = Period(each.month, add_months(each.month, 1))
        assert each in await proof.reconcile(OPERATOR, period=alone)


async def test_months_and_currencies_stay_apart(writer: Writer, proof: ProofService) -> None:
    await writer.write("a", [*ROWS, charge("2026-10-07", "8", currency="EUR")])
    found = await proof.reconcile(OPERATOR)
    assert [(f.month.month, f.currency) for f in found] == [(11, "USD"), (10, "EUR"), (10, "USD")]
    alone = await proof.reconcile(OPERATOR, period=OCTOBER)
    assert alone == found[1:]
    assert (await only(proof, NOVEMBER)) == found[0]


async def test_a_fact_that_was_tampered_with_is_found_told_and_read_again(
    database: Database, writer: Writer, proof: ProofService
) -> None:
    await writer.write("a", ROWS)
    await writer.write("b", [charge("2026-10-09", "5")])
    async with database.begin() as tx:
        await tx.execute(text("UPDATE charge_daily SET billed = billed + 0.01 WHERE billed = 19"))
    found = await only(proof)
    assert not found.matches_export
    [tax] = [kind for kind in found.kinds if not kind.matches]
    assert (tax.charge_category, tax.difference.billed) == ("Tax", Decimal("0.01"))
    assert found.rollup_errors == 6  # the three rows kept, and the three that should be
    assert await stored_matches(database) == {"a": True, "b": True}
    await proof.prove(OPERATOR, period=OCTOBER)
    assert await stored_matches(database) == {"a": False, "b": True}
    matches = "SELECT matches_export FROM billing_periods WHERE billing_period = '2026-10-01'"
    assert await scalar(database, matches) is False


async def stored_matches(database: Database) -> dict[str, bool]:
    stored = await stored_slices(database, "gcp")
    return {key: item.matches_export for key, item in stored.items()}


async def test_a_fact_of_a_kind_that_the_source_never_named_is_found_too(
    database: Database, writer: Writer, proof: ProofService
) -> None:
    await writer.write("a", ROWS)
    async with database.begin() as tx:
        await tx.execute(text("DELETE FROM control_totals WHERE billed = 19"))
    await proof.prove(OPERATOR, period=OCTOBER)
    assert await stored_matches(database) == {"a": False}


async def test_two_errors_that_cancel_out_are_errors(
    database: Database, writer: Writer, proof: ProofService
) -> None:
    await writer.write("a", ROWS)
    async with database.begin() as tx:
        for kind, by in (("Tax", 1), ("Usage", -1)):
            await tx.execute(
                text(
                    "UPDATE charge_daily SET billed = billed + :by, effective = effective + :by"
                    " WHERE kind_id IN (SELECT id FROM kinds WHERE charge_category = :kind)"
                    " AND billed IN (19, 11)"
                ),
                {"by": by, "kind": kind},
            )
    found = await only(proof)
    assert found.total.matches
    assert not found.matches_export


async def test_a_rollup_that_is_wrong_is_no_mismatch_with_the_export(
    database: Database, writer: Writer, proof: ProofService
) -> None:
    await writer.write("a", ROWS)
    async with database.begin() as tx:
        await tx.execute(text("UPDATE cost_by_month SET lines = lines + 1 WHERE billed = 19"))
    found = await only(proof)
    assert (found.matches_export, found.rollup_errors, found.proved) == (True, 2, False)
    assert (await only(proof, NOVEMBER)).proved


async def test_a_slice_that_moved_is_behind_and_one_that_is_gone_archived(
    database: Database, writer: Writer, proof: ProofService
) -> None:
    """Neither is a mismatch."""
    await writer.write("a", ROWS)
    await writer.write("b", [charge("2026-10-09", "5")])
    listing = Listing({"a": "newer"}, whole=True)
    await finish_sync(database, "gcp", listing, through=NOW, zone=ZoneInfo("UTC"), now=NOW)
    found = await only(proof)
    assert (found.behind, found.archived, found.proved) == (1, 1, True)


async def test_what_was_proved_is_kept_as_it_was(writer: Writer, proof: ProofService) -> None:
    await writer.write("a", ROWS)
    first = await proof.prove(OPERATOR)
    await writer.write("a", [*ROWS, charge("2026-10-08", "0.000000000000000000001")])
    second = await proof.prove(OPERATOR, period=OCTOBER)
    kept = await proof.kept(OPERATOR)
    assert kept == (*second, *reversed(first))
    assert kept[0].invoiced - kept[1].invoiced == Decimal("0.000000000000000000001")
    assert await proof.kept(OPERATOR, period=NOVEMBER) == (first[0],)
    assert await proof.kept(OPERATOR, before=kept[0].id, limit=1) == (kept[1],)
    assert await proof.kept(OPERATOR, source="aws") == ()


async def test_open_months_and_the_last_closed_one_are_unsettled(
    database: Database, writer: Writer, proof: ProofService
) -> None:
    await writer.write("a", [charge(f"2026-{month:02}-03", "1") for month in (7, 8, 9, 10, 11)])
    assert await proof.prove_unsettled(OPERATOR) != ()
    async with database.begin() as tx:
        final = "UPDATE billing_periods SET final = billing_period < '2026-10-01'"
        await tx.execute(text(final))
    found = await proof.prove_unsettled(OPERATOR)
    assert [(each.month.month, each.final) for each in found] == [
        (11, False), (10, False), (9, True),
    ]  # fmt: skip


async def test_nothing_stored_is_nothing_to_prove(proof: ProofService) -> None:
    assert await proof.reconcile(OPERATOR) == ()
    assert await proof.prove_unsettled(OPERATOR) == ()
    with pytest.raises(UnknownSourceError):
        await proof.reconcile(OPERATOR, source="aws")


async def test_totals_of_the_whole_bill_are_not_for_everybody(proof: ProofService) -> None:
    some = Viewer("ada", Role.ADMIN, frozenset({"shop"}))
    wanted: list[Awaitable[Any]] = [proof.reconcile(some), proof.kept(some), proof.invoices(some)]
    for refused in wanted:
        with pytest.raises(WholeBillError):
            await refused
    viewer = Viewer("ben")
    wanted = [proof.prove(viewer), proof.record_invoice(invoice(), by=viewer)]
    for refused in wanted:
        with pytest.raises(RoleNeededError):
            await refused


def invoice(amount: str = "122.504000001", **other: Any) -> Invoice:
    given: dict[str, Any] = {"account": "0123AB", "month": OCTOBER.start, "currency": "USD"} | other
    return Invoice(amount=Decimal(amount), **given)


class TestInvoices:
    """Only an invoice that was entered, and agrees exactly, makes 'matches the invoice'."""

    async def test_one_that_agrees(
        self, database: Database, writer: Writer, proof: ProofService
    ) -> None:
        await writer.write("a", ROWS)
        assert (await only(proof)).invoice_state is InvoiceState.UNRECORDED
        assert await told(database) == []
        _, bill = await proof.record_invoice(invoice(), by=OPERATOR)
        assert bill.agrees
        assert (await only(proof)).invoice_state is InvoiceState.MATCHES
        assert await told(database) == [NoteKind.INVOICE_MATCHES]

    async def test_one_that_is_a_billionth_off(
        self, database: Database, writer: Writer, proof: ProofService
    ) -> None:
        await writer.write("a", ROWS)
        recorded, bill = await proof.record_invoice(invoice("122.504"), by=OPERATOR)
        assert (recorded.provider, recorded.recorded_by) == ("gcp", "operator")
        assert bill == Bill("0123AB", "", Decimal("122.504000001"), Decimal("122.504"))
        assert (await only(proof)).invoice_state is InvoiceState.DIFFERS
        assert await told(database) == [NoteKind.INVOICE_DIFFERS]
        await proof.record_invoice(invoice(), by=OPERATOR)
        assert await told(database) == [NoteKind.INVOICE_MATCHES]
        assert len(await proof.invoices(OPERATOR)) == 1

    async def test_it_is_said_of_the_whole_net_invoice_alone(
        self, database: Database, writer: Writer, proof: ProofService
    ) -> None:
        await writer.write("a", ROWS)
        await proof.record_invoice(invoice(), by=OPERATOR)
        assert await told(database, measure=Measure.GROSS) == []
        assert await told(database, basis=Basis.USAGE) == []
        assert await told(database, viewer=Viewer("ada", projects=frozenset({"shop"}))) == []
        two = Period(OCTOBER.start, NOVEMBER.end)
        assert await told(database, period=two) == []

    async def test_every_invoice_of_the_month_is_needed(
        self, database: Database, writer: Writer, proof: ProofService
    ) -> None:
        rows: list[Row] = [
            charge("2026-10-05", "1", invoice_id="I-1"),
            charge("2026-10-05", "2", invoice_id="I-2"),
            charge("2026-10-05", "4", billing_account="CD", invoice_id="I-3"),
        ]
        await writer.write("a", rows)
        await proof.record_invoice(invoice("1", invoice_id="I-1"), by=OPERATOR)
        await proof.record_invoice(invoice("4", account="CD"), by=OPERATOR)
        assert (await only(proof)).invoice_state is InvoiceState.PARTIAL
        assert await told(database) == []
        await proof.record_invoice(invoice("2", invoice_id="I-2"), by=OPERATOR)
        assert (await only(proof)).bills == (
            Bill("0123AB", "I-1", Decimal(1), Decimal(1)),
            Bill("0123AB", "I-2", Decimal(2), Decimal(2)),
            Bill("CD", "", Decimal(4), Decimal(4)),
        )
        assert await told(database) == [NoteKind.INVOICE_MATCHES]
        unknown, bill = await proof.record_invoice(invoice("9", invoice_id="I-9"), by=OPERATOR)
        assert (bill.billed, bill.agrees) == (Decimal(0), False)
        assert await told(database) == [NoteKind.INVOICE_DIFFERS]
        await proof.remove_invoice(unknown.id, by=OPERATOR)
        assert await told(database) == [NoteKind.INVOICE_MATCHES]

    async def test_what_cant_be_recorded_is_named(
        self, database: Database, writer: Writer, proof: ProofService
    ) -> None:
        await writer.write("a", ROWS)
        with pytest.raises(UnknownBillingAccountError, match="'XY'") as caught:
            await proof.record_invoice(invoice(account="XY"), by=OPERATOR)
        assert caught.value.suggestions == ("0123AB",)
        for wrong in ({"currency": "euro"}, {"month": date(2026, 10, 2)}):
            with pytest.raises(InvoiceError):
                await proof.record_invoice(invoice(**wrong), by=OPERATOR)
        with pytest.raises(UnknownInvoiceError):
            await proof.remove_invoice(7, by=OPERATOR)
        async with database.begin() as tx:
            twin = "INSERT INTO billing_accounts (provider, account_id) VALUES ('aws', '0123AB')"
            await tx.execute(text(twin))
        with pytest.raises(AmbiguousAccountError, match="both have an account '0123AB'"):
            await proof.record_invoice(invoice(), by=OPERATOR)
        await proof.record_invoice(invoice(provider="gcp"), by=OPERATOR)


async def told(
    database: Database,
    *,
    period: Period = OCTOBER,
    measure: Measure = Measure.NET,
    basis: Basis = Basis.INVOICE,
    viewer: Viewer = OPERATOR,
) -> list[NoteKind]:
    """What an answer says of invoices."""
    cache = await open_cache(None)
    service = CostService(database, cache, FakeClock(NOW))
    query = CostQuery(period, measure=measure, basis=basis)
    answer = await service.answer(query, viewer)
    await cache.close()
    return [note.kind for note in answer.notes if "invoice" in note.kind]
