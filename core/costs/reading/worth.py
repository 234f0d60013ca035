"""What a unit of each currency is worth, to say which of two amounts is more; nothing else."""

from collections.abc import Mapping
from decimal import Decimal

from sqlalchemy import select, union_all
from sqlalchemy.dialects.postgresql import distinct_on

from core.costs.tables import configured_rates, conversion_rates
from core.database import Connection


async def worth(connection: Connection) -> Mapping[str, Decimal]:
    """Dollars for one unit of a currency, by the latest rate there is; without those unknown."""
    theirs, ours = conversion_rates.c, configured_rates.c
    rates = union_all(
        select(theirs.currency, theirs.per_usd, theirs.billing_period.label("since")),
        select(ours.currency, ours.per_usd, ours.since),
    ).subquery()
    latest = (
        select(rates.c.currency, rates.c.per_usd)
        .where(rates.c.per_usd > 0)
        .ext(distinct_on(rates.c.currency))
        .order_by(rates.c.currency, rates.c.since.desc(), rates.c.per_usd)
    )
    rows = await connection.execute(latest)
    return {row.currency: 1 / row.per_usd for row in rows}
