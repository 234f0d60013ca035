"""What resources cost, by Google's exports: equal, digit for digit, to a computation apart."""

import random
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from core.costs.resources import Kept, read_since
from core.ingest.config import BigQuerySource
from core.ingest.model import Reading
from core.ingest.sources.bigquery import open_bigquery
from tests.support.bigquery import Emulator, Table
from tests.support.clock import real_now
from tests.support.export import (
    PACIFIC,
    Export,
    credit,
    expected,
    history,
    line,
    project,
    written,
)
from tests.support.export import charges as charges_of
from tests.support.resources import Amounts, Of, kept, told


def since() -> date:
    """The first day of which resources are kept now."""
    return read_since(real_now().astimezone(PACIFIC).date())


def resource(number: int) -> dict[str, str]:
    """One as the detailed export names it."""
    name = f"vm-{number:03}"
    return {"name": name, "global_name": f"//compute.googleapis.com/instances/{number:03}"}


def with_resources(lines: Export, *, of: int, seed: int = 3) -> Export:
    """Lines that name some resource, but for a few."""
    chance = random.Random(seed)  # noqa: S311  # an example, not a secret
    return {
        day: [
            {**one, "resource": None if chance.random() < 0.1 else resource(chance.randrange(of))}
            for one in held
        ]
        for day, held in lines.items()
    }


def source(table: Table, *, resources: bool = True) -> BigQuerySource:
    return BigQuerySource(
        name="gcp", kind="bigquery", table=table.id, labels=("env", "team"), resources=resources
    )


async def readings(emulator: Emulator, config: BigQuerySource) -> list[Reading]:
    async with open_bigquery(config, emulator.endpoint) as opened:
        seen = await opened.look(None)
        return [reading async for reading in opened.read(seen, list(seen.fingerprints))]


def lines_of(lines: Export) -> Iterator[tuple[str, Of, Amounts]]:
    """Every charge of every line, with the slice that it is in."""
    for ingested, held in lines.items():
        for one in held:
            named = (one["resource"] or {}).get("global_name", "")
            for key, amount, listed, _ in charges_of(str(ingested), one, ("env", "team")):
                labels = "{" + ",".join(f'"{k}":"{v}"' for k, v in key.labels) + "}"
                yield (
                    str(ingested),
                    Of(
                        *(key.day, key.billing_period, key.account, key.service, key.region),
                        *(labels, key.category, key.source_type, key.currency, named),
                    ),
                    Amounts(amount, amount, listed),
                )


def by_slice(lines: Export) -> dict[str, dict[Of, Amounts]]:
    young = since()
    of_slice: defaultdict[str, list[tuple[Of, Amounts]]] = defaultdict(list)
    for key, of, amounts in lines_of(lines):
        of_slice[key].append((of, amounts))
    return {key: kept(charges, since=young) for key, charges in of_slice.items()}


def read_by_slice(all_read: list[Reading]) -> dict[str, dict[Of, Amounts]]:
    return {
        reading.item.key: told(reading.by_resource.parts)
        for reading in all_read
        if reading.by_resource is not None
    }


async def test_the_detailed_export(bigquery_emulator: Emulator) -> None:
    """Late lines, corrections, credits, taxes and currencies: as Decimals have it."""
    lines = with_resources(history(real_now().date() - timedelta(12), 12), of=9)
    table = written(bigquery_emulator.table("detailed"), lines)
    read = await readings(bigquery_emulator, source(table))
    assert read_by_slice(read) == by_slice(lines)
    assert any(of.day < since() for _, of, _ in lines_of(lines))


async def test_the_dearest_are_told_apart(bigquery_emulator: Emulator) -> None:
    """Of 260 resources of a project's day and service, 200; of another service's three, three."""
    day = real_now().date() - timedelta(3)
    at = datetime(day.year, day.month, day.day, 20, tzinfo=UTC).isoformat()
    many = [
        line(
            project=project("checkout"),
            usage_start_time=at,
            resource=resource(n),
            cost=cost,
            credits=[credit(-cost / 4), credit(-cost, "PROMOTION")] if n % 3 else [],
        )
        for n in range(260)
        for cost in (round(1 + n % 70 / 8, 6), 0.000001)
    ]
    few = [
        line(
            usage_start_time=at,
            service={"id": "x", "description": "Cloud Storage"},
            resource=resource(n),
            cost=0.001,
        )
        for n in range(3)
    ]
    lines = {day: [*many, *few]}
    table = written(bigquery_emulator.table("detailed"), lines)
    (found,) = read_by_slice(await readings(bigquery_emulator, source(table))).values()
    assert found == by_slice(lines)[str(day)]
    apart = {of.resource for of in found if of.service == "Compute Engine"}
    assert len(apart) == 201
    assert len({of.resource for of in found if of.service == "Cloud Storage"}) == 3
    in_all = sum((a.billed for of, a in found.items() if of.resource == "\x1f"), Decimal(0))
    assert in_all > 0


@pytest.mark.parametrize("resources", [True, False])
async def test_charges_are_the_same_with_and_without(
    bigquery_emulator: Emulator, *, resources: bool
) -> None:
    """What is kept of resources changes nothing of the charges and their proof."""
    lines = with_resources(history(real_now().date() - timedelta(6), 6), of=4)
    table = written(bigquery_emulator.table("detailed"), lines)
    read = await readings(bigquery_emulator, source(table, resources=resources))
    found = sum(
        (Decimal(row["billed"]) for one in read for row in one.charges.to_pylist()), Decimal(0)
    )
    rows = sum(one.charges.num_rows for one in read)
    sums = expected(lines, ("env", "team"))
    assert (found, rows) == (sum((s.billed for s in sums.values()), Decimal(0)), len(sums))
    for one in read:
        assert (one.by_resource is not None) == resources


async def test_old_slices_are_read_without(bigquery_emulator: Emulator) -> None:
    """Days of long ago cost no byte more."""
    lines = with_resources(history(real_now().date() - timedelta(90), 3), of=4)
    table = written(bigquery_emulator.table("detailed"), lines)
    for one in await readings(bigquery_emulator, source(table)):
        assert one.by_resource is not None
        assert (list(one.by_resource.parts), one.by_resource.since) == ([], date.max)


@pytest.mark.parametrize(
    ("schema", "resources", "told_of"),
    [("detailed", True, Kept.KEPT), ("detailed", False, Kept.OFF), ("standard", True, Kept.NONE)],
)
async def test_what_a_table_has(
    bigquery_emulator: Emulator, schema: str, told_of: Kept, *, resources: bool
) -> None:
    """The standard export names no resources, whatever is configured."""
    table = bigquery_emulator.table(schema)
    async with open_bigquery(
        source(table, resources=resources), bigquery_emulator.endpoint
    ) as opened:
        assert opened.info.resources is told_of
