"""Slices of a source that keeps resources: written, synced, asked about and looked into."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa
from sqlalchemy import text

from core.access.model import OPERATOR, Viewer
from core.cache import Cache
from core.costs.charges import RESOURCES
from core.costs.model import (
    CostAnswer,
    CostQuery,
)
from core.costs.resources import Kept, Resources, read_since
from core.costs.service import PACIFIC, CostService
from core.costs.slices import Listing, Replaced, Slice
from core.costs.writing.replace import replace as write_slice
from core.costs.writing.sources import finish_sync
from core.database import Database
from core.money import plain
from core.projects.service import ProjectService
from tests.support.charges import GCP, Row, charge, table, totals
from tests.support.clock import FakeClock
from tests.support.resources import Amounts, Of, kept

KEEPING = replace(GCP, resources=Kept.KEPT)


def line(day: str, amount: str, resource: str = "", **other: Any) -> Row:
    """A charge that names its resource."""
    return charge(day, amount, list=amount, **other) | {"resource": resource}


LINES = [
    line("2026-11-16", "10", "vm/1"),
    line("2026-11-16", "2.5", "vm/1", sku_id="BB-22"),
    line("2026-11-16", "-1", "vm/1", charge_category="Credit", source_type="SUSTAINED_USAGE"),
    line("2026-11-16", "-4", "vm/2", charge_category="Credit", source_type="PROMOTION"),
    line("2026-11-16", "7", "vm/2", region="us-east1", labels='{"team":"a"}'),
    line("2026-11-17", "3", "vm/3"),
    line("2026-11-17", "1", "vm/4"),
    line("2026-11-17", "0.5"),
    line("2026-11-18", "20", "bucket", service="Cloud Storage", service_category="Storage"),
    line("2026-11-18", "0.125", "vm/1", charge_category="Tax", source_type="tax"),
    line("2026-11-10", "5", "vm/1"),
    line("2026-10-10", "90", "vm/9"),
]


def of(row: Row) -> Of:
    return Of(
        *(row["day"], row["billing_period"], row["account_id"], row["service"], row["region"]),
        *(row["labels"], row["charge_category"], row["source_type"], row["currency"]),
        row["resource"],
    )


def amounts(row: Row) -> Amounts:
    return Amounts(Decimal(row["billed"]), Decimal(row["effective"]), Decimal(row["list"]))


def parts(lines: Iterable[Row], since: date, each: int) -> list[pa.Table]:
    """What a source tells of resources: a part a day."""
    found = kept(((of(row), amounts(row)) for row in lines), since=since, each=each)
    rows = [
        {
            "day": key.day,
            "billing_period": key.billing_period,
            "account_id": key.account,
            "service": key.service,
            "region": key.region,
            "labels": key.labels,
            "charge_category": key.category,
            "source_type": key.source_type,
            "resource": key.resource,
            "resource_name": _name(key.resource),
            "currency": key.currency,
            "billed": plain(sums.billed),
            "effective": plain(sums.effective),
            "list": None if sums.listed is None else plain(sums.listed),
        }
        for key, sums in found.items()
    ]
    days = sorted({key.day for key in found})
    return [
        pa.Table.from_pylist([row for row in rows if row["day"] == day], RESOURCES) for day in days
    ]


def _name(resource: str) -> str:
    return f"name of {resource}" if resource.startswith("vm/") else ""


class Store:
    """Slices of a source with resources, its syncs, and its questions."""

    def __init__(self, database: Database, clock: FakeClock, *, each: int = 2) -> None:
        self.database, self.clock, self.each = database, clock, each
        self.projects = ProjectService(database, clock)
        self.costs = CostService(database, Cache(), clock)
        self._readings = 0

    @property
    def since(self) -> date:
        return read_since(self.clock().astimezone(PACIFIC).date())

    async def write(
        self,
        key: str,
        lines: Sequence[Row],
        *,
        source: str = "gcp",
        resources: bool = True,
        at: int | None = None,
        fingerprint: str = "",
    ) -> Replaced:
        """Hand over a slice; `at` in minutes."""
        self._readings += 1
        minutes = self._readings if at is None else at
        rows = [{k: v for k, v in row.items() if k != "resource"} for row in lines]
        of_resources = Resources(parts(lines, self.since, self.each), self.since)
        done = await write_slice(
            self.database,
            self.projects,
            Slice(
                source,
                key,
                fingerprint or f"at {minutes}",
                self.clock() - timedelta(days=1) + timedelta(minutes=minutes),
            ),
            table(rows),
            totals=totals(rows),
            rates={},
            by_resource=of_resources if resources else None,
            now=self.clock(),
        )
        return done.outcome

    async def finish(self, *keys: str, source: str = "gcp") -> None:
        """Finish a sync."""
        await finish_sync(
            self.database,
            source,
            Listing(dict.fromkeys(keys, "at 1"), whole=False),
            through=self.clock(),
            zone=PACIFIC,
            now=self.clock(),
        )

    async def ask(self, query: CostQuery, viewer: Viewer = OPERATOR) -> CostAnswer:
        return await self.costs.answer(query, viewer)

    async def stored(self) -> dict[tuple[str, Of], Amounts]:
        """Every row, with names in place of ids."""
        async with self.database.read() as connection:
            rows = (await connection.execute(_STORED)).all()
        found = {
            (key, Of(*of_)): Amounts(billed, effective, listed)
            for key, *of_, billed, effective, listed in rows
        }
        assert len(found) == len(rows)
        return found


_STORED = text("""
SELECT l.key, c.day, c.billing_period, p.account_id, v.name, g.region_id, CAST(t.tags AS text),
  k.charge_category, k.source_type, c.currency, r.resource_id, c.billed, c.effective, c.list
FROM cost_by_day_resource c JOIN slices l ON l.id = c.slice_id
JOIN scopes p ON p.id = c.scope_id JOIN services v ON v.id = c.service_id
JOIN regions g ON g.id = c.region_id JOIN tag_sets t ON t.id = c.tag_set_id
JOIN kinds k ON k.id = c.kind_id JOIN resources r ON r.id = c.resource_id
""")
