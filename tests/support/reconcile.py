"""What is stored beside the control totals of the sources, by one statement of the tests' own."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import text

from core.database import Database


@dataclass(frozen=True, slots=True)
class Mismatch:
    """A total that the source gives otherwise than the facts stored add up to."""

    source: str
    billing_period: date
    charge_category: str
    source_type: str
    currency: str
    said_billed: Decimal
    held_billed: Decimal
    said_effective: Decimal
    held_effective: Decimal
    said_lines: int
    held_lines: int


async def reconcile(
    database: Database, *, source: str | None = None, billing_period: date | None = None
) -> tuple[Mismatch, ...]:
    """Compare the facts with the control totals, read at the same instants as they were.

    Args:
        database: where.
        source: its name; None: all.
        billing_period: first day of a month; None: all.

    Returns:
        What differs, by source, billing period, kind and currency; nothing if all matches.
    """
    async with database.read() as connection:
        rows = await connection.execute(
            text(_RECONCILED), {"source": source, "period": billing_period}
        )
        return tuple(Mismatch(*row) for row in rows)


_KEY = "s.source_id, x.billing_period, x.kind_id, x.currency"
_SUMS = "sum(x.billed) AS billed, sum(x.effective) AS effective, sum(x.lines) AS lines"
_WANTED = (
    "JOIN slices s ON s.id = x.slice_id JOIN sources o ON o.id = s.source_id"
    " WHERE (CAST(:source AS text) IS NULL OR o.name = :source)"
    " AND (CAST(:period AS date) IS NULL OR x.billing_period = :period)"
)
_RECONCILED = (
    "SELECT o.name, billing_period, k.charge_category, k.source_type, currency,"  # noqa: S608  # ours
    " coalesce(said.billed, 0), coalesce(held.billed, 0),"
    " coalesce(said.effective, 0), coalesce(held.effective, 0),"
    " CAST(coalesce(said.lines, 0) AS bigint), CAST(coalesce(held.lines, 0) AS bigint)"
    f" FROM (SELECT {_KEY}, {_SUMS} FROM control_totals x {_WANTED} GROUP BY {_KEY}) said"
    f" FULL JOIN (SELECT {_KEY}, {_SUMS} FROM charge_daily x {_WANTED} GROUP BY {_KEY}) held"
    " USING (source_id, billing_period, kind_id, currency)"
    " JOIN sources o ON o.id = source_id JOIN kinds k ON k.id = kind_id"
    " WHERE (coalesce(said.billed, 0), coalesce(said.effective, 0), coalesce(said.lines, 0))"
    " <> (coalesce(held.billed, 0), coalesce(held.effective, 0), coalesce(held.lines, 0))"
    " ORDER BY 1, 2, 3, 4, 5"
)
