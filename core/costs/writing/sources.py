"""Sources and their slices, as they are stored: registered, looked up, finished after a sync.

A sync, from `core.ingest`:
    await register(database, info)
    stored = await stored_slices(database, info.name)
    # … for each slice whose fingerprint differs, oldest key first (names are kept as the
    #   slice with the greatest key has them), several at once if one likes:
    await replace(database, projects, item, charges, totals=…, rates=…, now=…)
    await finish_sync(database, info.name, Listing(…), through=…, zone=…, now=…)
"""

from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import Date, cast, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from core import data_version
from core.costs.model import Freshness
from core.costs.resources import read_since
from core.costs.slices import Listing, SourceInfo, StoredSlice
from core.costs.tables import (
    billing_claims,
    billing_periods,
    conversion_rates,
    day_readings,
    reconciliations,
    restatements,
    sources,
)
from core.costs.tables import slices as slices_table
from core.costs.writing import control, facts, rollups, slices
from core.costs.writing.completeness import OLDEST, WINDOW, HeldAt, complete_until, is_final
from core.costs.writing.left_out import keep_unfinished
from core.costs.writing.slices import Source
from core.costs.writing.watch import judge
from core.database import Connection, Database


async def register(database: Database, source: SourceInfo) -> int:
    """Keep a source, or what changed of it; its id. Doing it again changes nothing."""
    values = {
        "kind": source.kind,
        "provider": source.provider,
        "location": source.location,
        "resources": source.resources,
        "retired_at": None,
    }
    statement = (
        insert(sources)
        .values(name=source.name, **values)
        .on_conflict_do_update(index_elements=[sources.c.name], set_=values)
        .returning(sources.c.id)
    )
    async with database.begin() as tx:
        source_id: int = (await tx.execute(statement)).scalar_one()
        return source_id


async def retire(database: Database, listed: Collection[str], *, now: datetime) -> None:
    """Have no source but those listed hold back what is complete; `register` takes one back."""
    statement = update(sources).where(sources.c.name.not_in(listed), sources.c.retired_at.is_(None))
    async with database.begin() as tx:
        if (await tx.execute(statement.values(retired_at=now))).rowcount:
            await data_version.bump(tx)


async def stored_slices(database: Database, source: str) -> Mapping[str, StoredSlice]:
    """The slices stored of a source, by key; none if it isn't registered."""
    t = slices_table.c
    statement = (
        select(
            *(t.key, t.fingerprint, t.read_at, t.matches_export, t.behind),
            *(t.archived_at.is_not(None), t.last_day, t.resources_since),
        )
        .join(sources, sources.c.id == t.source_id)
        .where(sources.c.name == source)
        .order_by(t.key.collate("C"))
    )
    async with database.read() as connection:
        return {row[0]: StoredSlice(*row) for row in await connection.execute(statement)}


async def names(database: Database) -> tuple[str, ...]:
    """The sources that are kept, in `sources.toml` or not."""
    async with database.read() as connection:
        statement = select(sources.c.name).order_by(sources.c.name)
        return tuple((await connection.execute(statement)).scalars())


async def periods_held(database: Database, source: str) -> tuple[date, ...]:
    """The billing periods that a source holds, oldest first.

    Raises:
        UnknownSourceError: it isn't registered.
    """
    async with database.read() as connection:
        found = await slices.find_source(connection, source)
        statement = (
            select(billing_claims.c.billing_period)
            .where(billing_claims.c.source_id == found.id)
            .distinct()
            .order_by(billing_claims.c.billing_period)
        )
        return tuple((await connection.execute(statement)).scalars())


async def begin_reading(database: Database, source: str, since: date | None) -> None:
    """Keep that slices from a day on (None: all) are about to be read."""
    first = since or date.min
    async with database.begin() as tx:
        await tx.execute(
            update(sources)
            .where(sources.c.name == source)
            .values(reading_since=func.least(sources.c.reading_since, cast(first, Date)))
        )


async def end_reading(database: Database, source: str, since: date | None) -> None:
    """Keep that all slices from a day on (None: all) have been read."""
    begun = sources.c.reading_since >= (since or date.min)
    async with database.begin() as tx:
        await tx.execute(
            update(sources).where(sources.c.name == source, begun).values(reading_since=None)
        )


async def reading_since(database: Database, source: str) -> date | None:
    """From which day on slices were to be read that may not all have been; `date.min`: all."""
    statement = select(sources.c.reading_since).where(sources.c.name == source)
    async with database.read() as connection:
        found: date | None = (await connection.execute(statement)).scalar_one()
        return found


async def finish_sync(
    database: Database,
    source: str,
    listing: Listing,
    *,
    through: datetime | None,
    zone: ZoneInfo,
    now: datetime,
) -> Freshness:
    """Record what a sync has shown of the whole source; one transaction, safe to repeat.

    Sets its freshness, how much of each young day it holds at its age, which days are complete,
    which billing periods match and are final; marks slices that vanished as archived and those
    that moved since they were read as behind.

    Args:
        database: where.
        source: its name; registered.
        listing: what the source lists now (after the sync's reading).
        through: instant of the newest charge exported (UTC); None leaves the one known.
        zone: the time zone of the source's days (Google: Pacific; others UTC).
        now: the instant of the sync.

    Raises:
        UnknownSourceError: it isn't registered.
    """
    here = now.astimezone(zone)
    async with database.begin() as tx:
        found = await slices.find_source(tx, source, lock=True)
        await slices.mark(tx, found, listing, now)
        await keep_unfinished(tx, found, listing, now)
        from core.costs.writing import resources  # noqa: PLC0415  # on use: pyarrow

        await resources.trim(tx, found, read_since(here.date()))
        until = await _complete_until(tx, found, here.date())
        through = through or found.through
        if until is not None and through is not None:
            until = min(until, through.astimezone(zone).date())
        matches, final = await _judge_periods(tx, found, here)
        await tx.execute(
            update(sources)
            .where(sources.c.id == found.id)
            .values(
                through=through,
                complete_until=until,
                held_since=await slices.first_day(tx, found),
                synced_at=now,
            )
        )
        # An export that was changed over is as fresh as the one it was changed over to.
        await tx.execute(
            update(sources)
            .where(sources.c.succeeded_by == found.id)
            .values(
                through=func.greatest(sources.c.through, through),
                complete_until=func.greatest(sources.c.complete_until, until),
                synced_at=now,
            )
        )
        await data_version.bump(tx)
        await judge(tx, source, now=now)
        return Freshness(through, until, matches, final)


async def _complete_until(tx: Connection, source: Source, today: date) -> date | None:
    """Keep what each young day holds now; None if there is no day at all."""
    oldest = today - timedelta(days=WINDOW + OLDEST)
    held = await _held(tx, source, oldest, today)
    young = [
        {"source_id": source.id, "day": day, "currency": code, "age": age, "amount": amount}
        for (day, code), amount in sorted(held.items())
        if (age := (today - day).days) <= OLDEST
    ]
    if young:
        # The first reading at an age stays: a day may be asked about right after it.
        await tx.execute(insert(day_readings).on_conflict_do_nothing(), young)
    mine = day_readings.c.source_id == source.id
    await tx.execute(delete(day_readings).where(mine, day_readings.c.day < oldest))
    columns = (day_readings.c.day, day_readings.c.currency, day_readings.c.age)
    rows = await tx.execute(select(*columns, day_readings.c.amount).where(mine))
    readings = [
        HeldAt(day, age, then, held.get((day, code), Decimal(0))) for day, code, age, then in rows
    ]
    if not held and await slices.first_day(tx, source) is None:
        return None
    return complete_until(today, readings)


async def _held(
    tx: Connection, source: Source, start: date, end: date
) -> dict[tuple[date, str], Decimal]:
    """The measure `cost` of a source by day and currency, from its facts."""
    statement = text(
        "SELECT f.day, f.currency, sum(f.effective) FROM charge_daily f"
        " JOIN slices s ON s.id = f.slice_id AND s.source_id = :source"
        " JOIN kinds k ON k.id = f.kind_id AND k.in_cost"
        " WHERE f.day >= :start AND f.day < :end GROUP BY 1, 2"
    )
    parameters = {"source": source.id, "start": start, "end": end}
    return {(day, code): amount for day, code, amount in await tx.execute(statement, parameters)}


async def _judge_periods(tx: Connection, source: Source, now: datetime) -> tuple[bool, bool]:
    """Say of each billing period whether it matches and is final; whether all do and are."""
    uninvoiced = await control.refresh(tx, source.id, now)
    mine = billing_periods.c.source_id == source.id
    rows = (await tx.execute(select(billing_periods).where(mine))).all()
    finals = {
        row.billing_period: is_final(
            row.billing_period,
            uninvoiced=uninvoiced.get(row.billing_period, 0),
            changed_at=row.changed_at,
            now=now,
        )
        for row in rows
    }
    for final in (True, False):
        periods = [period for period, value in finals.items() if value is final]
        await tx.execute(
            update(billing_periods)
            .where(mine, billing_periods.c.billing_period.in_(periods))
            .values(final=final)
        )
    return all(row.matches_export for row in rows), all(finals.values())


async def prune(database: Database, source: str, keys: Collection[str], *, now: datetime) -> int:
    """Delete slices, their facts and their part of the rollups; how many there were.

    One transaction a slice. Billing periods that the source holds nothing of any more are free
    for another.

    Raises:
        UnknownSourceError: it isn't registered.
    """
    gone = 0
    for key in sorted(keys):
        async with database.begin() as tx:
            found = await slices.find_source(tx, source)
            held = await slices.find(tx, found, key, lock=True)
            if held is None:
                continue
            await facts.make_staged(tx)
            await facts.write(tx, held)
            await rollups.add(tx)
            from core.costs.writing import resources  # noqa: PLC0415  # on use: pyarrow

            await resources.clear(tx, held)
            await slices.remove(tx, held)
            await control.refresh(tx, found.id, now)
            await control.mark_changed(tx, found.id, now)
            await slices.release(tx, found)
            await facts.drop_temporary(tx)
            await data_version.bump(tx)
            gone += 1
    return gone


async def forget(database: Database, source: str) -> bool:
    """Delete a source that holds no slice, and what was noted of it; whether it was."""
    async with database.begin() as tx:
        found = await slices.find_source(tx, source, lock=True)
        held = select(slices_table.c.id).where(slices_table.c.source_id == found.id)
        if (await tx.execute(held.limit(1))).first() is not None:
            return False
        await slices.release(tx, found)
        for table in _NOTED:
            await tx.execute(delete(table).where(table.c.source_id == found.id))
        await tx.execute(delete(sources).where(sources.c.id == found.id))
        await data_version.bump(tx)
        return True


_NOTED: Final = (day_readings, billing_periods, conversion_rates, restatements, reconciliations)
