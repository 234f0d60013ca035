"""Replacing a slice: only what changed is written, and everything stays exact."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final

import pyarrow as pa
from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert

from core import data_version
from core.costs.left_out import LeftOut
from core.costs.resources import Resources
from core.costs.slices import ControlTotal, Replaced, Replacement, Slice
from core.costs.tables import conversion_rates
from core.costs.writing import (
    control,
    facts,
    horizon,
    partitions,
    resources,
    restatements,
    rollups,
    shared,
    slices,
    staging,
    terms,
)
from core.costs.writing.horizon import Divided
from core.costs.writing.intern import Dimensions, intern
from core.costs.writing.left_out import keep as keep_left_out
from core.costs.writing.slices import Held, Source
from core.costs.writing.staging import Staged
from core.database import Connection, Database
from core.projects.service import ProjectService

# Of one backend, while a slice is compared: two hashes of some hundred thousand rows.
_SETTINGS: Final = (
    "SET LOCAL work_mem = '128MB'",
    "SET LOCAL jit = off",
    # Temporary tables have no statistics; twelve columns hash faster than they sort.
    "SET LOCAL enable_mergejoin = off",
)


@dataclass(frozen=True, slots=True)
class _Reading:
    """All that a transaction needs to let a slice hold what was read."""

    item: Slice
    staged: Staged
    dimensions: Dimensions
    within: Divided
    rates: Mapping[tuple[date, str], Decimal]
    left_out: tuple[LeftOut, ...]
    by_resource: resources.Prepared | None
    now: datetime


async def replace(
    database: Database,
    projects: ProjectService,
    item: Slice,
    charges: pa.Table,
    *,
    totals: Sequence[ControlTotal],
    rates: Mapping[tuple[date, str], Decimal],
    left_out: Sequence[LeftOut] = (),
    by_resource: Resources | None = None,
    now: datetime,
) -> Replacement:
    """Let a slice hold exactly these charges, whatever it held before.

    Dimensions and partitions are made first, in short transactions of their own; then one
    transaction, with the slice's row locked. Safe to repeat, to interrupt and to run at once.

    Args:
        database: where.
        projects: adopts the accounts that are new.
        item: which slice, and the state in which it was read; its source is registered.
        charges: its rows, of the schema `core.costs.charges.CHARGES`; none: it is empty now.
            Rows equal in every identity column are added up.
        totals: what the source says the slice adds up to, asked apart from the rows.
        rates: units of a currency for one USD, by billing period and currency.
        left_out: how many of the source's lines are not among the charges, or not mapped.
        by_resource: the charges of young days once more, by resource; None: the source names
            none, or isn't asked for them.
        now: the instant to record.

    Raises:
        UnknownSourceError: the source isn't registered.
        SharedAccountError: another source holds a billing account's month already.
    """
    async with database.read() as connection:
        source = await slices.find_source(connection, item.source)
        held = await slices.find(connection, source, item.key)
        newest = await slices.is_newest(connection, source, item.key)
    if held is not None and (outcome := _judge(held, item, by_resource)):
        async with database.begin() as tx:
            held = await slices.lock(tx, source, item)
            return await _leave(tx, held, item, _judge(held, item, by_resource) or outcome)
    while True:
        async with database.read() as connection:
            on = await terms.read(connection)
            elsewhere = await shared.held_by_kin(connection, source)
        within = horizon.divided(charges, totals, on.facts_from)
        if elsewhere:
            within = shared.without(within, elsewhere)
            by_resource = shared.resources_within(by_resource, within)
        out = (*left_out, *within.left_out)
        dimensions = await intern(
            database,
            projects,
            source.provider,
            within.charges,
            within.totals,
            rename=newest,
            rules=on.rules,
        )
        async with database.begin() as tx:
            await slices.claim(tx, source, dimensions.account_months)
        staged = await asyncio.to_thread(staging.stage, within.charges, dimensions.columns)
        await partitions.ensure(database, staged.days)
        apart = await resources.prepare(
            database, source.provider, by_resource, within.charges, dimensions.columns
        )
        reading = _Reading(item, staged, dimensions, within, rates, out, apart, now)
        async with database.begin() as tx:
            mine = await shared.hold(tx, source, dimensions.account_months)
            if mine and await terms.hold(tx, on):
                return await _write(tx, source, reading)


def _judge(held: Held, item: Slice, by_resource: object | None) -> Replaced | None:
    """What is to be done with a reading: None: write it."""
    if held.fingerprint == "":
        return None
    if item.read_at < held.read_at:
        return Replaced.STALE
    # What doesn't match the export is compared again, though the export hasn't moved.
    same = item.fingerprint == held.fingerprint and held.matches_export
    # What came before resources were asked for lacks them.
    same = same and (by_resource is None or held.resources_since is not None)
    return Replaced.UNCHANGED if same else None


async def _leave(tx: Connection, held: Held, item: Slice, outcome: Replaced) -> Replacement:
    if outcome is Replaced.UNCHANGED:
        await slices.seen(tx, held, item)
    return Replacement(outcome)


async def _write(tx: Connection, source: Source, reading: _Reading) -> Replacement:
    held = await slices.lock(tx, source, reading.item)
    if outcome := _judge(held, reading.item, reading.by_resource):
        return await _leave(tx, held, reading.item, outcome)
    for setting in _SETTINGS:
        await tx.execute(text(setting))
    # Before anything is locked that writers of other slices wait for.
    await resources.write(tx, held, reading.by_resource)
    await staging.copy(tx, reading.staged)
    added, removed = await facts.write(tx, held)
    await rollups.add(tx)
    published = await slices.find_source(tx, source.name)
    restated = await restatements.record(tx, published, reading.now)
    matches = await control.compare(tx, held.id, reading.within.totals, reading.dimensions.kinds)
    await control.touch(tx, source.id, held.id, reading.now)
    await _keep_rates(tx, source, reading.rates)
    await keep_left_out(tx, held.id, reading.left_out)
    days = reading.staged.days
    await slices.stored(
        tx,
        held,
        reading.item,
        days,
        matches=matches,
        resources_since=None if reading.by_resource is None else reading.by_resource.since,
        now=reading.now,
    )
    await facts.drop_temporary(tx)
    await data_version.bump(tx)
    return Replacement(Replaced.WRITTEN, added, removed, restated, reading.left_out)


async def _keep_rates(
    tx: Connection, source: Source, rates: Mapping[tuple[date, str], Decimal]
) -> None:
    if not rates:
        return
    statement = insert(conversion_rates).values(
        [
            {"source_id": source.id, "billing_period": month, "currency": code, "per_usd": rate}
            for (month, code), rate in sorted(rates.items())
        ]
    )
    await tx.execute(
        statement.on_conflict_do_update(
            index_elements=conversion_rates.primary_key.columns,
            set_={"per_usd": statement.excluded.per_usd},
            where=conversion_rates.c.per_usd != statement.excluded.per_usd,
        )
    )
