"""Forecasts of questions: from complete days only, stored, and judged when the days are in."""

from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import delete, select, update

from core import data_version
from core.access.model import OPERATOR, Role, Viewer
from core.cache import Cache
from core.costs.model import PROJECT, REGION, SERVICE, Basis, CostQuery, Filter, Measure, NoteKind
from core.costs.service import CostService
from core.costs.tables import retention
from core.database import Database
from core.forecasts.model import Method, NotEnoughHistoryError, NothingAheadError
from core.forecasts.model import NoteKind as ForecastNoteKind
from core.forecasts.service import KEPT, ForecastAnswer, ForecastService, OnlyCostError
from core.forecasts.tables import forecasts
from core.named_period import parse_period
from core.period import Period
from tests.support.clock import FakeClock
from tests.support.facts import Charge, World, clear, read_of_late, store

TODAY = date(2026, 11, 22)
NOVEMBER = Period(date(2026, 11, 1), date(2026, 12, 1), "2026-11")
SHOP = (Filter(PROJECT, ("shop",)),)
ACCOUNTS = {("gcp", "acc-1"): "shop", ("gcp", "acc-2"): "blog"}


def daily(amount: str, first: date, last: date, account: str = "acc-1") -> list[Charge]:
    days = (last - first).days + 1
    return [Charge(first + timedelta(n), Decimal(amount), account) for n in range(days)]


def world(*charges: Charge, complete: date = date(2026, 11, 20)) -> World:
    return World(
        charges=charges,
        projects={"shop": "retail", "blog": None},
        accounts=ACCOUNTS,
        complete_until={"gcp": complete},
    )


STEADY = world(
    *daily("10", date(2026, 8, 1), date(2026, 11, 19)),
    Charge(date(2026, 11, 20), Decimal(4)),
    *daily("3", date(2026, 11, 10), date(2026, 11, 19), "acc-2"),
)


@pytest.fixture
async def service(database: Database, clock: FakeClock) -> ForecastService:
    clock.now = datetime(2026, 11, 22, 12, tzinfo=UTC)
    async with database.begin() as tx:
        await tx.execute(delete(forecasts))
    return ForecastService(database, CostService(database, Cache(), clock), clock)


async def ask(
    service: ForecastService,
    period: str = "mtd",
    *,
    viewer: Viewer = OPERATOR,
    **query: object,
) -> ForecastAnswer:
    days = parse_period(period, TODAY, ahead=True)
    return await service.forecast(CostQuery(days, **{"where": SHOP, **query}), viewer)  # type: ignore[arg-type]  # by name


async def test_month_to_date_asks_for_the_months_end(
    database: Database, service: ForecastService
) -> None:
    await store(database, STEADY)
    answer = await ask(service)
    (outlook,) = answer.outlooks
    made = outlook.forecast
    assert made is not None
    assert answer.query.period == NOVEMBER
    assert answer.text == "forecast shop mtd"
    assert made.spent == 190
    assert made.total == 300
    assert made.days[0].date == date(2026, 11, 20)
    assert outlook.so_far == {date(2026, 11, 20): Decimal(4)}
    assert outlook.before == 310
    assert made.method is Method.BLEND


async def test_every_service_is_in_it(database: Database, service: ForecastService) -> None:
    """Whatever the question is grouped by: a forecast is of the sum."""
    storage = [
        replace(each, service="Cloud Storage")
        for each in daily("5", date(2026, 8, 1), date(2026, 11, 19))
    ]
    await store(database, world(*STEADY.charges, *storage))
    (outlook,) = (await ask(service)).outlooks
    assert outlook.forecast is not None
    assert outlook.forecast.spent == 19 * (10 + 5)


@pytest.mark.parametrize(
    ("period", "total", "days"),
    [
        ("next-30d", 300, Period(date(2026, 11, 22), date(2026, 12, 22), "next-30d")),
        ("next-month", 310, Period(date(2026, 12, 1), date(2027, 1, 1), "next-month")),
        ("qtd", 920, Period(date(2026, 10, 1), date(2027, 1, 1), "2026-Q4")),
        ("wtd", 70, Period(date(2026, 11, 16), date(2026, 11, 23))),
        ("2026-11", 300, NOVEMBER),
    ],
)
async def test_any_days_ahead(
    database: Database, service: ForecastService, period: str, total: int, days: Period
) -> None:
    await store(database, STEADY)
    answer = await ask(service, period)
    assert answer.query.period == days
    assert [o.forecast.total for o in answer.outlooks if o.forecast] == [total]


async def test_a_period_that_is_over_is_refused_with_the_first_day_that_is_not(
    database: Database, service: ForecastService
) -> None:
    await store(database, STEADY)
    with pytest.raises(NothingAheadError, match=r"Ask for days from 2026-11-20 on"):
        await ask(service, "last-month")


async def test_only_the_measure_cost_is_forecast(
    database: Database, service: ForecastService
) -> None:
    await store(database, STEADY)
    with pytest.raises(OnlyCostError, match="'net' is another measure"):
        await ask(service, measure=Measure.NET)
    with pytest.raises(OnlyCostError, match="'invoice'"):
        await ask(service, measure=Measure.NET, basis=Basis.INVOICE)


@pytest.fixture
async def kept_since(database: Database) -> AsyncGenerator[None]:
    """Charges and sums by day are kept from September on."""
    first = date(2026, 9, 1)
    async with database.begin() as tx:
        kept = {"facts_from": first, "dropped_until": first, "days_from": first}
        await tx.execute(update(retention).values(kept))
        await data_version.bump(tx)
    yield
    async with database.begin() as tx:
        await tx.execute(update(retention).values(dict.fromkeys(kept)))
        await data_version.bump(tx)


@pytest.mark.usefixtures("kept_since")
@pytest.mark.parametrize("where", [SHOP, (*SHOP, Filter(REGION, ("us-east1",), negated=True))])
async def test_history_that_is_no_longer_kept_is_done_without(
    database: Database, service: ForecastService, where: tuple[Filter, ...]
) -> None:
    await store(database, STEADY)
    (outlook,) = (await ask(service, where=where)).outlooks
    assert outlook.history.start == date(2026, 9, 1)
    assert outlook.forecast is not None
    assert outlook.forecast.total == 300


async def test_a_day_that_the_source_lost_is_not_taken_for_one_without_spend(
    database: Database, service: ForecastService
) -> None:
    lost = {date(2026, 10, 20), date(2026, 11, 10)}
    await store(database, world(*(c for c in STEADY.charges if c.day not in lost)))
    await read_of_late(database, date(2026, 9, 1), date(2026, 11, 19))
    (outlook,) = (await ask(service)).outlooks
    made = outlook.forecast
    assert made is not None
    assert made.spent == 180
    assert made.total == 300
    assert [note.kind for note in made.notes] == [ForecastNoteKind.MISSING_DAYS]
    assert outlook.before is None


async def test_a_source_that_does_not_charge_every_day_has_lost_none(
    database: Database, service: ForecastService
) -> None:
    workdays = [c for c in STEADY.charges if c.day.isoweekday() < 6]
    await store(database, world(*workdays))
    await read_of_late(database, date(2026, 9, 1), date(2026, 11, 19))
    (outlook,) = (await ask(service)).outlooks
    assert outlook.forecast is not None
    # The 20th and six workdays; nothing at weekends.
    assert outlook.forecast.total - outlook.forecast.spent == 70


async def test_too_little_history_is_said_and_by_currency(
    database: Database, service: ForecastService
) -> None:
    young = replace(daily("5", date(2026, 11, 18), date(2026, 11, 19))[0], currency="EUR")
    await store(database, world(*STEADY.charges, young))
    dollars, euros = (await ask(service)).outlooks
    assert dollars.forecast is not None
    assert (euros.currency, euros.forecast) == ("EUR", None)
    assert isinstance(euros.refused, NotEnoughHistoryError)


async def test_any_filter_and_only_what_the_viewer_may_see(
    database: Database, service: ForecastService
) -> None:
    await store(database, STEADY)
    everything = await ask(service, where=())
    compute = await ask(service, where=(Filter(SERVICE, ("Compute Engine",)),))
    shop_only = await ask(service, where=(), viewer=Viewer("U", Role.VIEWER, frozenset({"shop"})))
    spent = [
        [o.forecast.spent for o in answer.outlooks if o.forecast]
        for answer in (everything, compute, shop_only)
    ]
    assert spent == [[220], [220], [190]]
    assert NoteKind.PARTIAL_ACCESS in {note.kind for note in shop_only.notes}


async def test_forecasts_are_judged_by_the_days_and_the_next_one_tells(
    database: Database, service: ForecastService, clock: FakeClock
) -> None:
    await store(database, STEADY)
    first = await ask(service)
    assert await service.judge_due() == 0
    charges = [c for c in STEADY.charges if c.day < date(2026, 11, 20)]
    later = daily("12", date(2026, 11, 20), date(2026, 12, 5))
    clock.now = datetime(2026, 12, 6, 12, tzinfo=UTC)
    await clear(database)
    await store(database, world(*charges, *later, complete=date(2026, 12, 5)))
    assert first.outlooks[0].forecast is not None
    assert first.outlooks[0].forecast.past is None
    assert await service.judge_due() == 1
    assert await service.judge_due() == 0
    days = parse_period("mtd", date(2026, 12, 6))
    (outlook,) = (await service.forecast(CostQuery(days, SHOP), OPERATOR)).outlooks
    assert outlook.forecast is not None
    past = outlook.forecast.past
    assert past is not None
    # 300 were expected, 190 and eleven days of 12 came.
    assert (past.forecasts, past.error) == (1, Decimal(22) / Decimal(322))


async def test_who_sees_less_is_not_told_of_forecasts_of_more(
    database: Database, service: ForecastService, clock: FakeClock
) -> None:
    await store(database, STEADY)
    await ask(service, where=())
    clock.now = datetime(2026, 12, 6, 12, tzinfo=UTC)
    await clear(database)
    charges = daily("10", date(2026, 8, 1), date(2026, 12, 5))
    await store(database, world(*charges, complete=date(2026, 12, 5)))
    await service.judge_due()
    some = Viewer("U", Role.VIEWER, frozenset({"shop"}))
    days = parse_period("mtd", date(2026, 12, 6))
    told = [
        (await service.forecast(CostQuery(days), viewer)).outlooks[0].forecast
        for viewer in (OPERATOR, some)
    ]
    assert [made is not None and made.past is not None for made in told] == [True, False]


async def test_what_only_some_see_of_everything_judges_nobody_elses_forecast(
    database: Database, service: ForecastService
) -> None:
    await store(database, STEADY)
    await ask(service, where=(), viewer=Viewer("U", Role.VIEWER, frozenset({"shop"})))
    async with database.read() as connection:
        assert (await connection.execute(select(forecasts))).all() == []


async def test_a_night_makes_one_of_the_company_and_of_each_project_once(
    database: Database, service: ForecastService
) -> None:
    await store(database, STEADY)
    assert await service.make_all() == 2
    await service.make_all()
    async with database.read() as connection:
        rows = await connection.execute(
            select(forecasts.c.subject, forecasts.c.spent).order_by(forecasts.c.subject)
        )
    assert [tuple(row) for row in rows] == [
        ("all mtd", 220),
        ("blog mtd", 30),
        ("shop mtd", 190),
    ]


async def test_a_project_that_is_gone_is_not_judged(
    database: Database, service: ForecastService, clock: FakeClock
) -> None:
    await store(database, STEADY)
    await ask(service, where=(Filter(PROJECT, ("blog",)),))
    clock.now = datetime(2026, 12, 6, 12, tzinfo=UTC)
    only_shop = World(
        tuple(daily("10", date(2026, 8, 1), date(2026, 12, 5))),
        {"shop": None},
        {("gcp", "acc-1"): "shop"},
        {"gcp": date(2026, 12, 5)},
    )
    await clear(database)
    await store(database, only_shop)
    assert await service.judge_due() == 0


async def test_they_are_kept_so_long_by_the_clock_that_they_were_made_by(
    database: Database, service: ForecastService, clock: FakeClock
) -> None:
    """Whatever the server's clock says."""
    await store(database, STEADY)
    await ask(service)

    async def kept() -> int:
        await service.judge_due()
        async with database.read() as connection:
            return len((await connection.execute(select(forecasts.c.id))).all())

    clock.now += KEPT
    assert await kept() == 1
    clock.advance(minutes=1)
    assert await kept() == 0
