"""However readings arrive, what is stored is what loading the last ones once would give."""

from contextlib import suppress
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.costs.proving.proof import check_rollups
from core.costs.slices import Replaced
from core.costs.writing.sources import prune, register
from core.database import Database
from tests.support.charges import GCP, NOW, Row, Writer, charge, comparable, facts
from tests.support.reconcile import reconcile

AMOUNTS = st.sampled_from(["0", "1", "-1", "2.50", "0.0000000000001", "-7.125", "1000000000.01"])
UNKNOWN_OR = st.none() | AMOUNTS
ROWS = st.builds(
    charge,
    day=st.sampled_from(["2026-10-30", "2026-10-31", "2026-11-01", "2026-11-02"]),
    amount=AMOUNTS,
    effective=AMOUNTS,
    account_id=st.sampled_from(["shop", "search", ""]),
    account_name=st.just(""),
    service=st.sampled_from(["Compute Engine", "BigQuery"]),
    sku_id=st.sampled_from(["AA", "BB"]),
    charge_category=st.sampled_from(["Usage", "Credit", "Tax"]),
    currency=st.sampled_from(["USD", "EUR"]),
    list=UNKNOWN_OR,
    quantity=UNKNOWN_OR,
    lines=st.integers(1, 3),
)
IDENTITY = ("day", "account_id", "service", "sku_id", "charge_category", "currency")
READINGS = st.lists(ROWS, max_size=8, unique_by=lambda row: tuple(row[name] for name in IDENTITY))
KEYS = st.sampled_from(["one", "two", "three"])


class _UndoError(Exception):
    """Ends an example's transaction."""


@st.composite
def deliveries(draw: st.DrawFn) -> list[tuple[str, int, list[Row]]]:
    """Readings of three slices, some late, some twice: key, instant, rows."""
    readings = draw(st.dictionaries(st.tuples(KEYS, st.integers(1, 5)), READINGS, min_size=1))
    events = [(key, instant, rows) for (key, instant), rows in readings.items()]
    repeated = draw(st.lists(st.sampled_from(events), max_size=4))
    return draw(st.permutations(events + repeated))


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(deliveries(), st.sets(KEYS))
async def test_any_order_gives_the_newest_readings(
    database: Database, events: list[tuple[str, int, list[Row]]], pruned: set[str]
) -> None:
    """Late readings are dropped, repeated ones change nothing, vanished rows go."""
    with suppress(_UndoError):
        async with database.begin():
            await register(database, GCP)
            newest: dict[str, tuple[int, list[Row]]] = {}
            writer = Writer(database)
            for key, instant, rows in events:
                done = await writer.write(key, rows, fingerprint=f"{instant}", read_at=instant)
                seen = newest.get(key, (0, []))[0]
                assert done.outcome is _expected(instant, seen)
                newest[key] = max(newest.get(key, (0, [])), (instant, rows), key=lambda r: r[0])
                await _is_right(database, newest)
            for key in pruned:
                newest.pop(key, None)
            await prune(database, "gcp", pruned, now=NOW)
            await _is_right(database, newest)
            raise _UndoError


def _expected(instant: int, seen: int) -> Replaced:
    if instant < seen:
        return Replaced.STALE
    return Replaced.UNCHANGED if instant == seen else Replaced.WRITTEN


async def _is_right(database: Database, newest: dict[str, tuple[int, list[Any]]]) -> None:
    rows = [row for _, of_slice in newest.values() for row in of_slice]
    assert comparable(await facts(database)) == comparable(rows)
    assert await check_rollups(database) == ()
    assert await reconcile(database) == ()
