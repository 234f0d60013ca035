"""FOCUS files for tests: lines, the files and folders that clouds make of them, and their sums.

What lines add up to is computed here by Decimal, line by line, not by Arrow.
"""

import csv
import gzip
import io
import json
import os
import random
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, localcontext
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from core.ingest.config import FocusSource
from core.ingest.model import Left, Reading, Seen
from core.ingest.sources.focus import open_focus
from core.money import plain
from tests.support.charges import Row

type Line = dict[str, Any]
"""FOCUS columns as text; Tags as a dict; None: null."""

NOW = datetime(2026, 11, 22, 18, tzinfo=UTC)
SEPTEMBER = date(2026, 9, 1)
OCTOBER = date(2026, 10, 1)
NOVEMBER = date(2026, 11, 1)
AMOUNTS = ("BilledCost", "EffectiveCost", "ListCost", "ContractedCost", "ConsumedQuantity")
TIMES = ("BillingPeriodStart", "BillingPeriodEnd", "ChargePeriodStart", "ChargePeriodEnd")


def line(**changes: Any) -> Line:
    """A line of FOCUS 1.2, as AWS writes them; `changes` replace columns."""
    return {
        "BilledCost": "1.25",
        "BillingAccountId": "123456789012",
        "BillingAccountName": "Acme",
        "BillingCurrency": "USD",
        "BillingPeriodStart": "2026-10-01T00:00:00Z",
        "BillingPeriodEnd": "2026-11-01T00:00:00Z",
        "ChargeCategory": "Usage",
        "ChargeClass": None,
        "ChargeDescription": "$0.096 per hour",
        "ChargePeriodStart": "2026-10-05T18:00:00Z",
        "ChargePeriodEnd": "2026-10-05T19:00:00Z",
        "ConsumedQuantity": "3",
        "ConsumedUnit": "Hours",
        "ContractedCost": "1.3",
        "EffectiveCost": "1.2",
        "InvoiceId": None,
        "InvoiceIssuerName": "Amazon Web Services, Inc.",
        "ListCost": "1.5",
        "ProviderName": "AWS",
        "PublisherName": "AWS",
        "RegionId": "eu-west-1",
        "RegionName": "Europe (Ireland)",
        "ServiceCategory": "Compute",
        "ServiceName": "Amazon Elastic Compute Cloud",
        "SkuId": "SKU1",
        "SkuMeter": "Instance hours",
        "SubAccountId": "111111111111",
        "SubAccountName": "Checkout",
        "Tags": {},
        "x_UsageType": "EU-BoxUsage:m5.large",
        "x_SomethingNew": "whatever",
        **changes,
    }


def some(month: date, count: int = 60, *, seed: int = 7) -> list[Line]:
    """Lines of a billing period: every category, corrections, several currencies and days."""
    chance = random.Random(seed)  # noqa: S311  # an example, not a secret
    return [_some(chance, month) for _ in range(count)]


def _some(chance: random.Random, month: date) -> Line:
    start = datetime(month.year, month.month, 1, tzinfo=UTC)
    hour = start + timedelta(hours=chance.randrange(27 * 24))
    amount = chance.uniform(-3, 40)
    category = chance.choices(
        ("Usage", "Purchase", "Tax", "Credit", "Adjustment"), (20, 2, 1, 2, 1)
    )
    service = chance.choice(("Amazon Simple Queue Service", "AmazonCloudWatch", "AWS Lambda"))
    account = chance.choice(("111111111111", "222222222222", None))
    return line(
        BilledCost=_text(chance, amount),
        EffectiveCost=_text(chance, amount * 0.8),
        ListCost=None if chance.random() < 0.1 else _text(chance, amount * 1.4),
        ContractedCost=_text(chance, amount * 1.1),
        ConsumedQuantity=None if chance.random() < 0.3 else _text(chance, abs(amount)),
        ConsumedUnit=chance.choice(("Hours", "GB", None)),
        BillingCurrency=chance.choices(("USD", "EUR"), (8, 1))[0],
        BillingPeriodStart=f"{start:%Y-%m-%dT%H:%M:%SZ}",
        ChargePeriodStart=f"{hour:%Y-%m-%dT%H:%M:%SZ}",
        ChargeCategory=category[0],
        ChargeClass=chance.choices((None, "Correction"), (9, 1))[0],
        ServiceName=service,
        SkuId=f"{service}-{chance.randrange(3)}",
        SubAccountId=account,
        SubAccountName=account and f"Account {account[0]}",
        RegionId=chance.choice(("eu-west-1", "us-east-1", None)),
        InvoiceId=chance.choice((None, "INV-1")),
        Tags=chance.choice(({}, {"team": "a"}, {"team": "b", "env": "prod", "other": "x"})),
    )


def _text(chance: random.Random, amount: float) -> str:
    return f"{amount:.{chance.choice((2, 6, 11, 15))}f}"


def expected(lines: Iterable[Line], labels: Sequence[str] = ()) -> list[Row]:
    """What lines of AWS add up to, by day and all else that tells charges apart."""
    alike = defaultdict[tuple[Any, ...], list[Line]](list)
    for one in lines:
        alike[tuple(_identity(one, labels).values())].append(one)
    return [
        {
            **_identity(same[0], labels),
            "billed": _sum(same, "BilledCost"),
            "effective": _sum(same, "EffectiveCost"),
            "list": _sum(same, "ListCost", whole=True),
            "contracted": _sum(same, "ContractedCost", whole=True),
            "quantity": _sum(same, "ConsumedQuantity"),
            "lines": len(same),
        }
        for same in alike.values()
    ]


def _identity(one: Line, labels: Sequence[str]) -> Row:
    category = one["ChargeCategory"]
    corrects = "Correction" if one["ChargeClass"] == "Correction" else ""
    kept = {key: one["Tags"][key] for key in sorted(labels) if key in (one["Tags"] or {})}
    return {
        "day": date.fromisoformat(one["ChargePeriodStart"][:10]),
        "billing_period": date.fromisoformat(one["BillingPeriodStart"][:7] + "-01"),
        "billing_account": one["BillingAccountId"],
        "account_id": one["SubAccountId"] or "",
        "service": one["ServiceName"] or "",
        "sku_id": one["SkuId"] or "",
        "region": one["RegionId"] or "",
        "labels": json.dumps(kept),
        "charge_category": category,
        "source_type": "PROMOTION" if category == "Credit" else corrects,
        "invoice_id": one.get("InvoiceId") or "",
        "currency": one["BillingCurrency"],
        "unit": one["ConsumedUnit"] or "",
    }


def _sum(lines: Sequence[Line], column: str, *, whole: bool = False) -> str | None:
    values = [Decimal(one[column]) for one in lines if one[column] is not None]
    if not values or (whole and len(values) < len(lines)):
        return None
    with localcontext(prec=200):
        return plain(sum(values, Decimal(0)))


def table(
    lines: Sequence[Line], columns: Sequence[str] | None = None, *, numbers: str = "decimal"
) -> pa.Table:
    """Lines as Parquet has them: amounts as decimals or doubles, times, tags as a map."""
    names = columns or list(lines[0])
    amount = pa.float64() if numbers == "double" else pa.decimal128(38, 18)
    made = {}
    for name in names:
        values = [one.get(name) for one in lines]
        if name in AMOUNTS:
            as_number = float if numbers == "double" else Decimal
            made[name] = pa.array([v and as_number(v) for v in values], amount)
        elif name in TIMES:
            made[name] = pa.array(
                [datetime.fromisoformat(str(v)) for v in values], pa.timestamp("us", "UTC")
            )
        elif name == "Tags":
            tags = [None if v is None else list(v.items()) for v in values]
            made[name] = pa.array(tags, pa.map_(pa.string(), pa.string()))
        else:
            made[name] = pa.array(values, pa.string())
    return pa.table(made)


def text(
    lines: Sequence[Line], columns: Sequence[str] | None = None, *, null: str = "", mark: str = ""
) -> str:
    """Lines as CSV; `null`: how an absent value is written; `mark`: what precedes it all."""
    names = columns or list(lines[0])
    out = io.StringIO(mark)
    out.seek(0, io.SEEK_END)
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(names)
    for one in lines:
        writer.writerow([_cell(one.get(name), null) for name in names])
    return out.getvalue()


def _cell(value: Any, null: str) -> str:
    if value is None:
        return null
    return json.dumps(value) if isinstance(value, Mapping) else str(value)


def write(path: Path, lines: Sequence[Line], columns: Sequence[str] | None = None) -> Path:
    """Write lines in the format that a file's name says."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".parquet":
        pq.write_table(table(lines, columns), path)
    elif path.suffix == ".gz":
        path.write_bytes(gzip.compress(text(lines, columns).encode()))
    else:
        path.write_text(text(lines, columns), encoding="utf-8")
    return path


@dataclass
class Deliveries:
    """Writes files as a cloud does: each delivery later than the one before."""

    folder: Path
    at: datetime = NOW - timedelta(days=2)
    files: list[Path] = field(default_factory=list)

    def aws(
        self, month: date, lines: Sequence[Line], *, parts: int = 2, end: str = "parquet"
    ) -> Path:
        """A billing period's files, written over, then their manifest; which it gives."""
        period = f"BILLING_PERIOD={month:%Y-%m}"
        files = [
            write(self.folder / f"acme/data/{period}/acme-{n + 1:05}.{end}", lines[n::parts])
            for n in range(parts)
        ]
        names = [f"s3://bucket/elsewhere/acme/data/{period}/{file.name}" for file in files]
        manifest = self.folder / f"acme/metadata/{period}/acme-Manifest.json"
        return self._manifest(manifest, {"dataFiles": names, "executionId": "x"}, files)

    def azure(self, month: date, lines: Sequence[Line], *, run: int, end: str = "csv") -> Path:
        """A run's folder with its parts, then its manifest; which it gives."""
        last = (month.replace(day=28) + timedelta(4)).replace(day=1) - timedelta(1)
        path = f"acme/focus/{month:%Y%m%d}-{last:%Y%m%d}/{run:08}-0000-4000-8000-000000000000"
        files = [write(self.folder / path / f"part_{n}_0001.{end}", lines[n::2]) for n in range(2)]
        told = {
            "manifestVersion": "2024-04-01",
            "blobCount": len(files),
            "exportConfig": {"exportName": "focus", "type": "FocusCost", "dataVersion": "1.0"},
            "runInfo": {
                "runId": path.rpartition("/")[2],
                "submittedTime": f"{self.at + timedelta(minutes=1):%Y-%m-%dT%H:%M:%S.0000000Z}",
                "startDate": f"{month}T00:00:00",
                "endDate": f"{last}T00:00:00",
            },
            "blobs": [
                {"blobName": f"{path}/{file.name}", "byteCount": file.stat().st_size}
                for file in files
            ],
        }
        return self._manifest(self.folder / path / "manifest.json", told, files)

    def _manifest(self, path: Path, told: Mapping[str, Any], files: Sequence[Path]) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(told), encoding="utf-8")
        self.files = [*files]
        for n, file in enumerate((*files, path)):
            written(file, self.at + timedelta(seconds=n))
        self.at += timedelta(hours=3)
        return path


def written(file: Path, at: datetime) -> Path:
    """Set when a file was last written."""
    os.utime(file, (at.timestamp(), at.timestamp()))
    return file


def source(folder: Path | str, **other: Any) -> FocusSource:
    """A source of a folder."""
    return FocusSource.model_validate({"name": "aws", "kind": "focus", "url": str(folder)} | other)


async def look(config: FocusSource, now: datetime = NOW) -> Seen:
    """What a source lists."""
    async with open_focus(config, lambda: now) as opened:
        return await opened.look(None)


async def read(config: FocusSource, now: datetime = NOW) -> dict[str, Reading | Left]:
    """All slices of a source."""
    async with open_focus(config, lambda: now) as opened:
        seen = await opened.look(None)
        async with aclosing(opened.read(seen, list(seen.fingerprints))) as readings:
            return {
                one.key if isinstance(one, Left) else one.item.key: one async for one in readings
            }


async def rows(config: FocusSource, now: datetime = NOW) -> list[Row]:
    """The charges of all slices, which can be read, and whose control totals they match."""
    found: list[Row] = []
    for reading in (await read(config, now)).values():
        assert isinstance(reading, Reading), reading
        mine = reading.charges.to_pylist()
        assert sums(mine) == {
            (t.billing_period, t.charge_category, t.source_type, t.currency): (
                t.billed,
                t.effective,
                t.lines,
            )
            for t in reading.totals
        }
        found += mine
    return found


def sums(charges: Iterable[Row]) -> dict[Any, Any]:
    """Charges by what control totals are told of."""
    found: dict[Any, Any] = {}
    with localcontext(prec=200):
        for row in charges:
            key = tuple(
                row[n] for n in ("billing_period", "charge_category", "source_type", "currency")
            )
            billed, effective, lines = found.get(key, (Decimal(0), Decimal(0), 0))
            found[key] = (
                billed + Decimal(row["billed"]),
                effective + Decimal(row["effective"]),
                lines + row["lines"],
            )
    return found
