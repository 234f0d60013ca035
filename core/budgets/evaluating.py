"""Budgets held against what was spent, after each sync and at the day's turn; alerts raised.

What is spent is read, and forecast, without a transaction; one transaction then remembers what
is crossed and writes what is told of it. Any number of processes may evaluate at once, and any
of them be killed: each crossing is told once.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial
from typing import Final, Protocol
from zoneinfo import ZoneInfo

from core.alerts import raising, tending
from core.alerts.kept import Key
from core.alerts.model import Deed, Why
from core.alerts.raising import Raised, raise_alerts, would_tell
from core.alerts.reading import Reading, Round, Watched
from core.alerts.tending import Tended
from core.budgets import store
from core.budgets.catalogue import Catalogue
from core.budgets.explaining import why
from core.budgets.foreseeing import Foresight
from core.budgets.model import Budget, UnknownBudgetError, period_on
from core.budgets.readings import destinations, is_watched, may_matter, periods, reading
from core.budgets.rolling import Everything
from core.budgets.status import Status
from core.clock import Clock
from core.costs.drivers.service import DriverService
from core.costs.service import PACIFIC, CostService
from core.database import Connection, Database
from core.outbox.model import Destination

MOST_EXPLAINED: Final = 40
"""Of so many alerts an evaluation says why, of the most severe; the others can be asked about."""

_LONG_AGO: Final = datetime(2000, 1, 1, tzinfo=UTC)

type Zones = Callable[[Collection[str]], Awaitable[Mapping[str, ZoneInfo]]]
"""Tells the time zones of people, as far as they are known."""


async def _nowhere(_: Collection[str]) -> Mapping[str, ZoneInfo]:
    return {}


class Listeners(Protocol):
    """Who else is told of a budget's alerts, and who wants one message a day."""

    async def of_budgets(self, budgets: Sequence[Budget]) -> Mapping[int, Sequence[Destination]]:
        """Those that subscribed to something that contains what a budget is of."""

    async def declined(self) -> Collection[tuple[int, Destination]]:
        """Who wants no more of which budget's alerts."""

    async def digests(self, connection: Connection) -> Collection[Destination]:
        """Those that want one message a day."""


class EvaluationService:
    """Evaluates budgets."""

    def __init__(
        self,
        database: Database,
        catalogue: Catalogue,
        costs: CostService,
        drivers: DriverService,
        clock: Clock,
        *,
        listeners: Listeners | None = None,
        zone: ZoneInfo = PACIFIC,
        zones: Zones = _nowhere,
    ) -> None:
        """Keep its parts; `zone` is that of reports, `zones` knows those of people."""
        self._database = database
        self._catalogue = catalogue
        self._foresight = Foresight(database, catalogue, costs)
        self._costs = costs
        self._drivers = drivers
        self._clock = clock
        self._listeners = listeners
        self._zone = zone
        self._zones = zones

    async def evaluate(
        self, numbers: Collection[int] | None = None, *, over: bool | None = None
    ) -> Raised:
        """Look at budgets, and tell of what is crossed.

        Args:
            numbers: only at these, and at those that add up others' amounts; None: at all.
            over: only in periods that are over, or only in the others; None: in both.
        """
        every = await self._catalogue.everything()
        chosen = [
            each
            for each in every.budgets
            if numbers is None or each.id in numbers or each.terms.rolls_up
        ]
        if not chosen:
            return Raised()
        looked = await self._look(every, chosen, over=over)
        raised = await self._tell(looked)
        if numbers is not None and raised.looked_at < len(looked.readings):
            # Another knew newer data, and maybe not yet what was set.
            return await self.evaluate(numbers, over=over)
        return raised

    async def _tell(self, looked: Round) -> Raised:
        """Remember what was found, and write what is told of it."""
        now, today = self._clock(), self._costs.today()
        async with self._database.read() as connection:
            news = await would_tell(connection, looked.readings, now=now, today=today)
        whys = await self._explain(news[:MOST_EXPLAINED])
        async with self._database.begin() as tx:
            await raising.alone(tx)
            there = await store.numbers(tx)
            readings = [each for each in looked.readings if each.subject.budget in there]
            return await raise_alerts(
                tx,
                replace(looked, readings=readings),
                now=now,
                today=today,
                whys=whys,
                digests=await self._digests(tx),
            )

    async def status(self, number: int, *, on: date) -> Status:
        """How far a budget is in the period of a day, by the forecast that alerts go by.

        Raises:
            UnknownBudgetError: there is none of that number, or what it is of is there no more.
        """
        from core.budgets.batches import statuses  # noqa: PLC0415  # on use: numpy

        every, found = await self._catalogue.everything(), await self._catalogue.one(number)
        kept = await self._foresight.known([found])
        asked = [(found, period_on(found.terms, on))] if found.query is not None else []
        for then, some in await self._catalogue.as_set(every, asked):
            async for told in statuses(self._costs, then, some, kept=kept):
                return then.with_steps(told)
        raise UnknownBudgetError

    async def told(self, numbers: Collection[int], to: Destination) -> frozenset[int]:
        """Of some budgets, those of whose alerts a place is to be told now, or that are removed.

        What was written may wait for long, and who made a subscription may see less by then.
        """
        there = list[Budget]()
        for number in numbers:
            with suppress(UnknownBudgetError):
                there.append(await self._catalogue.one(number))
        now = await self._destinations(there)
        others = {
            each.id for each in there if to not in now[each.id] and to.address != each.terms.owner
        }
        return frozenset(numbers) - others

    async def is_behind(self) -> bool:
        """Whether there is data, or a budget that was set, that no evaluation has seen."""
        version = await self._costs.data_version()
        async with self._database.read() as connection:
            if await raising.is_behind(connection, version):
                return True
            unseen = await store.unseen(connection)
        if not unseen:
            return False
        every, today = await self._catalogue.everything(), self._costs.today()
        return any(each.id in unseen and is_watched(each, every, today) for each in every.budgets)

    async def foresee(self) -> int:
        """Make the forecasts anew that know fewer days than are complete; how many.

        Evaluations go by those that there are, so that one after a sync needs not wait for this.
        """
        return await self._foresight.renew()

    async def forget(self, before: date) -> int:
        """Forget the forecasts that nobody has made anew since a day was complete; how many."""
        return await self._foresight.forget(before)

    async def tend(self) -> Tended:
        """Do what falls due with time alone: snoozes that end, reminders, messages of the day."""
        async with self._database.read() as connection:
            owners = await tending.owners(connection)
        zones = await self._zones(owners) if owners else {}
        declined = await self._listeners.declined() if self._listeners and owners else ()
        async with self._database.begin() as tx:
            return await tending.tend(
                tx,
                now=self._clock(),
                zone=self._zone,
                zones=zones,
                digests=await self._digests(tx),
                declined=declined,
            )

    async def _digests(self, connection: Connection) -> Collection[Destination]:
        return await self._listeners.digests(connection) if self._listeners else ()

    async def _look(
        self, every: Everything, chosen: Sequence[Budget], *, over: bool | None = None
    ) -> Round:
        """What the budgets' periods cost, and are expected to."""
        from core.budgets.batches import statuses  # noqa: PLC0415  # on use: numpy

        version, today = await self._costs.data_version(), self._costs.today()
        async with self._database.read() as connection:
            watched = await raising.watched(connection, [each.id for each in chosen])
            by = await store.changed_by(connection, [*_changed(chosen, watched)])
        to = await self._destinations(chosen)
        asked = [
            (each, period)
            for each in chosen
            if each.query is not None
            for period in periods(each, today)
            if over is None or over is (period.end <= today)
        ]
        readings, fresh = [], list[Status]()
        kept = await self._foresight.known(chosen)
        need = partial(may_matter, today=today)
        changed = {each.id: every.changed_at(each) or _LONG_AGO for each in chosen}
        for then, some in await self._catalogue.as_set(every, asked, only_same=True):
            async for told in statuses(self._costs, then, some, need=need, kept=kept):
                number = told.budget.id
                fresh += [told] if told.forecast is not None else []
                found = reading(
                    told,
                    watched.get(number),
                    version=version,
                    today=today,
                    changed=Deed(by.get(number, ""), changed[number]),
                    to=to[number],
                )
                if found is not None:
                    readings.append(found)
        await self._foresight.keep(fresh)
        whole = len(chosen) == len(every.budgets)
        return Round(readings, changed, version, whole, over)

    async def _destinations(self, chosen: Sequence[Budget]) -> Mapping[int, Sequence[Destination]]:
        """Who is told of each: whom it says itself, and who subscribed."""
        own = {each.id: destinations(each.terms) for each in chosen}
        if self._listeners is None:
            return own
        more = await self._listeners.of_budgets(chosen)
        declined = await self._listeners.declined()
        return {
            n: tuple(
                each for each in dict.fromkeys((*to, *more.get(n, ()))) if (n, each) not in declined
            )
            for n, to in own.items()
        }

    async def _explain(self, news: Sequence[Reading]) -> Mapping[Key, Why]:
        """What made the difference, where it is told."""
        found: dict[Key, Why] = {}
        for each in news:
            number = each.subject.budget
            with suppress(UnknownBudgetError):  # removed meanwhile
                told = await why(self._drivers, await self._catalogue.one(number), each.figures)
                if told is not None:
                    found[number, each.subject.period.start] = told
        return found


def _changed(chosen: Sequence[Budget], watched: Mapping[int, Watched]) -> Collection[int]:
    """Those that are new or were changed since the evaluation before."""
    return [
        each.id
        for each in chosen
        if each.id not in watched
        or (each.changed_at is not None and each.changed_at > watched[each.id].changed_at)
    ]
