"""Resources beside the facts of the days that they are kept of: the same amounts, exactly."""

from typing import Final

from core.costs.tables import cost_by_day_resource

TABLE: Final = cost_by_day_resource.name
KEY: Final = (
    *("slice_id", "day", "billing_period", "scope_id", "service_id", "region_id"),
    *("tag_set_id", "kind_id", "currency"),
)
"""What charges by resource have in common with those that they are of."""


def differing(*, some: bool) -> str:
    """A SELECT of what differs: whether any is kept, the key, and each amount, kept and of facts.

    A list price is compared where every fact has one: a fact that adds up charges with and
    without one tells none, though a resource of it may.

    Args:
        some: only charges of the billing periods `:months`.
    """
    key = ", ".join(f"x.{column}" for column in KEY)
    sums = "sum(x.billed) AS billed, sum(x.effective) AS effective, sum(x.list) AS list"
    wanted = " WHERE x.billing_period = ANY(CAST(:months AS date[]))" if some else ""
    kept = f"SELECT {key}, {sums} FROM {TABLE} x{wanted} GROUP BY {key}"
    facts = (
        f"SELECT {key}, {sums}, count(*) = count(x.list) AS listed FROM charge_daily x"
        " JOIN slices s ON s.id = x.slice_id AND x.day >= s.resources_since"
        # The oldest such day spares the partitions before it.
        f" AND x.day >= (SELECT min(resources_since) FROM slices){wanted} GROUP BY {key}"
    )
    same = " AND ".join(f"r.{column} = f.{column}" for column in KEY)
    shown = ", ".join(f"coalesce(r.{column}, f.{column}) AS {column}" for column in KEY)
    amounts = "r.billed, f.billed, r.effective, f.effective, r.list, f.list"
    return (
        f"SELECT r.day IS NOT NULL AS stored, {shown}, {amounts}"
        f" FROM ({kept}) r FULL JOIN ({facts}) f ON {same}"
        " WHERE (r.billed, r.effective) IS DISTINCT FROM (f.billed, f.effective)"
        " OR (f.listed AND r.list IS DISTINCT FROM f.list)"
    )
