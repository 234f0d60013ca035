"""What was left out of a slice, or left alone at its source, beside what is stored."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert

from core.costs.left_out import LeftOut, added_up
from core.costs.slices import Listing
from core.costs.tables import left_out, unfinished
from core.costs.writing.slices import Source
from core.database import Connection


async def keep(tx: Connection, slice_id: int, found: Iterable[LeftOut]) -> None:
    """Let a slice, whose row is locked, have exactly these lines left out or not mapped."""
    await tx.execute(delete(left_out).where(left_out.c.slice_id == slice_id))
    rows = [
        {
            "slice_id": slice_id,
            "billing_period": each.billing_period,
            "reason": each.reason.value,
            "lines": each.lines,
        }
        for each in added_up(found)
    ]
    if rows:
        await tx.execute(insert(left_out), rows)


async def keep_unfinished(tx: Connection, source: Source, listing: Listing, now: datetime) -> None:
    """Keep which slices a source's listing left alone; `since` stays with one that still is.

    What wasn't looked at stays as it was.
    """
    wanted = unfinished.c.source_id == source.id
    if not listing.whole:
        wanted &= unfinished.c.key.in_(list(listing.fingerprints))
    found = listing.unfinished
    await tx.execute(delete(unfinished).where(wanted, unfinished.c.key.not_in(list(found))))
    if not found:
        return
    rows = [
        {"source_id": source.id, "key": key, "why": why, "since": now}
        for key, why in sorted(found.items())
    ]
    statement = insert(unfinished).values(rows)
    await tx.execute(
        statement.on_conflict_do_update(
            index_elements=[unfinished.c.source_id, unfinished.c.key],
            set_={"why": statement.excluded.why},
        )
    )
