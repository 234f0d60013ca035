"""All that can be wrong with a file, in one table: what is said, and that nothing changes."""

import gzip
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sqlalchemy import text as sql

from core.database import Database
from core.ingest.service import IngestService
from core.projects.service import ProjectService
from tests.support.focus import (
    NOVEMBER,
    NOW,
    OCTOBER,
    Line,
    line,
    some,
    source,
    table,
    text,
    write,
)

LINES = some(OCTOBER, 20)
HEADER, _, REST = text(LINES).partition("\n")
LONGER = text(some(OCTOBER, 3000))
AGAIN = "Have it exported or copied again."
MENDED = "Correct the file or have it exported again; nothing of it was stored."
FOCUS = "Export FOCUS 1.0 or later with all of its columns."
COMMAS = "Export it as CSV with commas, or as Parquet."


def csv_with(**changes: Any) -> bytes:
    """Twenty good lines and one that isn't: line 22."""
    return text([*LINES, line(**changes)]).encode()


def without(column: str) -> list[Line]:
    return [{name: value for name, value in one.items() if name != column} for one in LINES]


def parquet(made: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    pq.write_table(made, sink)
    return bytes(sink.getvalue())


def parquet_with(column: str, values: pa.Array) -> bytes:
    made = table(LINES)
    return parquet(made.set_column(made.column_names.index(column), column, values))


def cut(content: bytes) -> bytes:
    return content[: len(content) // 2]


REFUSED: dict[str, tuple[str, bytes, str]] = {
    "gzip, truncated": (
        "a.csv.gz",
        cut(gzip.compress(text(LINES).encode())),
        f": this gzip file is cut short or damaged (Truncated compressed stream). {AGAIN}",
    ),
    "Parquet, truncated": (
        "a.parquet",
        cut(parquet(table(LINES))),
        ": this Parquet file is cut short or damaged (Parquet magic bytes not found in footer.",
    ),
    "CSV, truncated": (
        "a.csv",
        text(LINES).encode()[:-20],
        f", line 21: 30 columns, where the header has 31. {AGAIN}",
    ),
    "semicolons": (
        "a.csv",
        text(LINES).replace(",", ";").encode(),
        f": its columns are separated by semicolons, not by commas. {COMMAS}",
    ),
    "tabs": (
        "a.csv.gz",
        gzip.compress(text(LINES).replace(",", "\t").encode()),
        f": its columns are separated by tabs, not by commas. {COMMAS}",
    ),
    "UTF-16 with a byte order mark": (
        "a.csv",
        text(LINES).encode("utf-16"),
        ": this is neither Parquet nor CSV in UTF-8.",
    ),
    "a byte order mark, then a bad value": (
        "a.csv",
        "\ufeff".encode() + csv_with(BilledCost="abc"),
        f", line 22, BilledCost: 'abc' is not a number. {MENDED}",
    ),
    "no BilledCost in CSV": (
        "a.csv",
        text(without("BilledCost")).encode(),
        f": there is no column BilledCost. {FOCUS}",
    ),
    "no BillingAccountId in Parquet": (
        "a.parquet",
        parquet(table(without("BillingAccountId"))),
        f": there is no column BillingAccountId. {FOCUS}",
    ),
    "text in a number": (
        "a.csv",
        csv_with(EffectiveCost="twelve"),
        f", line 22, EffectiveCost: 'twelve' is not a number. {MENDED}",
    ),
    "text in a number of Parquet": (
        "a.parquet",
        parquet_with("BilledCost", pa.array(["1"] * 19 + ["twelve"])),
        f", row 20, BilledCost: 'twelve' is not a number. {MENDED}",
    ),
    "truth for a number of Parquet": (
        "a.parquet",
        parquet_with("BilledCost", pa.array([True] * 20)),
        f", row 1, BilledCost: 'true' is not a number. {MENDED}",
    ),
    "a structure for a number of Parquet": (
        "a.parquet",
        parquet_with("BilledCost", pa.array([{"amount": 1}] * 20)),
        f": BilledCost holds struct<amount: int64>, which can't be read. {FOCUS}",
    ),
    "lists for a service of Parquet": (
        "a.parquet",
        parquet_with("ServiceName", pa.array([["EC2"]] * 20)),
        f": ServiceName holds list<element: string>, which can't be read. {FOCUS}",
    ),
    "NULL where there must be a value": (
        "a.csv",
        csv_with(BillingCurrency="NULL"),
        f", line 22, BillingCurrency: has no value. {MENDED}",
    ),
    "null in Parquet where there must be a value": (
        "a.parquet",
        parquet_with("ChargeCategory", pa.array(["Usage"] * 19 + [None])),
        f", row 20, ChargeCategory: has no value. {MENDED}",
    ),
    "a day long ago": (
        "a.csv",
        csv_with(ChargePeriodStart="1970-01-01"),
        f", line 22, ChargePeriodStart: '1970-01-01' is out of range (2000 to 2099). {MENDED}",
    ),
    "a day to come": (
        "a.csv",
        csv_with(BillingPeriodStart="2999-01-01"),
        f", line 22, BillingPeriodStart: '2999-01-01' is out of range (2000 to 2099). {MENDED}",
    ),
    "no day of the calendar": (
        "a.csv",
        csv_with(ChargePeriodStart="2026-02-30T00:00:00Z"),
        f", line 22, ChargePeriodStart: '2026-02-30T00:00:00Z' is no date. {MENDED}",
    ),
    "numbers for days in Parquet": (
        "a.parquet",
        parquet_with("ChargePeriodStart", pa.array(range(20))),
        f", row 1, ChargePeriodStart: '0' is no date. {MENDED}",
    ),
    "a cell too many in a line": (
        "a.csv",
        f"{HEADER}\n{REST.replace('\n', ',surprise\n', 1)}".encode(),
        f", line 2: 32 columns, where the header has 31. {AGAIN}",
    ),
    "a column moved in the header alone": (
        "a.csv",
        f"{','.join([*HEADER.split(',')[1:], 'BilledCost'])}\n{REST}".encode(),
        ", line 2, ChargePeriodStart: ",
    ),
    "a column there twice": (
        "a.csv",
        f"{HEADER},billedcost\n{REST.replace('\n', ',1\n')}".encode(),
        ": there are two columns billedcost.",
    ),
    "a quote that is never closed": (
        "a.csv",
        f'{HEADER}\n"{LONGER}'.encode(),
        ", line 2: ",
    ),
    "bytes of another encoding": (
        "a.csv",
        csv_with(ServiceName="Caf\N{LATIN SMALL LETTER E WITH ACUTE}").decode().encode("latin-1"),
        f", line 22: not text in UTF-8. {AGAIN}",
    ),
    "gzip of nothing": ("a.csv.gz", gzip.compress(b""), ": the file is empty."),
}


@pytest.mark.parametrize("named", REFUSED)
async def test_a_bad_file_is_told_of_and_nothing_changes(
    database: Database, tmp_path: Path, named: str
) -> None:
    file, content, said = REFUSED[named]
    write(tmp_path / "2026-10" / file, LINES)
    write(tmp_path / "2026-11" / "a.csv", some(NOVEMBER))
    service = IngestService(
        database, ProjectService(database, lambda: NOW), lambda: NOW, [source(tmp_path)]
    )
    (good,) = await service.sync()
    assert good.error is None
    before = await everything(database)
    (tmp_path / "2026-10" / file).write_bytes(content)
    (report,) = await service.sync()
    assert str(report.error).startswith(f"aws: 2026-10/{file}{said}")
    assert await everything(database) == before


async def everything(database: Database) -> dict[str, Any]:
    """What is stored of slices, to the last row."""
    held = {
        "charge_daily": "*",
        "cost_by_day_service": "*",
        "cost_by_month": "*",
        "control_totals": "*",
        "restatements": "*",
        "slices": "key, fingerprint, read_at, matches_export, archived_at",
    }
    async with database.read() as connection:
        return {
            name: sorted(map(str, await connection.execute(sql(f"SELECT {what} FROM {name}"))))  # noqa: S608  # ours
            for name, what in held.items()
        }


CHANGED: dict[str, Callable[[list[Line]], str]] = {
    "a column added": lambda lines: text([{**one, "x_Added": "new"} for one in lines]),
    "a column moved": lambda lines: text(lines, [*list(lines[0])[7:], *list(lines[0])[:7]]),
    "a byte order mark": lambda lines: text(lines, mark="\ufeff"),
    "NULL for what is absent": lambda lines: text(lines, null="NULL"),
}


@pytest.mark.parametrize("named", CHANGED)
async def test_what_is_only_written_otherwise_changes_nothing_either(
    database: Database, tmp_path: Path, named: str
) -> None:
    path = write(tmp_path / "2026-10" / "a.csv", LINES)
    service = IngestService(
        database, ProjectService(database, lambda: NOW), lambda: NOW, [source(tmp_path)]
    )
    await service.sync()
    before = await everything(database)
    path.write_text(CHANGED[named](LINES))
    (report,) = await service.sync()
    assert (report.error, report.changed, report.matches) == (None, 1, True)
    after = await everything(database)
    assert {**after, "slices": None} == {**before, "slices": None}


_GARBAGE = """
import asyncio, gzip, json, os, resource, sys
from pathlib import Path
from tests.support.focus import OCTOBER, read, some, source, text

GIGABYTE = 1 << 30
GOOD = text(some(OCTOBER, 3000)).encode()


def sparse(path, start, end=b""):
    with path.open("wb") as file:
        file.write(start)
        file.truncate(GIGABYTE - len(end))
        file.seek(0, 2)
        file.write(end)


def zipped(path, start, block):
    member = gzip.compress(block * (GIGABYTE // 64 // len(block)), 1)
    path.write_bytes(gzip.compress(start) + member * 64)


def bytes_read():
    return int(Path("/proc/self/io").read_text().split()[1])


def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


WRITE = {
    "zeros.csv": lambda path: sparse(path, b""),
    "half.csv": lambda path: sparse(path, GOOD),
    "zeros.parquet": lambda path: sparse(path, b"PAR1"),
    "footer.parquet": lambda path: sparse(path, b"PAR1", bytes([0, 0, 0, 63]) + b"PAR1"),
    "zeros.csv.gz": lambda path: zipped(path, b"", bytes(1)),
    "half.csv.gz": lambda path: zipped(path, GOOD, bytes(1)),
    "letters.csv.gz": lambda path: zipped(path, GOOD, b"a"),
    "lines.csv.gz": lambda path: zipped(path, GOOD, b"so it goes\\n"),
    "commas.csv.gz": lambda path: zipped(path, GOOD, b","),
    "quote.csv.gz": lambda path: zipped(path, GOOD + b'"', b"a,b\\n"),
}
found = {}
for name, garbage in WRITE.items():
    path = Path(sys.argv[1]) / name / "2026-10" / name
    path.parent.mkdir(parents=True)
    garbage(path)
    before = bytes_read(), peak()
    (left,) = asyncio.run(read(source(path.parents[1], provider="aws"))).values()
    found[name] = left.why, bytes_read() - before[0], peak() - before[1]
    path.unlink()
print(json.dumps(found))
"""
GARBAGE = {
    "zeros.csv": ": this is neither Parquet nor CSV in UTF-8.",
    "half.csv": ", line 3002: a row of more than 2 MB",
    "zeros.parquet": ": this Parquet file is cut short or damaged (",
    "footer.parquet": ": this Parquet file is cut short or damaged (its footer would have 1,056,",
    "zeros.csv.gz": ": this is neither Parquet nor CSV in UTF-8.",
    "half.csv.gz": ", line 3002: a row of more than 2 MB",
    "letters.csv.gz": ", line 3002: a row of more than 2 MB",
    "lines.csv.gz": ", line 3002: 1 columns, where the header has 31.",
    "commas.csv.gz": ", line 3002: a row of more than 2 MB",
    "quote.csv.gz": ", line 3002: a row of more than 2 MB (is a quote never closed?).",
}
_MUCH = 200 * 2**20


def test_a_gigabyte_of_garbage_is_neither_read_nor_held(tmp_path: Path) -> None:
    """In a process of its own, so that its memory can be told."""
    program = [sys.executable, "-c", _GARBAGE, str(tmp_path)]
    told = subprocess.run(program, check=True, capture_output=True, text=True)  # noqa: S603  # ours
    found = json.loads(told.stdout)
    assert found.keys() == GARBAGE.keys()
    for name, said in GARBAGE.items():
        why, read, held = found[name]
        assert why.startswith(f"aws: 2026-10/{name}{said}")
        assert read < _MUCH, name
        assert held < _MUCH, name
