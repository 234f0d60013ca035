"""`reconcile` and `invoice`, as a shell runs them."""

import json
from pathlib import Path

import pytest
from sqlalchemy import text

from core.costs.writing.sources import register
from core.database import Database
from tests.bot.test_command_line import Ran, Run, run
from tests.support.charges import GCP, Writer, charge

ROWS = [
    charge("2026-10-05", "100.125"),
    charge("2026-10-06", "-0.125", charge_category="Credit", source_type="FREE_TIER"),
    charge("2026-09-30", "4", billing_period=charge("2026-10-01")["day"]),
]


@pytest.fixture
async def writer(fresh_database: Database) -> Writer:
    await register(fresh_database, GCP)
    return Writer(fresh_database)


@pytest.fixture
def tracker(fresh_database: Database, tmp_path: Path) -> Run:
    """The program on that database."""

    async def on_it(*words: str) -> Ran:
        return await run(
            *words,
            DATABASE_URL=fresh_database.url,
            DATA_DIR=str(tmp_path),
            SOURCES_FILE=str(tmp_path / "sources.toml"),
        )

    return on_it


async def test_a_month_is_reconciled_in_words_and_figures(writer: Writer, tracker: Run) -> None:
    await writer.write("a", ROWS)
    done = await tracker("reconcile", "2026-10")
    assert (done.status, done.err) == (0, "")
    for said in (
        "gcp, October 2026, USD",
        "What is stored matches the export, to the last digit and all of 3 lines.",
        "Invoiced: $104.00, of it before credits $104.12 and FREE_TIER -$0.12.",
        "The month's usage: $100.00; this invoice has $4.00 (September 2026) as well.",
        "No invoice is recorded to compare with.",
        "104.125",
    ):
        assert said in " ".join(done.out.split())


async def test_a_mismatch_ends_with_1_and_the_exact_difference(
    writer: Writer, tracker: Run
) -> None:
    await writer.write("a", ROWS, said=[])
    done = await tracker("reconcile", "--json")
    assert done.status == 1
    [found] = json.loads(done.out)
    assert (found["month"], found["matches_export"]) == ("2026-10", False)
    assert found["total"]["difference"] == {"billed": "104", "effective": "104", "lines": 3}
    told = await tracker("reconcile", "oct")
    assert "Warning: what is stored differs from the export" in told.out


async def test_an_invoice_is_recorded_compared_listed_and_removed(
    writer: Writer, tracker: Run
) -> None:
    await writer.write("a", ROWS)
    wrong = await tracker("invoice", "add", "0123AB", "2026-10", "104.01", "USD")
    assert wrong.status == 1
    assert "the invoice of 0123AB says 104.01 USD, what is stored 104 USD" in wrong.out
    assert (await tracker("reconcile", "2026-10")).status == 1
    right = await tracker("invoice", "add", "0123AB", "2026-10", "104", "USD")
    assert right.status == 0
    assert "It matches the invoice" in (await tracker("reconcile", "2026-10")).out
    asked = await tracker("cost", "all", "2026-10", "invoice")
    assert "Matches the invoice for October 2026, to the last digit." in asked.out
    [listed] = json.loads((await tracker("invoice", "--json")).out)
    assert json.loads((await tracker("invoice", "list", "--json")).out) == [listed]
    assert (listed["account"], listed["amount"], listed["month"]) == ("0123AB", "104", "2026-10")
    assert "0123AB" in (await tracker("invoice")).out
    removed = await tracker("invoice", "remove", str(listed["id"]))
    assert removed.out == f"Removed: invoice {listed['id']}.\n"
    assert "No invoice is recorded." in (await tracker("invoice", "list")).out


async def test_days_that_changed_are_listed_by_when_they_were_told(
    writer: Writer, tracker: Run, fresh_database: Database
) -> None:
    assert "No published day has changed." in (await tracker("restatements")).out
    await writer.write("a", ROWS)
    async with fresh_database.begin() as tx:
        held = "held_since = '2026-09-01', complete_until = '2026-11-01'"
        await tx.execute(text(f"UPDATE sources SET {held}"))  # noqa: S608  # of our own
    other = charge("2026-10-06", "0.25", account_id="blog", account_name="Blog")
    await writer.write("b", [charge("2026-10-05", "2"), other])
    done = await tracker("restatements")
    assert (done.status, done.err) == (0, "")
    assert "gcp: 2 changes, +$2.25 in all" in done.out
    told = [" ".join(line.split()) for line in done.out.splitlines()]
    assert told[1:] == [
        "Day Project Service Before After Change",
        "6 Oct 2026 blog Compute Engine $0.00 $0.25 +$0.25",
        "5 Oct 2026 shop Compute Engine $100.12 $102.12 +$2.00",
    ]
    [blog] = json.loads((await tracker("restatements", "oct", "--project", "blog", "--json")).out)
    assert (blog["date"], blog["before"], blog["after"]) == ("2026-10-06", "0", "0.25")
    assert json.loads((await tracker("restatements", "2026-09", "--json")).out) == []
    some = await tracker("restatements", "--limit", "1")
    assert "There are more than 1" in some.err
    unknown = await tracker("restatements", "--project", "blok")
    assert unknown.status == 1
    assert "Did you mean: blog" in unknown.err


async def test_a_credit_note_is_an_amount_below_zero(writer: Writer, tracker: Run) -> None:
    await writer.write("a", ROWS)
    differs = await tracker("invoice", "add", "0123AB", "2026-10", "-4.50", "USD")
    assert "the invoice of 0123AB says -4.5 USD, what is stored 104 USD" in differs.out
    assert differs.status == 1


async def test_mistakes_are_named(writer: Writer, tracker: Run) -> None:
    await writer.write("a", ROWS)
    unknown = await tracker("invoice", "add", "XY", "2026-10", "1", "USD")
    assert unknown.status == 1
    assert "'XY'" in unknown.err
    assert "0123AB" in unknown.err
    for amount in ("a lot", "NaN"):
        assert (await tracker("invoice", "add", "0123AB", "2026-10", amount, "USD")).status == 2
    assert (await tracker("reconcile", "blue-moon")).status == 2
    assert (await tracker("reconcile", "2026-10", "--source", "aws")).status == 1


async def test_nothing_stored_is_no_mismatch(tracker: Run) -> None:
    done = await tracker("reconcile")
    assert done.status == 0
    assert "Nothing is stored" in done.out
