"""Subscriptions as they are kept: made by whom they are for, joined, ended, declined."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import delete

from core.access.model import OPERATOR, Member, Role, RoleNeededError, Viewer
from core.access.service import AccessService
from core.budgets.model import Budget
from core.budgets.model import Terms as BudgetTerms
from core.cache import Cache
from core.costs.language.errors import UnknownNameError
from core.costs.model import PROJECT, SERVICE, CostQuery, Filter
from core.costs.service import CostService
from core.database import Database
from core.outbox.model import Destination
from core.period import Period
from core.projects.model import ProjectChange
from core.projects.service import ProjectService
from core.subscriptions.model import (
    Kind,
    Of,
    Pace,
    Reason,
    SubscriptionKindError,
    SubscriptionPlaceError,
    SubscriptionSubjectError,
    SubscriptionTakenError,
    Terms,
    UnknownSubscriptionError,
)
from core.subscriptions.service import SubscriptionService
from core.subscriptions.tables import declined, subscriptions
from tests.support.clock import FakeClock
from tests.support.facts import Charge, World, store

TODAY = date(2026, 11, 22)
WORLD = World(
    charges=(
        Charge(date(2026, 11, 3), Decimal(7)),
        Charge(date(2026, 11, 3), Decimal(7), "acc-2", service="Cloud SQL"),
    ),
    projects={"shop": "retail", "blog": "media"},
    accounts={("gcp", "acc-1"): "shop", ("gcp", "acc-2"): "blog"},
    complete_until={"gcp": TODAY},
)
ADA = Viewer("UADA", workspace="T1")
BEN = Viewer("UBEN", Role.VIEWER, frozenset({"blog"}), "T1")
FINANCE = Viewer("UFIN", Role.FINANCE, workspace="T1")
HERE = Destination("slack", "CHERE")
MAIL = Destination("mail", "ada@example.com")
BOTH = (Kind.ALERTS, Kind.ANOMALIES)
SHOP = (Filter(PROJECT, ("shop",)),)


@pytest.fixture
async def service(database: Database, clock: FakeClock) -> SubscriptionService:
    clock.now = datetime(2026, 11, 22, 20, tzinfo=UTC)
    async with database.begin() as tx:
        await tx.execute(delete(subscriptions))
        await tx.execute(delete(declined))
    await store(database, WORLD)
    access = AccessService(database, clock)
    return SubscriptionService(database, access, CostService(database, Cache(), clock), clock)


def terms(subject: str, to: Destination = HERE, *kinds: Kind, pace: Pace = Pace.AT_ONCE) -> Terms:
    return Terms(subject, kinds or BOTH, to, pace)


def budget(number: int, *where: Filter) -> Budget:
    query = CostQuery(Period(TODAY.replace(day=1), TODAY), where)
    return Budget(number, BudgetTerms("", "USD"), query)


SHOPS, BLOGS, ALL = (
    budget(1, *SHOP),
    budget(2, Filter(PROJECT, ("blog",)), Filter(SERVICE, ("Cloud SQL",))),
    budget(3),
)


async def told(service: SubscriptionService) -> dict[int, list[str]]:
    """Who is told of the alerts of three budgets."""
    found = await service.of_budgets([SHOPS, BLOGS, ALL])
    return {number: [to.address for to in to] for number, to in found.items()}


async def test_a_place_is_told_of_what_its_subscriptions_contain(
    service: SubscriptionService,
) -> None:
    for subject, to in (
        ("all", "CALL"), ("team=retail", "CTEAM"), ("shop", "CSHOP"), ("service=Cloud SQL", "CSQL"),
    ):  # fmt: skip
        await service.add(terms(subject, Destination("slack", to)), by=OPERATOR)
    await service.add(terms("shop", Destination("slack", "CODD"), Kind.ANOMALIES), by=OPERATOR)
    assert await told(service) == {
        1: ["CALL", "CTEAM", "CSHOP"],
        2: ["CALL", "CSQL"],
        3: ["CALL"],
    }


async def test_subscribing_again_adds_what_is_not_told_yet(service: SubscriptionService) -> None:
    first = await service.add(terms("Shop", HERE, Kind.ALERTS), by=ADA, here="CHERE")
    again = await service.add(
        terms("shop", HERE, Kind.ANOMALIES, pace=Pace.DIGEST), by=FINANCE, here="CHERE"
    )
    assert (again.id, again.terms) == (first.id, terms("shop", pace=Pace.DIGEST))
    assert again.maker.subject == "UFIN"


async def test_who_may_have_a_place_told(service: SubscriptionService) -> None:
    await service.add(terms("shop"), by=ADA, here="CHERE")
    await service.add(terms("shop", Destination("slack", "UADA")), by=ADA)
    for to in (Destination("slack", "CELSE"), Destination("slack", "UBEN"), MAIL):
        with pytest.raises(RoleNeededError, match="finance and administrators"):
            await service.add(terms("shop", to), by=ADA, here="CHERE")
        await service.add(terms("shop", to), by=FINANCE)
    for each in await service.list(FINANCE):
        if each.terms.to.address == "CELSE":
            with pytest.raises(UnknownSubscriptionError):
                await service.remove(each.id, by=ADA, here="CHERE")


async def test_a_projects_channel_is_for_whoever_may_see_the_project(
    service: SubscriptionService, database: Database, clock: FakeClock
) -> None:
    projects = ProjectService(database, clock)
    await projects.change("blog", ProjectChange(channel="CBLOG"), by=OPERATOR)
    made = await service.add(terms("blog", Destination("slack", "CBLOG")), by=BEN)
    assert [each.id for each in await service.list(ADA)] == [made.id]


async def test_what_can_not_be_is_refused_with_what_to_do(service: SubscriptionService) -> None:
    for wrong, error, said in (
        (terms("shop last-7d"), SubscriptionSubjectError, "Leave the days out"),
        (terms("region=none"), SubscriptionSubjectError, "subscribe to alerts alone"),
        (Terms("shop", (), HERE), SubscriptionKindError, "Name alerts, anomalies, or both"),
        (terms("shop", Destination("mail", "ada")), SubscriptionPlaceError, "ada@example.com"),
        (terms("shop", Destination("mail", "a@b.c\nBcc: x@y.z")), SubscriptionPlaceError, "a@b"),
        (terms("shop", Destination("slack", "#team")), SubscriptionPlaceError, "C0123ABCD"),
        (terms("shop", Destination("pigeon", "home")), SubscriptionPlaceError, "home"),
        (terms("nothing-such"), UnknownNameError, "nothing-such"),
    ):
        with pytest.raises(error) as caught:
            await service.add(wrong, by=OPERATOR)
        assert said in str(caught.value)


async def test_nobody_learns_the_names_of_what_they_may_not_see(
    service: SubscriptionService,
) -> None:
    with pytest.raises(UnknownNameError):
        await service.add(terms("shop"), by=BEN, here="CHERE")


async def test_rights_count_when_something_is_told(
    service: SubscriptionService, database: Database, clock: FakeClock
) -> None:
    """Whoever subscribed to everything, and sees less from now on, is told less."""
    access = AccessService(database, clock)
    await service.add(terms("all"), by=ADA, here="CHERE")
    assert await told(service) == {1: ["CHERE"], 2: ["CHERE"], 3: ["CHERE"]}
    for projects, expected in (({"blog"}, {2: ["CHERE"]}), (set(), {})):
        entry = Member("T1", "UADA", Role.VIEWER, frozenset(projects))
        await access.set_member(entry, by=OPERATOR)
        assert await told(service) == expected
    await access.set_member(Member("T1", "UADA", None), by=OPERATOR)
    assert await told(service) == {}


async def test_changing_one_makes_it_whoever_changes_it_s(service: SubscriptionService) -> None:
    first = await service.add(terms("shop"), by=ADA, here="CHERE")
    second = await service.add(terms("blog"), by=ADA, here="CHERE")
    with pytest.raises(SubscriptionTakenError, match=f"number {first.id}"):
        await service.change(second.id, terms("shop"), by=ADA, here="CHERE")
    changed = await service.change(
        second.id, terms("team=media", HERE, Kind.ALERTS), by=FINANCE, here="CHERE"
    )
    assert (changed.terms.subject, changed.maker.subject) == ("all team=media", "UFIN")


async def test_unsubscribing_ends_what_is_named_and_says_what_that_was(
    service: SubscriptionService,
) -> None:
    await service.add(terms("shop"), by=ADA, here="CHERE")
    await service.add(terms("blog"), by=ADA, here="CHERE")
    done = await service.unsubscribe(HERE, SHOP, by=ADA, here="CHERE", kinds=(Kind.ALERTS,))
    assert done == ("shop",)
    left = await service.list(ADA, here="CHERE")
    assert [(s.terms.subject, s.terms.kinds) for s in left] == [
        ("shop", (Kind.ANOMALIES,)),
        ("blog", BOTH),
    ]
    assert await service.unsubscribe(HERE, None, by=ADA, here="CHERE") == ("shop", "blog")
    with pytest.raises(UnknownSubscriptionError):
        await service.unsubscribe(HERE, SHOP, by=ADA, here="CHERE")
    with pytest.raises(RoleNeededError):
        await service.unsubscribe(MAIL, None, by=ADA)


async def test_a_projects_own_channel_can_decline_and_ask_again(
    service: SubscriptionService, database: Database, clock: FakeClock
) -> None:
    projects = ProjectService(database, clock)
    await projects.change("shop", ProjectChange(channel="CHERE"), by=OPERATOR)
    assert await service.own("CHERE", ADA) == ("shop",)
    assert await service.own("CHERE", BEN) == ()
    assert await service.unsubscribe(HERE, SHOP, by=ADA, here="CHERE") == ("shop",)
    assert await service.own("CHERE", ADA) == ()
    await service.add(terms("shop"), by=ADA, here="CHERE")
    assert await service.own("CHERE", ADA) == ("shop",)


async def test_what_a_reader_declines_is_not_told_until_they_want_it_again(
    service: SubscriptionService,
) -> None:
    made = await service.add(terms("shop", MAIL), by=FINANCE)
    other = await service.add(terms("all", MAIL), by=FINANCE)
    assert await service.decline(MAIL, Reason(Of.SUBSCRIPTION, made.id))
    assert not await service.decline(MAIL, Reason(Of.SUBSCRIPTION, made.id))
    assert [each.declined for each in await service.list(OPERATOR)] == [True, False]
    assert (await told(service))[1] == [MAIL.address]
    await service.decline(MAIL, Reason(Of.SUBSCRIPTION, other.id))
    assert await told(service) == {}
    assert await service.accept(MAIL, Reason(Of.SUBSCRIPTION, made.id))
    assert await told(service) == {1: [MAIL.address]}


async def test_a_place_wants_one_message_a_day_where_all_its_subscriptions_say_so(
    service: SubscriptionService, database: Database
) -> None:
    await service.add(terms("shop", pace=Pace.DIGEST), by=ADA, here="CHERE")
    await service.add(terms("shop", MAIL, pace=Pace.DIGEST), by=OPERATOR)
    await service.add(terms("all", MAIL, Kind.ALERTS), by=OPERATOR)
    async with database.read() as connection:
        assert await service.digests(connection) == {HERE}


async def test_a_pace_that_is_not_said_stays(service: SubscriptionService) -> None:
    """Who has one message a day and adds a kind still has one; said, it changes."""
    await service.add(terms("shop", HERE, Kind.ALERTS, pace=Pace.DIGEST), by=FINANCE)
    more = await service.add(terms("shop", HERE, Kind.ANOMALIES), by=FINANCE, paced=False)
    assert (more.terms.kinds, more.terms.pace) == (BOTH, Pace.DIGEST)
    said = await service.add(terms("shop", HERE, Kind.ANOMALIES), by=FINANCE)
    assert said.terms.pace is Pace.AT_ONCE
