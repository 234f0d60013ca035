"""Control totals: what the source says a slice adds up to, beside what was stored."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import text

from core.costs.slices import ControlTotal
from core.database import Connection


async def compare(
    tx: Connection,
    slice_id: int,
    totals: Sequence[ControlTotal],
    kinds: Mapping[tuple[str, str], int],
    *,
    period: date | None = None,
) -> bool:
    """Keep a slice's control totals, compared exactly with the temporary table `staged`.

    What is staged without the source naming it is kept as a total of no lines.

    Args:
        tx: where.
        slice_id: which slice; its row is locked.
        totals: what the source says.
        kinds: the ids of kinds.
        period: only of this billing period, compared with the facts that are stored.

    Returns:
        Whether every one matches: amounts billed and effective, and lines.
    """
    of_period = "AND billing_period = :period" if period else ""
    given = {"slice": slice_id, "period": period} if period else {"slice": slice_id}
    await tx.execute(text(f"DELETE FROM control_totals WHERE slice_id = :slice {of_period}"), given)
    rows = f"charge_daily WHERE slice_id = :slice {of_period}" if period else "staged"
    statement = text(
        "INSERT INTO control_totals (slice_id, billing_period, kind_id, currency,"
        " billed, effective, lines, matches, uninvoiced)"
        " SELECT :slice, billing_period, kind_id, currency, coalesce(said.billed, 0),"
        " coalesce(said.effective, 0), coalesce(said.lines, 0),"
        " coalesce(said.billed, 0) = coalesce(held.billed, 0)"
        " AND coalesce(said.effective, 0) = coalesce(held.effective, 0)"
        " AND coalesce(said.lines, 0) = coalesce(held.lines, 0),"
        " coalesce(held.uninvoiced, 0)"
        " FROM (SELECT billing_period, kind_id, currency, sum(billed) AS billed,"
        " sum(effective) AS effective, sum(lines) AS lines"
        " FROM unnest(CAST(:periods AS date[]), CAST(:kinds AS smallint[]),"
        " CAST(:currencies AS text[]), CAST(:billed AS numeric[]), CAST(:effective AS numeric[]),"
        " CAST(:lines AS bigint[]))"
        " AS w(billing_period, kind_id, currency, billed, effective, lines)"
        " GROUP BY 1, 2, 3) said"
        " FULL JOIN (SELECT billing_period, kind_id, currency, sum(billed) AS billed,"
        " sum(effective) AS effective, sum(lines) AS lines,"
        " count(*) FILTER (WHERE invoice_id = '') AS uninvoiced"
        f" FROM {rows} GROUP BY 1, 2, 3) held USING (billing_period, kind_id, currency)"
        " RETURNING matches"
    )
    parameters = {
        **given,
        "periods": [t.billing_period for t in totals],
        "kinds": [kinds[t.charge_category, t.source_type] for t in totals],
        "currencies": [t.currency for t in totals],
        "billed": [t.billed for t in totals],
        "effective": [t.effective for t in totals],
        "lines": [t.lines for t in totals],
    }
    return all((await tx.execute(statement, parameters)).scalars())


async def touch(tx: Connection, source_id: int, slice_id: int, now: datetime) -> None:
    """Tell the billing periods that a slice touches, or has changed by the temporary `delta`.

    Those changed are no longer final until a sync has finished.
    """
    changed = "EXISTS (SELECT FROM delta d WHERE d.billing_period = b.billing_period)"
    statement = text(
        "INSERT INTO billing_periods AS b"
        " (source_id, billing_period, matches_export, final, changed_at, checked_at)"
        " SELECT :source, billing_period, false, false, :now, :now FROM"
        " (SELECT billing_period FROM delta UNION"
        " SELECT billing_period FROM control_totals WHERE slice_id = :slice) t"
        " ORDER BY billing_period ON CONFLICT (source_id, billing_period) DO UPDATE"
        f" SET final = b.final AND NOT {changed},"
        f" changed_at = CASE WHEN {changed} THEN excluded.changed_at ELSE b.changed_at END,"
        " checked_at = excluded.checked_at RETURNING billing_period"
    )
    parameters = {"source": source_id, "slice": slice_id, "now": now}
    periods = (await tx.execute(statement, parameters)).scalars().all()
    await match(tx, source_id, periods)


async def mark_changed(tx: Connection, source_id: int, now: datetime) -> None:
    """Billing periods that `delta` has changed, and whose rows are locked, aren't final now."""
    await tx.execute(
        text(
            "UPDATE billing_periods SET final = false, changed_at = :now"
            " WHERE source_id = :source AND billing_period IN (SELECT billing_period FROM delta)"
        ),
        {"source": source_id, "now": now},
    )


async def match(tx: Connection, source_id: int, periods: Sequence[date]) -> None:
    """Say which billing periods match in every slice that touches them.

    Their rows are locked already, so of two slices that share a period the later sees what
    the earlier has stored.
    """
    statement = text(
        "UPDATE billing_periods b SET matches_export = coalesce((SELECT bool_and(c.matches)"
        " FROM control_totals c JOIN slices s ON s.id = c.slice_id"
        " WHERE s.source_id = :source AND c.billing_period = b.billing_period), true)"
        " WHERE b.source_id = :source AND b.billing_period = ANY(CAST(:periods AS date[]))"
    )
    await tx.execute(statement, {"source": source_id, "periods": list(periods)})


async def refresh(tx: Connection, source_id: int, now: datetime) -> dict[date, int]:
    """Say anew of all billing periods of a source whether they match, dropping empty ones.

    Those whose facts were dropped for their age stay as they were.

    Returns:
        How many facts have no InvoiceId, by billing period.
    """
    parameters = {"source": source_id, "now": now}
    mine = "FROM control_totals c JOIN slices s ON s.id = c.slice_id WHERE s.source_id = :source"
    await tx.execute(
        text(
            "DELETE FROM billing_periods b WHERE b.source_id = :source"
            f" AND b.billing_period NOT IN (SELECT c.billing_period {mine})"
            " AND b.billing_period >= (SELECT coalesce(dropped_until, '-infinity') FROM retention)"
        ),
        parameters,
    )
    await tx.execute(
        text(
            "INSERT INTO billing_periods"
            " (source_id, billing_period, matches_export, final, changed_at, checked_at)"
            " SELECT DISTINCT CAST(:source AS integer), c.billing_period, false, false,"
            f" CAST(:now AS timestamptz), CAST(:now AS timestamptz) {mine} ORDER BY 2"
            " ON CONFLICT (source_id, billing_period)"
            " DO UPDATE SET checked_at = excluded.checked_at"
        ),
        parameters,
    )
    counted = await tx.execute(
        text(f"SELECT c.billing_period, sum(c.uninvoiced) {mine} GROUP BY 1"), parameters
    )
    uninvoiced = {period: int(count) for period, count in counted}
    await match(tx, source_id, sorted(uninvoiced))
    return uninvoiced
