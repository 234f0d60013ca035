"""Exported charges, read back as a reader of the documentation would."""

import csv
import io
import json
from collections.abc import AsyncIterator, Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from openpyxl import load_workbook

from bot.render import charges
from bot.render.charges import Format
from core.access.model import OPERATOR, Viewer
from core.costs.exporting.rows import COLUMNS
from core.costs.model import CostQuery, CostRow
from core.costs.service import CostService


async def exported(
    costs: CostService, query: CostQuery, form: Format, viewer: Viewer = OPERATOR
) -> bytes:
    """The file of a question's charges."""
    async with costs.export_rows(query, viewer) as export:
        return await whole(charges.written(export, form))


def summed(rows: Iterable[CostRow]) -> Decimal:
    """What rows add up to; a price that isn't known adds nothing."""
    return sum((row.amount for row in rows if row.amount is not None), Decimal())


async def whole(parts: AsyncIterator[bytes]) -> bytes:
    """All of a file."""
    return b"".join([part async for part in parts])


def read(content: bytes, form: Format) -> list[CostRow]:
    """The rows of a file; its columns are those of the documentation."""
    return {Format.CSV: _of_csv, Format.XLSX: _of_xlsx, Format.JSON: _of_json}[form](content)


def _of_csv(content: bytes) -> list[CostRow]:
    head, *table = csv.reader(io.StringIO(content.decode(), newline=""))
    assert tuple(head) == COLUMNS
    return [_row(day, [text.removeprefix("'") or None for text in rest]) for day, *rest in table]


def _of_json(content: bytes) -> list[CostRow]:
    document = json.loads(content)
    assert document["next"] is None
    assert all(tuple(item) == COLUMNS for item in document["items"])
    return [_row(day, rest) for day, *rest in (item.values() for item in document["items"])]


def _of_xlsx(content: bytes) -> list[CostRow]:
    rows = []
    for sheet in load_workbook(io.BytesIO(content)).worksheets:
        head, *table = sheet.iter_rows(values_only=True)
        assert head[: len(COLUMNS)] == COLUMNS
        for day, *rest, number, full in table:
            amount = number if full is None else full
            rows.append(_row(f"{day:%Y-%m-%d}", [*rest, None if amount is None else str(amount)]))
    return rows


def _row(day: str, rest: list[Any]) -> CostRow:
    values: dict[str, Any] = dict(zip(COLUMNS[1:], rest, strict=True))
    return CostRow(date=date.fromisoformat(day), **values | {"amount": Decimal(values["amount"])})
