"""Facts follow the rules: a source's month at a time, in one transaction with the rollups.

Nothing is read from the source: a fact has its account and its labels with it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import delete, func, select, text
from sqlalchemy.dialects.postgresql import insert

from core import data_version
from core.costs.tables import billing_periods, months_to_rescope, sources
from core.costs.writing import facts, partitions, restatements, rollups, slices, terms
from core.costs.writing.facts import AMOUNTS
from core.costs.writing.terms import Terms
from core.database import Connection, Database
from core.period import add_months
from core.projects.labels import scopes_of
from core.projects.rules import RuleBook, ScopeKey

TABLES: Final = ("charge_daily", "cost_by_day_resource")
"""What holds charges by scope and tag set, apart from the rollups."""


@dataclass(frozen=True, slots=True)
class _Pair:
    """Facts of one scope and one set of labels, and whose they are."""

    scope: int
    tag_set: int
    key: ScopeKey
    labels: Mapping[str, str]


async def first_open(tx: Connection, today: date) -> date:
    """The first day of the month after the last that is final in every source."""
    c = billing_periods.c
    statement = select(c.billing_period, func.bool_and(c.final)).group_by(c.billing_period)
    rows = (await tx.execute(statement)).all()
    closed = [period for period, final in rows if final]
    first = (
        add_months(max(closed), 1) if closed else min([period for period, _ in rows], default=today)
    )
    return min(first, today).replace(day=1)


async def mark(tx: Connection, start: date) -> tuple[date, ...]:
    """Have the facts of every month from one on looked at; the months."""
    months = [month for month in await partitions.months(tx) if month >= start]
    if months:
        rows = [{"month": month} for month in months]
        await tx.execute(insert(months_to_rescope).on_conflict_do_nothing(), rows)
    return tuple(months)


async def marked(connection: Connection) -> tuple[date, ...]:
    """The months whose facts may not follow the rules yet, the latest first."""
    month = months_to_rescope.c.month
    return tuple((await connection.execute(select(month).order_by(month.desc()))).scalars())


async def follow(database: Database, month: date, now: datetime) -> int:
    """Let all facts of a month follow the rules; how many moved.

    A transaction a source, each with the differences of the rollups: what is done is done, and
    what was interrupted is taken up by doing it again.
    """
    moved = 0
    while True:
        async with database.read() as connection:
            on = await terms.read(connection)
            names = select(sources.c.name).order_by(sources.c.id)
            known = (await connection.execute(names)).scalars().all()
        done = [await _follow(database, on, name, month, now) for name in known]
        moved += sum(filter(None, done))
        async with database.begin() as tx:
            if None not in done and await terms.hold(tx, on):
                await tx.execute(
                    delete(months_to_rescope).where(months_to_rescope.c.month == month)
                )
                return moved


async def _follow(
    database: Database, on: Terms, name: str, month: date, now: datetime
) -> int | None:
    """How many facts of a source's month moved; None: the rules have changed meanwhile."""
    async with database.begin() as tx:
        if not await terms.hold(tx, on):
            return None
        source = await slices.find_source(tx, name, lock=True)
        days: dict[str, object] = {"start": month, "end": add_months(month, 1)}
        held = await tx.execute(text(_LOCKED), {"source": source.id, **days})
        days |= {"slices": list(held.scalars())}
        targets = await _targets(tx, on.rules, await _pairs(tx, days), month)
        if not targets:
            return 0
        await tx.execute(text("SET LOCAL jit = off"))
        await _stage(tx, targets, days)
        moved = [(await tx.execute(text(_move(table)), days)).rowcount for table in TABLES]
        await facts.make_delta(
            tx, "moved", *(f"sign * coalesce({amount}, 0)" for amount in AMOUNTS), "sign"
        )
        await rollups.add(tx)
        await restatements.record(tx, source, now)
        await tx.execute(text("DROP TABLE moves, moved, delta"))
        await data_version.bump(tx)
        return moved[0]


_WITHIN: Final = "f.day >= :start AND f.day < :end AND f.slice_id = ANY(:slices)"
_LOCKED: Final = (
    "SELECT id FROM slices WHERE source_id = :source AND first_day < :end AND last_day >= :start"
    " ORDER BY id FOR UPDATE"
)
_PAIRS: Final = (
    "SELECT p.scope_id, p.tag_set_id, s.provider, s.account_id, s.rule_id, t.tags FROM"
    f" (SELECT DISTINCT f.scope_id, f.tag_set_id FROM charge_daily f WHERE {_WITHIN}) p"
    " JOIN scopes s ON s.id = p.scope_id JOIN tag_sets t ON t.id = p.tag_set_id"
)


async def _pairs(tx: Connection, days: Mapping[str, object]) -> list[_Pair]:
    rows = await tx.execute(text(_PAIRS), days)
    return [
        _Pair(scope, tag_set, (provider, account, rule), labels)
        for scope, tag_set, provider, account, rule, labels in rows
    ]


async def _targets(
    tx: Connection, rules: RuleBook, pairs: Sequence[_Pair], month: date
) -> list[tuple[_Pair, int]]:
    """Those whose facts lie in another scope than the rules say, with the right one."""
    wrong: list[tuple[_Pair, ScopeKey]] = []
    for pair in pairs:
        provider, account, held = pair.key
        rule = rules.rule_of(provider, account, pair.labels, month)
        if (right := rule.id if rule else None) != held:
            wrong.append((pair, (provider, account, right)))
    if not wrong:
        return []
    found = await scopes_of(tx, {key for _, key in wrong})
    return [(pair, found[key]) for pair, key in wrong]


async def _stage(
    tx: Connection, targets: Sequence[tuple[_Pair, int]], days: Mapping[str, object]
) -> None:
    """Say what moves where (`moves`), and what that takes from and adds to each scope (`moved`)."""
    moves = (
        "CREATE TEMP TABLE moves ON COMMIT DROP AS SELECT * FROM unnest(CAST(:scopes AS integer[]),"
        " CAST(:tags AS integer[]), CAST(:targets AS integer[])) w(scope_id, tag_set_id, target)"
    )
    parameters = {
        "scopes": [pair.scope for pair, _ in targets],
        "tags": [pair.tag_set for pair, _ in targets],
        "targets": [target for _, target in targets],
    }
    await tx.execute(text(moves), parameters)
    amounts = ", ".join(f"f.{amount}" for amount in AMOUNTS)
    moved = (
        "CREATE TEMP TABLE moved ON COMMIT DROP AS SELECT x.scope_id, f.day, f.service_id,"
        f" f.kind_id, f.billing_period, f.currency, {amounts}, x.sign FROM charge_daily f"
        " JOIN moves m ON m.scope_id = f.scope_id AND m.tag_set_id = f.tag_set_id"
        " CROSS JOIN LATERAL (VALUES (m.scope_id, -1), (m.target, 1)) x(scope_id, sign)"
        f" WHERE {_WITHIN}"
    )
    await tx.execute(text(moved), days)


def _move(table: str) -> str:
    return (
        f"UPDATE {table} f SET scope_id = m.target FROM moves m"
        f" WHERE m.scope_id = f.scope_id AND m.tag_set_id = f.tag_set_id AND {_WITHIN}"
    )
