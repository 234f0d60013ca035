"""What is written by replacing slices is what is answered, at once and from every table."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import text

from core.access.model import OPERATOR, Role, Viewer
from core.cache import Cache, RedisCache
from core.costs.model import PROJECT, SERVICE, SKU, CostAnswer, CostQuery, Filter, Measure
from core.costs.service import CostService
from core.costs.writing.sources import register
from core.database import Database
from core.period import Period
from core.projects.service import ProjectService
from tests.support.charges import GCP, Writer, charge
from tests.support.clock import FakeClock

AUTUMN = CostQuery(Period(date(2026, 9, 10), date(2026, 11, 22)), measure=Measure.NET)
FIRST = [
    charge("2026-09-09", "1000"),
    charge("2026-09-10", "1.25"),
    charge("2026-10-15", "2.5", account_id="blog", account_name="Blog", sku_id="B"),
    charge("2026-11-03", "4", service="Cloud SQL", region=""),
    charge("2026-11-04", "-1", charge_category="Credit", source_type="PROMOTION"),
]
LATE = [*FIRST[:3], charge("2026-11-03", "7.125", service="Cloud SQL", region="")]


@pytest.fixture
async def writer(database: Database) -> Writer:
    await register(database, GCP)
    return Writer(database)


def amounts(answer: CostAnswer) -> dict[str | None, Decimal]:
    return {next(iter(line.group.values())): line.amount for line in answer.lines}


async def test_rollups_and_facts_answer_the_same(
    database: Database, writer: Writer, clock: FakeClock, redis_url: str
) -> None:
    cache = RedisCache(redis_url)
    costs = CostService(database, cache, clock)
    for rows, total in ((FIRST, "6.75"), (LATE, "10.875")):
        await writer.write("a", rows)
        for by in (PROJECT, SERVICE, SKU):
            query = CostQuery(AUTUMN.period, group_by=(by,), measure=Measure.NET)
            answer = await costs.answer(query, OPERATOR)
            assert [t.amount for t in answer.totals] == [Decimal(total)]
            assert sum(line.amount for line in answer.lines) == Decimal(total)
    await cache.close()


async def test_linking_an_account_re_attributes_its_past_at_once(
    database: Database, writer: Writer, clock: FakeClock
) -> None:
    await writer.write("a", FIRST)
    cache = Cache()
    costs, projects = CostService(database, cache, clock), ProjectService(database, clock)
    by_project = CostQuery(AUTUMN.period, group_by=(PROJECT,), measure=Measure.NET)
    assert amounts(await costs.answer(by_project, OPERATOR)) == {
        "shop": Decimal("4.25"),
        "blog": Decimal("2.5"),
    }
    await projects.merge("blog", "shop", by=OPERATOR)
    assert amounts(await costs.answer(by_project, OPERATOR)) == {"shop": Decimal("6.75")}
    former = CostQuery(AUTUMN.period, where=(Filter(PROJECT, ("blog",)),), measure=Measure.NET)
    assert (await costs.answer(former, OPERATOR)).query.projects == ("shop",)
    await projects.unlink("shop", "gcp", "blog", by=OPERATOR)
    assert amounts(await costs.answer(by_project, OPERATOR)) == {
        "shop": Decimal("4.25"),
        None: Decimal("2.5"),
    }
    await projects.archive("shop", by=OPERATOR)
    assert amounts(await costs.answer(by_project, OPERATOR))["shop"] == Decimal("4.25")


async def test_restatements_are_listed_newest_first_to_who_may_see_them(
    database: Database, writer: Writer, clock: FakeClock
) -> None:
    await writer.write("a", FIRST)
    async with database.begin() as tx:
        await tx.execute(
            text("UPDATE sources SET held_since = '2026-09-01', complete_until = '2026-11-10'")
        )
    late = charge("2026-10-15", "1", account_id="blog", account_name="Blog")
    await writer.write("b", [charge("2026-11-03", "0.5", service="Cloud SQL"), late])
    costs = CostService(database, Cache(), clock)
    newest, oldest = await costs.restatements(OPERATOR)
    assert newest.id > oldest.id
    told = {(r.day, r.project, r.account, r.service, r.before, r.after) for r in (newest, oldest)}
    assert told == {
        (date(2026, 11, 3), "shop", "shop", "Cloud SQL", Decimal(4), Decimal("4.5")),
        (date(2026, 10, 15), "blog", "blog", "Compute Engine", Decimal("2.5"), Decimal("3.5")),
    }
    assert await costs.restatements(OPERATOR, before=newest.id) == (oldest,)
    assert await costs.restatements(OPERATOR, limit=1) == (newest,)
    october = Period(date(2026, 10, 1), date(2026, 11, 1))
    (blog,) = await costs.restatements(OPERATOR, period=october)
    assert blog.project == "blog"
    shop = Viewer("U1", Role.VIEWER, frozenset({"shop"}))
    assert [r.project for r in await costs.restatements(shop)] == ["shop"]
