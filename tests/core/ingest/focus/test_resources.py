"""What resources cost, by FOCUS files: equal, digit for digit, to a computation apart."""

import json
import random
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import fs

from core.costs.resources import Kept, Resources, read_since
from core.ingest.model import Reading
from core.ingest.sources.focus import open_focus
from core.ingest.sources.focus_files import File, Where, opened
from core.ingest.sources.focus_resources import ByResource
from core.ingest.sources.focus_rows import Wanted, charges
from tests.support.focus import NOVEMBER, NOW, OCTOBER, Line, line, read, some, source, write
from tests.support.resources import Amounts, Of, kept, told

SINCE = read_since(NOW.date())
LABELS = ("env", "team")


def with_resources(lines: Iterable[Line], *, of: int, seed: int = 5) -> list[Line]:
    """Lines that name some resource, but for a few."""
    chance = random.Random(seed)  # noqa: S311  # an example, not a secret
    return [{**one, **_resource(chance, of)} for one in lines]


def _resource(chance: random.Random, of: int) -> Line:
    if chance.random() < 0.1:
        return {"ResourceId": chance.choice((None, "NULL")), "ResourceName": None}
    number = chance.randrange(of)
    return {
        "ResourceId": f"arn:aws:ec2:eu-west-1:111111111111:instance/i-{number:04}",
        "ResourceName": f"web-{number}",
    }


def expected(lines: Iterable[Line], *, each: int = 200) -> dict[Of, Amounts]:
    return kept(((_of(one), _amounts(one)) for one in lines), since=SINCE, each=each)


def _of(one: Line) -> Of:
    category, corrects = one["ChargeCategory"], one["ChargeClass"] or ""
    tags = {key: one["Tags"][key] for key in LABELS if key in one["Tags"]}
    named = one["ResourceId"]
    return Of(
        date.fromisoformat(one["ChargePeriodStart"][:10]),
        date.fromisoformat(one["BillingPeriodStart"][:7] + "-01"),
        one["SubAccountId"] or "",
        one["ServiceName"] or "",
        one["RegionId"] or "",
        json.dumps(tags, separators=(",", ":")),
        category,
        "PROMOTION" if category == "Credit" else corrects,
        one["BillingCurrency"],
        "" if named in {None, "NULL"} else named,
    )


def _amounts(one: Line) -> Amounts:
    listed = one["ListCost"]
    return Amounts(
        Decimal(one["BilledCost"]), Decimal(one["EffectiveCost"]), listed and Decimal(listed)
    )


async def by_period(folder: Path, *, resources: bool = True) -> dict[str, Resources | None]:
    config = source(folder, labels=list(LABELS), resources=resources)
    found = {}
    for key, reading in (await read(config)).items():
        assert isinstance(reading, Reading)
        found[key] = reading.by_resource
    return found


async def test_of_young_days(tmp_path: Path) -> None:
    """Two billing periods, several currencies, corrections; what is older stays out."""
    lines = with_resources([*some(OCTOBER, 300), *some(NOVEMBER, 300, seed=8)], of=20)
    write(tmp_path / "a.csv", lines[::2])
    write(tmp_path / "b.csv", lines[1::2])
    found = await by_period(tmp_path)
    parts = [part for kept_ in found.values() if kept_ for part in kept_.parts]
    assert told(parts) == expected(lines)
    assert {kept_ and kept_.since for kept_ in found.values()} == {SINCE}
    assert any(_of(one).day < SINCE for one in lines)


async def test_old_periods_are_read_without(tmp_path: Path) -> None:
    """A month of long ago is told to have none that are kept."""
    write(tmp_path / "a.csv", with_resources(some(date(2026, 5, 1)), of=5))
    (found,) = (await by_period(tmp_path)).values()
    assert found == Resources((), date.max)


async def test_not_configured(tmp_path: Path) -> None:
    """Nothing is read of them."""
    write(tmp_path / "a.csv", with_resources(some(NOVEMBER), of=5))
    assert await by_period(tmp_path, resources=False) == {"2026-11": None}


@pytest.mark.parametrize(
    ("columns", "resources", "told_of"),
    [
        (None, True, Kept.KEPT),
        (None, False, Kept.OFF),
        (list(line()), True, Kept.NONE),
    ],
)
async def test_what_files_have(
    tmp_path: Path, columns: list[str] | None, told_of: Kept, *, resources: bool
) -> None:
    """Without the column ResourceId there are none, whatever is configured."""
    write(tmp_path / "a.csv", with_resources(some(NOVEMBER), of=5), columns)
    config = source(tmp_path, resources=resources)
    async with open_focus(config, lambda: NOW) as opened_:
        assert opened_.info.resources is told_of
    (found,) = (await by_period(tmp_path, resources=resources)).values()
    assert (found is not None) == (told_of is Kept.KEPT)


@settings(max_examples=25)
@given(
    count=st.integers(0, 150),
    of=st.sampled_from([1, 7, 60]),
    held=st.sampled_from([1, 10, 1000]),
    each=st.sampled_from([1, 3, 200]),
    seed=st.integers(0, 5),
)
def test_whatever_fits_in_memory(
    tmp_path_factory: pytest.TempPathFactory,
    count: int,
    *,
    of: int,
    held: int,
    each: int,
    seed: int,
) -> None:
    """However little may be held at a time, and however few are told apart."""
    lines = with_resources(some(NOVEMBER, count, seed=seed), of=of, seed=seed)
    lines = lines or with_resources([line()], of=1)
    path = write(tmp_path_factory.mktemp("files") / "a.parquet", lines)
    wants = Wanted("aws", chosen=True, labels=LABELS, resources=True)
    adding = ByResource(SINCE, held=held, each=each)
    file = File(str(path), path.stat().st_size, 0)
    with opened(fs.LocalFileSystem(), file, Where("aws", path.name)) as batches:
        for batch in charges(batches, wants):
            for start in range(0, len(batch), 40):
                adding.add(batch.slice(start, 40))
    resources = adding.told()
    first = told(resources.parts)
    assert first == expected(lines, each=each)
    assert told(resources.parts) == first
    assert all(of_.day >= NOVEMBER - timedelta(60) for of_ in first)
