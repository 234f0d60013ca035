"""Resources from the source to the answer: each day adds up to the lines that it is of."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from core.access.model import OPERATOR
from core.cache import Cache
from core.costs.model import RESOURCE, CostQuery, Granularity, Measure
from core.costs.proving.proof import check_rollups
from core.costs.service import PACIFIC, CostService
from core.database import Database
from core.ingest.config import SourceConfig
from core.ingest.service import IngestService
from core.period import Period
from core.projects.service import ProjectService
from tests.core.ingest.focus.test_resources import with_resources as of_aws
from tests.core.ingest.test_google_resources import lines_of, source, with_resources
from tests.support.bigquery import Emulator, Table
from tests.support.charges import scalar
from tests.support.clock import real_now
from tests.support.export import Export, history, written
from tests.support.focus import NOVEMBER, NOW, Line, some, write
from tests.support.focus import source as focus_source


def young(now: datetime) -> Period:
    """The days of which resources are kept."""
    today = now.astimezone(PACIFIC).date()
    return Period(today - timedelta(35), today + timedelta(1))


def ingest(
    database: Database, config: SourceConfig, now: datetime, endpoint: str = ""
) -> IngestService:
    projects = ProjectService(database, lambda: now)
    return IngestService(
        database, projects, lambda: now, [config], bigquery_endpoint=endpoint or None
    )


async def by_day(
    database: Database, now: datetime, period: Period, *, grouped: bool = True
) -> Mapping[tuple[str, date], Decimal]:
    """Net of every day, by currency: of the lines of an answer by resource."""
    costs = CostService(database, Cache(), lambda: now)
    query = CostQuery(
        period, group_by=(RESOURCE,), measure=Measure.NET, granularity=Granularity.DAILY
    )
    query = query if grouped else replace(query, group_by=())
    answer = await costs.answer(query, OPERATOR)
    sums: defaultdict[tuple[str, date], Decimal] = defaultdict(Decimal)
    for line in answer.lines:
        assert line.start is not None
        sums[line.currency, line.start] += line.amount
    return {key: amount for key, amount in sums.items() if amount}


def of_google(lines: Export, days: Period) -> Mapping[tuple[str, date], Decimal]:
    sums: defaultdict[tuple[str, date], Decimal] = defaultdict(Decimal)
    for _, of, amounts in lines_of(lines):
        if days.start <= of.day < days.end:
            sums[of.currency, of.day] += amounts.billed
    return {key: amount for key, amount in sums.items() if amount}


@pytest.fixture
def now() -> datetime:
    return real_now()


@pytest.fixture
def lines(now: datetime) -> Export:
    return with_resources(history(young(now).end - timedelta(41), 40, each=15), of=12)


@pytest.fixture
def table(bigquery_emulator: Emulator, lines: Export) -> Table:
    return written(bigquery_emulator.table("detailed"), lines)


async def test_google(
    database: Database,
    bigquery_emulator: Emulator,
    table: Table,
    lines: Export,
    now: datetime,
) -> None:
    """Through BigQuery; again, and with late lines; with proof of every row."""
    days = young(now)
    service = ingest(database, source(table), now, bigquery_emulator.endpoint)
    (report,) = await service.sync()
    assert (report.error, report.matches) == (None, True)
    assert await by_day(database, now, days) == of_google(lines, days)
    assert await check_rollups(database) == ()
    rows = await scalar(database, "SELECT count(*) FROM cost_by_day_resource")
    (again,) = await service.sync()
    assert (again.changed, again.error) == (0, None)
    late = with_resources(history(days.end - timedelta(1), 1, each=30), of=9, seed=8)
    written(table, late)
    await service.sync()
    assert await by_day(database, now, days) == of_google({**lines, **late}, days)
    assert await check_rollups(database) == ()
    assert await scalar(database, "SELECT count(*) FROM cost_by_day_resource") > rows


async def test_turned_on_later(
    database: Database,
    bigquery_emulator: Emulator,
    table: Table,
    lines: Export,
    now: datetime,
) -> None:
    """The slices of young days are read once more, and those alone; turned off, all goes."""
    days = young(now)
    endpoint = bigquery_emulator.endpoint
    await ingest(database, source(table, resources=False), now, endpoint).sync()
    assert await scalar(database, "SELECT count(*) FROM cost_by_day_resource") == 0
    service = ingest(database, source(table), now, endpoint)
    (report,) = await service.sync()
    assert 35 <= report.changed <= 37
    assert await by_day(database, now, days) == of_google(lines, days)
    assert (await service.sync())[0].changed == 0
    await ingest(database, source(table, resources=False), now, endpoint).sync()
    assert await scalar(database, "SELECT count(*) FROM cost_by_day_resource") == 0
    assert await check_rollups(database) == ()


async def test_focus_files(database: Database, tmp_path: Path) -> None:
    """Through files: Parquet and CSV, replaced as the month grows."""
    period = Period(NOVEMBER, date(2026, 11, 23))
    growing: list[Line] = of_aws(some(NOVEMBER, 400), of=40)
    config = focus_source(tmp_path, resources=True)
    for n, count in enumerate((150, 400, 400)):
        write(tmp_path / f"a.{('csv', 'parquet', 'parquet')[n]}", growing[:count])
        (tmp_path / "a.csv").unlink() if n == 1 else None
        (report,) = await ingest(database, config, NOW).sync()
        assert (report.error, report.matches) == (None, True)
        expected: defaultdict[tuple[str, date], Decimal] = defaultdict(Decimal)
        for one in growing[:count]:
            day = date.fromisoformat(one["ChargePeriodStart"][:10])
            if day < period.end:
                expected[one["BillingCurrency"], day] += Decimal(one["BilledCost"])
        found = await by_day(database, NOW, period)
        assert found == {key: amount for key, amount in expected.items() if amount}
        assert await by_day(database, NOW, period, grouped=False) == found
        assert await check_rollups(database) == ()
