"""A company's week and month, as finance reads them: against sums made by hand."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import text

from core.access.model import OPERATOR, Role, Viewer
from core.anomalies.model import Verdict
from core.anomalies.service import AnomalyService
from core.budgets.model import Terms
from core.budgets.service import BudgetService
from core.budgets.status import State
from core.cache import Cache
from core.costs.drivers.service import DriverService
from core.costs.model import (
    PROJECT,
    SERVICE,
    TEAM,
    Basis,
    Comparable,
    CostAnswer,
    CostQuery,
    Filter,
    label,
)
from core.costs.reading.late import LateUnknownError
from core.costs.service import CostService
from core.database import Database
from core.forecasts.model import Band
from core.forecasts.tables import forecasts
from core.outbox.tables import outbox
from core.period import Period
from core.projects.model import UnknownProjectError
from core.projects.service import ProjectService
from core.reports.model import Reason, Report, ReportKind, ReportStatus, Section, Sheet
from core.reports.reading import DataMovingError
from tests.support.clock import FakeClock
from tests.support.facts import Charge, World, clear, store
from tests.support.reporting import fresh_reports, reports

ANY = Period(date(2026, 11, 1), date(2026, 11, 2))
MONDAY = "2026-11-23T17:00"
"""When the week from the 16th to the 22nd is over."""
EVERYTHING = frozenset({"shop", "blog", "lab"})


def daily(amount: str, first: str, last: str, **of: str) -> list[Charge]:
    start, end = date.fromisoformat(first), date.fromisoformat(last)
    days = (end - start).days + 1
    return [Charge(start + timedelta(n), Decimal(amount), **of) for n in range(days)]  # type: ignore[arg-type]  # by name


def company(*more: Charge, complete: str = "2026-11-23", final: Iterable[str] = ()) -> World:
    """Some months of a small company.

    Shop costs 10 a day, from 18 November SQL at 20 besides; blog 5 until the 12th; support, which
    is of no project, 1.
    """
    return World(
        charges=(
            *daily("10", "2025-10-01", "2026-11-22", account="s"),
            *daily("20", "2026-11-18", "2026-11-22", account="s", service="Cloud SQL"),
            *daily("5", "2026-09-01", "2026-11-12", account="b", service="Storage"),
            *daily("1", "2026-09-01", "2026-11-22", account="x", service="Support"),
            *more,
        ),
        projects={"shop": "retail", "blog": "media", "lab": None},
        accounts={("gcp", "s"): "shop", ("gcp", "b"): "blog", ("gcp", "l"): "lab"},
        complete_until={"gcp": date.fromisoformat(complete)},
        final=frozenset(date.fromisoformat(month) for month in final),
    )


async def week(
    database: Database, clock: FakeClock, *where: Filter, viewer: Viewer = OPERATOR
) -> Report:
    made = fresh_reports(database, clock.at(MONDAY))
    return await made.report(ReportKind.WEEKLY, CostQuery(ANY, where), viewer)


async def month(database: Database, clock: FakeClock, *where: Filter, at: str = MONDAY) -> Report:
    made = fresh_reports(database, clock.at(at))
    return await made.report(ReportKind.MONTHLY, CostQuery(ANY, where), OPERATOR)


def only(report: Report) -> Sheet:
    (sheet,) = report.sheets
    return sheet


def seen(*values: object) -> tuple[object, ...]:
    return values


def figures(rows: Iterable[object], *names: str) -> list[tuple[object, ...]]:
    return [tuple(getattr(row, name) for name in names) for row in rows]


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


async def test_budgets_of_the_scope_the_worst_first(
    fresh_database: Database, clock: FakeClock
) -> None:
    await store(fresh_database, company())
    clock.at(MONDAY)
    costs = CostService(fresh_database, Cache(), clock)
    made = reports(fresh_database, costs, clock)
    budgets = BudgetService(fresh_database, costs, ProjectService(fresh_database, clock), clock)
    for subject, amount in (("all", 5000), ("shop", 100), ("team=media", 500)):
        await budgets.add(Terms(subject, "USD", amount=Decimal(amount)), by=OPERATOR)

    async def told(*where: Filter) -> list[tuple[str, State]]:
        report = await made.report(ReportKind.WEEKLY, CostQuery(ANY, where), OPERATOR)
        return [(each.subject, each.state) for each in report.budgets]

    every = await told()
    assert every[0] == ("shop", State.OVER)
    assert {subject for subject, _ in every} == {"all", "shop", "all team=media"}
    assert await told(Filter(PROJECT, ("shop",))) == [("shop", State.OVER)]
    assert await told(Filter(TEAM, ("retail",))) == [("shop", State.OVER)]
    assert await told(Filter(TEAM, ("media",))) == [("all team=media", State.ON_PLAN)]
    assert await told(Filter(SERVICE, ("Cloud SQL",))) == []


async def test_anomalies_of_the_days_and_the_scope(
    fresh_database: Database, clock: FakeClock
) -> None:
    await store(fresh_database, company(*daily("900", "2026-11-19", "2026-11-20", account="b")))
    clock.at(MONDAY)
    costs = CostService(fresh_database, Cache(), clock)
    made = reports(fresh_database, costs, clock)
    projects, drivers = ProjectService(fresh_database, clock), DriverService(fresh_database, costs)
    anomalies = AnomalyService(fresh_database, costs, drivers, projects, clock)
    await anomalies.screen()

    async def told(*where: Filter) -> list[str | None]:
        report = await made.report(ReportKind.WEEKLY, CostQuery(ANY, where), OPERATOR)
        for each in report.anomalies:
            assert each.actual - each.expected == each.impact
        return [each.project for each in report.anomalies]

    assert await told() == ["blog", "shop"]
    assert await told(Filter(PROJECT, ("blog",))) == ["blog"]
    assert await told(Filter(TEAM, ("media",))) == ["blog"]
    assert await told(Filter(PROJECT, ("shop",))) == ["shop"]
    assert await told(Filter(SERVICE, ("Cloud SQL",))) == ["shop"]
    assert await told(Filter(SERVICE, ("Support",))) == []
    by_label = await made.report(
        ReportKind.WEEKLY, CostQuery(ANY, (Filter(label("env"), ("prod",)),)), OPERATOR
    )
    assert by_label.anomalies == ()
    assert Section.ANOMALIES in {each.section for each in by_label.untold}
    (found,) = [each for each in await anomalies.list(OPERATOR) if each.incident.impact > 1000]
    await anomalies.judge(found.id, Verdict.NOT_USEFUL, by=OPERATOR)
    assert await told() == ["shop"]


async def test_somebody_of_some_projects_is_told_of_those(
    fresh_database: Database, clock: FakeClock
) -> None:
    await store(fresh_database, company())
    ada = Viewer("ada", Role.VIEWER, frozenset({"shop"}))
    report = await week(fresh_database, clock, viewer=ada)
    assert report.partial
    assert only(report).total == 170
    assert [row.value for row in only(report).projects] == ["shop"]
    with pytest.raises(UnknownProjectError):
        await week(fresh_database, clock, Filter(PROJECT, ("blog",)), viewer=ada)


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


async def test_a_month_by_use_and_by_invoice(fresh_database: Database, clock: FakeClock) -> None:
    """Of October's 496, 40 were invoiced in November; 7 of September's in October."""
    october, november = date(2026, 10, 1), date(2026, 11, 1)
    late = Charge(date(2026, 10, 31), Decimal(40), "s", billing_period=november)
    early = Charge(date(2026, 9, 30), Decimal(7), "s", billing_period=october)
    await store(fresh_database, company(late, early))
    report = await month(fresh_database, clock)
    sheet = only(report)
    used = 31 * 16 + 40
    assert seen(report.text, sheet.total) == ("report monthly all 2026-10", used)
    both = sheet.invoice
    assert both is not None
    assert seen(both.invoiced, both.used, both.difference) == (31 * 16 + 7, used, 7 - 40)
    assert both.previous == 30 * 16
    assert both.agrees is None
    summary = await CostService(fresh_database, Cache(), clock).answer(
        replace(CostQuery(report.period, ()), basis=Basis.INVOICE), OPERATOR
    )
    assert summary.freshness.final is False
    assert figures(sheet.history[-3:], "month", "amount") == [
        (date(2026, 8, 1), 310),
        (date(2026, 9, 1), 30 * 16 + 7),
        (date(2026, 10, 1), used),
    ]
    assert sheet.history[-1].year_before is None
    assert sheet.history[0].month == date(2025, 11, 1)


async def test_it_is_final_when_its_invoice_is(fresh_database: Database, clock: FakeClock) -> None:
    await store(fresh_database, company(final=["2026-10-01"]))
    report = await month(fresh_database, clock)
    assert (report.status, report.reason) == (ReportStatus.FINAL, Reason.SETTLED)
    assert only(report).accrual is None
    assert Section.ACCRUAL not in {each.section for each in report.untold}


async def test_what_is_still_to_come_of_a_month_that_is_over(
    fresh_database: Database, clock: FakeClock
) -> None:
    """Of July 10 of 310 came later than three days after its end, of September 80 of 480."""
    past = ["2026-07-01", "2026-08-01", "2026-09-01"]
    await store(fresh_database, company(final=past))
    before = await month(fresh_database, clock, at="2026-11-04T12:00")
    assert only(before).accrual is None
    assert Section.ACCRUAL in {each.section for each in before.untold}
    await restate(fresh_database, "2026-09-12", "80", "2026-10-20")
    await restate(fresh_database, "2026-07-12", "10", "2026-08-20")
    await restate(fresh_database, "2026-07-13", "99", "2026-08-02")  # before that age
    async with fresh_database.begin() as tx:
        await tx.execute(text("UPDATE slices SET stored_at = '2026-01-01'"))
    report = await month(fresh_database, clock, at="2026-11-04T12:00")
    found = only(report).accrual
    assert found is not None
    assert seen(found.known, found.months, found.age) == (496, 3, 3)
    assert found.expected == Decimal("512.53")
    assert found.at == Band(Decimal("496.00"), Decimal("595.20"))


async def restate(database: Database, day: str, amount: str, recorded: str) -> None:
    """A day that has more since."""
    statement = text(
        "INSERT INTO restatements (source_id, day, scope_id, service_id, currency, before, after,"
        " recorded_at) SELECT (SELECT min(id) FROM sources), CAST(:day AS date),"
        " (SELECT min(id) FROM scopes), (SELECT min(id) FROM services WHERE id > 0), 'USD', 0,"
        " CAST(:amount AS numeric), CAST(:at AS timestamptz)"
    )
    async with database.begin() as tx:
        await tx.execute(
            statement,
            {
                "day": date.fromisoformat(day),
                "amount": Decimal(amount),
                "at": datetime.fromisoformat(f"{recorded}T12:00+00:00"),
            },
        )


async def test_a_project_of_nothing_matches_all_the_same(
    fresh_database: Database, clock: FakeClock
) -> None:
    await store(fresh_database, company())
    report = await week(fresh_database, clock, Filter(PROJECT, ("lab",)))
    assert report.sheets == ()
    assert (report.status, report.reason) == (ReportStatus.PROVISIONAL, Reason.OPEN)


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


async def test_what_came_late_is_of_the_scope(fresh_database: Database, clock: FakeClock) -> None:
    await store(fresh_database, company())
    await restate(fresh_database, "2026-09-12", "80", "2026-10-20")
    costs = CostService(fresh_database, Cache(), clock)
    year = Period(date(2026, 1, 1), date(2026, 11, 1))
    september = (date(2026, 9, 1), "USD")

    async def late(*where: Filter, days: int = 3, viewer: Viewer = OPERATOR) -> Decimal | None:
        asked = CostQuery(year, where)
        found = await costs.late(asked, viewer, age=timedelta(days))
        return found.amounts.get(september)

    async with fresh_database.read() as connection:
        where = "SELECT p.slug FROM scopes s LEFT JOIN projects p ON p.id = s.project_id"
        slug = (await connection.execute(text(f"{where} ORDER BY s.id"))).scalars().first()
    assert await late() == 80
    assert await late(days=25) is None
    mine = Filter(PROJECT, (slug,))
    assert await late(mine) == 80
    assert await late(replace(mine, negated=True)) is None
    assert await late(viewer=Viewer("ada", Role.VIEWER, frozenset({"lab"}))) is None
    with pytest.raises(LateUnknownError, match="by label:env"):
        await late(Filter(label("env"), ("prod",)))
