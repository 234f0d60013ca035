"""Charges put straight into facts and rollups: a small world to ask questions of.

Apart from the product's own writing, so that reading is tested by itself.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from sqlalchemy import Date, Insert, Table, cast, delete, func, insert, select, text

from core import data_version
from core.costs.model import in_cost, in_gross
from core.costs.tables import (
    ABSENT,
    billing_accounts,
    billing_periods,
    charge_daily,
    configured_rates,
    control_totals,
    conversion_rates,
    cost_by_day_service,
    cost_by_month,
    cost_by_month_service,
    day_readings,
    kinds,
    regions,
    services,
    skus,
    slices,
    sources,
    tag_sets,
)
from core.costs.writing import partitions
from core.database import Connection, Database
from core.projects.tables import project_aliases, projects, scopes


@dataclass(frozen=True)
class Charge:
    """One day's charge; '' where it has no such value."""

    day: date
    amount: Decimal
    account: str = "acc-1"
    provider: str = "gcp"
    service: str = "Compute Engine"
    sku: str = ""
    region: str = ""
    labels: tuple[tuple[str, str], ...] = ()
    category: str = "Usage"
    source_type: str = "regular"
    currency: str = "USD"
    effective: Decimal | None = None
    list_price: Decimal | None = None
    billing_period: date | None = None

    @property
    def month(self) -> date:
        """The first day of its invoice's month: that of its usage unless said otherwise."""
        return self.billing_period or self.day.replace(day=1)

    @property
    def effective_cost(self) -> Decimal:
        """As billed unless said otherwise."""
        return self.amount if self.effective is None else self.effective


@dataclass(frozen=True)
class World:
    """Charges, and what is known around them.

    projects: slug to team. accounts: (provider, id) to slug; those not listed belong to none.
    complete_until: by provider. service_categories: by service. rates: by billing period and
    currency, units for one USD.
    """

    charges: tuple[Charge, ...] = ()
    projects: Mapping[str, str | None] = field(default_factory=dict)
    accounts: Mapping[tuple[str, str], str] = field(default_factory=dict)
    complete_until: Mapping[str, date] = field(default_factory=dict)
    service_categories: Mapping[str, str] = field(default_factory=dict)
    rates: Mapping[tuple[date, str], Decimal] = field(default_factory=dict)
    aliases: Mapping[str, str] = field(default_factory=dict)
    mismatches: frozenset[tuple[str, date]] = frozenset()
    final: frozenset[date] = frozenset()

    @property
    def providers(self) -> list[str]:
        """Those that have charges."""
        return sorted({charge.provider for charge in self.charges})


ROLLUPS = (cost_by_day_service, cost_by_month_service, cost_by_month)
EMPTIED = (
    *(
        charge_daily,
        *ROLLUPS,
        billing_periods,
        configured_rates,
        conversion_rates,
        control_totals,
        day_readings,
        slices,
        sources,
    ),
    *(scopes, project_aliases, projects, kinds),
)
DIMENSIONS = (services, skus, regions, tag_sets, billing_accounts)


async def store(database: Database, world: World) -> None:
    """Put a world into an empty database."""
    await partitions.ensure(database, {charge.day for charge in world.charges})
    async with database.begin() as tx:
        await _Store(tx, world).everything()
        await data_version.bump(tx)


async def clear(database: Database) -> None:
    """Take everything out again."""
    async with database.begin() as tx:
        for table in EMPTIED:
            await tx.execute(delete(table))
        for table in DIMENSIONS:
            await tx.execute(delete(table).where(table.c.id != ABSENT))
        await data_version.bump(tx)


class _Store:
    def __init__(self, tx: Connection, world: World) -> None:
        self._tx = tx
        self._world = world

    async def everything(self) -> None:
        world = self._world
        self.projects = await self._add(
            projects, [{"slug": s, "name": s.title(), "team": t} for s, t in world.projects.items()]
        )
        await self._add(
            project_aliases,
            [
                {"slug": old, "project_id": self.projects[new,]}
                for old, new in world.aliases.items()
            ],
        )
        await self._scopes()
        await self._sources()
        if world.charges:
            await self._facts()
            for rollup in ROLLUPS:
                await self._tx.execute(_added_up(rollup))

    async def _scopes(self) -> None:
        accounts = {(c.provider, c.account) for c in self._world.charges} | {*self._world.accounts}
        self.scopes = await self._add(
            scopes,
            [
                {
                    "provider": provider,
                    "account_id": account,
                    "account_name": f"Account {account}" if account else "",
                    "project_id": self._project((provider, account)),
                }
                for provider, account in sorted(accounts)
            ],
            key=("provider", "account_id"),
        )

    def _project(self, key: tuple[str, str]) -> int | None:
        slug = self._world.accounts.get(key)
        return None if slug is None else self.projects[slug,]

    async def _sources(self) -> None:
        world = self._world
        self.slices: dict[str, int] = {}
        for provider in world.providers:
            complete = world.complete_until.get(provider)
            through = complete and datetime.combine(complete, time(22), UTC)
            made = await self._add(
                sources,
                [
                    {
                        "name": provider,
                        "kind": "bigquery",
                        "provider": provider,
                        "location": "here",
                        "complete_until": complete,
                        "through": through,
                        "synced_at": through,
                    }
                ],
                key=("name",),
            )
            source = made[provider,]
            await self._slice(provider, source)
            await self._periods(provider, source)

    async def _slice(self, provider: str, source: int) -> None:
        days = [c.day for c in self._world.charges if c.provider == provider]
        found = await self._add(
            slices,
            [
                {
                    "source_id": source,
                    "key": "all",
                    "fingerprint": "1",
                    "read_at": datetime(2026, 1, 1, tzinfo=UTC),
                    "matches_export": True,
                    "first_day": min(days),
                    "last_day": max(days),
                    "stored_at": datetime(2026, 11, 22, tzinfo=UTC),
                }
            ],
            key=("source_id",),
        )
        self.slices[provider] = found[source,]

    async def _periods(self, provider: str, source: int) -> None:
        checked = datetime(2026, 1, 1, tzinfo=UTC)
        await self._add(
            billing_periods,
            [
                {
                    "source_id": source,
                    "billing_period": month,
                    "matches_export": (provider, month) not in self._world.mismatches,
                    "final": month in self._world.final,
                    "changed_at": checked,
                    "checked_at": checked,
                }
                for month in sorted(
                    {c.month for c in self._world.charges if c.provider == provider}
                )
            ],
        )
        await self._add(
            conversion_rates,
            [
                {
                    "source_id": source,
                    "billing_period": month,
                    "currency": currency,
                    "per_usd": rate,
                }
                for (month, currency), rate in self._world.rates.items()
            ],
        )

    async def _facts(self) -> None:
        charges = self._world.charges
        ids = {
            "billing": await self._dimension(billing_accounts, "account_id", "bill", charges),
            "service": await self._services(),
            "sku": await self._dimension(skus, "sku_id", "sku", charges),
            "region": await self._dimension(regions, "region_id", "region", charges),
        }
        kind_ids = await self._add(
            kinds,
            [
                {
                    "charge_category": category,
                    "source_type": source_type,
                    "in_cost": in_cost(category, source_type),
                    "in_gross": in_gross(category, source_type),
                }
                for category, source_type in sorted({(c.category, c.source_type) for c in charges})
            ],
            key=("charge_category", "source_type"),
        )
        tags = {charge.labels for charge in charges if charge.labels}
        for labels in sorted(tags):
            await self._tx.execute(insert(tag_sets).values(tags=dict(labels)))
        tag_ids = {
            json.dumps(row.tags, sort_keys=True): row.id
            for row in await self._tx.execute(select(tag_sets))
        }
        await self._tx.execute(
            insert(charge_daily),
            [
                {
                    "slice_id": self.slices[c.provider],
                    "day": c.day,
                    "billing_period": c.month,
                    "billing_account_id": 0,
                    "scope_id": self.scopes[c.provider, c.account],
                    "service_id": ids["service"].get((c.provider, c.service), 0),
                    "sku_id": ids["sku"].get((c.provider, c.sku), 0),
                    "region_id": ids["region"].get((c.provider, c.region), 0),
                    "tag_set_id": tag_ids[json.dumps(dict(c.labels), sort_keys=True)],
                    "kind_id": kind_ids[c.category, c.source_type],
                    "invoice_id": "",
                    "currency": c.currency,
                    "unit": "",
                    "billed": c.amount,
                    "effective": c.effective_cost,
                    "list": c.list_price,
                    "lines": 1,
                }
                for c in charges
            ],
        )

    async def _services(self) -> dict[Any, int]:
        found = {(c.provider, c.service) for c in self._world.charges if c.service}
        categories = self._world.service_categories
        return await self._add(
            services,
            [
                {"provider": provider, "name": name, "category": categories.get(name, "")}
                for provider, name in sorted(found)
            ],
            key=("provider", "name"),
        )

    async def _dimension(
        self, table: Table, column: str, attribute: str, charges: Iterable[Charge]
    ) -> dict[Any, int]:
        found = {(c.provider, getattr(c, attribute, "")) for c in charges}
        rows = [
            {"provider": provider, column: value}
            | ({"name": f"The {value}"} if "name" in table.c else {})
            for provider, value in sorted(found)
            if value
        ]
        return await self._add(table, rows, key=("provider", column))

    async def _add(
        self, table: Table, rows: list[dict[str, Any]], key: tuple[str, ...] = ("slug",)
    ) -> dict[Any, int]:
        """Insert rows; the id of each by its key."""
        for row in rows:
            await self._tx.execute(insert(table).values(row))
        if "id" not in table.c:
            return {}
        found = await self._tx.execute(select(table.c.id, *(table.c[name] for name in key)))
        return {tuple(row)[1:]: row[0] for row in found}


def _added_up(rollup: Table) -> Insert:
    """All facts, added up into a rollup."""
    facts = charge_daily.c
    month = cast(func.date_trunc("month", facts.day), Date)
    amounts = ("billed", "effective", "list", "contracted")
    keys = [
        month if column.name == "month" else facts[column.name]
        for column in rollup.c
        if column.name not in (*amounts, "lines")
    ]
    sums = [func.coalesce(func.sum(facts[name]), 0) for name in amounts]
    return insert(rollup).from_select(
        rollup.c.keys(), select(*keys, *sums, func.count()).group_by(*keys)
    )


async def read_of_late(database: Database, first: date, last: date) -> None:
    """Have syncs looked at every source from one day to another."""
    statement = text(
        "INSERT INTO day_readings SELECT id, day, 'USD', 3, 10"
        " FROM sources, unnest(CAST(:days AS date[])) day"
    )
    async with database.begin() as tx:
        await tx.execute(statement, {"days": [first, last]})
