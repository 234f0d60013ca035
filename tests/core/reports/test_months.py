"""A company's month on both bases, its year, and what is still to come of it."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import text, update

from core import data_version
from core.access.model import OPERATOR, Role, Viewer
from core.budgets.model import Terms
from core.budgets.service import BudgetService
from core.budgets.status import State
from core.cache import Cache
from core.costs.model import PROJECT, Basis, CostQuery, Filter, label
from core.costs.reading.late import LateUnknownError
from core.costs.service import CostService
from core.costs.tables import retention
from core.database import Database
from core.forecasts.model import Band
from core.period import Period, add_months
from core.projects.service import ProjectService
from core.reports.model import Reason, Report, ReportKind, ReportStatus, Section
from tests.support.clock import FakeClock
from tests.support.facts import Charge, store
from tests.support.reporting import (
    ANY,
    MONDAY,
    company,
    daily,
    figures,
    month,
    only,
    reports,
    restate,
    seen,
)


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


def reasons(report: Report, section: Section) -> list[str]:
    return [each.reason for each in report.untold if each.section is section]


async def test_why_a_label_has_no_accrual_is_said(
    fresh_database: Database, clock: FakeClock
) -> None:
    await store(fresh_database, company())
    report = await month(fresh_database, clock, Filter(label("env"), (None,)))
    assert only(report).accrual is None
    (said,) = reasons(report, Section.ACCRUAL)
    assert "by label:env" in said


async def test_since_when_there_are_months_is_said(
    fresh_database: Database, clock: FakeClock
) -> None:
    """The first charge is of 1 October 2025: whether there were more before isn't known."""
    await store(fresh_database, company())
    report = await month(fresh_database, clock)
    assert reasons(report, Section.HISTORY) == ["Whole months are known from November 2025 on."]


async def test_budgets_of_a_month_that_is_not_kept_are_not_on_plan(
    fresh_database: Database, clock: FakeClock
) -> None:
    """Nothing is known of what was spent then, which isn't nothing."""
    await store(fresh_database, company())
    async with fresh_database.begin() as tx:
        await tx.execute(update(retention).values(facts_from=date(2025, 10, 1)))
        await data_version.bump(tx)
    costs = CostService(fresh_database, Cache(), clock.at(MONDAY))
    budgets = BudgetService(fresh_database, costs, ProjectService(fresh_database, clock), clock)
    await budgets.add(Terms("all", "USD", amount=Decimal(100)), by=OPERATOR)
    made = reports(fresh_database, costs, clock)

    async def told(first: date) -> Report:
        days = Period(first, add_months(first, 1))
        return await made.report(ReportKind.MONTHLY, CostQuery(ANY), OPERATOR, period=days)

    old, kept = await told(date(2019, 1, 1)), await told(date(2025, 10, 1))
    assert old.budgets == ()
    assert reasons(old, Section.BUDGETS) == ["What was spent in those days is not kept."]
    assert [each.state for each in kept.budgets] == [State.OVER]


async def test_that_nothing_is_planned_is_said(fresh_database: Database, clock: FakeClock) -> None:
    await store(fresh_database, company())
    report = await month(fresh_database, clock)
    assert reasons(report, Section.BUDGETS) == ["No budget is set for what this report is of."]


async def test_what_is_no_longer_kept_is_left_out(
    fresh_database: Database, clock: FakeClock
) -> None:
    """Labels are told from single charges; those before 10 September have gone."""
    prod = Filter(label("env"), ("prod",))
    labelled = [
        replace(each, labels=(("env", "prod"),))
        for each in daily("7", "2026-06-01", "2026-11-22", account="s")
    ]
    await store(fresh_database, company(*labelled))
    first = date(2026, 9, 10)
    async with fresh_database.begin() as tx:
        kept = {"facts_from": first, "dropped_until": first, "days_from": first}
        await tx.execute(update(retention).values(kept))
        await data_version.bump(tx)
    report = await month(fresh_database, clock, prod)
    sheet = only(report)
    assert sheet.total == 31 * 7
    assert figures(sheet.history, "month", "amount") == [(date(2026, 10, 1), 31 * 7)]
    assert [day.amount for day in sheet.days_before] == [None] * 9 + [7] * 21
    assert sheet.previous.amount is None
    assert sheet.invoice is None
    assert "Whole months are known from October 2026 on." in reasons(report, Section.HISTORY)
