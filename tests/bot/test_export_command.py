"""`export`, as a shell runs it."""

import asyncio
import gzip
import os
from decimal import Decimal
from pathlib import Path

import pytest

from bot.cli import files
from bot.render.charges import Format as Rows
from core.database import Database
from tests.bot.test_command_line import PROGRAM, Ran, Run, run
from tests.support.exporting import parquet, read, summed
from tests.support.facts import store
from tests.support.product import company
from tests.support.rows import read as read_rows
from tests.support.rows import summed as summed_rows

OCTOBER = Decimal("7618.25")


@pytest.fixture
async def tracker(fresh_database: Database, tmp_path: Path) -> Run:
    """The program on the small company."""
    await store(fresh_database, company())

    async def on_company(*words: str) -> Ran:
        return await run(
            *("export", "focus", *words),
            DATABASE_URL=fresh_database.url,
            DATA_DIR=str(tmp_path / "data"),
            SOURCES_FILE=str(tmp_path / "sources.toml"),
        )

    return on_company


def left(folder: Path) -> list[str]:
    """The names of all files in a folder."""
    return sorted(path.name for path in folder.iterdir() if path.is_file())


def total(file: bytes) -> Decimal:
    return summed(read(file), "BilledCost")[()]


async def test_the_name_of_a_file_says_what_it_holds(tracker: Run, tmp_path: Path) -> None:
    for name, *words in (("a.csv",), ("a.csv.gz",), ("costs", "--format", "parquet")):
        done = await tracker("2026-10", "--out", str(tmp_path / name), *words)
        assert (done.status, done.out, done.err) == (0, "", "124 charges written.\n")
    assert total((tmp_path / "a.csv").read_bytes()) == OCTOBER
    assert total(gzip.decompress((tmp_path / "a.csv.gz").read_bytes())) == OCTOBER
    assert sum(parquet((tmp_path / "costs").read_bytes())["BilledCost"].to_pylist()) == OCTOBER
    assert left(tmp_path) == ["a.csv", "a.csv.gz", "costs"]


async def test_standard_output_has_csv_and_nothing_else(tracker: Run) -> None:
    done = await tracker("last", "month", "--out", "-")
    assert (done.status, done.err) == (0, "124 charges written.\n")
    assert total(done.out.encode()) == OCTOBER


async def test_a_reader_that_has_enough_ends_it_without_a_word(
    fresh_database: Database, tmp_path: Path
) -> None:
    """As `… --out - | head` does."""
    await store(fresh_database, company())
    reader, writer = os.pipe()
    os.close(reader)
    process = await asyncio.create_subprocess_exec(
        *(PROGRAM, "export", "focus", "2026-10", "--out", "-"),
        env={**os.environ, "DATABASE_URL": fresh_database.url, "DATA_DIR": str(tmp_path)},
        stdout=writer,
        stderr=asyncio.subprocess.PIPE,
    )
    os.close(writer)
    _, told = await process.communicate()
    assert (process.returncode, told) == (1, b"")


async def test_period_and_filters_are_those_of_questions(tracker: Run) -> None:
    done = await tracker("search", "2026-10", "invoice", "--out", "-")
    assert total(done.out.encode()) == Decimal(1240)
    unknown = await tracker("2026-10", "project=chekout", "--out", "-")
    assert (unknown.status, unknown.out) == (1, "")
    assert "checkout" in unknown.err


async def test_a_file_that_is_there_stays_unless_forced(tracker: Run, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("mine")
    refused = await tracker("2026-10", "--out", str(path))
    assert refused.status == 1
    assert "is there already. Give --force to write over it." in " ".join(refused.err.split())
    assert path.read_text() == "mine"
    assert (await tracker("2026-10", "--out", str(path), "--force")).status == 0
    assert total(path.read_bytes()) == OCTOBER


@pytest.mark.parametrize(
    ("words", "status", "told"),
    [
        (("2026-10", "--out", "a.xlsx"), 2, "'a.xlsx' doesn't say what kind of file it is"),
        (("2026-10", "daily", "top", "3", "--out", "-"), 2, "daily, weekly or monthly and top"),
        (("2026-10", "by", "team", "--out", "-"), 2, "it doesn't take 'by'. It takes a period"),
        (("2026-10", "--out", "/no/such/folder/a.csv"), 1, "No such file or directory"),
        (("blue-moon", "--out", "-"), 1, "blue"),
        (("2026-10",), 2, "--out"),
    ],
)
async def test_mistakes_are_named_and_nothing_is_written(
    tracker: Run, words: tuple[str, ...], status: int, told: str
) -> None:
    done = await tracker(*words)
    assert (done.status, done.out) == (status, "")
    assert told in " ".join(done.err.split())


@pytest.mark.skipif(not Path("/dev/full").is_char_device(), reason="there is no /dev/full here")
async def test_a_disk_that_is_full_is_told(tracker: Run) -> None:
    done = await tracker("2026-10", "--out", "/dev/full", "--format", "csv")
    assert (done.status, done.out) == (1, "")
    told = " ".join(done.err.split())
    assert "/dev/full can't be written: No space left on device." in told


def test_what_fails_half_way_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("mine")

    def fail() -> None:
        with files.written(path, force=True) as file:
            file.write(b"half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert (path.read_text(), left(tmp_path)) == ("mine", ["a.csv"])


def test_where_a_link_leads_is_written_and_the_link_stays(tmp_path: Path) -> None:
    (tmp_path / "link.csv").symlink_to(tmp_path / "a.csv")
    with files.written(tmp_path / "link.csv") as file:
        file.write(b"whole")
    assert (tmp_path / "link.csv").is_symlink()
    assert (tmp_path / "a.csv").read_text() == "whole"


@pytest.fixture
async def exporter(fresh_database: Database, tmp_path: Path) -> Run:
    """`export costs` on the small company."""
    await store(fresh_database, company())

    async def on_company(*words: str) -> Ran:
        return await run(
            *("export", "costs", *words),
            DATABASE_URL=fresh_database.url,
            DATA_DIR=str(tmp_path / "data"),
        )

    return on_company


@pytest.mark.parametrize("form", Rows)
async def test_charges_are_written_by_day(exporter: Run, tmp_path: Path, form: Rows) -> None:
    path = tmp_path / f"october.{form}"
    done = await exporter("checkout", "2026-10", "--out", str(path))
    assert (done.status, done.out, done.err) == (0, "", "62 rows written.\n")
    rows = read_rows(path.read_bytes(), form)
    assert summed_rows(rows) == Decimal("6223.25")
    assert left(tmp_path) == [f"october.{form}"]


async def test_lines_are_written_where_the_question_makes_them(exporter: Run) -> None:
    done = await exporter("all", "2026-10", "by", "project", "--out", "-")
    assert done.status == 0, done.err
    assert done.out.splitlines()[:2] == [
        "date,project,project name,currency,amount,previous,share",
        ",checkout,Checkout,USD,6223.25,,0.8169",
    ]


@pytest.mark.parametrize(
    ("words", "status", "told"),
    [
        (("2026-10", "--out", "a.txt"), 2, "Let its name end in .csv, .xlsx or .json"),
        (("chekout", "--out", "-"), 1, "checkout"),
        (("forecast", "checkout", "--out", "-"), 2, "two commands"),
    ],
)
async def test_what_cant_be_exported_is_said(
    exporter: Run, words: tuple[str, ...], status: int, told: str
) -> None:
    done = await exporter(*words)
    assert (done.status, done.out) == (status, "")
    assert told in " ".join(done.err.split())
