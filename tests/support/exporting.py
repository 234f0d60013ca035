"""Companies to export: of Google's own export, of AWS by FOCUS files; and what exports hold."""

import csv
import io
from collections.abc import Iterable
from contextlib import aclosing
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from bot.render.focus import Format, written
from core.access.model import OPERATOR, Viewer
from core.cache import Cache
from core.costs.model import Basis, CostQuery, Filter
from core.costs.service import CostService
from core.costs.writing.sources import register
from core.database import Database
from core.ingest.service import IngestService
from core.period import Period
from core.projects.service import ProjectService
from tests.support.charges import GCP, NOW, Row, Writer, charge
from tests.support.clock import FakeClock
from tests.support.focus import NOVEMBER, OCTOBER, some, source, write

AUTUMN = Period(date(2026, 9, 1), date(2026, 12, 1))
TIMES = ("BillingPeriodStart", "BillingPeriodEnd", "ChargePeriodStart", "ChargePeriodEnd")


def google() -> list[Row]:
    """Charges of Google's: every category, credits of several types, what has no project."""
    usage = {"list": "1.5", "quantity": "3.25", "labels": '{"env": "prod", "team": "a"}'}
    day = date(2026, 10, 30)
    rows = [
        charge(str(day.replace(day=n + 1)), f"{n}.123456789", sku_id=f"S-{n % 4}", **usage)
        for n in range(31)
    ]
    credited = [
        charge(
            f"2026-11-0{n + 1}", f"-0.{n}5", charge_category="Credit", source_type=kind, list="0"
        )
        for n, kind in enumerate(("SUSTAINED_USAGE_DISCOUNT", "PROMOTION", "FREE_TIER"))
    ]
    account = {"account_id": "", "account_name": "", "region": "", "unit": ""}
    return [
        *rows,
        *credited,
        charge("2026-10-31", "7", billing_period=NOVEMBER, invoice_id="G-7", **usage),
        charge(
            "2026-10-31", "2.5", charge_category="Tax", source_type="tax", list="2.5", **account
        ),
        charge(
            "2026-11-01",
            "-0.000000001",
            charge_category="Adjustment",
            source_type="adjustment",
            list="-0.000000001",
            currency="EUR",
            **account,
        ),
    ]


async def companies(database: Database, folder: Path) -> None:
    """Let a database hold Google's charges and those of AWS, in October and November."""
    await register(database, GCP)
    await Writer(database).write("a", google())
    write(folder / "2026-10" / "a.csv", some(OCTOBER))
    write(folder / "2026-11" / "a.parquet", some(NOVEMBER, seed=8))
    await synced(database, folder, labels=["team", "env"])


async def synced(database: Database, folder: Path, **other: Any) -> None:
    """Sync a folder of FOCUS files, which must work."""
    clock = FakeClock(NOW)
    projects = ProjectService(database, clock)
    service = IngestService(database, projects, clock, [source(folder, **other)])
    (report,) = await service.sync()
    assert report.error is None
    assert report.matches


async def export(
    database: Database,
    form: Format = Format.CSV,
    *where: Filter,
    period: Period = AUTUMN,
    basis: Basis = Basis.USAGE,
    viewer: Viewer = OPERATOR,
) -> bytes:
    """A whole file."""
    costs = CostService(database, Cache(), FakeClock(NOW))
    query = CostQuery(period, where=where, basis=basis)
    async with costs.export(query, viewer) as opened, aclosing(written(opened, form)) as parts:
        return b"".join([part async for part in parts])


async def exported(database: Database, *where: Filter, **options: Any) -> list[Row]:
    """The rows of an export as CSV has them; what has no value: None."""
    return read(await export(database, Format.CSV, *where, **options))


def read(text: bytes) -> list[Row]:
    """The rows of CSV."""
    rows = csv.DictReader(io.StringIO(text.decode(), newline=""))
    return [{name: value or None for name, value in row.items()} for row in rows]


def parquet(file: bytes) -> pa.Table:
    """The rows of Parquet."""
    return pq.read_table(pa.BufferReader(file))


def summed(rows: Iterable[Row], column: str, *by: str) -> dict[tuple[Any, ...], Decimal]:
    """A column added up by others, exactly; where it has no value it counts as nothing."""
    sums: dict[tuple[Any, ...], Decimal] = {}
    for row in rows:
        key = tuple(row[name] for name in by)
        sums[key] = sums.get(key, Decimal(0)) + Decimal(row[column] or 0)
    return sums
