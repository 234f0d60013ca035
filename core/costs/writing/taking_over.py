"""Changing over from one export of a bill to another, a billing period at a time.

Each period moves in one transaction: the old source's facts go and the new one's come, and only
the difference reaches the rollups, and is a restatement. Whenever it is asked, a period is in
one of the two, whole.
"""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
from pyarrow import feather
from sqlalchemy import CursorResult, text

from core import data_version
from core.costs.slices import ControlTotal
from core.costs.writing import (
    control,
    facts,
    horizon,
    partitions,
    resources,
    restatements,
    rollups,
    slices,
    staging,
    terms,
)
from core.costs.writing.facts import AMOUNTS, FACT
from core.costs.writing.intern import Kind, intern
from core.costs.writing.slices import Source
from core.costs.writing.staging import Staged
from core.costs.writing.terms import Terms
from core.database import Connection, Database
from core.errors import ConflictError
from core.projects.service import ProjectService

_KEY: Final = "scope_id, day, service_id, kind_id, billing_period, currency"


class OtherProviderError(ConflictError):
    """Sources of different clouds have no bill in common."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What a slice of the new source holds of one billing period; `rows`: its charges' file."""

    key: str
    fingerprint: str
    rows: Path
    totals: Sequence[ControlTotal]


@dataclass(frozen=True, slots=True)
class Moved:
    """A billing period that was moved: BilledCost by currency, before and after."""

    month: date
    before: Mapping[str, Decimal]
    after: Mapping[str, Decimal]
    restated: int


@dataclass(frozen=True, slots=True)
class _Ready:
    """The same with ids, ready to be copied."""

    taken: Taken
    staged: Staged
    totals: Sequence[ControlTotal]
    kinds: Mapping[Kind, int]


async def begin(database: Database, old: str, new: str) -> None:
    """Let one source succeed another: neither reads any more what the other holds.

    Raises:
        UnknownSourceError: one of them isn't registered.
        OtherProviderError: they are of different clouds.
    """
    async with database.begin() as tx:
        one, other = await slices.find_source(tx, old), await slices.find_source(tx, new)
        if one.provider != other.provider or one.id == other.id:
            raise OtherProviderError(
                f"{new!r} ({other.provider}) can't take over {old!r} ({one.provider}).",
                fix="Name two exports of the same bill.",
            )
        await tx.execute(
            text(
                "UPDATE sources SET succeeded_by = CASE WHEN id = :new THEN NULL"
                " ELSE CAST(:new AS integer) END"
                " WHERE id IN (:old, :new) OR succeeded_by = :old"
            ),
            {"old": one.id, "new": other.id},
        )


async def days_held(database: Database, source: str) -> dict[date, dict[str, set[date]]]:
    """The days of which a source holds charges, by billing period and billing account.

    Of those that aren't complete yet another may hold less: they aren't told.

    Raises:
        UnknownSourceError: it isn't registered.
    """
    held: defaultdict[date, dict[str, set[date]]] = defaultdict(dict)
    async with database.read() as connection:
        found = await slices.find_source(connection, source)
        statement = text(
            "SELECT c.billing_period, a.account_id, f.day FROM billing_claims c"
            " JOIN billing_accounts a ON a.id = c.billing_account_id"
            " LEFT JOIN (SELECT DISTINCT f.billing_period, f.billing_account_id, f.day"
            " FROM charge_daily f JOIN slices s ON s.id = f.slice_id WHERE s.source_id = :source) f"
            " ON f.billing_period = c.billing_period"
            " AND f.billing_account_id = c.billing_account_id"
            " WHERE c.source_id = :source ORDER BY 1, 2, 3"
        )
        for month, account, day in await connection.execute(statement, {"source": found.id}):
            days = held[month].setdefault(account, set())
            if day is not None and (found.complete_until is None or day < found.complete_until):
                days.add(day)
    return dict(held)


async def left_to_other(database: Database, source: str) -> frozenset[str]:
    """The slices of a source that left lines to another one."""
    statement = text(
        "SELECT DISTINCT s.key FROM left_out l JOIN slices s ON s.id = l.slice_id"
        " JOIN sources o ON o.id = s.source_id AND o.name = :source"
        " WHERE l.reason = 'other_source'"
    )
    async with database.read() as connection:
        return frozenset((await connection.execute(statement, {"source": source})).scalars())


async def move(
    database: Database,
    projects: ProjectService,
    *,
    old: str,
    new: str,
    month: date,
    taken: Sequence[Taken],
    now: datetime,
) -> Moved | None:
    """Move a billing period; None: it was moved, or its slices read anew, by another meanwhile.

    Args:
        database: where.
        projects: adopts the accounts that are new.
        old: the source that holds it.
        new: the source that is to.
        month: the first day of the billing period.
        taken: what each of the new source's slices has of it, all there is.
        now: the instant to record.
    """
    while True:
        async with database.read() as connection:
            on = await terms.read(connection)
            one = await slices.find_source(connection, old)
            other = await slices.find_source(connection, new)
        ready = [await _ready(database, projects, other, each, on) for each in taken]
        async with database.begin() as tx:
            work = _Move(tx, one, other, month, now)
            if not await work.claimed():
                return None
            if await terms.hold(tx, on):
                return await work.done(ready)


async def _ready(
    database: Database, projects: ProjectService, source: Source, taken: Taken, on: Terms
) -> _Ready:
    charges = await asyncio.to_thread(feather.read_table, taken.rows)
    within = horizon.divided(charges, taken.totals, on.facts_from)
    dimensions = await intern(
        database,
        projects,
        source.provider,
        within.charges,
        within.totals,
        rename=False,
        rules=on.rules,
    )
    staged = await asyncio.to_thread(staging.stage, within.charges, dimensions.columns)
    await partitions.ensure(database, staged.days)
    path = taken.rows.with_suffix(".staged")
    # What is held of a month is one slice at a time: the rest waits in files.
    await asyncio.to_thread(feather.write_feather, staged.rows, path, compression="uncompressed")
    mapped: pa.Table = feather.read_table(path, memory_map=True)
    return _Ready(taken, Staged(mapped, staged.days), within.totals, dimensions.kinds)


class _Move:
    """The transaction that moves a billing period."""

    def __init__(
        self, tx: Connection, old: Source, new: Source, month: date, now: datetime
    ) -> None:
        self._tx, self._old, self._new, self._now = tx, old, new, now
        self._given: dict[str, Any] = {"old": old.id, "new": new.id, "month": month}

    async def claimed(self) -> bool:
        """Whether the period is still the old source's; it then stays so, for others."""
        found = await self._run(
            "SELECT 1 FROM billing_claims WHERE source_id = :old AND billing_period = :month"
            " ORDER BY billing_account_id FOR UPDATE"
        )
        return bool(found.all())

    async def done(self, ready: Sequence[_Ready]) -> Moved | None:
        """Move it; None: slices were read anew, so it isn't known what they hold."""
        olds, news = await self._locked()
        if any(news.get(each.taken.key, ("",))[0] != each.taken.fingerprint for each in ready):
            return None
        self._given |= {"olds": olds, "news": [news[each.taken.key][1] for each in ready]}
        before = await self._take_out()
        for each in ready:
            await self._put_in(news[each.taken.key][1], each)
        after = await self._sums("WHERE lines > 0")
        await facts.make_delta(self._tx, "moved", *AMOUNTS, "lines")
        await rollups.add(self._tx)
        # It was the old source's days that were published.
        published = replace(self._old, id=self._new.id)
        restated = await restatements.record(self._tx, published, self._now)
        await self._settle()
        return Moved(self._given["month"], before, after, restated)

    async def _locked(self) -> tuple[list[int], dict[str, tuple[str, int]]]:
        """Lock all slices: those of the old source; the new one's fingerprints and ids by key."""
        rows = (
            await self._run(
                "SELECT id, source_id, key, fingerprint, first_day, last_day FROM slices"
                " WHERE source_id IN (:old, :new) ORDER BY id FOR UPDATE"
            )
        ).all()
        olds = [row for row in rows if row.source_id == self._old.id]
        # Days are told so that only their partitions are searched.
        days = [day for row in olds for day in (row.first_day, row.last_day) if day is not None]
        month = self._given["month"]
        self._given |= {"first": min(days, default=month), "last": max(days, default=month)}
        mine = [row for row in rows if row.source_id == self._new.id]
        return [row.id for row in olds], {row.key: (row.fingerprint, row.id) for row in mine}

    async def _take_out(self) -> dict[str, Decimal]:
        amounts = ", ".join(f"-coalesce({a}, 0) AS {a}" for a in AMOUNTS)
        sums = ", ".join(f"sum(-coalesce({a}, 0))" for a in AMOUNTS)
        await self._run(
            f"CREATE TEMP TABLE moved ON COMMIT DROP AS SELECT {_KEY}, {amounts},"
            " CAST(0 AS bigint) AS lines FROM charge_daily LIMIT 0"
        )
        await self._run(
            "WITH gone AS (DELETE FROM charge_daily WHERE slice_id = ANY(CAST(:olds AS integer[]))"
            " AND billing_period = :month AND day BETWEEN :first AND :last RETURNING *)"
            f" INSERT INTO moved SELECT {_KEY}, {sums}, -count(*) FROM gone GROUP BY {_KEY}"
        )
        gone = await self._sums("WHERE lines < 0")
        return {currency: -amount for currency, amount in gone.items()}

    async def _put_in(self, slice_id: int, ready: _Ready) -> None:
        await staging.copy(self._tx, ready.staged)
        columns = ", ".join(FACT)
        sums = ", ".join(f"sum(coalesce({a}, 0))" for a in AMOUNTS)
        await self._run(
            f"INSERT INTO charge_daily (slice_id, {columns})"
            f" SELECT {slice_id}, {columns} FROM staged"
        )
        await self._run(
            f"INSERT INTO moved SELECT {_KEY}, {sums}, count(*) FROM staged GROUP BY {_KEY}"
        )
        await facts.drop_temporary(self._tx)
        month = self._given["month"]
        await control.compare(self._tx, slice_id, ready.totals, ready.kinds, period=month)

    async def _settle(self) -> None:
        """Let everything that is kept beside facts follow them."""
        for statement in (_COUNT, *_CLEAR, _RANGE, _MATCH, _CLAIM):
            await self._run(statement)
        for source in (self._old, self._new):
            await control.refresh(self._tx, source.id, self._now)
        await control.mark_changed(self._tx, self._new.id, self._now)
        await facts.drop_temporary(self._tx)
        await self._run("DROP TABLE moved")
        await data_version.bump(self._tx)

    async def _sums(self, condition: str) -> dict[str, Decimal]:
        rows = await self._run(
            f"SELECT currency, sum(billed) AS billed FROM moved {condition} GROUP BY 1 ORDER BY 1"
        )
        return {row.currency: row.billed for row in rows}

    async def _run(self, statement: str) -> CursorResult[Any]:
        return await self._tx.execute(text(statement), self._given)


_OLDS: Final = "slice_id = ANY(CAST(:olds AS integer[])) AND billing_period = :month"
_NEWS: Final = "slice_id = ANY(CAST(:news AS integer[]))"
_BOTH: Final = "ANY(CAST(:olds AS integer[]) || CAST(:news AS integer[]))"

_COUNT: Final = (
    "INSERT INTO left_out AS l (slice_id, billing_period, reason, lines)"
    " SELECT slice_id, billing_period, 'other_source', sum(lines) FROM control_totals"
    f" WHERE {_OLDS} GROUP BY 1, 2"
    " ON CONFLICT (slice_id, billing_period, reason)"
    " DO UPDATE SET lines = l.lines + excluded.lines"
)
_CLEAR: Final = (
    f"DELETE FROM left_out WHERE {_NEWS} AND billing_period = :month AND reason = 'other_source'",
    f"DELETE FROM control_totals WHERE {_OLDS}",
    f"DELETE FROM {resources.TABLE} WHERE {_OLDS}",
    # What resources cost isn't taken along: the next sync reads it again.
    f"DELETE FROM {resources.TABLE} WHERE {_NEWS}",
    "UPDATE slices SET resources_since = NULL WHERE id = ANY(CAST(:news AS integer[]))",
)
_RANGE: Final = (
    # Days whose facts were dropped for their age stay among those held, as in `slices.stored`.
    "UPDATE slices s SET"
    " first_day = least(f.first_day, CASE WHEN s.first_day < r.facts_from THEN s.first_day END),"
    " last_day = greatest(f.last_day, CASE WHEN s.first_day < r.facts_from"
    " THEN least(s.last_day, r.facts_from - 1) END)"
    " FROM (SELECT l.id, min(c.day) AS first_day, max(c.day) AS last_day FROM slices l"
    f" LEFT JOIN charge_daily c ON c.slice_id = l.id WHERE l.id = {_BOTH} GROUP BY l.id) f,"
    " retention r WHERE s.id = f.id"
)
_MATCH: Final = (
    "UPDATE slices s SET matches_export = coalesce((SELECT bool_and(c.matches)"
    f" FROM control_totals c WHERE c.slice_id = s.id), true) WHERE s.id = {_BOTH}"
)
_CLAIM: Final = (
    "UPDATE billing_claims SET source_id = :new WHERE source_id = :old AND billing_period = :month"
)
