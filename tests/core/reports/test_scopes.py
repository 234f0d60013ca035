"""What belongs to a scope: budgets, anomalies, and what somebody may see."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from core.access.model import OPERATOR, Role, Viewer
from core.anomalies.found import Anomaly
from core.anomalies.model import Incident, OddDay, Subject, Verdict
from core.anomalies.service import AnomalyService
from core.budgets.model import Terms
from core.budgets.service import BudgetService
from core.budgets.status import State
from core.cache import Cache
from core.costs.drivers.service import DriverService
from core.costs.model import PROJECT, SERVICE, TEAM, CostQuery, Filter, label
from core.costs.service import CostService
from core.database import Database
from core.projects.model import UnknownProjectError
from core.projects.service import ProjectService
from core.reports.model import Reason, ReportKind, ReportStatus, Section
from core.reports.scope import Scope, anomaly_lines
from tests.support.clock import FakeClock
from tests.support.facts import store
from tests.support.reporting import ANY, MONDAY, company, daily, only, reports, week


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


def test_a_service_in_an_anomaly_of_a_project_isnt_explained_by_the_project() -> None:
    day = date(2026, 11, 19)
    part = Incident(
        Subject.of_service("shop", "Cloud SQL"), "USD", (OddDay(day, Decimal(100), Decimal(300)),)
    )
    whole = Incident(
        Subject("shop"), "USD", (OddDay(day, Decimal(200), Decimal(700)),), parts=(part,)
    )
    found = Anomaly(1, whole, datetime(2026, 11, 20, tzinfo=UTC), why="Up $480.00: Support +$300.")

    def why(*where: Filter) -> tuple[str, Decimal]:
        (line,) = anomaly_lines([found], Scope(where, frozenset({"shop"})))
        return line.why, line.impact

    assert why() == ("Up $480.00: Support +$300.", Decimal(500))
    assert why(Filter(SERVICE, ("Cloud SQL",))) == ("", Decimal(200))


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


async def test_a_project_of_nothing_matches_all_the_same(
    fresh_database: Database, clock: FakeClock
) -> None:
    await store(fresh_database, company())
    report = await week(fresh_database, clock, Filter(PROJECT, ("lab",)))
    assert report.sheets == ()
    assert (report.status, report.reason) == (ReportStatus.PROVISIONAL, Reason.OPEN)
