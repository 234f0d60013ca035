"""Layouts: which files make a slice, and what is left alone until it is whole."""

import json
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from core.ingest.errors import (
    BadFileError,
    SeveralExportsError,
    SourceError,
    UnfinishedExportError,
)
from core.ingest.model import Left
from core.ingest.sources.focus import open_focus
from tests.support.charges import comparable
from tests.support.focus import (
    NOVEMBER,
    NOW,
    OCTOBER,
    SEPTEMBER,
    Deliveries,
    expected,
    line,
    look,
    read,
    rows,
    some,
    source,
    write,
    written,
)

LINES = some(OCTOBER)
MORE = some(NOVEMBER, seed=8)


# AWS


@pytest.mark.parametrize("end", ["parquet", "csv.gz"])
async def test_aws_slices_are_billing_periods(tmp_path: Path, end: str) -> None:
    deliveries = Deliveries(tmp_path)
    deliveries.aws(OCTOBER, LINES, end=end)
    deliveries.aws(NOVEMBER, MORE, parts=3, end=end)
    assert comparable(await rows(source(tmp_path))) == comparable(expected(LINES + MORE))
    seen = await look(source(tmp_path))
    assert (sorted(seen.fingerprints), seen.unfinished) == (["2026-10", "2026-11"], {})
    assert seen.through == deliveries.at - timedelta(hours=3) + timedelta(seconds=3)


async def test_folders_of_aws_in_lower_case(tmp_path: Path) -> None:
    manifest = Deliveries(tmp_path).aws(OCTOBER, LINES)
    manifest.write_text(manifest.read_text().replace("BILLING_PERIOD", "billing_period"))
    for kind in ("data", "metadata"):
        folder = tmp_path / "acme" / kind
        (folder / "BILLING_PERIOD=2026-10").rename(folder / "billing_period=2026-10")
    assert comparable(await rows(source(tmp_path))) == comparable(expected(LINES))


async def test_a_fingerprint_moves_with_files_labels_and_provider_only(tmp_path: Path) -> None:
    deliveries = Deliveries(tmp_path)
    deliveries.aws(OCTOBER, LINES)
    deliveries.aws(NOVEMBER, MORE)
    before = (await look(source(tmp_path))).fingerprints
    assert (await look(source(tmp_path))).fingerprints == before
    deliveries.aws(NOVEMBER, MORE)
    after = (await look(source(tmp_path))).fingerprints
    assert after["2026-10"] == before["2026-10"]
    assert after["2026-11"] != before["2026-11"]
    for other in (source(tmp_path, labels=["team"]), source(tmp_path, provider="aws")):
        assert (await look(other)).fingerprints["2026-10"] != before["2026-10"]
        async with open_focus(other, lambda: NOW) as opened:
            assert opened.outdated(before["2026-10"])


async def test_an_aws_manifest_that_names_a_missing_file(tmp_path: Path) -> None:
    deliveries = Deliveries(tmp_path)
    deliveries.aws(OCTOBER, LINES)
    deliveries.aws(NOVEMBER, MORE)
    deliveries.files[1].unlink()
    seen = await look(source(tmp_path))
    assert list(seen.fingerprints) == ["2026-10"]
    assert seen.unfinished == {
        "2026-11": "acme/metadata/BILLING_PERIOD=2026-11/acme-Manifest.json names "
        "acme-00002.parquet, which isn't there"
    }


async def test_aws_files_that_are_being_written_over(tmp_path: Path) -> None:
    """A file newer than the manifest: the refresh isn't done, unless nothing follows for long."""
    deliveries = Deliveries(tmp_path)
    deliveries.aws(OCTOBER, LINES)
    written(write(deliveries.files[0], LINES[:3]), NOW - timedelta(minutes=5))
    config = source(tmp_path, provider="aws")
    seen = await look(config)
    assert not seen.fingerprints
    assert "acme-00001.parquet was written after acme/metadata/" in seen.unfinished["2026-10"]
    assert list((await look(config, NOW + timedelta(hours=1))).fingerprints) == ["2026-10"]


async def test_files_that_no_aws_manifest_names(tmp_path: Path) -> None:
    """Left from a refresh in more parts, they don't count; newer ones wait for their manifest."""
    deliveries = Deliveries(tmp_path)
    deliveries.aws(OCTOBER, some(OCTOBER, seed=1), parts=3)
    deliveries.aws(OCTOBER, LINES, parts=2)
    assert comparable(await rows(source(tmp_path))) == comparable(expected(LINES))
    folder = tmp_path / "acme/data/BILLING_PERIOD=2026-11"
    written(write(folder / "acme-00001.parquet", MORE), NOW)
    seen = await look(source(tmp_path))
    assert list(seen.fingerprints) == ["2026-10"]
    assert seen.unfinished["2026-11"].startswith("no manifest names acme/data/BILLING_PERIOD=2026")


async def test_executions_of_aws_in_folders_of_their_own(tmp_path: Path) -> None:
    """The newest whole one counts."""
    for n, lines in enumerate((MORE, some(NOVEMBER, seed=9), some(NOVEMBER, seed=10))):
        deliveries = Deliveries(tmp_path / "x", NOW - timedelta(days=3 - n))
        manifest = deliveries.aws(NOVEMBER, lines)
        run = f"2026-11-{n + 1:02}T00:00:00.000Z-{n}"
        place = tmp_path / "acme/data/BILLING_PERIOD=2026-11" / run
        place.mkdir(parents=True)
        for file in deliveries.files:
            shutil.move(file, place / file.name)
        told = manifest.read_text().replace("2026-11/acme", f"2026-11/{run}/acme")
        to = tmp_path / "acme/metadata/BILLING_PERIOD=2026-11" / run / "acme-Manifest.json"
        to.parent.mkdir(parents=True)
        written(Path(shutil.copy(manifest, to)), deliveries.at)
        to.write_text(told)
        written(to, deliveries.at)
        manifest.unlink()
    found = comparable(await rows(source(tmp_path)))
    assert found == comparable(expected(some(NOVEMBER, seed=10)))
    (place / "acme-00002.parquet").unlink()
    seen = await look(source(tmp_path))
    assert "names acme-00002.parquet, which isn't there" in seen.unfinished["2026-11"]
    found = comparable(await rows(source(tmp_path)))
    assert found == comparable(expected(some(NOVEMBER, seed=9)))


async def test_two_exports_in_one_place_are_refused(tmp_path: Path) -> None:
    Deliveries(tmp_path / "one").aws(OCTOBER, LINES)
    Deliveries(tmp_path / "two").aws(OCTOBER, LINES)
    with pytest.raises(SeveralExportsError, match="holds several exports: one/acme, two/acme"):
        await look(source(tmp_path))


async def test_a_manifest_half_written(tmp_path: Path) -> None:
    manifest = Deliveries(tmp_path).aws(OCTOBER, LINES)
    manifest.write_text(manifest.read_text()[:40])
    with pytest.raises(BadFileError, match=r"acme-Manifest.json is no manifest in JSON"):
        await look(source(tmp_path))


# Azure


async def test_the_latest_run_of_azure_is_the_month(tmp_path: Path) -> None:
    deliveries = Deliveries(tmp_path)
    deliveries.azure(OCTOBER, LINES, run=1)
    deliveries.azure(NOVEMBER, some(NOVEMBER, seed=1), run=2)
    deliveries.azure(NOVEMBER, some(NOVEMBER, seed=2), run=3, end="csv.gz")
    deliveries.azure(NOVEMBER, MORE, run=4, end="parquet")
    assert comparable(await rows(source(tmp_path))) == comparable(expected(LINES + MORE))


async def test_a_second_run_for_the_month_before(tmp_path: Path) -> None:
    """In the first days of a month."""
    deliveries = Deliveries(tmp_path)
    deliveries.azure(OCTOBER, some(OCTOBER, seed=1), run=1)
    deliveries.azure(NOVEMBER, MORE, run=2)
    deliveries.azure(OCTOBER, LINES, run=3)
    assert comparable(await rows(source(tmp_path))) == comparable(expected(LINES + MORE))


@pytest.mark.parametrize("lacks", ["part", "bytes", "manifest"])
async def test_an_azure_run_that_is_not_whole(tmp_path: Path, lacks: str) -> None:
    """The run before counts until it is."""
    deliveries = Deliveries(tmp_path)
    deliveries.azure(OCTOBER, LINES, run=1)
    manifest = deliveries.azure(OCTOBER, some(OCTOBER, seed=1), run=2)
    part = deliveries.files[1]
    if lacks == "part":
        part.unlink()
        said = "names part_1_0001.csv, which isn't there"
    elif lacks == "bytes":
        part.write_bytes(part.read_bytes()[:-100])
        said = "bytes; acme/focus/20261001-20261031/"
    else:
        manifest.unlink()
        said = "no manifest names acme/focus/20261001-20261031/"
    seen = await look(source(tmp_path))
    assert said in seen.unfinished["2026-10"]
    assert comparable(await rows(source(tmp_path))) == comparable(expected(LINES))


async def test_an_azure_export_of_actual_cost_beside_it_is_left_out(tmp_path: Path) -> None:
    """It has the same charges once more."""
    deliveries = Deliveries(tmp_path)
    deliveries.azure(OCTOBER, LINES, run=1)
    manifest = deliveries.azure(OCTOBER, some(OCTOBER, seed=1), run=2)
    told = json.loads(manifest.read_text())
    told["exportConfig"] |= {"exportName": "actual", "type": "ActualCost"}
    manifest.write_text(json.dumps(told))
    assert comparable(await rows(source(tmp_path))) == comparable(expected(LINES))


async def test_nothing_whole_yet(tmp_path: Path) -> None:
    Deliveries(tmp_path).azure(OCTOBER, LINES, run=1).unlink()
    with pytest.raises(UnfinishedExportError, match=r"aws: there is nothing whole in .* yet"):
        await look(source(tmp_path))


# Plain folders


@pytest.mark.parametrize(
    "folder", ["2026-10", "202610", "month=2026-10", "year=2026/month=10", "2026/10"]
)
async def test_plain_folders_named_by_month(tmp_path: Path, folder: str) -> None:
    write(tmp_path / folder / "a.csv", LINES[:30])
    write(tmp_path / folder / "b.parquet", LINES[30:])
    assert list((await look(source(tmp_path))).fingerprints) == ["2026-10"]
    assert comparable(await rows(source(tmp_path))) == comparable(expected(LINES))


async def test_plain_files_by_the_billing_periods_of_their_rows(tmp_path: Path) -> None:
    """A file may hold several; each of its lines is of one slice."""
    old = some(SEPTEMBER, seed=3)
    write(tmp_path / "a.csv", LINES[:30] + MORE)
    write(tmp_path / "deep" / "b.parquet", LINES[30:] + old)
    (tmp_path / "README.txt").write_text("Not a billing file.")
    (tmp_path / ".hidden.csv").write_text("Nor this.")
    found = await read(source(tmp_path))
    assert list(found) == ["2026-09", "2026-10", "2026-11"]
    for key, lines in zip(found, (old, LINES, MORE), strict=True):
        reading = found[key]
        assert not isinstance(reading, Left)
        assert comparable(reading.charges.to_pylist()) == comparable(expected(lines))
        assert sum(total.lines for total in reading.totals) == len(lines)


async def test_an_empty_file_is_being_written(tmp_path: Path) -> None:
    """Its month is left alone; all of them, where nothing says which is its."""
    write(tmp_path / "2026-10/a.csv", LINES)
    write(tmp_path / "2026-11/a.csv", MORE)
    (tmp_path / "2026-11/b.csv").touch()
    seen = await look(source(tmp_path))
    assert (list(seen.fingerprints), seen.unfinished) == (
        ["2026-10"],
        {"2026-11": "2026-11/b.csv is empty"},
    )
    (tmp_path / "c.csv").touch()
    seen = await look(source(tmp_path, provider="aws"))
    assert seen.fingerprints == {}
    assert seen.unfinished == dict.fromkeys(("2026-10", "2026-11"), "c.csv is empty")


async def test_one_file_is_a_folder_of_one(tmp_path: Path) -> None:
    path = write(tmp_path / "costs.csv", LINES)
    assert comparable(await rows(source(path))) == comparable(expected(LINES))
    assert comparable(await rows(source(f"file://{path}"))) == comparable(expected(LINES))


async def test_slices_from_a_day_on(tmp_path: Path) -> None:
    write(tmp_path / "a.csv", LINES + MORE)
    async with open_focus(source(tmp_path), lambda: NOW) as opened:
        seen = await opened.look(NOVEMBER + timedelta(3))
        assert (list(seen.fingerprints), seen.whole) == (["2026-11"], False)
        assert opened.window("2026-11") is None


async def test_reading_is_given_up_when_the_source_is_closed(tmp_path: Path) -> None:
    write(tmp_path / "2026-10" / "a.csv", LINES)
    async with open_focus(source(tmp_path), lambda: NOW) as opened:
        seen = await opened.look(None)
    with pytest.raises(SourceError, match="Reading was given up"):
        _ = [one async for one in opened.read(seen, ["2026-10"])]


async def test_a_file_that_changes_while_it_is_read(tmp_path: Path) -> None:
    """It is left as it is stored, whatever was read of it."""
    path = write(tmp_path / "2026-10" / "a.csv", LINES)
    async with open_focus(source(tmp_path), lambda: NOW) as opened:
        seen = await opened.look(None)
        write(path, [*LINES, line()])
        (left,) = [one async for one in opened.read(seen, ["2026-10"])]
        assert left == Left("2026-10", "its files changed while they were read", bad=False)
        path.write_text("neither whole nor right")
        (left,) = [one async for one in opened.read(seen, ["2026-10"])]
        assert left == Left("2026-10", "its files changed while they were read", bad=False)
        path.unlink()
        (left,) = [one async for one in opened.read(seen, ["2026-10"])]
        assert left == Left("2026-10", "its files changed while they were read", bad=False)
