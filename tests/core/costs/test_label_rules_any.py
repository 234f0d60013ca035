"""Any rules, syncs and late slices, in any order and at once: each charge lies where it should."""

import asyncio
import json
from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress
from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from core.access.model import OPERATOR
from core.costs.proving.proof import check_rollups
from core.database import Database
from core.projects.labels import read_book
from core.projects.rules import (
    LabelMatch,
    RuleBook,
)
from tests.support.charges import Row, charge, comparable, facts
from tests.support.label_rules import (
    BOTH,
    OCTOBER,
    PAY,
    PAY_RULE,
    SEPTEMBER,
    SLUGS,
    World,
    close,
    labelled,
    world,
)
from tests.support.reconcile import reconcile

MATCHES = st.builds(
    lambda label, where: LabelMatch(*label, *where),
    st.sampled_from([("team", "pay"), ("team", "web"), ("env", "prod")]),
    st.sampled_from([(None, None), ("gcp", None), ("gcp", "shop"), ("gcp", ""), ("aws", None)]),
)
ROWS = st.builds(
    charge,
    day=st.sampled_from(["2026-09-30", "2026-10-01", "2026-10-31", "2026-11-02"]),
    amount=st.sampled_from(["1", "-2.5", "0", "0.000000001"]),
    account_id=st.sampled_from(["shop", "lab", ""]),
    account_name=st.just(""),
    labels=st.sampled_from(
        ["{}", PAY, BOTH, '{"team": "web"}', '{"env": "prod", "team": "web"}', '{"env": "dev"}']
    ),
    sku_id=st.sampled_from(["AA", "BB"]),
)
READINGS = st.lists(
    ROWS,
    max_size=8,
    unique_by=lambda row: (row["day"], row["account_id"], row["labels"], row["sku_id"]),
)
STEPS = st.one_of(
    st.tuples(st.just("write"), st.sampled_from(["one", "two", "three"]), READINGS),
    st.tuples(st.just("link"), st.sampled_from(SLUGS), MATCHES, st.booleans()),
    st.tuples(st.just("unlink"), st.integers(0, 9), st.booleans()),
    st.tuples(st.just("place"), st.integers(0, 9), st.integers(1, 4), st.booleans()),
    st.tuples(st.just("close"), st.sampled_from([(), (SEPTEMBER,), (SEPTEMBER, OCTOBER)])),
)


class _UndoError(Exception):
    """Ends an example's transaction."""


async def _take(made: World, step: tuple[Any, ...], *, always: bool) -> None:
    present = await made.writer.projects.rules(OPERATOR)
    match step:
        case ("write", key, rows):
            await made.write(key, rows)
        case ("link", slug, match, history):
            await made.rules.link(slug, match, history=history or always, move=True, by=OPERATOR)
        case ("unlink", number, history) if present:
            rule = present[number % len(present)].rule
            await made.rules.unlink(rule.slug, rule.match, history=history or always, by=OPERATOR)
        case ("place", number, at, history) if present:
            rule = present[number % len(present)].rule
            await made.rules.place(rule.id, at, history=history or always, by=OPERATOR)
        case ("close", closed):
            await close(made.database, *closed)


def _expected(rows: Iterable[Row], book: RuleBook) -> dict[tuple[str, str, date], Decimal]:
    """Project or account of each charge, one by one."""
    sums: defaultdict[tuple[str, str, date], Decimal] = defaultdict(Decimal)
    for row in rows:
        labels = json.loads(row["labels"])
        told = [
            rule.slug
            for rule in book.in_force(row["day"].replace(day=1))
            if labels.get(rule.match.key) == rule.match.value
            and rule.match.provider in (None, "gcp")
            and rule.match.account in (None, row["account_id"])
        ]
        sums[told[0] if told else "-", row["account_id"], row["day"]] += Decimal(row["effective"])
    return dict(sums)


async def _found(database: Database) -> dict[tuple[str, str, date], Decimal]:
    statement = text(
        "SELECT CASE WHEN s.rule_id IS NULL THEN '-' ELSE p.slug END, s.account_id, f.day,"
        " sum(f.effective) FROM charge_daily f JOIN scopes s ON s.id = f.scope_id"
        " LEFT JOIN projects p ON p.id = s.project_id GROUP BY 1, 2, 3"
    )
    async with database.read() as connection:
        rows = await connection.execute(statement)
        return {(slug, account, day): amount for slug, account, day, amount in rows}


_QUICK = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@_QUICK
@given(st.lists(STEPS, max_size=10))
async def test_every_charge_lies_where_its_month_s_rules_say(
    database: Database, steps: list[tuple[Any, ...]]
) -> None:
    """After any changes, syncs and late slices; nothing is lost and nothing counts twice."""
    with suppress(_UndoError):
        async with database.begin():
            made = await world(database)
            for step in steps:
                await _take(made, step, always=False)
                book = await _book(made)
                assert await _found(database) == _expected(made.rows, book)
                assert await check_rollups(database) == ()
                assert await reconcile(database) == ()
            assert comparable(await facts(database)) == comparable(made.rows)
            raise _UndoError


@_QUICK
@given(st.lists(STEPS, max_size=8))
async def test_with_history_the_order_of_things_doesn_t_matter(
    database: Database, steps: list[tuple[Any, ...]]
) -> None:
    """What is stored is what loading the last slices by the last rules gives."""
    with suppress(_UndoError):
        async with database.begin():
            made = await world(database)
            for step in steps:
                await _take(made, step, always=True)
            rules, slices, found = await _book(made), made.slices, await _found(database)
            raise _UndoError
    with suppress(_UndoError):
        async with database.begin():
            again = await world(database)
            for placed in rules.present:
                await again.rules.link(placed.slug, placed.match, history=True, by=OPERATOR)
            for at, placed in enumerate(rules.present, start=1):
                for known in await again.writer.projects.rules(OPERATOR):
                    if known.rule.match == placed.match:
                        await again.rules.place(known.rule.id, at, history=True, by=OPERATOR)
            for key, rows in slices.items():
                await again.write(key, rows)
            assert await _found(database) == found
            raise _UndoError


async def test_rules_change_while_slices_are_written(fresh_database: Database) -> None:
    """Several at once wait for one another; none is lost, and no slice has two sorts of rules."""
    made = await world(fresh_database)

    async def deliver(key: str) -> None:
        for number in range(6):
            rows = [
                labelled(f"2026-{month}-{day:02}", str(number), labels, sku_id=key)
                for month in ("09", "10", "11")
                for day in range(1, 9)
                for labels in ("{}", PAY, BOTH)
            ]
            await made.writer.write(key, rows)
            made.slices[key] = rows

    async def change() -> None:
        for match in (PAY_RULE, LabelMatch("env", "prod"), LabelMatch("team", "web")):
            await made.rules.link("payments", match, history=True, by=OPERATOR)
            await made.rules.link("platform", match, move=True, by=OPERATOR)
        await made.rules.unlink("platform", PAY_RULE, by=OPERATOR)

    async def settle() -> None:
        for _ in range(10):
            await made.rules.settle()

    await asyncio.gather(*map(deliver, "abc"), change(), settle())
    await made.rules.settle()
    assert await _found(fresh_database) == _expected(made.rows, await _book(made))
    assert await check_rollups(fresh_database) == ()
    assert await reconcile(fresh_database) == ()


async def _book(made: World) -> RuleBook:
    async with made.database.read() as connection:
        return await read_book(connection)
