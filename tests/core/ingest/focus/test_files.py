"""Formats and versions: whatever the file, its charges are its lines added up, to the digit."""

import csv
import gzip
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from tests.support.charges import comparable
from tests.support.focus import (
    OCTOBER,
    Line,
    expected,
    line,
    rows,
    some,
    source,
    table,
    text,
    write,
)

SAMPLE = Path(__file__).parents[3] / "data" / "focus_sample_1.0.csv"
LINES = some(OCTOBER, 300)
NEW_IN_1_1 = ("SkuMeter",)
NEW_IN_1_2 = ("InvoiceId",)


def of_version(version: str, lines: list[Line]) -> list[Line]:
    """Lines with the columns that a version has."""
    gone = {"1.0": (*NEW_IN_1_1, *NEW_IN_1_2), "1.1": NEW_IN_1_2}.get(version, ())
    changed = [{name: one[name] for name in one if name not in gone} for one in lines]
    if version == "1.3":
        for one in changed:
            one["ServiceProviderName"] = one.pop("ProviderName")
    return changed


@pytest.mark.parametrize("version", ["1.0", "1.1", "1.2", "1.3"])
@pytest.mark.parametrize("end", ["csv", "csv.gz", "parquet"])
async def test_every_version_in_every_format(tmp_path: Path, version: str, end: str) -> None:
    lines = of_version(version, LINES)
    write(tmp_path / f"october.{end}", lines)
    found = await rows(source(tmp_path, labels=["team", "env"]))
    assert comparable(found) == comparable(expected(lines, ["team", "env"]))


async def test_columns_in_another_order_and_unknown_ones(tmp_path: Path) -> None:
    names = sorted([*LINES[0], "x_More", "Column of tomorrow"], key=len, reverse=True)
    write(tmp_path / "a.csv", LINES, names)
    assert comparable(await rows(source(tmp_path))) == comparable(expected(LINES))


async def test_the_real_sample_adds_up_as_its_publisher_says() -> None:
    """1,000 anonymised rows of three clouds, dirty on purpose."""
    totals: dict[tuple[str, str, str], tuple[int, Decimal]] = {}
    for provider in ("aws", "azure", "oracle"):
        for row in await rows(source(SAMPLE, provider=provider)):
            key = (provider, f"{row['billing_period']:%Y-%m}", row["charge_category"])
            lines, billed = totals.get(key, (0, Decimal(0)))
            totals[key] = (lines + row["lines"], billed + Decimal(row["billed"]))
    assert totals[("aws", "2024-09", "Usage")] == (941, Decimal("20.6203386184"))
    assert totals[("aws", "2024-09", "Credit")] == (1, Decimal("-2.6137"))
    assert totals[("azure", "2024-09", "Usage")] == (51, Decimal("1.97651418586"))
    assert sum(lines for (name, *_), (lines, _) in totals.items() if name == "oracle") == 7
    with SAMPLE.open(encoding="utf-8") as file:
        whole = sum(Decimal(row["BilledCost"]) for row in csv.DictReader(file))
    assert sum(billed for _, billed in totals.values()) == whole


NOISE = "1.2345678901234567e-30"


async def test_binary_numbers_are_the_decimals_they_print_as(tmp_path: Path) -> None:
    """AWS writes Parquet in doubles: 0.1 + 0.2 is 0.3. What is beyond 38 decimals is noise."""
    lines = [line(BilledCost=amount, EffectiveCost=NOISE) for amount in ("0.1", "0.2", "1e-7")]
    pq.write_table(table(lines, numbers="double"), tmp_path / "a.parquet")
    (row,) = await rows(source(tmp_path))
    assert (row["billed"], row["effective"]) == (
        "0.3000001",
        "0.00000000000000000000000000000370370367",
    )


async def test_more_digits_than_nine_are_kept(tmp_path: Path) -> None:
    amount = "12345678901234567890.12345678901234567890123456789"
    write(tmp_path / "a.csv", [line(BilledCost=amount)] * 3)
    (row,) = await rows(source(tmp_path))
    assert Decimal(row["billed"]) == Decimal("37037036703703703670.37037036703703703670370370367")


@pytest.mark.parametrize("null", ["", "NULL", "null"])
async def test_nulls_however_written(tmp_path: Path, null: str) -> None:
    (tmp_path / "a.csv").write_text(text(LINES, null=null))
    assert comparable(await rows(source(tmp_path))) == comparable(expected(LINES))


@pytest.mark.parametrize("zipped", [False, True])
async def test_a_byte_order_mark(tmp_path: Path, *, zipped: bool) -> None:
    written = text(LINES, mark="\ufeff").encode()
    (tmp_path / "a.csv").write_bytes(gzip.compress(written) if zipped else written)
    assert comparable(await rows(source(tmp_path))) == comparable(expected(LINES))


@pytest.mark.parametrize("shift", ["", "x"])
async def test_letters_of_several_bytes_wherever_the_file_is_cut_to_be_read(
    tmp_path: Path, shift: str
) -> None:
    lines = [line(ServiceName=shift + "\N{EURO SIGN}" * 40_000)] * 2
    write(tmp_path / "a.csv", lines)
    assert comparable(await rows(source(tmp_path))) == comparable(expected(lines))


async def test_text_over_several_lines_and_several_gzip_members(tmp_path: Path) -> None:
    lines = [line(ChargeDescription='first\nand "second", line')] * 3
    one, two = text(lines), text(lines).partition("\n")[2]
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(one.encode()) + gzip.compress(two.encode()))
    (row,) = await rows(source(tmp_path))
    assert (row["lines"], row["billed"]) == (6, "7.5")


async def test_dictionaries_large_strings_and_other_integers_of_parquet(tmp_path: Path) -> None:
    made = table(LINES)
    made = made.set_column(
        made.column_names.index("ServiceName"),
        "ServiceName",
        pc.cast(made["ServiceName"], pa.large_string()).dictionary_encode(),
    )
    pq.write_table(made, tmp_path / "a.parquet", row_group_size=50)
    assert comparable(await rows(source(tmp_path))) == comparable(expected(LINES))


async def test_a_file_without_lines_has_no_charges(tmp_path: Path) -> None:
    write(tmp_path / "2026-10" / "a.csv", [line()])
    write(tmp_path / "2026-09" / "a.csv", [], list(line()))
    assert [row["billed"] for row in await rows(source(tmp_path))] == ["1.25"]
