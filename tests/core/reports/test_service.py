"""A company's week, as finance reads it: against sums made by hand."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from core.access.model import OPERATOR, Viewer
from core.cache import Cache
from core.costs.model import PROJECT, SERVICE, Comparable, CostAnswer, CostQuery, Filter
from core.costs.service import CostService
from core.database import Database
from core.forecasts.tables import forecasts
from core.outbox.tables import outbox
from core.period import Period
from core.reports.model import Reason, ReportKind, ReportStatus, Section
from core.reports.reading import DataMovingError
from tests.support.clock import FakeClock
from tests.support.facts import Charge, World, clear, store
from tests.support.reporting import (
    ANY,
    MONDAY,
    company,
    daily,
    figures,
    fresh_reports,
    only,
    reports,
    seen,
    week,
)


async def test_a_week_beside_the_week_before_and_a_year_ago(
    fresh_database: Database, clock: FakeClock
) -> None:
    await store(fresh_database, company())
    report = await week(fresh_database, clock)
    sheet = only(report)
    assert report.text == "report weekly all 2026-11-16..2026-11-22"
    assert sheet.total == 70 + 100 + 7
    assert sheet.previous.amount == 70 + 20 + 7
    assert seen(sheet.previous.change, sheet.previous.cut) == (80, False)
    assert sheet.last_year.period == Period(date(2025, 11, 17), date(2025, 11, 24))
    assert sheet.last_year.amount == 70
    assert sheet.last_year.share == (Decimal(177) - 70) / 70
    assert figures(sheet.projects, "value", "name", "amount", "before") == [
        ("shop", "Shop", 170, 70),
        (None, "unassigned", 7, 7),
        (None, "others", 0, 20),
    ]
    assert [row.of for row in sheet.projects] == [0, 0, 1]
    assert figures(sheet.services, "name", "amount", "before") == [
        ("Cloud SQL", 100, 0),
        ("Compute Engine", 70, 70),
        ("Support", 7, 7),
        ("others", 0, 20),
    ]
    assert sheet.unassigned is not None
    assert sheet.unassigned.amount == 7
    assert [day.amount for day in sheet.days] == [11, 11, 31, 31, 31, 31, 31]
    assert [day.amount for day in sheet.days_before] == [16, 16, 16, 16, 11, 11, 11]


async def test_what_moved_and_why(fresh_database: Database, clock: FakeClock) -> None:
    await store(fresh_database, company())
    sheet = only(await week(fresh_database, clock))
    assert figures(sheet.movers, "value", "then", "now", "why") == [
        ("shop", 70, 170, "Cloud SQL +$100.00, new"),
        ("blog", 20, 0, ""),
    ]
    assert sheet.movers[0].text == "why shop 2026-11-16..2026-11-22 vs previous"
    assert figures(sheet.new, "dimension", "name", "now") == [(SERVICE, "Cloud SQL", 100)]
    assert figures(sheet.stopped, "dimension", "name", "then") == [
        (PROJECT, "Blog", 20),
        (SERVICE, "Storage", 20),
    ]
    explained = sheet.explained
    assert explained is not None
    assert explained.sentence.startswith("Up $80.00 (82%) to $177.00")
    assert explained.change == 80


async def test_of_one_project_services_move(fresh_database: Database, clock: FakeClock) -> None:
    await store(fresh_database, company())
    report = await week(fresh_database, clock, Filter(PROJECT, ("shop",)))
    sheet = only(report)
    assert report.subject == "shop"
    assert seen(sheet.projects, sheet.total) == ((), 170)
    assert figures(sheet.movers, "dimension", "value") == [(SERVICE, "Cloud SQL")]
    assert sheet.unassigned is None


async def test_days_that_are_not_complete_are_not_compared(
    fresh_database: Database, clock: FakeClock
) -> None:
    """Five days are: 10 and 1 a day, and SQL on three of them, beside the first five before."""
    await store(fresh_database, company(complete="2026-11-21"))
    report = await week(fresh_database, clock)
    sheet = only(report)
    assert (report.status, report.reason) == (ReportStatus.PROVISIONAL, Reason.INCOMPLETE)
    assert not report.complete
    assert sheet.previous.comparable == Comparable(Decimal(115), Decimal(75))
    assert sheet.previous.cut
    assert sheet.previous.days is not None
    assert sheet.previous.days[1] == Period(date(2026, 11, 9), date(2026, 11, 14))
    assert [day.complete for day in sheet.days] == [True] * 5 + [False] * 2


async def test_a_day_that_is_not_in_yet_is_not_zero(
    fresh_database: Database, clock: FakeClock
) -> None:
    early = company(complete="2026-11-21")
    charges = tuple(c for c in early.charges if c.day < date(2026, 11, 22))
    await store(fresh_database, replace(early, charges=charges))
    sheet = only(await week(fresh_database, clock))
    assert [day.amount for day in sheet.days][-2:] == [31, None]


async def test_what_is_older_than_what_is_held_is_not_zero_either(
    fresh_database: Database, clock: FakeClock
) -> None:
    await store(
        fresh_database,
        World(
            charges=tuple(daily("3", "2026-11-12", "2026-11-22", account="s")),
            complete_until={"gcp": date(2026, 11, 23)},
        ),
    )
    report = await week(fresh_database, clock)
    sheet = only(report)
    assert sheet.previous.amount is None
    assert [day.amount for day in sheet.days_before] == [None, None, None, 3, 3, 3, 3]
    assert (sheet.movers, sheet.explained) == ((), None)
    (reason,) = (each.reason for each in report.untold if each.section is Section.DRIVERS)
    assert reason == "Not enough of the period before (2026-11-09..2026-11-15) is known to say why."


async def test_credits_promotions_and_taxes(fresh_database: Database, clock: FakeClock) -> None:
    """Of 177: 30 off in discounts; 50 of promotions and 9 of tax aren't cost; 12 are prepaid."""
    day = date(2026, 11, 17)
    kinds = (("-30", "Credit", "DISCOUNT"), ("-50", "Credit", "PROMOTION"), ("9", "Tax", "tax"))
    more = [
        Charge(day, Decimal(amount), "s", category=category, source_type=source)
        for amount, category, source in kinds
    ]
    prepaid = Charge(day, Decimal(0), "s", effective=Decimal(12))
    await store(fresh_database, company(*more, prepaid))
    sheet = only(await week(fresh_database, clock))
    bridge = sheet.bridge
    assert seen(bridge.cost, sheet.total) == (177 - 30 + 12, 159)
    assert seen(bridge.promotions, bridge.tax, bridge.timing) == (-50, 9, -12)
    assert seen(bridge.gross, bridge.credits, bridge.net) == (186, -30, 106)


async def test_the_months_end_and_next_week_are_expected(
    fresh_database: Database, clock: FakeClock
) -> None:
    await store(fresh_database, company())
    month_end, next_week = only(await week(fresh_database, clock)).forecasts
    assert str(month_end.period) == "2026-11"
    assert month_end.spent == 22 * 11 + 12 * 5 + 100
    assert month_end.total is not None
    assert month_end.total > month_end.spent
    assert next_week.period == Period(date(2026, 11, 23), date(2026, 11, 30))
    assert next_week.before == 177


async def test_currencies_stay_apart_the_heaviest_first(
    fresh_database: Database, clock: FakeClock
) -> None:
    euros = [replace(c, currency="EUR") for c in daily("100", "2026-11-01", "2026-11-22")]
    await store(fresh_database, company(*euros))
    report = await week(fresh_database, clock)
    assert figures(report.sheets, "currency", "total") == [
        ("EUR", 700),
        ("USD", 177),
    ]


async def test_a_past_week_is_told_later_as_it_was(
    fresh_database: Database, clock: FakeClock
) -> None:
    """What came after it changes nothing, and what is no longer to come isn't forecast."""
    await store(fresh_database, company())
    then = await week(fresh_database, clock)
    later = Period(date(2026, 11, 16), date(2026, 11, 23))
    await add(fresh_database, company(*daily("99", "2026-11-23", "2026-12-20", account="s")))
    made = fresh_reports(fresh_database, clock.at("2026-12-21T17:00"))
    now = await made.report(ReportKind.WEEKLY, CostQuery(ANY), OPERATOR, period=later)
    assert only(now).forecasts == ()
    same = replace(only(then), forecasts=())
    assert only(now) == same
    assert (now.text, now.notes) == (then.text, then.notes)


async def add(database: Database, world: World) -> None:
    """The same company, some weeks on."""
    async with database.begin() as tx:
        await tx.execute(forecasts.delete())
        await tx.execute(outbox.delete())
    await clear(database)
    await store(database, replace(world, complete_until={"gcp": date(2026, 12, 21)}))


async def test_what_does_not_match_is_provisional(
    fresh_database: Database, clock: FakeClock
) -> None:
    wrong = frozenset({("gcp", date(2026, 11, 1))})
    await store(fresh_database, replace(company(final=["2026-11-01"]), mismatches=wrong))
    report = await week(fresh_database, clock)
    assert (report.status, report.reason) == (ReportStatus.PROVISIONAL, Reason.MISMATCH)


class Moving(CostService):
    """Each answer is of another version of the data, for so many answers."""

    moving = 0

    async def answer(self, query: CostQuery, viewer: Viewer) -> CostAnswer:
        found = await super().answer(query, viewer)
        if self.moving:
            self.moving -= 1
            return replace(found, data_version=found.data_version + self.moving)
        return found


async def test_its_figures_are_of_one_version_of_the_data(
    fresh_database: Database, clock: FakeClock
) -> None:
    await store(fresh_database, company())
    costs = Moving(fresh_database, Cache(), clock.at(MONDAY))
    made = reports(fresh_database, costs, clock)
    costs.moving = 3
    report = await made.report(ReportKind.WEEKLY, CostQuery(ANY), OPERATOR)
    assert report.data_version == await costs.data_version()
    costs.moving = 1000
    with pytest.raises(DataMovingError, match="Ask again"):
        await made.report(ReportKind.WEEKLY, CostQuery(ANY), OPERATOR)


async def test_in_another_currency_all_of_it_is_one(
    fresh_database: Database, clock: FakeClock
) -> None:
    """At two dollars for one euro; why is told in the currencies charged."""
    euros = [replace(c, currency="EUR") for c in daily("100", "2026-11-01", "2026-11-22")]
    rates = {(date(2026, m, 1), "EUR"): Decimal("0.5") for m in (9, 10, 11)}
    rates |= {(month, "USD"): Decimal(1) for month, _ in rates}
    await store(fresh_database, replace(company(*euros), rates=rates))
    made = fresh_reports(fresh_database, clock.at(MONDAY))
    report = await made.report(ReportKind.WEEKLY, CostQuery(ANY, currency="USD"), OPERATOR)
    assert figures(report.sheets, "currency", "total") == [("USD", 177 + 1400)]
    assert Section.DRIVERS in {each.section for each in report.untold}
    assert report.text.endswith("in USD")
