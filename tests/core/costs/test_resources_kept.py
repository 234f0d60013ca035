"""What resources cost, stored: late, repeated, no longer kept; it adds up to the charges."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from core.costs.proving.proof import check_rollups
from core.costs.resources import Kept
from core.costs.slices import Replaced
from core.costs.writing.sources import prune, register
from core.database import Database
from core.money import plain
from tests.support.charges import GCP, Row, scalar
from tests.support.clock import FakeClock
from tests.support.resource_store import KEEPING, LINES, Store, amounts, line, of
from tests.support.resources import kept


@pytest.fixture
async def store(database: Database, clock: FakeClock) -> Store:
    await register(database, KEEPING)
    return Store(database, clock)


async def test_days_that_have_passed_are_trimmed(store: Store, clock: FakeClock) -> None:
    """By the sync; names that nothing needs go too. What is left adds up all the same."""
    await store.write("a", LINES)
    clock.advance(days=30)
    await store.finish("a")
    assert {of_.day for _, of_ in await store.stored()} == {
        date(2026, 11, 16), date(2026, 11, 17), date(2026, 11, 18)
    }  # fmt: skip
    assert await check_rollups(store.database) == ()
    clock.advance(days=40)
    await store.finish("a")
    assert await store.stored() == {}
    assert await check_rollups(store.database) == ()
    assert await scalar(store.database, "SELECT count(*) FROM resources WHERE id > 0") == 0


async def test_no_longer_kept(store: Store, database: Database) -> None:
    """A source that is configured otherwise lets go of all."""
    await store.write("a", LINES)
    await register(database, replace(GCP, resources=Kept.OFF))
    await store.finish("a")
    assert await store.stored() == {}
    assert await check_rollups(database) == ()


async def test_kept_from_now_on(store: Store) -> None:
    """The same reading is written again where resources are missing from it, and only there."""
    await store.write("a", LINES, resources=False, fingerprint="x")
    assert await store.write("a", LINES, fingerprint="x") is Replaced.WRITTEN
    assert await store.write("a", LINES, fingerprint="x") is Replaced.UNCHANGED
    assert await store.stored()


async def test_pruned(store: Store, clock: FakeClock) -> None:
    """A slice that goes takes its resources with it."""
    await store.write("a", LINES)
    await prune(store.database, "gcp", ["a"], now=clock())
    assert await store.stored() == {}


@pytest.mark.parametrize("measure", ["billed", "effective", "list"])
async def test_proof_finds_what_doesnt_add_up(store: Store, measure: str) -> None:
    """A row that was tampered with, whatever amount of it."""
    await store.write("a", LINES)
    assert await check_rollups(store.database) == ()
    async with store.database.begin() as tx:
        await tx.execute(
            text(
                f"UPDATE cost_by_day_resource SET {measure} = {measure} + 0.000000001"  # noqa: S608  # ours
                " WHERE day = '2026-11-18' AND billed = 20"
            )
        )
    assert {error.rollup for error in await check_rollups(store.database)} == {
        "cost_by_day_resource"
    }


_DAYS = ("2026-09-30", "2026-10-16", "2026-10-17", "2026-11-16", "2026-11-17")
_LINES = st.lists(
    st.builds(
        lambda day, amount, resource, account, service, kind, region: line(
            day,
            f"{amount}e-3",
            resource,
            account_id=account,
            service=service,
            charge_category=kind[0],
            source_type=kind[1],
            region=region,
        ),
        st.sampled_from(_DAYS),
        st.integers(-5000, 90000),
        st.sampled_from(["", "vm/1", "vm/2", "vm/3", "a:b/c"]),
        st.sampled_from(["shop", "blog", ""]),
        st.sampled_from(["Compute Engine", "Cloud Storage"]),
        st.sampled_from([("Usage", "regular"), ("Tax", "tax"), ("Credit", "PROMOTION")]),
        st.sampled_from(["", "us-east1"]),
    ).map(lambda row: row | {n: plain(Decimal(row[n])) for n in ("billed", "effective", "list")}),
    max_size=12,
)


_EMPTIED = (
    *("cost_by_day_resource", "charge_daily", "cost_by_day_service", "cost_by_month_service"),
    *("cost_by_month", "restatements", "slices CASCADE"),
)


@settings(
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    steps=st.lists(
        st.tuples(st.sampled_from("abc"), _LINES, st.integers(1, 6)), min_size=1, max_size=6
    )
)
async def test_any_interleaving_equals_the_final_state(
    database: Database, clock: FakeClock, steps: list[tuple[str, list[Row], int]]
) -> None:
    """Late, repeated and stale readings: the rows are those of each slice's newest."""
    async with database.begin() as tx:
        for emptied in _EMPTIED:
            await tx.execute(text(f"TRUNCATE {emptied}"))
    await register(database, KEEPING)
    store = Store(database, clock)
    newest: dict[str, tuple[int, list[Row]]] = {}
    for key, lines, at in steps:
        if key not in newest or at > newest[key][0]:
            newest[key] = (at, lines)
        await store.write(key, lines, at=at)
    assert await store.stored() == {
        (key, of_): sums
        for key, (_, lines) in newest.items()
        for of_, sums in kept(
            ((of(row), amounts(row)) for row in lines), since=store.since, each=store.each
        ).items()
    }
    assert await check_rollups(database) == ()
