"""What was left out of a slice, or left alone at its source, beside what is stored."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import delete, text
from sqlalchemy.dialects.postgresql import insert

from core.costs.left_out import LeftOut, added_up
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


async def keep_unfinished(
    tx: Connection, source: Source, found: Mapping[str, str], now: datetime
) -> None:
    """Let a source have exactly these slices left alone; `since` stays with one that still is."""
    parameters = {
        "source": source.id,
        "keys": list(found),
        "reasons": list(found.values()),
        "now": now,
    }
    await tx.execute(
        delete(unfinished).where(
            unfinished.c.source_id == source.id, unfinished.c.key.not_in(list(found))
        )
    )
    await tx.execute(
        text(
            "INSERT INTO unfinished (source_id, key, why, since)"
            " SELECT :source, key, why, :now"
            " FROM unnest(CAST(:keys AS text[]), CAST(:reasons AS text[])) w(key, why)"
            " ON CONFLICT (source_id, key) DO UPDATE SET why = excluded.why"
        ),
        parameters,
    )
