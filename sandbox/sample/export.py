"""Charges in the shape of Google's detailed billing export, as an Arrow table.

The shape is `schema.json`: BigQuery's own description of a `gcp_billing_export_resource_v1_*` table
(https://cloud.google.com/billing/docs/how-to/export-data-bigquery-tables/detailed-usage).
"""

import io
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from sandbox.sample.catalogue import SERVICES, sku_id
from sandbox.sample.charge import HOUR, MICRO, Charge, instant
from sandbox.sample.company import BILLING_ACCOUNT, CURRENCY, LINES, Line, Project
from sandbox.sample.credits import CREDITS
from sandbox.sample.resources import resource_of

SCHEMA: Final[list[dict[str, Any]]] = json.loads(
    Path(__file__).with_name("schema.json").read_text()
)
PARTITION: Final = "partition_time"
"""The column beside the export's own: the day on which BigQuery took a row in."""

_DAY: Final = 24 * HOUR
_INSTANT: Final = pa.timestamp("us", "UTC")
_ORGANISATION: Final = "300500700900"
_FOLDERS: Final = {"shop": "410000000011", "data": "410000000012", "platform": "410000000013"}
_SCALARS: Final = {
    "STRING": pa.string(),
    "FLOAT": pa.float64(),
    "BOOLEAN": pa.bool_(),
    "TIMESTAMP": _INSTANT,
    "NUMERIC": pa.decimal128(38, 9),
}
_ADJUSTMENTS: Final = (
    {
        "id": "usage-correction",
        "description": "Usage was measured wrongly; it is taken back and charged anew.",
        "mode": "COMPLETE_NEGATION_WITH_REMONETIZATION",
        "type": "USAGE_CORRECTION",
    },
    {
        "id": "sla-credit",
        "description": "Credit for an outage, under the service level agreement.",
        "mode": "MANUAL_ADJUSTMENT",
        "type": "GOODWILL",
    },
)


def arrow_type(field: Mapping[str, Any]) -> pa.DataType:
    """Return the Arrow type of one field of BigQuery's schema."""
    kind = (
        pa.struct([(inner["name"], arrow_type(inner)) for inner in field["fields"]])
        if field["type"] == "RECORD"
        else _SCALARS[field["type"]]
    )
    return pa.list_(kind) if field["mode"] == "REPEATED" else kind


def export(
    charges: Sequence[Charge], *, extra: bool = False, moved: date | None = None
) -> pa.Table:
    """Return the rows of the export, and the day on which each was taken in.

    Args:
        charges: what to export.
        extra: mark them with a system label, as no part of the sample's own story.
        moved: what was exported before this day was moved here from an older table, month by
            month: it was taken in at the ends of months. Everything else on the day itself.
    """
    columns = _Columns(charges, extra=extra)
    made = {field["name"]: columns.make(field) for field in SCHEMA}
    before = instant(datetime.combine(moved, time(), UTC)) if moved else 0
    taken_in = [_taken_in(charge.exported // _DAY, before // _DAY) * _DAY for charge in charges]
    return pa.table(made | {PARTITION: pa.array(taken_in, _INSTANT)})


def parquet(*exported: pa.Table) -> bytes:
    """Return `export`s as one Parquet file; uncompressed: it goes no farther than this machine."""
    file = io.BytesIO()
    pq.write_table(pa.concat_tables(exported), file, compression="none")
    return file.getvalue()


@cache
def _taken_in(exported: int, moved: int) -> int:
    """Return the day of taking in, as days since 1970 like the arguments."""
    if exported >= moved:
        return exported
    day = date(1970, 1, 1) + timedelta(exported)
    month = day.replace(day=28) + timedelta(4)
    return (month - timedelta(month.day) - date(1970, 1, 1)).days


class _Columns:
    """Makes columns: most depend on the line alone, and are written once for each line."""

    def __init__(self, charges: Sequence[Charge], *, extra: bool) -> None:
        self._charges = charges
        self._extra = extra
        self._lines = pa.array([charge.line for charge in charges], pa.int32())

    def make(self, field: Mapping[str, Any]) -> pa.Array:
        name, kind = field["name"], arrow_type(field)
        if name == "credits":
            return self._credits(kind)
        if name == "usage":
            return self._usage(kind)
        if name == "system_labels":
            labels = _pairs([("sandbox.example/extra", "yes")] if self._extra else [])
            return pa.array([labels for _ in self._charges], kind)
        if name in _OF_CHARGE:
            return pa.array([_OF_CHARGE[name](charge) for charge in self._charges], kind)
        return pa.array([_OF_LINE[name](line) for line in LINES], kind).take(self._lines)

    def _credits(self, kind: pa.ListType) -> pa.Array:
        offsets, which, amounts = [0], [], []
        for charge in self._charges:
            for number, amount in charge.credits:
                which.append(number)
                amounts.append(amount / MICRO)
            offsets.append(len(which))
        known = {
            "name": [credit.name for credit in CREDITS],
            "full_name": [credit.name for credit in CREDITS],
            "id": [credit.id for credit in CREDITS],
            "type": [credit.type for credit in CREDITS],
        }
        texts = {
            name: pa.array(texts).take(pa.array(which, pa.int32())) for name, texts in known.items()
        }
        columns = texts | {"amount": pa.array(amounts, pa.float64())}
        inner = kind.value_type
        struct = pa.StructArray.from_arrays(
            [columns[field.name] for field in inner], fields=list(inner)
        )
        return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), struct, type=kind)

    def _usage(self, kind: pa.StructType) -> pa.Array:
        listed = pa.array([charge.listed / MICRO for charge in self._charges])
        price, per = (
            pa.array(values, pa.float64()).take(self._lines)
            for values in (
                [float(line.sku.price) for line in LINES],
                [line.sku.per_pricing_unit for line in LINES],
            )
        )
        units = (
            pa.array([text(line) for line in LINES]).take(self._lines)
            for text in (_unit, _pricing_unit)
        )
        priced = pc.divide(listed, price)
        amount = pc.multiply(priced, per)
        unit, pricing_unit = units
        return pa.StructArray.from_arrays([amount, unit, priced, pricing_unit], fields=list(kind))


def _unit(line: Line) -> str:
    return line.sku.unit


def _pricing_unit(line: Line) -> str:
    return line.sku.pricing_unit


def _pairs(pairs: Sequence[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"key": key, "value": value} for key, value in pairs]


def _project(line: Line) -> dict[str, Any] | None:
    project = line.project
    if project is None:
        return None
    folder = _FOLDERS[project.folder]
    return {
        "id": project.id,
        "number": project.number,
        "name": project.name,
        "labels": _pairs((("team", project.team), ("cost_center", project.cost_center))),
        "ancestry_numbers": f"/{_ORGANISATION}/{folder}/",
        "ancestors": _ancestors(project, folder),
    }


def _ancestors(project: Project, folder: str) -> list[dict[str, str]]:
    return [
        {"resource_name": f"projects/{project.number}", "display_name": project.name},
        {"resource_name": f"folders/{folder}", "display_name": project.folder},
        {"resource_name": f"organizations/{_ORGANISATION}", "display_name": "acme.example"},
    ]


def _location(line: Line) -> dict[str, str | None]:
    region = line.region
    return {
        "location": region.location,
        "country": region.country or None,
        "region": region.code,
        "zone": None,
    }


def _price(line: Line) -> dict[str, Any]:
    price = Decimal(line.sku.price)
    paid = price * Decimal("0.776") if line.deal == "flexible" else price
    return {
        "effective_price": paid.quantize(Decimal("1e-9")),
        "tier_start_amount": Decimal(),
        "unit": line.sku.pricing_unit,
        "pricing_unit_quantity": Decimal(1),
        "list_price": price,
        "effective_price_default": price,
        "list_price_consumption_model": price,
    }


def _consumption_model(line: Line) -> dict[str, str]:
    if line.deal == "flexible":
        return {"id": "D97B-0795-975B", "description": "Compute Flexible CUDs - 1 Year"}
    return {"id": "7754-699E-0EBF", "description": "Default"}


_OF_LINE: Final[Mapping[str, Callable[[Line], Any]]] = {
    "billing_account_id": lambda _: BILLING_ACCOUNT,
    "service": lambda line: {
        "id": SERVICES[line.sku.service],
        "description": line.sku.service,
    },
    "sku": lambda line: {"id": sku_id(line.description), "description": line.description},
    "project": _project,
    "labels": lambda line: _pairs(line.labels),
    "location": _location,
    "subscription": lambda _: None,
    "tags": lambda _: [],
    "transaction_type": lambda _: "GOOGLE",
    "seller_name": lambda _: "Google",
    "currency": lambda _: CURRENCY,
    "currency_conversion_rate": lambda _: 1.0,
    "consumption_model": _consumption_model,
    "price": _price,
}
_OF_CHARGE: Final[Mapping[str, Callable[[Charge], Any]]] = {
    "usage_start_time": lambda charge: charge.start,
    "usage_end_time": lambda charge: charge.end,
    "export_time": lambda charge: charge.exported,
    "cost": lambda charge: charge.cost / MICRO,
    "cost_at_list": lambda charge: charge.listed / MICRO,
    "cost_at_effective_price_default": lambda charge: charge.listed / MICRO,
    "cost_at_list_consumption_model": lambda charge: charge.listed / MICRO,
    "resource": resource_of,
    "invoice": lambda charge: {"month": charge.invoice, "publisher_type": "GOOGLE"},
    "cost_type": lambda charge: charge.cost_type,
    "adjustment_info": lambda charge: (
        None if charge.adjustment is None else _ADJUSTMENTS[charge.adjustment]
    ),
}
