"""Anomalies told: which, to whom, when; by any number of workers, each killed anywhere, once."""

import asyncio
import signal
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete

from core.access.model import OPERATOR
from core.access.service import AccessService
from core.anomalies import store as kept
from core.anomalies.found import Anomaly
from core.anomalies.hearing import Heard
from core.anomalies.messages import ANOMALIES, DIGEST, TOLD
from core.anomalies.model import Incident, OddDay, Subject, Verdict
from core.anomalies.posting import AnomalyPoster, Posted, decide
from core.anomalies.service import AnomalyService
from core.anomalies.tables import anomaly_channels
from core.anomalies.telling import MOST, WEEK, Post, version
from core.cache import Cache
from core.clock import last_digest
from core.costs.drivers.service import DriverService
from core.costs.service import CostService
from core.costs.writing.rates import ConfiguredRate, keep
from core.database import Database
from core.outbox.model import Delivery, Destination, Verb
from core.outbox.service import OutboxService
from core.projects.model import ProjectChange
from core.projects.service import ProjectService
from core.subscriptions.model import Kind, Of, Pace, Reason, Terms
from core.subscriptions.service import SubscriptionService
from tests.support.clock import FakeClock
from tests.support.facts import Charge, World, store
from tests.support.label_rules import PACIFIC

SUNDAY = datetime(2026, 11, 22, 20, tzinfo=UTC)
MONDAY = datetime(2026, 11, 23, 17, tzinfo=UTC)
"""09:00 in Los Angeles."""
DAY = date(2026, 11, 20)
SHOPS = Destination("slack", "CSHOP")
MAIL = Destination("mail", "ada@example.com")
WHY = Reason(Of.PROJECT, 1)


def incident(impact: int, project: str = "shop", day: date = DAY) -> Incident:
    return Incident(Subject(project), "USD", (OddDay(day, Decimal(50), Decimal(50 + impact)),))


def test_digests_are_due_at_nine_each_day_or_on_mondays() -> None:
    """In the reports' time zone, whose clocks change on 1 November."""
    for now, daily, weekly in (
        ("2026-11-23T16:59", "2026-11-22T17:00", "2026-11-16T17:00"),
        ("2026-11-23T17:00", "2026-11-23T17:00", "2026-11-23T17:00"),
        ("2026-11-29T12:00", "2026-11-28T17:00", "2026-11-23T17:00"),
        ("2026-11-02T03:00", "2026-11-01T17:00", "2026-10-26T16:00"),
    ):
        instant = datetime.fromisoformat(now).replace(tzinfo=UTC)
        for said, week in ((daily, False), (weekly, True)):
            expected = datetime.fromisoformat(said).replace(tzinfo=UTC)
            assert last_digest(instant, PACIFIC, weekly=week) == expected


@given(
    st.lists(st.lists(st.integers(-500, 500).filter(bool), max_size=5), max_size=30),
    st.lists(st.integers(1, 40), min_size=30, max_size=40),
    st.sampled_from([*Pace]),
    st.sampled_from(["America/Los_Angeles", "Pacific/Auckland", "Asia/Kolkata"]),
)
def test_whatever_is_found_is_told_once_and_no_more_than_three_a_week_alone(
    rounds: list[list[int]], hours: list[int], pace: Pace, zone: str
) -> None:
    """Rounds of findings, some hours apart; after the last, a week of looking each hour."""
    found: list[Anomaly] = []
    posts: list[Post] = []
    now = SUNDAY

    def look() -> None:
        there = [a for a in found if a.id in {post.anomaly for post in posts}]
        plan = decide(
            [Heard(a, pace, WHY) for a in found], posts, there, now=now, zone=ZoneInfo(zone)
        )
        assert not plan.updates
        assert not plan.gone
        posts.extend(Post(h.anomaly.id, now, version(h.anomaly)) for h in plan.posts)
        posts.extend(Post(h.anomaly.id, now, version(h.anomaly), digest=True) for h in plan.digest)

    for impacts, later in zip(rounds, hours, strict=False):
        now += timedelta(hours=later)
        first = len(found)
        found += [Anomaly(first + n, incident(i), now) for n, i in enumerate(impacts)]
        look()
    for _ in range(8 * 8):
        now += timedelta(hours=3)
        look()
    assert Counter(post.anomaly for post in posts) == Counter(each.id for each in found)
    alone = [post.at for post in posts if not post.digest]
    assert all(sum(first <= at < first + WEEK for at in alone) <= MOST for first in alone)
    assert pace is Pace.AT_ONCE or not alone


class Company:
    """A shop and a blog, what is found of them, and what is told of that."""

    def __init__(self, database: Database, clock: FakeClock) -> None:
        self.database = database
        self.clock = clock
        access, costs = AccessService(database, clock), CostService(database, Cache(), clock)
        self.projects = ProjectService(database, clock)
        self.subscriptions = SubscriptionService(database, access, costs, clock)
        self.poster = AnomalyPoster(database, self.subscriptions, clock, zone=PACIFIC)
        drivers = DriverService(database, costs)
        self.anomalies = AnomalyService(database, costs, drivers, self.projects, clock)

    async def subscribe(self, subject: str, to: Destination, pace: Pace = Pace.AT_ONCE) -> None:
        terms = Terms(subject, (Kind.ANOMALIES,), to, pace)
        await self.subscriptions.add(terms, by=OPERATOR)

    async def found(self, *incidents: Incident) -> list[int]:
        async with self.database.begin() as tx:
            ids = await kept.project_ids(tx)
            return [
                await kept.add(tx, ids[each.subject.project], each, self.clock())
                for each in incidents
            ]

    async def told(self, to: Destination = SHOPS) -> list[Delivery]:
        """What was ever written to a destination, the oldest first."""
        every = await OutboxService(self.database).listed()
        return [each for each in reversed(every) if each.message.to == to]

    async def said(self, to: Destination = SHOPS) -> list[tuple[str, list[int]]]:
        """The same in short: the verb, or `digest`; which anomalies."""
        return [
            ("digest", [a.id for a in DIGEST.validate_python(each.message.values).anomalies])
            if each.message.kind == ANOMALIES
            else (each.message.verb.value, [TOLD.validate_python(each.message.values).anomaly.id])
            for each in await self.told(to)
        ]


async def company_of(database: Database, clock: FakeClock) -> Company:
    clock.now = SUNDAY
    world = World(
        charges=(Charge(DAY, Decimal(50)), Charge(DAY, Decimal(50), "acc-2")),
        projects={"shop": "retail", "blog": None},
        accounts={("gcp", "acc-1"): "shop", ("gcp", "acc-2"): "blog"},
        complete_until={"gcp": date(2026, 11, 21)},
    )
    await store(database, world)
    made = Company(database, clock)
    await made.projects.change("shop", ProjectChange(channel=SHOPS.address), by=OPERATOR)
    await made.poster.listen()
    clock.advance(minutes=1)
    return made


@pytest.fixture
async def company(database: Database, clock: FakeClock) -> Company:
    return await company_of(database, clock)


async def test_a_projects_channel_is_told_of_its_own_the_most_costly_first(
    company: Company,
) -> None:
    a, b, c, d, e = await company.found(*(incident(i) for i in (10, 400, -300, 20, 200)))
    await company.found(incident(900, "blog"))
    assert await company.poster.post() == Posted(posts=3)
    assert await company.said() == [("post", [b]), ("post", [c]), ("post", [e])]
    assert await company.poster.post() == Posted()
    company.clock.now = MONDAY
    assert await company.poster.post() == Posted(digests=1)
    assert (await company.said())[3:] == [("digest", [d, a])]
    company.clock.advance(days=30)
    assert await company.poster.post() == Posted()


async def test_amounts_of_several_currencies_compare_by_the_latest_rates(company: Company) -> None:
    rates = [("2026-09-01", 15000), ("2026-10-01", 150)]
    await keep(
        company.database,
        [ConfiguredRate(date.fromisoformat(day), "JPY", Decimal(n), "us") for day, n in rates],
    )
    yen = replace(incident(3000), currency="JPY")
    cheap, *dear = await company.found(yen, *(incident(i) for i in (21, 22, 23)))
    await company.poster.post()
    assert await company.said() == [("post", [each]) for each in reversed(dear)]
    company.clock.now = MONDAY
    await company.poster.post()
    assert (await company.said())[3:] == [("digest", [cheap])]


async def test_what_is_old_when_it_is_found_is_no_news(company: Company) -> None:
    """Years of data that are taken in at once: what was odd long ago isn't told any more."""
    await company.found(incident(500, day=date(2026, 11, 10)), incident(500, day=date(2025, 3, 1)))
    (news,) = await company.found(incident(500, day=date(2026, 11, 15)))
    await company.poster.post()
    assert await company.said() == [("post", [news])]


async def test_what_was_found_before_somebody_listened_is_no_news_to_them(
    company: Company,
) -> None:
    (before,) = await company.found(incident(500))
    company.clock.advance(minutes=1)
    await company.subscribe("all", MAIL)
    await company.projects.change("shop", ProjectChange(channel="CNEW"), by=OPERATOR)
    await company.poster.listen()
    company.clock.advance(minutes=1)
    (after,) = await company.found(incident(300))
    await company.poster.post()
    assert await company.said(MAIL) == [("post", [after])]
    assert await company.said(Destination("slack", "CNEW")) == [("post", [after])]
    assert await company.said() == []
    assert before != after


async def test_an_installation_that_was_there_before_is_not_told_of_the_past(
    database: Database, clock: FakeClock
) -> None:
    company = await company_of(database, clock)
    async with database.begin() as tx:
        await tx.execute(delete(anomaly_channels))
    await company.found(incident(500))
    clock.advance(days=1)
    assert await company.poster.post() == Posted()


async def test_who_subscribed_is_told_of_what_their_subscription_contains(
    company: Company,
) -> None:
    await company.subscribe("team=retail", MAIL)
    sql = replace(incident(90), subject=Subject.of_service("blog", "Cloud SQL"))
    await company.subscribe("service=Compute Engine", Destination("slack", "CVMS"))
    vms = replace(incident(80, "blog"), parts=(
        replace(incident(80), subject=Subject.of_service("blog", "Compute Engine")),
    ))  # fmt: skip
    shop, _, computing = await company.found(incident(100), sql, vms)
    await company.poster.post()
    assert await company.said(MAIL) == [("post", [shop])]
    assert await company.said(Destination("slack", "CVMS")) == [("post", [computing])]


async def test_a_digest_comes_once_a_day_where_that_is_wanted(company: Company) -> None:
    """A channel that subscribes says so of its own project, too."""
    await company.subscribe("all", SHOPS, Pace.DIGEST)
    first, second = await company.found(incident(100), incident(300))
    assert await company.poster.post() == Posted()
    company.clock.now = MONDAY + timedelta(days=1)
    await company.found(incident(50))
    await company.poster.post()
    assert await company.said() == [("digest", [second, first])]
    company.clock.advance(days=1)
    await company.poster.post()
    assert len(await company.said()) == 2


async def test_a_channel_that_declined_is_not_told(company: Company) -> None:
    await company.subscriptions.unsubscribe(SHOPS, None, by=OPERATOR)
    await company.found(incident(100))
    assert await company.poster.post() == Posted()


async def test_a_message_says_what_has_become_of_it(company: Company) -> None:
    (number,) = await company.found(incident(100))
    await company.subscribe("shop", MAIL)
    await company.poster.post()
    grown = replace(
        incident(100),
        days=(*incident(100).days, OddDay(date(2026, 11, 21), Decimal(50), Decimal(90))),
    )
    async with company.database.begin() as tx:
        await kept.change(tx, number, grown, company.clock())
    assert await company.poster.post() == Posted(updates=1)
    assert await company.poster.post() == Posted()
    async with company.database.begin() as tx:
        await kept.withdraw(tx, [number], company.clock())
    assert await company.poster.post() == Posted(updates=1)
    (_, _, last) = await company.told()
    assert TOLD.validate_python(last.message.values).gone
    assert await company.said(MAIL) == [("post", [number])]  # a mail stands


async def test_a_verdict_changes_the_message_at_once_there_and_back(company: Company) -> None:
    (number,) = await company.found(incident(100))
    await company.poster.post()
    for verdict in (Verdict.PLANNED, None, Verdict.PLANNED):
        await company.anomalies.judge(number, verdict, by=OPERATOR)
        last = (await company.told())[-1]
        assert last.message.verb is Verb.UPDATE
        assert TOLD.validate_python(last.message.values).anomaly.verdict is verdict
    assert len(await company.told()) == 4
    assert await company.poster.post() == Posted()


async def test_what_was_told_is_known_when_the_outbox_has_forgotten(company: Company) -> None:
    await company.found(incident(100))
    await company.poster.post()
    outbox = OutboxService(company.database)
    for each in await company.told():
        await outbox.drop(each.id)
    company.clock.advance(days=90)
    await outbox.forget(datetime.now(UTC) + timedelta(days=1))
    assert await company.told() == []
    assert await company.poster.post() == Posted()


async def test_three_workers_at_once_tell_each_once(
    fresh_database: Database, clock: FakeClock
) -> None:
    company = await company_of(fresh_database, clock)
    await company.subscribe("all", MAIL)
    await company.found(*(incident(n) for n in range(1, 9)))
    for at, expected in ((SUNDAY + timedelta(hours=1), 6), (MONDAY, 2)):
        clock.now = at
        done: Sequence[Posted] = await asyncio.gather(*(company.poster.post() for _ in range(3)))
        assert sum(each.posts + each.digests for each in done) == expected
    for to in (SHOPS, MAIL):
        every = [number for _, numbers in await company.said(to) for number in numbers]
        assert sorted(every) == sorted({*every})
        assert len(every) == 8


_WORKER = """
import asyncio, os, signal, sys
from datetime import datetime
from core.anomalies import posted, posting
from core.anomalies.posting import AnomalyPoster
from core.database import Database
from tests.core.anomalies.test_posting import Company
from tests.support.clock import FakeClock

url, now, point = sys.argv[1:]

def dying(name, work):
    async def worked(*given):
        done = await work(*given)
        if name == point:
            os.kill(os.getpid(), signal.SIGKILL)
        return done
    return worked

posted.lock = dying("lock", posted.lock)
posted.put = dying("put", posted.put)
posting.enqueue_all = dying("enqueue_all", posting.enqueue_all)

async def main():
    database = await Database.connect(url)
    await Company(database, FakeClock(datetime.fromisoformat(now))).poster.post()
    if point == "after":
        os.kill(os.getpid(), signal.SIGKILL)
    await database.close()

asyncio.run(main())
"""


async def test_workers_killed_anywhere_lose_nothing_and_tell_nothing_twice(
    fresh_database: Database, clock: FakeClock
) -> None:
    company = await company_of(fresh_database, clock)
    numbers = await company.found(*(incident(n) for n in range(1, 6)))
    for point in ("lock", "put", "enqueue_all", "after", ""):
        worker = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", _WORKER, fresh_database.url, clock().isoformat(), point)
        )
        assert await worker.wait() == (-signal.SIGKILL if point else 0)
        told = [number for _, some in await company.said() for number in some]
        assert told == ([] if point in ("lock", "put", "enqueue_all") else numbers[:1:-1])
    clock.now = MONDAY
    await company.poster.post()
    assert sorted(n for _, some in await company.said() for n in some) == numbers
