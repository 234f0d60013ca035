"""Results of Google's export as BigQuery hands them over, made ours."""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
from google.cloud import bigquery

from core.costs.charges import CHARGES, RESOURCES
from core.costs.left_out import LeftOut, added_up
from core.costs.slices import ControlTotal
from core.ingest.sources.google_lines import UNMAPPED
from core.ingest.sources.google_services import category_of

type Row = Mapping[str, Any]

_ARROW: Final = {"DATE": pa.date32(), "INTEGER": pa.int64(), "INT64": pa.int64()}


def columns(page: Mapping[str, Any], schema: Sequence[bigquery.SchemaField]) -> pa.RecordBatch:
    """A page as BigQuery's REST interface has it, cell by cell as text, in columns.

    By the client's own way, which makes a Python value of each cell, it takes three times as long.
    """
    cells = ([cell["v"] for cell in row["f"]] for row in page.get("rows", ()))
    columns = list(zip(*cells, strict=True)) or [()] * len(schema)
    arrays = [
        pa.array(column, pa.string()).cast(_ARROW.get(field.field_type, pa.string()))
        for column, field in zip(columns, schema, strict=True)
    ]
    return pa.RecordBatch.from_arrays(arrays, names=[field.name for field in schema])


async def by_slice(pages: AsyncIterator[pa.RecordBatch]) -> AsyncIterator[tuple[str, pa.Table]]:
    """Cut a result that is in the order of slices into one table a slice."""
    parts: list[pa.RecordBatch] = []
    key = ""
    async for page in pages:
        for found, part in _runs(page):
            if parts and found != key:
                yield key, pa.Table.from_batches(parts)
                parts = []
            key = found
            parts.append(part)
    if parts:
        yield key, pa.Table.from_batches(parts)


def _runs(page: pa.RecordBatch) -> Iterator[tuple[str, pa.RecordBatch]]:
    runs = pc.run_end_encode(page.column("slice"))
    start = 0
    for key, end in zip(runs.values.to_pylist(), runs.run_ends.to_pylist(), strict=True):
        yield key, page.slice(start, end - start)
        start = end


def charges(table: pa.Table) -> pa.Table:
    """A slice's result as `core.costs.charges` has it."""
    services = table["service"].combine_chunks().dictionary_encode()
    categories = pa.array([category_of(name) for name in services.dictionary.to_pylist()])
    made = {
        "service_category": categories.cast(pa.string()).take(services.indices),
        "lines": table["line_count"],
    }
    columns = [made[name] if name in made else table[name] for name in CHARGES.names]
    return pa.Table.from_arrays(columns, schema=CHARGES)


def has_resources(table: pa.Table) -> bool:
    """Whether a result holds charges by resource too."""
    return "resource" in table.column_names


def divided(table: pa.Table) -> tuple[pa.Table, pa.Table]:
    """A slice's result, and its charges by resource as `core.costs.charges` has them."""
    by_resource = pc.is_valid(table["resource"])
    rows = table.filter(by_resource).select(RESOURCES.names).cast(RESOURCES)
    return table.filter(pc.invert(by_resource)), rows


def control_total(row: Row) -> ControlTotal:
    """What BigQuery says of one kind, or of a part of it."""
    return ControlTotal(
        billing_period=row["billing_period"],
        charge_category=row["charge_category"],
        source_type=row["source_type"],
        currency=row["currency"],
        billed=Decimal(row["billed"]),
        effective=Decimal(row["effective"]),
        lines=row["line_count"],
    )


def rates(rows: Sequence[Row]) -> dict[tuple[date, str], Decimal]:
    """Units of a currency for one USD, by billing period and currency."""
    found = sorted(
        (row["billing_period"], row["currency"], Decimal(row["rate"]))
        for row in rows
        if row["rate"]
    )
    return {(period, currency): rate for period, currency, rate in found if rate}


def left_out(rows: Sequence[Row]) -> tuple[LeftOut, ...]:
    """Lines that could not be mapped."""
    return added_up(
        LeftOut(row["billing_period"], reason, row[reason]) for row in rows for reason in UNMAPPED
    )
