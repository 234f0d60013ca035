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
from datetime import datetime
from zoneinfo import ZoneInfo

from core.costs.model import Freshness, Listing, SourceInfo, StoredSlice
from core.database import Database


async def register(database: Database, source: SourceInfo) -> int:
    """Keep a source, or what changed of it; its id. Doing it again changes nothing."""
    raise NotImplementedError


async def stored_slices(database: Database, source: str) -> Mapping[str, StoredSlice]:
    """The slices stored of a source, by key; none if it isn't registered."""
    raise NotImplementedError


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
    raise NotImplementedError


async def prune(database: Database, source: str, keys: Collection[str], *, now: datetime) -> int:
    """Delete slices, their facts, their part of the rollups; how many there were."""
    raise NotImplementedError
