"""Charges for tests: a slice in a few words, and what it adds up to, by Decimal alone."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal, localcontext
from typing import Any

import pyarrow as pa
from sqlalchemy import text

from core.costs.charges import CHARGES
from core.costs.slices import ControlTotal, Replacement, Slice, SourceInfo
from core.costs.writing.replace import replace
from core.database import Database
from core.money import plain
from core.projects.service import ProjectService
from tests.support.clock import FakeClock

type Row = dict[str, Any]

GCP = SourceInfo("gcp", "bigquery", "gcp", "billing-project.billing.export")
NOW = FakeClock(datetime.fromisoformat("2026-11-22T18:00:00+00:00")).now


def charge(day: str = "2026-11-03", amount: str = "1", **other: Any) -> Row:
    """One charge; `billed`, `effective` and the rest can be told apart by name."""
    row = {
        "day": date.fromisoformat(day),
        "billing_period": date.fromisoformat(day).replace(day=1),
        "billing_account": "0123AB",
        "account_id": "shop",
        "account_name": "Shop",
        "service": "Compute Engine",
        "service_category": "Compute",
        "sku_id": "AA-11",
        "sku_name": "N2 core",
        "region": "europe-west1",
        "labels": "{}",
        "charge_category": "Usage",
        "source_type": "regular",
        "invoice_id": "",
        "currency": "USD",
        "unit": "hour",
        "billed": amount,
        "effective": amount,
        "list": None,
        "contracted": None,
        "quantity": None,
        "lines": 1,
    }
    assert row.keys() >= other.keys()
    return row | other


def table(rows: Iterable[Row]) -> pa.Table:
    """As a source hands them over."""
    return pa.Table.from_pylist(list(rows), CHARGES)


def totals(rows: Iterable[Row]) -> list[ControlTotal]:
    """What a source says they add up to."""
    key = ("billing_period", "charge_category", "source_type", "currency")
    grouped = defaultdict[tuple[Any, ...], list[Row]](list)
    for row in rows:
        grouped[tuple(row[name] for name in key)].append(row)
    return [
        ControlTotal(
            billing_period=found[0],
            charge_category=found[1],
            source_type=found[2],
            currency=found[3],
            billed=exact_sum(row["billed"] for row in same),
            effective=exact_sum(row["effective"] for row in same),
            lines=sum(row["lines"] for row in same),
        )
        for found, same in grouped.items()
    ]


def exact_sum(amounts: Iterable[str]) -> Decimal:
    """Add up without rounding."""
    with localcontext(prec=200):
        return sum(map(Decimal, amounts), Decimal(0))


class Writer:
    """Hands slices to `replace`; each reading is newer than the one before unless said."""

    def __init__(self, database: Database, *, now: datetime = NOW) -> None:
        self.database = database
        self.projects = ProjectService(database, FakeClock(now))
        self.now = now
        self._readings = 0

    async def write(
        self,
        key: str,
        rows: Iterable[Row],
        *,
        source: str = "gcp",
        fingerprint: str | None = None,
        read_at: int | None = None,
        said: list[ControlTotal] | None = None,
        rates: Mapping[tuple[date, str], Decimal] | None = None,
    ) -> Replacement:
        """Replace a slice; `read_at` in minutes."""
        self._readings += 1
        minutes = self._readings if read_at is None else read_at
        rows = list(rows)
        reading = Slice(
            source,
            key,
            fingerprint or f"reading at {minutes}",
            datetime.fromisoformat("2026-11-20T00:00:00+00:00") + timedelta(minutes=minutes),
        )
        return await replace(
            self.database,
            self.projects,
            reading,
            table(rows),
            totals=totals(rows) if said is None else said,
            rates=rates or {},
            now=self.now,
        )


_FACTS = """
SELECT f.day, f.billing_period, b.account_id AS billing_account, p.account_id,
       v.name AS service, s.sku_id, r.region_id AS region, CAST(t.tags AS text) AS labels,
       k.charge_category, k.source_type, f.invoice_id, f.currency, f.unit, f.billed, f.effective,
       f.list, f.contracted, f.quantity, f.lines
FROM charge_daily f JOIN slices l ON l.id = f.slice_id
JOIN billing_accounts b ON b.id = f.billing_account_id JOIN scopes p ON p.id = f.scope_id
JOIN services v ON v.id = f.service_id JOIN skus s ON s.id = f.sku_id
JOIN regions r ON r.id = f.region_id JOIN tag_sets t ON t.id = f.tag_set_id
JOIN kinds k ON k.id = f.kind_id WHERE CAST(:key AS text) IS NULL OR l.key = :key
"""
_NUMBERS = ("billed", "effective", "list", "contracted", "quantity")
_TOLD_BESIDE = ("account_name", "service_category", "sku_name")


def comparable(rows: Iterable[Row]) -> list[str]:
    """Rows in an order of their own, amounts as exact numbers, names aside."""
    written = [
        {name: _comparable(name, value) for name, value in row.items() if name not in _TOLD_BESIDE}
        for row in rows
    ]
    return sorted(str(sorted(row.items())) for row in written)


def _comparable(name: str, value: Any) -> object:
    if name == "labels":
        return sorted(json.loads(value).items())
    return plain(Decimal(value)) if name in _NUMBERS and value is not None else value


async def facts(database: Database, key: str | None = None) -> list[Row]:
    """The facts of a slice, or of all, with names in place of ids."""
    async with database.read() as connection:
        rows = await connection.execute(text(_FACTS), {"key": key})
        return [dict(row._mapping) for row in rows]


async def scalar(database: Database, statement: str, **parameters: object) -> Any:
    """The one value of a statement."""
    async with database.read() as connection:
        return (await connection.execute(text(statement), parameters)).scalar_one()
