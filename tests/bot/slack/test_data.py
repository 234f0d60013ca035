"""`/cost data` in Slack: how good the data is, what changed, a month's proof."""

from datetime import date
from decimal import Decimal

from sqlalchemy import text

from core.access.model import OPERATOR, Member, Role
from core.costs.proving.invoices import Invoice
from tests.bot.slack.reading import Json, block, rows, words
from tests.support.charges import Writer, charge
from tests.support.product import BILLED, Product, bill, leave_out
from tests.support.slack import ADA, BEN, CHECKOUT


async def ask(product: Product, typed: str, *, user: str = ADA) -> Json:
    """Type a command and wait for the private answer."""
    before = len(await product.slack.private(user, CHECKOUT))
    outcome = await product.slack.command(f"/cost {typed}", user=user, channel=CHECKOUT)
    assert outcome["ok"], outcome

    async def look() -> list[Json]:
        return (await product.slack.private(user, CHECKOUT))[before:]

    return (await product.slack.until(look))[0]


async def test_the_state_of_the_data_with_the_way_to_a_month_s_proof(product: Product) -> None:
    told = words(await ask(product, "data"))
    assert "*gcp*: data through 22 Nov 22:00 UTC" in told
    assert "every billing period matches the export" in told
    assert "`/cost data 2026-11` compares a month" in told
    assert "published before" not in told


async def test_a_source_that_is_read_no_more_is_named(product: Product) -> None:
    async with product.services.database.begin() as tx:
        await tx.execute(text("UPDATE sources SET name = 'gcp-old'"))
    told = words(await ask(product, "data"))
    assert "No longer in sources.toml, and kept: gcp-old." in told


async def test_lines_left_out_and_what_is_unfinished_are_told(product: Product) -> None:
    await leave_out(product)
    told = words(await ask(product, "data"))
    assert "3 lines of an unknown kind, counted as usage" in told
    alone = "2026-12 left alone until it is whole, since 22 Nov 16:30 UTC: part 2 of 3 isn't there"
    assert alone in told


async def test_published_days_that_changed_are_shown_before_and_after(product: Product) -> None:
    async with product.services.database.begin() as tx:
        await tx.execute(text("UPDATE sources SET held_since = '2026-10-01'"))
    rows_ = [charge("2026-10-05", "2.5", account_id="acme-search", service="Compute Engine")]
    await Writer(product.services.database).write("late", rows_)
    answer = await ask(product, "data")
    told = "Changes of days that were published before: 1 change, +$2.50 in all."
    assert told in words(answer)
    assert "search Compute Engine: $40.00 to $42.50" in answer["text"]
    assert rows(answer) == [
        ["Day", "Project", "Service", "Before", "After", "Change"],
        ["5 Oct 2026", "search", "Compute Engine", "$40.00", "$42.50", "+$2.50"],
    ]


async def test_of_many_changes_the_latest_are_shown_and_it_is_said_so(product: Product) -> None:
    async with product.services.database.begin() as tx:
        await tx.execute(text("UPDATE sources SET held_since = '2026-10-01'"))
    late = [charge(f"2026-10-{day:02}", "1", account_id="acme-search") for day in range(1, 31)]
    await Writer(product.services.database).write("late", late)
    answer = await ask(product, "data")
    assert len(rows(answer)) == 21
    assert "The latest of more changes of days" in words(answer)


async def test_a_month_is_proved_in_words_and_a_table(product: Product) -> None:
    await bill(product)
    answer = await ask(product, "data 2026-08")
    told = words(answer)
    assert "*gcp, August 2026, USD*" in told
    assert "What is stored matches the export, to the last digit and all of 3 lines." in told
    assert "this invoice has $4.00 (July 2026) as well" in told
    assert "No invoice is recorded" in told
    assert rows(answer) == [
        ["Source", "Month", "Kind", "Export", "Stored", "Difference", "Currency"],
        ["gcp", "2026-08", "Credit FREE_TIER", "-0.125", "-0.125", "\N{EN DASH}", "USD"],
        ["gcp", "2026-08", "Usage", "104.125", "104.125", "\N{EN DASH}", "USD"],
        ["gcp", "2026-08", "Total", "104", "104", "\N{EN DASH}", "USD"],
    ]
    invoice = Invoice("0123AB", date(2026, 8, 1), Decimal(104), "USD")
    await product.services.proof.record_invoice(invoice, by=OPERATOR)
    assert "It matches the invoice, to the last digit." in words(await ask(product, "data aug"))


async def test_a_mismatch_is_told_first(product: Product) -> None:
    await Writer(product.services.database).write("late", BILLED, said=[])
    told = words(await ask(product, "data 2026-08"))
    assert "Warning: what is stored differs from the export: Credit FREE_TIER by -0.125 USD" in told
    page = words(await ask(product, "data"))
    assert "not matched: August 2026" in page
    assert "`cost-tracker doctor` says what is wrong" in page


async def test_years_of_proofs_fit_into_a_message(product: Product) -> None:
    late = [
        charge(f"{year}-{month:02}-03", "1.000000001", charge_category=category, source_type=kind)
        for year in (2023, 2024, 2025)
        for month in range(1, 13)
        for category, kind in (("Usage", "regular"), ("Credit", "PROMOTION"), ("Tax", "tax"))
    ]
    await Writer(product.services.database).write("late", late)
    answer = await ask(product, "data 2023-01..2025-12")
    assert "more row" in words(answer)
    assert block(answer, "table") is not None


async def test_a_month_without_charges_says_so(product: Product) -> None:
    assert "Nothing is stored of 2020-01." in words(await ask(product, "data 2020-01"))
    assert "blue" in words(await ask(product, "data last-blue-moon"))


async def test_the_whole_bill_is_for_those_who_may_see_it_all(product: Product) -> None:
    member = Member("T0SANDBOX", BEN, Role.VIEWER, frozenset({"search"}))
    await product.services.access.set_member(member, by=OPERATOR)
    told = words(await ask(product, "data 2026-10", user=BEN))
    assert "those who may see every project" in told
    assert "$" not in told
