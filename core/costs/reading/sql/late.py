"""The statement that reads what came of months after they were over."""

from functools import lru_cache

from sqlalchemy import Date, DateTime, Interval, bindparam, cast, func, literal_column, select, text

from core.costs.reading.sql.compiled import Compiled, compiled
from core.costs.reading.sql.conditions import Filters, conditions
from core.costs.tables import restatements


@lru_cache(maxsize=64)
def late(filters: Filters, *, restricted: bool) -> Compiled:
    """The statement for restatements of whole months.

    Its rows: first day of the month, currency, and by how much the measure `cost` of the month's
    days changed later than `age` after its end.
    """
    day = restatements.c.day
    month = func.date_trunc("month", cast(day, DateTime))
    end = func.timezone("UTC", month + literal_column("interval '1 month'"))
    start, until = (cast(bindparam(name, type_=Date), Date) for name in ("start", "end"))
    return compiled(
        select(
            cast(month, Date),
            restatements.c.currency,
            func.sum(restatements.c.after - restatements.c.before),
        )
        .where(day >= start, day < until)
        .where(restatements.c.recorded_at >= end + bindparam("age", type_=Interval))
        .where(*conditions(restatements, filters, restricted=restricted))
        .group_by(literal_column("1"), restatements.c.currency)
    )


WATCHED = text("""
SELECT max(since) FROM (
  SELECT least(
    (SELECT min(stored_at) FROM slices WHERE source_id = s.id),
    (SELECT min(checked_at) FROM reconciliations WHERE source_id = s.id)
  ) AS since FROM sources s
) each
""")
"""Since when every source has been read again and again, as far as anything tells."""
