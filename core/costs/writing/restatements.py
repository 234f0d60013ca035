"""Restatements: what changed on days that people have been shown as complete."""

from datetime import datetime

from sqlalchemy import text

from core.costs.writing.slices import Source
from core.database import Connection


async def record(tx: Connection, source: Source, now: datetime) -> int:
    """Record the part of `delta`, already added to the rollups, on days published.

    A day is published once a finished sync has called it complete (before `complete_until`)
    and the source held it then (from `held_since`: older days that come later are new history).
    Younger days are expected to grow. Only the measure `cost` is told, and only where its sum
    by day, scope, service and currency changed.

    Returns:
        How many were recorded.
    """
    if source.held_since is None or source.complete_until is None:
        return 0
    statement = text(
        "INSERT INTO restatements"
        " (source_id, day, scope_id, service_id, currency, before, after, recorded_at)"
        " SELECT :source, d.day, d.scope_id, d.service_id, d.currency,"
        " held.amount - d.amount, held.amount, :now"
        " FROM (SELECT day, scope_id, service_id, currency, sum(effective) AS amount"
        " FROM delta JOIN kinds k ON k.id = kind_id AND k.in_cost"
        " WHERE day >= :held_since AND day < :complete_until"
        " GROUP BY 1, 2, 3, 4 HAVING sum(effective) <> 0) d"
        " CROSS JOIN LATERAL (SELECT coalesce(sum(c.effective), 0) AS amount"
        " FROM cost_by_day_service c JOIN kinds k ON k.id = c.kind_id AND k.in_cost"
        " WHERE c.day = d.day AND c.scope_id = d.scope_id AND c.service_id = d.service_id"
        " AND c.currency = d.currency) held"
    )
    parameters = {
        "source": source.id,
        "held_since": source.held_since,
        "complete_until": source.complete_until,
        "now": now,
    }
    return (await tx.execute(statement, parameters)).rowcount
