"""The verbs of anomalies: screen what was spent, list what was found, hear what people say."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from difflib import get_close_matches
from itertools import chain
from typing import Final

from core.access.model import OPERATOR, Viewer
from core.access.service import record
from core.anomalies import store
from core.anomalies.found import (
    Anomaly,
    Event,
    UnknownAnomalyError,
    UnknownEventError,
    UnknownServiceError,
    match,
)
from core.anomalies.model import DEFAULT_RULES, Incident, Verdict
from core.anomalies.posting import retell
from core.clock import Clock
from core.costs.drivers.sentence import sentence
from core.costs.drivers.service import DriverService
from core.costs.model import PROJECT, SERVICE, CostQuery, Dimension, Filter, Versus
from core.costs.service import CostService
from core.database import Database
from core.errors import CostTrackerError, InvalidError
from core.forecasts.known import lost_days
from core.period import Period
from core.projects.model import UnknownProjectError
from core.projects.service import ProjectService

HISTORY: Final = timedelta(days=400)
MOST_LISTED: Final = 1001
_WEEK: Final = 7


class BadEventError(InvalidError):
    """A planned event has days, and an amount more a day or none."""


class TooLongError(BadEventError):
    """What lasts that long isn't an event, but what things cost."""


class NotListedByError(InvalidError):
    """Anomalies are listed by project and service."""


@dataclass(frozen=True, slots=True)
class Screened:
    """What a screening came to: projects looked at, anomalies that are new, known, and gone."""

    projects: int = 0
    new: int = 0
    known: int = 0
    gone: int = 0


class AnomalyService:
    """Finds days that cost something else than the days before lead to expect."""

    def __init__(
        self,
        database: Database,
        costs: CostService,
        drivers: DriverService,
        projects: ProjectService,
        clock: Clock,
    ) -> None:
        """Keep its parts."""
        self._database = database
        self._costs = costs
        self._drivers = drivers
        self._projects = projects
        self._clock = clock

    async def screen(self) -> Screened:
        """Look at every project and each of its services, after a sync.

        What is found again is updated, never found twice; what late data made ordinary goes,
        unless somebody has judged it.
        """
        from core.anomalies.screening import Told, by_project, screened  # noqa: PLC0415  # numpy

        complete = await self._costs.complete_until()
        if complete is None:
            return Screened()
        now = self._costs.today()
        since = complete - timedelta(DEFAULT_RULES.days)
        asked = CostQuery(Period(now - HISTORY, now + timedelta(1)), group_by=(PROJECT, SERVICE))
        async with self._database.read() as connection:
            ids = await store.project_ids(connection)
            events = await store.events(connection, since=now - HISTORY, visible=None)
            known = await store.of_projects(connection, ids.values(), now - HISTORY)
        lost = lost_days(await self._costs.missing_days())
        told = Told.of(chain.from_iterable(known.values()), events, lost)
        total = Screened()
        async for batch in by_project(self._costs.series(asked, OPERATOR)):
            found = await asyncio.to_thread(screened, batch, complete, told)
            done = await self._keep({ids[p]: each for p, each in found.items() if p in ids}, since)
            total = Screened(*map(sum, zip(_counts(total), _counts(done), strict=True)))
        await self._explain(complete)
        return total

    async def list(
        self,
        viewer: Viewer,
        *,
        query: CostQuery | None = None,
        before: int | None = None,
        limit: int = 50,
    ) -> tuple[Anomaly, ...]:
        """What was found, the newest first.

        Args:
            viewer: who asks; only what they may see.
            query: only of its projects and services, and on its days; None: all.
            before: the `id` to continue after.
            limit: no more than so many, 1001 at most.

        Raises:
            UnknownProjectError: there is no such project, or not for this viewer.
            NotListedByError: the question asks by more than projects, services and days.
        """
        slugs = await self._slugs(query, viewer)
        async with self._database.read() as connection:
            found = await store.listed(
                connection,
                visible=viewer.projects,
                slugs=slugs,
                services=_values(query, SERVICE),
                days=query.period if query else None,
                before=before,
                limit=max(1, min(limit, MOST_LISTED)),
            )
        return tuple(found)

    async def _slugs(self, query: CostQuery | None, viewer: Viewer) -> Sequence[str | None]:
        """The projects of a question, by the slugs that they have now."""
        _check_listed_by(query)
        return [
            None if slug is None else (await self._projects.get(slug, viewer)).slug
            for slug in _values(query, PROJECT)
        ]

    async def get(self, number: int, viewer: Viewer) -> Anomaly:
        """One anomaly.

        Raises:
            UnknownAnomalyError: there is none of that number, or not for this viewer.
        """
        async with self._database.read() as connection:
            found = await store.one(connection, number)
        if not viewer.may_see(found.incident.subject.project):
            raise UnknownAnomalyError(f"There is no anomaly {number}.")
        return found

    async def judge(self, number: int, verdict: Verdict | None, *, by: Viewer) -> Anomaly:
        """Say of an anomaly that it was expected, planned, or not useful; None takes that back.

        The messages that told of it say so at once; it bears on what is found from the next
        screening on.

        Raises:
            UnknownAnomalyError: there is none of that number, or not for this viewer.
        """
        await self.get(number, by)
        async with self._database.begin() as tx:
            await store.judge(tx, number, verdict, by.subject, self._clock())
            await record(tx, by, "anomaly.judge", str(number), verdict=verdict)
            found = await store.one(tx, number)
            await retell(tx, found)
        return found

    async def plan(self, event: Event, *, by: Viewer) -> Event:
        """Say ahead that days will cost something else.

        Raises:
            UnknownProjectError: there is no such project, or not for this viewer.
            UnknownServiceError: nothing has been spent on that service yet.
            BadEventError: its days are too many, or it says nothing.
        """
        if event.project is None and not by.may_see(None):
            raise UnknownProjectError("Spend of no project isn't yours to plan.")
        if event.project is not None:
            event = replace(event, project=(await self._projects.get(event.project, by)).slug)
        _check(event)
        service = await self._service(event.service, by)
        event = replace(event, service=service, planned_by=by.subject)
        async with self._database.begin() as tx:
            ids = await store.project_ids(tx)
            number = await store.plan(tx, ids[event.project], event, self._clock())
            await record(tx, by, "anomaly.plan", str(number), project=event.project)
        return replace(event, id=number)

    async def _service(self, said: str | None, viewer: Viewer) -> str | None:
        """A service by the name that it has, however it was written."""
        if said is None:
            return None
        names = {n.lower(): n for n in (await self._costs.vocabulary(viewer)).services}
        found = names.get(said.strip().lower())
        if found is None:
            near = [names[n] for n in get_close_matches(said.strip().lower(), names, n=3)]
            raise UnknownServiceError(
                f"Nothing is spent on a service {said[:80]!r}.",
                fix="Leave the service out to plan the whole project.",
                suggestions=near,
            )
        return found

    async def events(self, viewer: Viewer) -> tuple[Event, ...]:
        """What is planned for days to come, and for those screened still."""
        since = self._costs.today() - timedelta(DEFAULT_RULES.days)
        async with self._database.read() as connection:
            return tuple(await store.events(connection, since=since, visible=viewer.projects))

    async def cancel(self, number: int, *, by: Viewer) -> Event:
        """Take back what was planned.

        Raises:
            UnknownEventError: there is none of that number, or not for this viewer.
        """
        async with self._database.begin() as tx:
            found = await store.event(tx, number)
            if not by.may_see(found.project):
                raise UnknownEventError(f"There is no planned event {number}.")
            await store.cancel(tx, number, self._clock())
            await record(tx, by, "anomaly.cancel", str(number))
        return found

    async def _keep(self, found: Mapping[int, Sequence[Incident]], since: date) -> Screened:
        """Write what some projects' screening found."""
        now = self._clock()
        counted = Screened(projects=len(found))
        async with self._database.begin() as tx:
            await store.lock(tx)
            known = await store.of_projects(tx, found.keys(), since)
            for project, incidents in found.items():
                matched = match(known.get(project, ()), incidents, since=since)
                for anomaly, incident in matched.same:
                    if incident != anomaly.incident:
                        await store.change(tx, anomaly.id, incident, now)
                for incident in matched.new:
                    await store.add(tx, project, incident, now)
                await store.withdraw(tx, [each.id for each in matched.gone], now)
                counted = replace(
                    counted,
                    new=counted.new + len(matched.new),
                    known=counted.known + len(matched.same),
                    gone=counted.gone + len(matched.gone),
                )
        return counted

    async def _explain(self, complete: date) -> None:
        """Look for what made the difference, where nobody has yet."""
        async with self._database.read() as connection:
            waiting = await store.unexplained(connection)
        for anomaly in waiting:
            why = await self._why(anomaly, complete)
            async with self._database.begin() as tx:
                await store.explain(tx, anomaly.id, why)

    async def _why(self, anomaly: Anomaly, complete: date) -> str:
        """What its days cost more than the same days of the week before; '' if none can be told."""
        query = question(anomaly, complete)
        if query is None:
            return ""
        try:
            told = await self._drivers.why(query, OPERATOR)
        except CostTrackerError:
            return ""
        return next(
            (
                sentence(each, told.named)
                for each in told.drivers
                if each.currency == anomaly.incident.currency
            ),
            "",
        )


def question(anomaly: Anomaly, complete: date) -> CostQuery | None:
    """Why its complete days cost more than the same weekdays before it; None: it has none yet."""
    end = min(anomaly.days.end, complete)
    if anomaly.days.start >= end:
        return None
    days = Period(anomaly.days.start, end)
    back = timedelta(_WEEK * -(-days.days // _WEEK))
    subject = anomaly.incident.subject
    where = [Filter(PROJECT, (subject.project,))]
    if not subject.whole and not anomaly.incident.parts:
        where.append(Filter(SERVICE, (subject.service,)))
    before = Versus("period", period=Period(days.start - back, days.end - back))
    return CostQuery(days, tuple(where), versus=before)


def _counts(screened: Screened) -> Iterable[int]:
    return (screened.projects, screened.new, screened.known, screened.gone)


def _values(query: CostQuery | None, dimension: Dimension) -> Sequence[str | None]:
    return [
        value
        for each in (query.where if query else ())
        if each.dimension == dimension and not each.negated
        for value in each.values
    ]


def _check_listed_by(query: CostQuery | None) -> None:
    for each in query.where if query else ():
        if each.negated or each.dimension not in {PROJECT, SERVICE}:
            said = f"without some {each.dimension}" if each.negated else f"by {each.dimension}"
            raise NotListedByError(
                f"Anomalies can't be listed {said}.", fix="Name projects, services and days."
            )


def _check(event: Event) -> None:
    if event.days.days > HISTORY.days:
        raise TooLongError(
            f"{event.days.days} days are too many for one event.",
            fix=f"Plan {HISTORY.days} days at most; what lasts longer is the new usual by itself.",
        )
    if event.amount is not None and event.amount == Decimal(0):
        raise BadEventError(
            "An amount of 0 a day changes nothing.",
            fix="Say how much more a day, or leave the amount out: whatever it costs.",
        )
