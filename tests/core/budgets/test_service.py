"""Budgets as they are kept: set, changed, seen by those who may, held against what was spent."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import delete

from core.access.model import OPERATOR, Role, RoleNeededError, Viewer
from core.budgets.model import (
    Budget,
    BudgetAmountError,
    BudgetSubjectError,
    BudgetTakenError,
    Cycle,
    Terms,
    UnknownBudgetError,
)
from core.budgets.plans import PlanFileError
from core.budgets.said import Said, parse_budget
from core.budgets.service import BudgetService
from core.budgets.status import State
from core.budgets.tables import budget_changes, budgets
from core.cache import Cache
from core.costs.language.errors import UnknownNameError
from core.costs.model import CostQuery, Measure
from core.costs.service import CostService
from core.database import Database
from core.money import plain
from core.period import Period
from core.projects.model import ProjectChange
from core.projects.service import ProjectService
from tests.support.clock import FakeClock
from tests.support.facts import Charge, World, store

FIRST = date(2026, 8, 1)
TODAY = date(2026, 11, 22)
COMPLETE = date(2026, 11, 21)
BEN = Viewer("U-ben", Role.VIEWER, frozenset({"blog"}))
ADA = Viewer("U-ada")
FINANCE = Viewer("U-fin", Role.FINANCE)


def daily(amount: str, account: str = "acc-1", currency: str = "USD") -> Iterable[Charge]:
    return [
        Charge(FIRST + timedelta(n), Decimal(amount), account, currency=currency)
        for n in range((COMPLETE - FIRST).days)
    ]


WORLD = World(
    charges=(
        *daily("10"),
        *daily("3", "acc-2"),
        *daily("1", "acc-1", "EUR"),
        Charge(COMPLETE, Decimal(4), region="us-east1"),
        Charge(date(2026, 11, 3), Decimal(7), category="Tax"),
    ),
    projects={"shop": "retail", "blog": "retail"},
    accounts={("gcp", "acc-1"): "shop", ("gcp", "acc-2"): "blog"},
    complete_until={"gcp": COMPLETE},
)


@pytest.fixture
async def projects(database: Database, clock: FakeClock) -> ProjectService:
    clock.now = datetime(2026, 11, 22, 20, tzinfo=UTC)
    await store(database, WORLD)
    async with database.begin() as tx:
        await tx.execute(delete(budgets))
        await tx.execute(delete(budget_changes))
    found = ProjectService(database, clock)
    await found.change("shop", ProjectChange(owner="U-ada", channel="C-shop"), by=OPERATOR)
    return found


@pytest.fixture
def service(database: Database, clock: FakeClock, projects: ProjectService) -> BudgetService:
    return BudgetService(database, CostService(database, Cache(), clock), projects, clock)


def monthly(subject: str, amount: str | None = "400", **more: object) -> Terms:
    return replace(
        Terms(subject, "USD", amount=None if amount is None else Decimal(amount)),
        **more,  # type: ignore[arg-type]  # by name
    )


def figures(*amounts: Decimal | None) -> str:
    return " ".join("-" if amount is None else plain(amount) for amount in amounts)


async def said(service: BudgetService, text: str) -> Said:
    names = await service._costs.vocabulary(OPERATOR)
    return parse_budget(text, today=TODAY, names=names)


async def test_status_of_the_present_month(service: BudgetService) -> None:
    """Used, left, expected, when it will not do: all of the budget's own currency."""
    made = await service.add(monthly("shop", "250"), by=OPERATOR)
    told = await service.status(made.id, OPERATOR)
    assert told.period == Period(date(2026, 11, 1), date(2026, 12, 1), "2026-11")
    assert figures(told.used, told.used_complete, told.remaining) == "204 200 46"
    assert told.planned == Decimal("166.67")
    assert told.expected == 300
    assert told.breach == date(2026, 11, 26)
    assert told.state is State.HEADING_OVER
    assert told.incomplete == Period(COMPLETE, TODAY)
    assert told.others == {"EUR": 20}
    assert told.steps[-1] == 250
    assert len(told.steps) == 30
    assert not told.final


async def test_a_month_that_is_over_has_its_final_figure(service: BudgetService) -> None:
    """Nothing is forecast of it."""
    made = await service.add(monthly("shop", "300"), by=OPERATOR)
    told = await service.status(made.id, OPERATOR, on=date(2026, 10, 5))
    assert figures(told.used, told.expected) == "310 310"
    assert told.final
    assert told.state is State.OVER
    assert told.breach == date(2026, 10, 31)
    assert (told.forecast, told.incomplete) == (None, None)


async def test_a_month_that_is_over_keeps_the_amount_of_its_time(
    service: BudgetService, clock: FakeClock
) -> None:
    """Raising the budget today doesn't mend October."""
    clock.now = datetime(2026, 10, 1, 20, tzinfo=UTC)
    made = await service.add(monthly("shop", "300"), by=OPERATOR)
    clock.now = datetime(2026, 11, 22, 20, tzinfo=UTC)
    await service.change(made.id, monthly("shop", "900"), by=OPERATOR)
    assert (await service.status(made.id, OPERATOR)).amount == 900
    assert (await service.status(made.id, OPERATOR, on=date(2026, 10, 5))).amount == 300


async def test_net_counts_what_will_be_paid(service: BudgetService) -> None:
    """Tax is part of net, and not of cost."""
    net = await service.add(monthly("shop", measure=Measure.NET), by=OPERATOR)
    assert (await service.status(net.id, OPERATOR)).used == 211


async def test_years_and_dates(service: BudgetService) -> None:
    """Of a year that isn't over, and of dates yet to come."""
    year = await service.add(monthly("shop", "5000", cycle=Cycle.YEARLY), by=OPERATOR)
    told = await service.status(year.id, OPERATOR)
    assert told.period == Period(date(2026, 1, 1), date(2027, 1, 1), "2026")
    assert figures(told.used, told.expected) == "1124 1530"
    dates = Period(date(2027, 1, 10), date(2027, 1, 20))
    later = await service.add(monthly("shop", cycle=Cycle.CUSTOM, dates=dates), by=OPERATOR)
    told = await service.status(later.id, OPERATOR)
    assert figures(told.used, told.expected) == "0 -"
    assert told.state is State.NOT_BEGUN


async def test_a_teams_budget_adds_up_its_projects(service: BudgetService) -> None:
    """Without an amount it has theirs; with one it says what they have of it."""
    await service.add(monthly("shop", "300"), by=OPERATOR)
    await service.add(monthly("blog", "365", cycle=Cycle.YEARLY), by=OPERATOR)
    await service.add(monthly("blog region=us-east1", "9999"), by=OPERATOR)
    team = await service.add(monthly("team=retail", None), by=OPERATOR)
    told = await service.status(team.id, OPERATOR)
    assert figures(told.amount, told.allotted) == "330 330"
    assert told.used == 264
    own = await service.change(team.id, monthly("team=retail", "500"), by=OPERATOR)
    told = await service.status(own.id, OPERATOR)
    assert figures(told.amount, told.allotted) == "500 330"


async def test_only_a_team_can_do_without_an_amount(service: BudgetService) -> None:
    """A project's budget would be of nothing."""
    with pytest.raises(BudgetAmountError):
        await service.add(monthly("shop", None), by=OPERATOR)


async def test_what_was_read_before_is_read_with_the_names_and_the_day_of_now(
    service: BudgetService, projects: ProjectService, clock: FakeClock
) -> None:
    await service.add(Terms("shop", "USD", amount=Decimal(1)), by=OPERATOR)

    async def query() -> CostQuery:
        (budget,) = await service.list(OPERATOR)
        assert budget.query is not None
        return budget.query

    assert (await query()).period == Period(date(2026, 11, 1), date(2026, 11, 23), "mtd")
    clock.advance(days=9)
    assert (await query()).period == Period(date(2026, 12, 1), date(2026, 12, 2), "mtd")
    await projects.rename("shop", "store", by=OPERATOR)
    assert (await query()).projects == ("store",)


async def test_a_budget_follows_its_project(
    service: BudgetService, projects: ProjectService
) -> None:
    """Renamed, it is still the project's, and called as that is."""
    made = await service.add(monthly("shop"), by=OPERATOR)
    await projects.rename("shop", "store", by=OPERATOR)
    found = await service.get(made.id, OPERATOR)
    assert found.terms.subject == "store"
    assert (await service.status(made.id, OPERATOR)).used == 204
    with pytest.raises(BudgetTakenError):
        await service.add(monthly("store"), by=OPERATOR)


async def test_only_those_who_see_all_of_it_see_it(service: BudgetService) -> None:
    """A team's or the company's is for those who may see everything."""
    for subject in ("shop", "blog", "shop,blog", "team=retail", "all", "unassigned"):
        await service.add(monthly(subject), by=OPERATOR)
    assert [each.terms.subject for each in await service.list(BEN)] == ["blog"]
    assert len(await service.list(ADA)) == 6
    hidden = (await service.list(OPERATOR))[0]
    with pytest.raises(UnknownBudgetError):
        await service.status(hidden.id, BEN)
    with pytest.raises(UnknownBudgetError):
        await service.remove(hidden.id, by=BEN)


@pytest.mark.parametrize(
    ("subject", "viewer", "may"),
    [
        ("shop", ADA, True),
        ("shop region=us-east1", ADA, True),
        ("blog", ADA, False),
        ("shop,blog", ADA, False),
        ("team=retail", ADA, False),
        ("all", ADA, False),
        ("all", FINANCE, True),
        ("all", OPERATOR, True),
        ("blog", BEN, False),
        ("blog", replace(BEN, role=Role.FINANCE), True),
    ],
)
async def test_who_may_set_one(
    service: BudgetService, subject: str, viewer: Viewer, *, may: bool
) -> None:
    """A project's owner its own; finance and administrators any."""
    if may:
        made = await service.add(monthly(subject), by=viewer)
        assert await service.may_change(made, viewer)
        await service.remove(made.id, by=viewer)
        return
    with pytest.raises(RoleNeededError):
        await service.add(monthly(subject), by=viewer)
    made = await service.add(monthly(subject), by=OPERATOR)
    assert not await service.may_change(made, viewer)
    with pytest.raises(RoleNeededError):
        await service.change(made.id, monthly(subject, "1"), by=viewer)
    with pytest.raises(RoleNeededError):
        await service.remove(made.id, by=viewer)


async def test_an_owner_cant_make_theirs_anothers(service: BudgetService) -> None:
    """What it becomes must be theirs to change, too."""
    made = await service.add(monthly("shop"), by=ADA)
    with pytest.raises(RoleNeededError):
        await service.change(made.id, monthly("all"), by=ADA)
    assert (await service.get(made.id, ADA)).terms.subject == "shop"


async def test_every_change_is_kept(service: BudgetService, clock: FakeClock) -> None:
    """Who, when, from what, to what; what changes nothing is no change."""
    made = await service.add(monthly("shop", "300"), by=FINANCE)
    clock.now += timedelta(hours=1)
    await service.change(made.id, monthly("shop", "400"), by=ADA)
    await service.change(made.id, monthly("shop", "400"), by=ADA)
    latest, first = await service.changes(made.id, ADA)
    assert (first.by, first.before) == ("U-fin", None)
    assert (latest.by, latest.at) == ("U-ada", clock.now)
    assert latest.before is not None
    assert latest.after is not None
    assert (latest.before["amount"], latest.after["amount"]) == ("300", "400")


async def test_there_is_one_of_each(service: BudgetService) -> None:
    """However it is written."""
    await service.add(monthly("shop,blog"), by=OPERATOR)
    with pytest.raises(BudgetTakenError):
        await service.add(monthly("project=blog,shop"), by=OPERATOR)
    await service.add(monthly("shop,blog", cycle=Cycle.YEARLY), by=OPERATOR)
    await service.add(monthly("shop,blog", measure=Measure.NET), by=OPERATOR)


async def test_a_subject_must_be_there(service: BudgetService) -> None:
    """And be of days of use."""
    with pytest.raises(UnknownNameError):
        await service.add(monthly("shopp"), by=OPERATOR)
    with pytest.raises(BudgetSubjectError):
        await service.add(monthly("shop invoice"), by=OPERATOR)


async def test_an_amount_is_set_in_words(service: BudgetService) -> None:
    """A new budget has its project's people; what is there is changed, and keeps the rest."""
    made = await service.set_amount(
        await said(service, "shop 8000 monthly"), by=ADA, currency="EUR"
    )
    assert (figures(made.terms.amount), made.terms.currency) == ("8000", "EUR")
    assert (made.terms.owner, made.terms.channels) == ("U-ada", ("C-shop",))
    await service.change(made.id, replace(made.terms, thresholds=(50,)), by=ADA)
    again = await service.set_amount(await said(service, "shop 9k"), by=ADA, currency="USD")
    assert again.id == made.id
    assert (figures(again.terms.amount), again.terms.currency) == ("9000", "EUR")
    assert again.terms.thresholds == (50,)
    year = await service.set_amount(await said(service, "shop 90k yearly"), by=ADA, currency="USD")
    assert year.id != made.id


async def test_months_that_are_over_keep_their_amounts(service: BudgetService) -> None:
    """An amount set now is that of this month and of those to come."""
    months = {date(2026, m, 1): Decimal(m) for m in (9, 11, 12)}
    made = await service.add(monthly("shop", "300", months=months), by=OPERATOR)
    again = await service.set_amount(await said(service, "shop 700"), by=OPERATOR, currency="USD")
    assert again.id == made.id
    assert again.terms.months == {date(2026, 9, 1): 9}


async def test_plans_are_imported_together_or_not_at_all(service: BudgetService) -> None:
    """One that may not be leaves all as they were."""
    shop, everything = await said(service, "shop"), await said(service, "all")
    plan = {date(2026, 11, 1): Decimal(500)}
    with pytest.raises(RoleNeededError):
        await service.import_plans([(shop, plan), (everything, plan)], by=ADA, currency="USD")
    assert await service.list(OPERATOR) == ()
    made = await service.import_plans(
        [(shop, plan), (everything, plan)], by=FINANCE, currency="USD"
    )
    assert [each.terms.months for each in made] == [plan, plan]
    more = {date(2026, 12, 1): Decimal(900)}
    (shops,) = await service.import_plans([(shop, more)], by=ADA, currency="USD")
    assert shops.terms.months == plan | more
    assert _ids(await service.list(OPERATOR)) == _ids(made)


async def test_plans_of_the_same_in_other_words_are_one_budget_s(service: BudgetService) -> None:
    november, december = date(2026, 11, 1), date(2026, 12, 1)
    one, other = await said(service, "shop"), await said(service, "project=shop monthly")
    plans = [(one, {november: Decimal(500)}), (other, {december: Decimal(600)})]
    for _ in range(2):  # new, and there already
        (made,) = await service.import_plans(plans, by=OPERATOR, currency="USD")
        assert made.terms.months == {november: Decimal(500), december: Decimal(600)}
    (change,) = await service.changes(made.id, OPERATOR)
    assert change.before is None
    with pytest.raises(PlanFileError, match="2026-12 of shop is there twice"):
        await service.import_plans([*plans, plans[1]], by=OPERATOR, currency="USD")


async def test_an_import_keeps_who_set_what_and_when(service: BudgetService) -> None:
    """Of new ones and of others, each by itself."""
    first = await service.add(monthly("blog", "300"), by=OPERATOR)
    plan = {date(2026, 11, 1): Decimal(500)}
    plans = [(await said(service, each), plan) for each in ("shop", "blog", "all")]
    made = await service.import_plans(plans, by=FINANCE, currency="USD")
    assert [each.terms.subject for each in made] == ["shop", "blog", "all"]
    assert made[1].id == first.id
    assert [each.created_by for each in made] == [
        FINANCE.subject, OPERATOR.subject, FINANCE.subject,
    ]  # fmt: skip
    assert {each.id: each.terms for each in await service.list(OPERATOR)} == {
        each.id: each.terms for each in made
    }
    for each in made:
        latest, *_ = await service.changes(each.id, OPERATOR)
        assert (latest.by, latest.after and latest.after["subject"]) == (
            FINANCE.subject,
            each.terms.subject,
        )


def _ids(found: Iterable[Budget]) -> set[int]:
    return {each.id for each in found}


async def test_removed_it_is_gone(service: BudgetService) -> None:
    """And another can be made."""
    made = await service.add(monthly("shop"), by=ADA)
    await service.remove(made.id, by=ADA)
    with pytest.raises(UnknownBudgetError):
        await service.get(made.id, ADA)
    await service.add(monthly("shop"), by=ADA)


async def test_what_cant_be_read_any_more_is_listed_still(
    service: BudgetService, database: Database
) -> None:
    """Whoever may see everything can mend it; it has no figures."""
    made = await service.add(monthly("shop"), by=OPERATOR)
    async with database.begin() as tx:
        await tx.execute(budgets.update().values(subject="nobody-knows"))
    (found,) = await service.list(OPERATOR)
    assert (found.id, found.query) == (made.id, None)
    assert await service.statuses(OPERATOR) == ()
    with pytest.raises(UnknownBudgetError):
        await service.status(made.id, OPERATOR)
    await service.change(made.id, monthly("shop"), by=OPERATOR)
    assert len(await service.statuses(OPERATOR)) == 1
