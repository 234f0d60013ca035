"""Anomalies as they are kept: found once, updated, judged; days planned ahead."""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import delete, update

from core.access.model import OPERATOR, Role, Viewer
from core.anomalies import store as kept
from core.anomalies.found import Event, UnknownAnomalyError, UnknownEventError
from core.anomalies.model import Direction, Subject, Verdict
from core.anomalies.service import AnomalyService, BadEventError, Screened
from core.anomalies.store import project_ids
from core.anomalies.tables import anomalies, planned_events
from core.cache import Cache
from core.costs.drivers.service import DriverService
from core.costs.model import PROJECT, SERVICE, CostQuery, Filter
from core.costs.service import CostService
from core.database import Database
from core.period import Period
from core.projects.model import UnknownProjectError
from core.projects.service import ProjectService
from tests.support.clock import FakeClock
from tests.support.facts import Charge, World, clear, read_of_late, store

FIRST = date(2026, 6, 1)
COMPLETE = date(2026, 11, 20)
BEN = Viewer("U-ben", Role.VIEWER, frozenset({"blog"}))


def steady(
    amount: str, account: str, service: str, *, first: date = FIRST, last: date = COMPLETE
) -> list[Charge]:
    days = (last - first).days
    return [
        Charge(first + timedelta(n), Decimal(amount), account, service=service) for n in range(days)
    ]


BASE = (
    *steady("100", "acc-1", "Compute Engine"),
    *steady("40", "acc-1", "Cloud SQL"),
    *steady("60", "acc-2", "Compute Engine"),
)


def spike(day: date, amount: str, account: str = "acc-1", service: str = "Cloud SQL") -> Charge:
    return Charge(day, Decimal(amount), account, service=service, region="spiky")


SPIKE = (spike(date(2026, 11, 17), "300"), spike(date(2026, 11, 18), "300"))


async def hold(
    database: Database,
    *charges: Charge,
    complete: date = COMPLETE,
    without: Collection[date] = (),
) -> None:
    """Have these charges besides the steady ones, and no others.

    Projects are made anew with them; what was found stays theirs.
    """
    async with database.begin() as tx:
        before = await project_ids(tx)
    await clear(database)
    await store(
        database,
        World(
            charges=tuple(c for c in (*BASE, *charges) if c.day not in without),
            projects={"shop": "retail", "blog": None},
            accounts={("gcp", "acc-1"): "shop", ("gcp", "acc-2"): "blog"},
            complete_until={"gcp": complete},
        ),
    )
    async with database.begin() as tx:
        for slug, number in (await project_ids(tx)).items():
            own = anomalies.c.project_id == before.get(slug)
            await tx.execute(update(anomalies).where(own).values(project_id=number))


@pytest.fixture
async def service(database: Database, clock: FakeClock) -> AnomalyService:
    async with database.begin() as tx:
        await tx.execute(delete(anomalies))
        await tx.execute(delete(planned_events))
    return service_of(database, clock)


def service_of(database: Database, clock: FakeClock) -> AnomalyService:
    clock.now = datetime(2026, 11, 22, 12, tzinfo=UTC)
    costs = CostService(database, Cache(), clock)
    return AnomalyService(
        database, costs, DriverService(database, costs), ProjectService(database, clock), clock
    )


async def test_steady_spend_is_ordinary(database: Database, service: AnomalyService) -> None:
    await hold(database)
    assert await service.screen() == Screened(projects=2)
    assert await service.list(OPERATOR) == ()


async def test_a_service_and_its_project_are_one_incident_with_its_cause(
    database: Database, service: AnomalyService
) -> None:
    await hold(database, *SPIKE)
    assert (await service.screen()).new == 1
    (found,) = await service.list(OPERATOR)
    incident = found.incident
    assert incident.subject == Subject("shop")
    assert [part.subject.service for part in incident.parts] == ["Cloud SQL"]
    assert found.days == Period(date(2026, 11, 17), date(2026, 11, 19))
    assert (incident.direction, round(incident.impact)) == (Direction.UP, 600)
    assert found.why.startswith("Up $600.00 (214%) to $880.00: ")


async def test_screenings_at_the_same_time_find_nothing_twice(
    fresh_database: Database, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After the schedule's sync and one by hand, say; each reads before the other has written."""
    service = service_of(fresh_database, clock)
    await hold(fresh_database, *SPIKE)
    read = kept.of_projects

    async def slowly(*args: Any) -> Any:
        found = await read(*args)
        await asyncio.sleep(0.5)
        return found

    monkeypatch.setattr(kept, "of_projects", slowly)
    done: Sequence[Screened] = await asyncio.gather(service.screen(), service.screen())
    assert sum(each.new for each in done) == 1
    assert len(await service.list(OPERATOR)) == 1


async def test_screening_again_finds_the_same_and_nothing_twice(
    database: Database, service: AnomalyService
) -> None:
    await hold(database, *SPIKE)
    await service.screen()
    (first,) = await service.list(OPERATOR)
    assert await service.screen() == Screened(projects=2, known=1)
    await hold(database, *SPIKE, spike(date(2026, 11, 19), "300"))
    assert (await service.screen()).known == 1
    (grown,) = await service.list(OPERATOR)
    assert grown.id == first.id
    assert grown.days.end == date(2026, 11, 20)
    assert grown.incident.ongoing
    assert "$900.00" in grown.why


async def test_days_that_the_source_lost_are_no_anomalies(
    database: Database, service: AnomalyService
) -> None:
    lost = {date(2026, 11, 12), date(2026, 11, 13)}
    await hold(database, without=lost)
    await read_of_late(database, date(2026, 9, 1), date(2026, 11, 19))
    assert await service.screen() == Screened(projects=2)


async def test_what_late_data_makes_ordinary_goes_unless_it_was_judged(
    database: Database, service: AnomalyService
) -> None:
    await hold(database, *SPIKE, spike(date(2026, 10, 20), "500", "acc-2", "Compute Engine"))
    await service.screen()
    of_blog = next(a for a in await service.list(OPERATOR) if a.incident.subject.project == "blog")
    await service.judge(of_blog.id, Verdict.PLANNED, by=OPERATOR)
    await hold(database)
    assert (await service.screen()).gone == 1
    assert [a.id for a in await service.list(OPERATOR)] == [of_blog.id]


async def test_a_day_that_is_too_high_already_counts_before_it_is_complete(
    database: Database, service: AnomalyService
) -> None:
    await hold(database, spike(date(2026, 11, 21), "900"))
    await service.screen()
    (found,) = await service.list(OPERATOR)
    assert found.incident.provisional
    assert found.why == ""


async def test_what_was_expected_belongs_to_the_baseline(
    database: Database, service: AnomalyService
) -> None:
    later = [spike(date(2026, 11, n), "300") for n in range(13, 20)]
    await hold(database, *later)
    await service.screen()
    (found,) = await service.list(OPERATOR)
    judged = await service.judge(found.id, Verdict.EXPECTED, by=OPERATOR)
    assert (judged.verdict, judged.judged_by) == (Verdict.EXPECTED, "operator")
    taken_back = await service.judge(found.id, None, by=OPERATOR)
    assert taken_back.verdict is None


async def test_planned_days_are_ordinary_up_to_what_was_planned(
    database: Database, service: AnomalyService
) -> None:
    await hold(database, *SPIKE)
    days = Period(date(2026, 11, 16), date(2026, 11, 20))
    event = Event(0, "shop", days, "Cloud SQL", Decimal(300), "load test")
    planned = await service.plan(event, by=OPERATOR)
    assert (await service.screen()).new == 0
    assert await service.events(OPERATOR) == (planned,)
    await service.cancel(planned.id, by=OPERATOR)
    assert await service.events(OPERATOR) == ()
    assert (await service.screen()).new == 1


async def test_lists_are_of_what_is_asked_and_may_be_seen(
    database: Database, service: AnomalyService
) -> None:
    blogs = spike(date(2026, 10, 20), "500", "acc-2", "Compute Engine")
    await hold(database, *SPIKE, blogs)
    await service.screen()

    async def of(viewer: Viewer = OPERATOR, **query: object) -> list[str]:
        days = query.pop("period", Period(date(2026, 10, 1), date(2026, 12, 1)))
        asked = CostQuery(days, **query)  # type: ignore[arg-type]  # by name
        found = await service.list(viewer, query=asked)
        return sorted(str(a.incident.subject.project) for a in found)

    assert await of() == ["blog", "shop"]
    assert await of(BEN) == ["blog"]
    assert await of(where=(Filter(PROJECT, ("shop",)),)) == ["shop"]
    assert await of(where=(Filter(SERVICE, ("Cloud SQL",)),)) == ["shop"]
    assert await of(period=Period(date(2026, 11, 1), date(2026, 12, 1))) == ["shop"]
    (newest,) = await service.list(OPERATOR, limit=1)
    assert newest not in await service.list(OPERATOR, before=newest.id)


async def test_nobody_judges_or_plans_what_they_may_not_see(
    database: Database, service: AnomalyService
) -> None:
    await hold(database, *SPIKE)
    await service.screen()
    (found,) = await service.list(OPERATOR)
    days = Period(date(2026, 12, 1), date(2026, 12, 2))
    planned = await service.plan(Event(0, "shop", days), by=OPERATOR)
    with pytest.raises(UnknownAnomalyError):
        await service.judge(found.id, Verdict.EXPECTED, by=BEN)
    with pytest.raises(UnknownProjectError):
        await service.plan(Event(0, "shop", days), by=BEN)
    with pytest.raises(UnknownProjectError):
        await service.plan(Event(0, None, days), by=BEN)
    with pytest.raises(UnknownEventError):
        await service.cancel(planned.id, by=BEN)
    with pytest.raises(UnknownAnomalyError):
        await service.judge(10**9, Verdict.EXPECTED, by=OPERATOR)


async def test_an_event_that_says_nothing_is_refused(
    database: Database, service: AnomalyService
) -> None:
    await hold(database)
    day = Period(date(2026, 12, 1), date(2026, 12, 2))
    with pytest.raises(BadEventError, match="changes nothing"):
        await service.plan(Event(0, "shop", day, amount=Decimal(0)), by=OPERATOR)
    with pytest.raises(BadEventError, match="too many"):
        await service.plan(Event(0, "shop", replace(day, end=date(2029, 1, 1))), by=OPERATOR)


async def test_without_data_there_is_nothing_to_screen(
    database: Database, service: AnomalyService
) -> None:
    await clear(database)
    assert await service.screen() == Screened()
