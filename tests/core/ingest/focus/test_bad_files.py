"""Bad input: a clear error that names the source, the file, the line and the column."""

import random
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from core.ingest.errors import (
    BadFileError,
    BadLineError,
    BadValueError,
    DelimiterError,
    EmptyFolderError,
    MissingColumnError,
    NoSuchFolderError,
    NotABillingFileError,
    TruncatedFileError,
)
from core.ingest.model import Left
from tests.support.focus import OCTOBER, line, look, read, some, source, table, text, write

LINES = some(OCTOBER, 500)


async def refusal(folder: Path, error: type[BadFileError] | None = None, **other: Any) -> str:
    """What is said of a folder that can't be read: all of it is left as it was."""
    config = source(folder, provider="aws", **other)
    if error is not None:
        with pytest.raises(error) as told:
            await read(config)
        return str(told.value)
    (left,) = (await read(config)).values()
    assert isinstance(left, Left)
    assert left.bad
    return left.why


def month(tmp_path: Path) -> Path:
    """A folder that says its month, so that a file is not opened before it is read."""
    folder = tmp_path / "2026-10"
    folder.mkdir()
    return folder


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"BilledCost": "abc"}, "BilledCost: 'abc' is not a number."),
        ({"BilledCost": "1,5"}, "BilledCost: '1,5' is not a number."),
        ({"BilledCost": "NaN"}, "BilledCost: 'NaN' is not a number."),
        ({"BilledCost": "Infinity"}, "BilledCost: 'Infinity' is not a number."),
        ({"BilledCost": "1" * 50}, f"BilledCost: '{'1' * 50}' has too many digits."),
        ({"ListCost": "1e-60"}, "ListCost: '1e-60' has too many digits."),
        ({"ConsumedQuantity": "x"}, "ConsumedQuantity: 'x' is not a number."),
        ({"BilledCost": None}, "BilledCost: has no value."),
        ({"EffectiveCost": "NULL"}, "EffectiveCost: has no value."),
        ({"BillingAccountId": "NULL"}, "BillingAccountId: has no value."),
        ({"BillingCurrency": None}, "BillingCurrency: has no value."),
        ({"BillingCurrency": "dollars"}, "BillingCurrency: 'dollars' is no currency code."),
        ({"ChargeCategory": None}, "ChargeCategory: has no value."),
        ({"ChargePeriodStart": None}, "ChargePeriodStart: has no value."),
        ({"ChargePeriodStart": "soon"}, "ChargePeriodStart: 'soon' is no date."),
        ({"ChargePeriodStart": "2026-13-45"}, "ChargePeriodStart: '2026-13-45' is no date."),
        ({"ChargePeriodStart": "0001-01-01"}, "ChargePeriodStart: '0001-01-01' is out of range"),
        ({"ChargePeriodStart": "9999-12-31"}, "ChargePeriodStart: '9999-12-31' is out of range"),
        ({"BillingPeriodStart": "2199-01-01"}, "BillingPeriodStart: '2199-01-01' is out of"),
        ({"Tags": "[1"}, "Tags: '[1' is no JSON object of tags."),
        ({"Tags": "{'team': 'a'}"}, "Tags: \"{'team': 'a'}\" is no JSON object of tags."),
    ],
)
async def test_a_value_that_cannot_be_read(tmp_path: Path, changes: Any, said: str) -> None:
    bad = line(ChargeDescription="two\nlines", **changes)
    (month(tmp_path) / "a.csv").write_text(text([*LINES, bad, *LINES]))
    why = await refusal(tmp_path, labels=["team"])
    assert why.startswith(f"aws: 2026-10/a.csv, line 503, {said}")
    assert why.endswith(" Correct the file or have it exported again; nothing of it was stored.")


async def test_a_value_of_parquet_that_cannot_be_read(tmp_path: Path) -> None:
    made = table([*LINES, line()])
    amounts = made["BilledCost"].cast(pa.float64()).to_pylist()
    amounts[-1] = float("nan")
    made = made.set_column(0, "BilledCost", pa.array(amounts))
    pq.write_table(made, month(tmp_path) / "a.parquet")
    said = "aws: 2026-10/a.parquet, row 501, BilledCost: 'nan' is not a number."
    assert (await refusal(tmp_path)).startswith(said)


@pytest.mark.parametrize(
    "column",
    [
        "BilledCost",
        "EffectiveCost",
        "BillingAccountId",
        "BillingCurrency",
        "BillingPeriodStart",
        "ChargePeriodStart",
        "ChargeCategory",
        "ServiceName",
    ],
)
@pytest.mark.parametrize("end", ["csv", "parquet"])
async def test_a_missing_required_column(tmp_path: Path, column: str, end: str) -> None:
    lines = [{name: value for name, value in line().items() if name != column}]
    write(month(tmp_path) / f"a.{end}", lines)
    said = f"aws: 2026-10/a.{end}: there is no column {column}. Export FOCUS 1.0 or later "
    assert (await refusal(tmp_path)).startswith(said)


async def test_the_provider_must_be_told_by_somebody(tmp_path: Path) -> None:
    one = line()
    del one["ProviderName"]
    write(tmp_path / "a.csv", [one])
    with pytest.raises(MissingColumnError, match="no column ProviderName or ServiceProviderName"):
        await look(source(tmp_path))
    assert (await look(source(tmp_path, provider="aws"))).fingerprints.keys() == {"2026-10"}


@pytest.mark.parametrize(
    ("delimiter", "said"), [(";", "semicolons"), ("\t", "tabs"), ("|", "vertical bars")]
)
async def test_a_wrong_delimiter(tmp_path: Path, delimiter: str, said: str) -> None:
    (tmp_path / "a.csv").write_text(text(LINES).replace(",", delimiter))
    why = await refusal(tmp_path, DelimiterError)
    assert why.startswith(f"aws: a.csv: its columns are separated by {said}, not by commas.")


@pytest.mark.parametrize("end", ["csv.gz", "parquet"])
@pytest.mark.parametrize("kept", [0.1, 0.5, 0.99])
async def test_a_truncated_file(tmp_path: Path, end: str, kept: float) -> None:
    path = write(month(tmp_path) / f"a.{end}", LINES)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * kept)])
    what = "Parquet" if end == "parquet" else "gzip"
    said = f"aws: 2026-10/a.{end}: this {what} file is cut short or damaged ("
    assert (await refusal(tmp_path)).startswith(said)


@pytest.mark.parametrize("end", ["csv.gz", "parquet"])
async def test_a_damaged_file(tmp_path: Path, end: str) -> None:
    """A few bytes in the middle are others."""
    path = write(month(tmp_path) / f"a.{end}", LINES)
    whole = bytearray(path.read_bytes())
    middle = len(whole) // 2
    whole[middle : middle + 400] = random.Random(1).randbytes(400)  # noqa: S311  # no secret
    path.write_bytes(whole)
    assert (await refusal(tmp_path)).startswith(f"aws: 2026-10/a.{end}")


async def test_a_csv_cut_in_a_line(tmp_path: Path) -> None:
    whole = text(LINES)
    (month(tmp_path) / "a.csv").write_text(whole[: whole.rindex("Hours")])
    why = await refusal(tmp_path)
    assert why.startswith("aws: 2026-10/a.csv, line 501: ")
    assert "columns, where the header has 31" in why


async def test_a_quote_that_is_never_closed(tmp_path: Path) -> None:
    header, _, rest = text(LINES).partition("\n")
    (month(tmp_path) / "a.csv").write_text(f'{header}\n"{rest}')
    assert (await refusal(tmp_path)).startswith("aws: 2026-10/a.csv, line ")


async def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    whole = text([*LINES, line(ServiceName="Caf\N{LATIN SMALL LETTER E WITH ACUTE}")])
    (month(tmp_path) / "a.csv").write_bytes(whole.encode("latin-1"))
    assert (await refusal(tmp_path)).startswith("aws: 2026-10/a.csv, line 502: not text in UTF-8.")


@pytest.mark.parametrize(
    "content",
    [
        random.Random(1).randbytes(100_000),  # noqa: S311  # no secret
        text(LINES).encode("utf-16"),
        b"\0" * 1000,
    ],
)
async def test_garbage(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.csv").write_bytes(content)
    why = await refusal(tmp_path, NotABillingFileError)
    assert why.startswith("aws: a.csv: this is neither Parquet nor CSV in UTF-8.")


async def test_text_that_is_no_billing_file(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("Lorem ipsum dolor sit amet\n" * 1000)
    assert "there is no column BillingPeriodStart" in await refusal(tmp_path, MissingColumnError)


async def test_a_column_named_twice(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("BilledCost,BilledCost\n1,2\n")
    assert "there are two columns BilledCost" in await refusal(tmp_path, BadFileError)


async def test_a_bad_slice_does_not_hold_up_the_others(tmp_path: Path) -> None:
    write(tmp_path / "2026-10" / "a.csv", [line(BilledCost="x")])
    write(tmp_path / "2026-11" / "a.csv", [line()])
    found = await read(source(tmp_path))
    assert [isinstance(found[key], Left) for key in ("2026-10", "2026-11")] == [True, False]


async def test_no_such_folder_and_an_empty_one(tmp_path: Path) -> None:
    with pytest.raises(NoSuchFolderError, match="Correct 'url' of the source 'aws'"):
        await look(source(tmp_path / "nowhere"))
    with pytest.raises(EmptyFolderError, match="holds no billing files"):
        await look(source(tmp_path))


def test_errors_of_this_family_are_told_apart() -> None:
    kinds = (BadLineError, BadValueError, DelimiterError, MissingColumnError, TruncatedFileError)
    assert all(issubclass(kind, BadFileError) and kind.__doc__ for kind in kinds)
