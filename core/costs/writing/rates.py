"""Conversion rates of our own, for billing periods that no export gives a rate for."""

from collections.abc import Collection
from dataclasses import astuple, dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import delete, insert, select

from core import data_version
from core.costs.tables import configured_rates
from core.database import Database


@dataclass(frozen=True, slots=True)
class ConfiguredRate:
    """Units of a currency for one USD, from a billing period on until a later rate.

    origin: whose rate it is, as answers say it.
    """

    since: date
    currency: str
    per_usd: Decimal
    origin: str


async def keep(database: Database, rates: Collection[ConfiguredRate]) -> bool:
    """Have exactly these rates from now on; whether that changed anything."""
    async with database.begin() as tx:
        rows = await tx.execute(select(configured_rates))
        if {ConfiguredRate(*row) for row in rows} == set(rates):
            return False
        await tx.execute(delete(configured_rates))
        if rates:
            columns = configured_rates.c.keys()
            values = [dict(zip(columns, astuple(rate), strict=True)) for rate in rates]
            await tx.execute(insert(configured_rates).values(values))
        await data_version.bump(tx)
    return True
