"""What a database holds of the facts, by the same keys as `tests.support.export`."""

from decimal import Decimal
from typing import Final

from sqlalchemy import text

from core.database import Database
from tests.support.export import Key, Sums

_FACTS: Final = text("""
SELECT s.key, f.day, f.billing_period, c.account_id, v.name, u.sku_id, r.region_id, t.tags,
  k.charge_category, k.source_type, f.currency, f.unit,
  sum(f.billed) AS billed, sum(f.lines) AS lines, sum(f.list) AS list,
  sum(f.quantity) AS quantity, count(*) AS rows
FROM charge_daily f
JOIN slices s ON s.id = f.slice_id
JOIN scopes c ON c.id = f.scope_id
JOIN services v ON v.id = f.service_id
JOIN skus u ON u.id = f.sku_id
JOIN regions r ON r.id = f.region_id
JOIN tag_sets t ON t.id = f.tag_set_id
JOIN kinds k ON k.id = f.kind_id
GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12
""")

_ROLLUPS: Final = {
    "cost_by_day_service": "day, scope_id, service_id",
    "cost_by_month_service": "date_trunc('month', day)::date, scope_id, service_id",
    "cost_by_month": "date_trunc('month', day)::date, scope_id",
}


async def stored(database: Database) -> dict[Key, Sums]:
    """Every fact; no two rows of a slice are of one key."""
    async with database.read() as connection:
        rows = (await connection.execute(_FACTS)).all()
    assert all(row.rows == 1 for row in rows)
    return {_key(*row[:12]): Sums(row.billed, row.lines, row.list, row.quantity) for row in rows}


def _key(*values: object) -> Key:
    labels = values[7]
    assert isinstance(labels, dict)
    return Key(*(*values[:7], tuple(sorted(labels.items())), *values[8:]))  # type: ignore[arg-type]  # columns of a row


async def rollups_agree(database: Database) -> bool:
    """Whether every rollup is what the facts add up to, and counts them."""
    async with database.read() as connection:
        for table, key in _ROLLUPS.items():
            own_key = key.replace("date_trunc('month', day)::date", "month")
            rest = "kind_id, billing_period, currency"
            own = f"SELECT {own_key}, {rest}, billed, effective, lines FROM {table}"  # noqa: S608  # ours
            summed = (
                f"SELECT {key}, {rest}, sum(billed), sum(effective), count(*)"  # noqa: S608  # ours
                f" FROM charge_daily GROUP BY {key}, {rest}"
            )
            for one, other in ((own, summed), (summed, own)):
                rows = await connection.execute(text(f"{one} EXCEPT {other}"))
                if rows.first() is not None:
                    return False
    return True


async def total(database: Database) -> Decimal:
    """Everything billed, whatever the currency: equal only if all is."""
    async with database.read() as connection:
        found: Decimal = (
            await connection.execute(text("SELECT coalesce(sum(billed), 0) FROM charge_daily"))
        ).scalar_one()
    return found
