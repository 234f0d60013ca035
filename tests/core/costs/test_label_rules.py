"""Labels define projects: the first rule that matches tells, whatever happens in which order."""

import asyncio
import json
from collections import defaultdict
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from core.access.model import OPERATOR, Role, RoleNeededError, Viewer
from core.costs.assigning import months
from core.costs.assigning.service import RuleService, UnlistedLabelError
from core.costs.proving.proof import check_rollups
from core.costs.writing.sources import register
from core.database import Database
from core.projects.labels import read_book
from core.projects.model import NewProject
from core.projects.rules import (
    ALWAYS,
    BadRuleError,
    LabelMatch,
    Rule,
    RuleBook,
    RuleTakenError,
    UnknownRuleError,
    moved_to,
    with_rule,
)
from tests.support.charges import GCP, NOW, Row, Writer, charge, comparable, facts, scalar
from tests.support.clock import FakeClock
from tests.support.reconcile import reconcile

PACIFIC = ZoneInfo("America/Los_Angeles")
SLUGS = ("payments", "platform")
SEPTEMBER, OCTOBER, NOVEMBER = (date(2026, month, 1) for month in (9, 10, 11))


@dataclass
class World:
    """A database with two projects that labels may define, and what was done in it."""

    database: Database
    writer: Writer
    rules: RuleService
    slices: dict[str, list[Row]] = field(default_factory=dict)

    async def write(self, key: str, rows: list[Row]) -> None:
        """Let a slice hold some rows."""
        await self.writer.write(key, rows)
        self.slices[key] = rows

    @property
    def rows(self) -> list[Row]:
        """All that is held."""
        return [row for rows in self.slices.values() for row in rows]


async def world(database: Database) -> World:
    writer = Writer(database)
    await register(database, GCP)
    for slug in SLUGS:
        await writer.projects.create(NewProject(slug), by=OPERATOR)
    kept = {"gcp": ("env", "team")}
    clock = FakeClock(NOW)
    return World(
        database,
        writer,
        RuleService(database, writer.projects, clock, kept=kept, zone=PACIFIC),
    )


@pytest.fixture
async def made(database: Database) -> World:
    return await world(database)


def labelled(day: str, amount: str, labels: str = "{}", **other: Any) -> Row:
    return charge(day, amount, labels=labels, **other)


PAY = '{"team": "pay"}'
BOTH = '{"env": "prod", "team": "pay"}'
PAY_RULE = LabelMatch("team", "pay")


async def by_project(database: Database) -> dict[str | None, Decimal]:
    """What each project has by the facts; the rollups are checked to say the same."""
    assert await check_rollups(database) == ()
    assert await reconcile(database) == ()
    statement = text(
        "SELECT p.slug, sum(f.effective) FROM charge_daily f JOIN scopes s ON s.id = f.scope_id"
        " LEFT JOIN projects p ON p.id = s.project_id GROUP BY 1"
    )
    async with database.read() as connection:
        return {slug: amount for slug, amount in await connection.execute(statement)}  # noqa: C416 - rows


async def close(database: Database, *closed: date) -> None:
    async with database.begin() as tx:
        await tx.execute(
            text("UPDATE billing_periods SET final = billing_period = ANY(:months)"),
            {"months": list(closed)},
        )


async def test_a_label_gives_its_charges_to_a_project(made: World) -> None:
    await made.write("a", [labelled("2026-11-02", "10", PAY), labelled("2026-11-02", "5")])
    assert await by_project(made.database) == {"shop": Decimal(15)}
    done = await made.rules.link("payments", PAY_RULE, by=OPERATOR)
    assert (done.moved, done.since, done.months) == (1, NOVEMBER, (NOVEMBER,))
    assert await by_project(made.database) == {"payments": Decimal(10), "shop": Decimal(5)}
    await made.write("b", [labelled("2026-11-03", "1", BOTH), labelled("2026-11-03", "2")])
    assert await by_project(made.database) == {"payments": Decimal(11), "shop": Decimal(7)}
    assert comparable(await facts(made.database)) == comparable(made.rows)


async def test_the_first_match_wins(made: World) -> None:
    await made.write("a", [labelled("2026-11-02", "10", BOTH), labelled("2026-11-02", "1", PAY)])
    await made.rules.link("payments", PAY_RULE, by=OPERATOR)
    done = await made.rules.link("platform", LabelMatch("env", "prod"), by=OPERATOR)
    assert await by_project(made.database) == {"payments": Decimal(11)}
    assert [each.rule.slug for each in done.rules] == ["payments", "platform"]
    done = await made.rules.place(done.rules[1].rule.id, 1, by=OPERATOR)
    assert [each.rule.slug for each in done.rules] == ["platform", "payments"]
    assert await by_project(made.database) == {"platform": Decimal(10), "payments": Decimal(1)}


async def test_a_narrower_rule_goes_before_the_one_that_covers_it(made: World) -> None:
    await made.write(
        "a", [labelled("2026-11-02", "3", PAY), labelled("2026-11-02", "4", PAY, account_id="lab")]
    )
    await made.rules.link("payments", PAY_RULE, by=OPERATOR)
    narrow = LabelMatch("team", "pay", "gcp", "lab")
    done = await made.rules.link("platform", narrow, by=OPERATOR)
    assert [str(each.rule.match) for each in done.rules] == [
        "team=pay in gcp account lab",
        "team=pay",
    ]
    assert await by_project(made.database) == {"payments": Decimal(3), "platform": Decimal(4)}


async def test_closed_months_stay_unless_history_is_asked_for(made: World) -> None:
    await made.write("a", [labelled(f"2026-{month}-05", "1", PAY) for month in ("09", "10", "11")])
    await close(made.database, SEPTEMBER, OCTOBER)
    done = await made.rules.link("payments", PAY_RULE, by=OPERATOR)
    assert done.since == NOVEMBER
    assert await by_project(made.database) == {"shop": Decimal(2), "payments": Decimal(1)}
    await made.write("late", [labelled("2026-09-30", "0.5", PAY)])
    assert await by_project(made.database) == {"shop": Decimal("2.5"), "payments": Decimal(1)}
    done = await made.rules.link("payments", PAY_RULE, by=OPERATOR, history=True)
    assert (done.since, done.moved) == (None, 3)
    assert await by_project(made.database) == {"payments": Decimal("3.5")}


async def test_a_late_final_month_in_between_doesn_t_open_older_ones(made: World) -> None:
    """A late row has opened September again: the change begins after October all the same."""
    await made.write("a", [labelled(f"2026-{month}-05", "1", PAY) for month in ("09", "10", "11")])
    await close(made.database, OCTOBER)
    assert (await made.rules.link("payments", PAY_RULE, by=OPERATOR)).since == NOVEMBER


async def test_what_is_unlinked_goes_back_to_its_account(made: World) -> None:
    await made.write("a", [labelled(f"2026-{month}-05", "1", PAY) for month in ("10", "11")])
    await made.rules.link("payments", PAY_RULE, by=OPERATOR, history=True)
    await close(made.database, OCTOBER)
    await made.rules.unlink("payments", PAY_RULE, by=OPERATOR)
    assert await by_project(made.database) == {"payments": Decimal(1), "shop": Decimal(1)}
    await made.rules.unlink("payments", PAY_RULE, by=OPERATOR, history=True)
    assert await by_project(made.database) == {"shop": Decimal(2)}


async def test_a_label_of_another_project_is_refused_or_moved(made: World) -> None:
    await made.write("a", [labelled(f"2026-{month}-05", "1", PAY) for month in ("10", "11")])
    await made.rules.link("payments", PAY_RULE, by=OPERATOR, history=True)
    await close(made.database, OCTOBER)
    with pytest.raises(RuleTakenError, match="team=pay defines the project 'payments'"):
        await made.rules.link("platform", PAY_RULE, by=OPERATOR)
    await made.rules.link("platform", PAY_RULE, by=OPERATOR, move=True)
    assert await by_project(made.database) == {"payments": Decimal(1), "platform": Decimal(1)}


async def test_a_merge_takes_the_labels_along(made: World) -> None:
    await made.write("a", [labelled("2026-11-05", "1", PAY)])
    await made.rules.link("payments", PAY_RULE, by=OPERATOR)
    await made.writer.projects.merge("payments", "platform", by=OPERATOR)
    await made.write("b", [labelled("2026-11-06", "1", PAY)])
    assert await by_project(made.database) == {"platform": Decimal(2)}
    found = await made.writer.projects.get("platform", OPERATOR)
    assert [str(each.rule.match) for each in found.rules] == ["team=pay"]
    assert found.accounts == ()


async def test_published_days_that_move_are_restated(made: World) -> None:
    await made.write("a", [labelled("2026-11-05", "10", PAY), labelled("2026-11-05", "1")])
    async with made.database.begin() as tx:
        await tx.execute(
            text("UPDATE sources SET held_since = '2026-11-01', complete_until = '2026-11-10'")
        )
    await made.rules.link("payments", PAY_RULE, by=OPERATOR)
    statement = text(
        'SELECT p.slug, r."before", r."after" FROM restatements r'
        " JOIN scopes s ON s.id = r.scope_id JOIN projects p ON p.id = s.project_id ORDER BY 1"
    )
    async with made.database.read() as connection:
        told = [tuple(row) for row in await connection.execute(statement)]
    assert told == [("payments", 0, 10), ("shop", 11, 1)]


async def test_what_was_interrupted_is_taken_up(
    made: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await made.write("a", [labelled(f"2026-{month}-05", "1", PAY) for month in ("09", "10", "11")])
    follow = months.follow
    done: list[date] = []

    async def killed_after_one(database: Database, month: date, now: datetime) -> int:
        if done:
            raise KeyboardInterrupt
        done.append(month)
        return await follow(database, month, now)

    monkeypatch.setattr(months, "follow", killed_after_one)
    with pytest.raises(KeyboardInterrupt):
        await made.rules.link("payments", PAY_RULE, by=OPERATOR, history=True)
    monkeypatch.undo()
    assert await by_project(made.database) == {"shop": Decimal(2), "payments": Decimal(1)}
    told: list[tuple[date, int, int]] = []
    assert await made.rules.settle(lambda *each: told.append(each)) == 2
    assert told == [(OCTOBER, 1, 1), (SEPTEMBER, 1, 0)]
    assert await by_project(made.database) == {"payments": Decimal(3)}
    assert await made.rules.settle() == 0


async def test_resources_move_with_their_charges(made: World) -> None:
    await made.write("a", [labelled("2026-11-05", "10", PAY)])
    async with made.database.begin() as tx:
        await tx.execute(
            text(
                "INSERT INTO cost_by_day_resource SELECT slice_id, day, billing_period, scope_id,"
                " service_id, region_id, tag_set_id, kind_id, 0, currency, billed, effective, list"
                " FROM charge_daily"
            )
        )
    await made.rules.link("payments", PAY_RULE, by=OPERATOR)
    same = (
        "SELECT count(*) FROM cost_by_day_resource r JOIN charge_daily f"
        " ON f.slice_id = r.slice_id AND f.scope_id = r.scope_id"
    )
    assert await scalar(made.database, same) == 1


async def test_renaming_an_account_renames_it_everywhere(made: World) -> None:
    await made.rules.link("payments", PAY_RULE, by=OPERATOR)
    await made.write("2026-11-01", [labelled("2026-11-05", "1", PAY)])
    await made.write("2026-11-02", [labelled("2026-11-06", "1", PAY, account_name="Store")])
    names = "SELECT count(*) FROM scopes WHERE account_name = 'Store'"
    assert await scalar(made.database, names) == 2


@pytest.mark.parametrize(
    ("match", "said"),
    [
        (LabelMatch("team", ""), "has no value"),
        (LabelMatch("", "x"), "has no key"),
        (LabelMatch("team", "x", "ovh"), "'ovh' is no provider"),
        (LabelMatch("team", "x", None, "shop"), "'shop' has no provider"),
    ],
)
async def test_what_can_t_be_a_rule_is_refused(made: World, match: LabelMatch, said: str) -> None:
    with pytest.raises(BadRuleError, match=said):
        await made.rules.link("payments", match, by=OPERATOR)


async def test_a_label_that_no_source_keeps_is_refused_with_the_line_to_add(made: World) -> None:
    with pytest.raises(UnlistedLabelError) as caught:
        await made.rules.link("payments", LabelMatch("app", "x"), by=OPERATOR)
    assert 'labels = ["app", "env", "team"] (source \'gcp\')' in str(caught.value)
    assert "sync --full" in str(caught.value)


async def test_only_administrators_change_rules(made: World) -> None:
    with pytest.raises(RoleNeededError):
        await made.rules.link("payments", PAY_RULE, by=Viewer("eve", Role.FINANCE))


async def test_what_isn_t_linked_can_t_be_unlinked_or_placed(made: World) -> None:
    with pytest.raises(UnknownRuleError, match="isn't defined by team=pay"):
        await made.rules.unlink("payments", PAY_RULE, by=OPERATOR)
    with pytest.raises(UnknownRuleError):
        await made.rules.place(7, 1, by=OPERATOR)


class TestRuleBook:
    """Lists of rules, each from a month on."""

    A, B, C = (Rule(n, LabelMatch("team", name)) for n, name in enumerate("abc"))

    def adding(self, rule: Rule) -> Callable[[tuple[Rule, ...]], tuple[Rule, ...]]:
        return lambda rules: with_rule(rules, rule)

    def test_a_change_holds_from_its_month_on(self) -> None:
        book = RuleBook().changed(OCTOBER, self.adding(self.A))
        book = book.changed(NOVEMBER, self.adding(self.B))
        assert book.in_force(SEPTEMBER) == ()
        assert book.in_force(OCTOBER) == (self.A,)
        assert book.present == (self.A, self.B)

    def test_one_that_begins_earlier_changes_later_lists_too(self) -> None:
        book = (
            RuleBook().changed(NOVEMBER, self.adding(self.A)).changed(ALWAYS, self.adding(self.B))
        )
        assert book.in_force(SEPTEMBER) == (self.B,)
        assert book.present == (self.A, self.B)
        assert [each.since for each in book.placed()] == [NOVEMBER, None]

    def test_lists_that_repeat_the_one_before_are_none(self) -> None:
        book = RuleBook().changed(NOVEMBER, self.adding(self.A))
        assert book.changed(NOVEMBER, lambda rules: rules[:-1]) == RuleBook()

    @pytest.mark.parametrize(
        ("place", "order"), [(1, "CAB"), (2, "ACB"), (3, "ABC"), (9, "ABC"), (0, "CAB")]
    )
    def test_a_rule_has_the_place_it_was_put_at(self, place: int, order: str) -> None:
        found = moved_to((self.A, self.B, self.C), self.C, place)
        assert found == tuple(getattr(self, name) for name in order)


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
