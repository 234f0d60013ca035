"""A slice whose facts no longer add up is marked, so that all see it and the next sync reads it."""

from datetime import date

from sqlalchemy import text

from core import data_version
from core.costs.writing import control
from core.costs.writing.slices import find_source
from core.database import Connection


async def mark(tx: Connection, source: str, month: date) -> int:
    """Compare the slices that touch a billing period, each by itself; how many differ.

    Their rows are locked, so that none is replaced meanwhile. What differs no longer matches:
    answers say so from then on, and the next sync reads those slices again, which mends them.
    """
    found = await find_source(tx, source)
    where = {"source": found.id, "month": month}
    locked = (await tx.execute(text(_LOCKED), where)).scalars().all()
    wrong = (await tx.execute(text(_WRONG), {"slices": locked, "month": month})).all()
    ids = sorted({slice_id for slice_id, _, _ in wrong})
    for slice_id, kind, currency in wrong:
        key = {"slice": slice_id, "month": month, "kind": kind, "currency": currency}
        await tx.execute(text(_KEPT), key)
    await tx.execute(text(_SLICES), {"slices": ids})
    await control.match(tx, found.id, [month])
    if ids:
        await data_version.bump(tx)
    return len(ids)


_LOCKED = (
    "SELECT id FROM slices s WHERE source_id = :source AND (EXISTS (SELECT FROM control_totals c"
    " WHERE c.slice_id = s.id AND c.billing_period = :month) OR EXISTS (SELECT FROM charge_daily f"
    " WHERE f.slice_id = s.id AND f.billing_period = :month)) ORDER BY id FOR UPDATE"
)
_WRONG = (
    "SELECT slice_id, kind_id, currency FROM"
    " (SELECT slice_id, kind_id, currency, billed, effective, lines FROM control_totals"
    " WHERE slice_id = ANY(CAST(:slices AS integer[])) AND billing_period = :month) said"
    " FULL JOIN (SELECT slice_id, kind_id, currency, sum(billed) AS billed,"
    " sum(effective) AS effective, sum(lines) AS lines FROM charge_daily"
    " WHERE slice_id = ANY(CAST(:slices AS integer[])) AND billing_period = :month"
    " GROUP BY 1, 2, 3) held USING (slice_id, kind_id, currency)"
    " WHERE (coalesce(said.billed, 0), coalesce(said.effective, 0), coalesce(said.lines, 0))"
    " <> (coalesce(held.billed, 0), coalesce(held.effective, 0), coalesce(held.lines, 0))"
)
_KEPT = (
    "INSERT INTO control_totals (slice_id, billing_period, kind_id, currency, billed, effective,"
    " lines, matches, uninvoiced) VALUES (:slice, :month, :kind, :currency, 0, 0, 0, false, 0)"
    " ON CONFLICT (slice_id, billing_period, kind_id, currency) DO UPDATE SET matches = false"
)
_SLICES = "UPDATE slices SET matches_export = false WHERE id = ANY(CAST(:slices AS integer[]))"
