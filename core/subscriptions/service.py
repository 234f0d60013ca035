"""The verbs of subscriptions: subscribe, unsubscribe, list; who listens to what; who declined."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from core.access.model import Maker, Viewer
from core.access.service import AccessService, record
from core.clock import Clock
from core.costs.model import CostQuery, Filter
from core.costs.question import parse_cost_query
from core.costs.service import CostService
from core.database import Connection, Database
from core.outbox.model import SLACK, Destination
from core.subscriptions import rights, store
from core.subscriptions.known import Known, find
from core.subscriptions.listening import Listening
from core.subscriptions.model import (
    Kind,
    Of,
    OwnChannel,
    Pace,
    Reason,
    Subscription,
    SubscriptionTakenError,
    Terms,
    UnknownSubscriptionError,
)

EVERY_KIND: tuple[Kind, ...] = tuple(Kind)


class Subject(Protocol):
    """Something with a number that is of what a question asks; a budget, for one."""

    @property
    def id(self) -> int:
        """Its number."""

    @property
    def query(self) -> CostQuery | None:
        """What it is of; None: nobody knows any more."""


class SubscriptionService:
    """Keeps who wants to be told of what, and answers for it.

    `here` is the Slack channel that somebody writes in: who is in a channel may have it told.
    """

    def __init__(
        self, database: Database, access: AccessService, costs: CostService, clock: Clock
    ) -> None:
        """Keep its parts."""
        self._database = database
        self._access = access
        self._costs = costs
        self._clock = clock

    async def list(
        self, viewer: Viewer, *, here: str = "", to: Destination | None = None
    ) -> tuple[Subscription, ...]:
        """The subscriptions that somebody may see, in the order they were made.

        Args:
            viewer: who asks: sees their own, those of channels of projects that they may see,
                finance and administrators all.
            here: the channel that they write in; '' none.
            to: only those of this place.
        """
        known, channels = await Known.of(self._costs), await self._channels(viewer, here)
        async with self._database.read() as connection:
            found = [known.read(each) for each in await store.read(connection)]
        return tuple(
            each
            for each in found
            if rights.may_set(each, viewer, channels) and (to is None or each.terms.to == to)
        )

    async def get(self, number: int, viewer: Viewer, *, here: str = "") -> Subscription:
        """One subscription.

        Raises:
            UnknownSubscriptionError: there is none of that number, or not for this viewer.
        """
        found = next((s for s in await self.list(viewer, here=here) if s.id == number), None)
        if found is None:
            raise UnknownSubscriptionError(f"There is no subscription {number}.")
        return found

    async def own(self, channel: str, viewer: Viewer) -> tuple[str, ...]:
        """The projects of whose anomalies a channel is told because it is theirs."""
        async with self._database.read() as connection:
            found = await self.own_channels(connection)
        return tuple(
            each.project
            for each in found
            if each.to.address == channel and viewer.may_see(each.project)
        )

    async def add(
        self, terms: Terms, *, by: Viewer, here: str = "", paced: bool = True
    ) -> Subscription:
        """Subscribe; a place that is subscribed to the same already is told of these kinds, too.

        What the place declined of it before, it wants again.

        Args:
            terms: of what, of which kinds, where, how often.
            by: who.
            here: the channel that they write in.
            paced: whether they said how often; if not, one that is there keeps its pace.

        Raises:
            SubscriptionError: it can't be so; its class says what of it.
            CostTrackerError: its subject can't be read.
            RoleNeededError: the place isn't theirs to subscribe.
        """
        known, terms = await self._checked(terms, by, here)
        async with self._database.begin() as tx:
            await store.lock(tx)
            where = known.query(terms).where
            there = find([known.read(each) for each in await store.read(tx)], terms.to, where)
            if there is None:
                number = await store.add(tx, terms, Maker.of(by), self._clock())
                done = "subscription.add"
            else:
                number, done = there.id, "subscription.change"
                kinds = tuple(k for k in Kind if k in (*there.terms.kinds, *terms.kinds))
                pace = terms.pace if paced else there.terms.pace
                both = replace(terms, kinds=kinds, pace=pace)
                await store.change(tx, number, both, Maker.of(by))
            wanted = [Reason(Of.SUBSCRIPTION, number)]
            if Kind.ANOMALIES in terms.kinds:
                wanted += [each.reason for each in await _own(tx, terms.to, where)]
            await store.accept(tx, terms.to, wanted)
            await record(tx, by, done, str(number), of=terms.subject, to=terms.to.address)
        return await self.get(number, by, here=here)

    async def change(
        self, number: int, terms: Terms, *, by: Viewer, here: str = ""
    ) -> Subscription:
        """Change a subscription; from now on it tells what whoever does may see.

        Raises:
            UnknownSubscriptionError: there is none of that number, or not for them.
            SubscriptionTakenError: there is one of the same for that place.
            SubscriptionError, CostTrackerError, RoleNeededError: as `add`.
        """
        await self.get(number, by, here=here)
        known, terms = await self._checked(terms, by, here)
        async with self._database.begin() as tx:
            await store.lock(tx)
            await store.one(tx, number)
            every = [known.read(each) for each in await store.read(tx) if each.id != number]
            there = find(every, terms.to, known.query(terms).where)
            if there is not None:
                raise SubscriptionTakenError(
                    f"There is such a subscription already: number {there.id}.",
                    fix="Change that one.",
                )
            await store.change(tx, number, terms, Maker.of(by))
            await record(tx, by, "subscription.change", str(number), of=terms.subject)
        return await self.get(number, by, here=here)

    async def remove(self, number: int, *, by: Viewer, here: str = "") -> Subscription:
        """End a subscription.

        Raises:
            UnknownSubscriptionError: there is none of that number, or not for them.
        """
        found = await self.get(number, by, here=here)
        async with self._database.begin() as tx:
            await store.lock(tx)
            await store.one(tx, number)
            await self._end(tx, found, by)
        return found

    async def unsubscribe(
        self,
        to: Destination,
        where: Sequence[Filter] | None,
        *,
        by: Viewer,
        here: str = "",
        kinds: Collection[Kind] = EVERY_KIND,
    ) -> tuple[str, ...]:
        """End what a place is told.

        Args:
            to: the place.
            where: of what; None: of everything.
            by: who.
            here: the channel that they write in.
            kinds: only these.

        Returns:
            What it was subscribed to and isn't any more; a project's own channel, too.

        Raises:
            UnknownSubscriptionError: it is not subscribed to that.
            RoleNeededError: the place isn't theirs.
        """
        rights.require(to, by, await self._channels(by, here))
        known = await Known.of(self._costs)
        async with self._database.begin() as tx:
            await store.lock(tx)
            here_to = [known.read(s) for s in await store.read(tx) if s.terms.to == to]
            one = None if where is None else find(here_to, to, where)
            chosen = here_to if where is None else [one] if one is not None else []
            ended = [s for s in chosen if set(s.terms.kinds) & set(kinds)]
            for each in ended:
                await self._end(tx, each, by, kinds)
            own = await _own(tx, to, where) if Kind.ANOMALIES in kinds else ()
            declined = [s for s in own if await store.decline(tx, to, s.reason, self._clock())]
            if declined:
                of = [each.project for each in declined]
                await record(tx, by, "subscription.decline", to.address, of=of)
        gone = dict.fromkeys([s.terms.subject for s in ended] + [s.project for s in declined])
        if not gone:
            raise UnknownSubscriptionError(
                "There is no such subscription here.",
                fix="'subscriptions' shows those that there are.",
            )
        return tuple(gone)

    async def decline(self, to: Destination, of: Reason) -> bool:
        """A reader wants no more of something; False where they said so already."""
        async with self._database.begin() as tx:
            done = await store.decline(tx, to, of, self._clock())
            if done:
                await record(tx, _reader(to), "subscription.decline", to.address, of=_named(of))
            return done

    async def accept(self, to: Destination, of: Reason) -> bool:
        """They do after all; False where they never said otherwise."""
        async with self._database.begin() as tx:
            done = bool(await store.accept(tx, to, [of]))
            if done:
                await record(tx, _reader(to), "subscription.accept", to.address, of=_named(of))
            return done

    async def of_budgets(self, budgets: Sequence[Subject]) -> Mapping[int, tuple[Destination, ...]]:
        """Who subscribed to the alerts of what contains each budget, by its number."""
        listening = await self.listening(Kind.ALERTS)
        found = {
            each.id: tuple(dict.fromkeys(s.terms.to for s in _in_order(listening, each.query)))
            for each in budgets
            if each.query is not None
        }
        return {number: to for number, to in found.items() if to}

    async def declined(self) -> frozenset[tuple[int, Destination]]:
        """Who wants no more of which budget's alerts, whyever they would be told."""
        async with self._database.read() as connection:
            found = await store.declined_all(connection, Of.BUDGET)
        return frozenset((reason.id, to) for to, reason in found)

    async def digests(self, connection: Connection) -> frozenset[Destination]:
        """The places that want alerts in one message a day: all their subscriptions say so."""
        paces: dict[Destination, set[Pace]] = {}
        for each in await store.read(connection):
            if Kind.ALERTS in each.terms.kinds and not each.declined:
                paces.setdefault(each.terms.to, set()).add(each.terms.pace)
        return frozenset(to for to, said in paces.items() if said == {Pace.DIGEST})

    async def own_channels(self, connection: Connection) -> Sequence[OwnChannel]:
        """The projects' own channels that are told of their anomalies."""
        declined = await store.declined_all(connection, Of.PROJECT)
        found = await store.own_channels(connection)
        return [each for each in found if (each.to, each.reason) not in declined]

    async def listening(self, kind: Kind) -> Listening:
        """The subscriptions of a kind, to be held against thousands of things in memory."""
        known = await Known.of(self._costs)
        async with self._database.read() as connection:
            every = await store.read(connection)
            found = [known.read(each) for each in every if not each.declined]
            viewers = await self._access.present(connection, {each.maker for each in found})
            teams = await store.teams(connection)
        return Listening.of_kind(kind, found, teams, viewers)

    async def _checked(self, terms: Terms, by: Viewer, here: str) -> tuple[Known, Terms]:
        known = await Known.of(self._costs)
        names = await self._costs.vocabulary(by)
        # First with the names they may know: no error then tells of what they don't see.
        parse_cost_query(terms.subject, today=known.today, names=names)
        terms = known.check(terms)
        rights.require(terms.to, by, await self._channels(by, here))
        return known, terms

    async def _channels(self, viewer: Viewer, here: str) -> frozenset[str]:
        """The channels whose subscriptions somebody may set."""
        names = await self._costs.vocabulary(viewer)
        return frozenset([*names.channels, *([here] if here else [])])

    async def _end(
        self,
        tx: Connection,
        found: Subscription,
        by: Viewer,
        kinds: Collection[Kind] = EVERY_KIND,
    ) -> None:
        """End some kinds of a subscription, and with the last of them all of it."""
        left = tuple(kind for kind in found.terms.kinds if kind not in kinds)
        if left:
            await store.change(tx, found.id, replace(found.terms, kinds=left), found.maker)
        else:
            await store.remove(tx, found.id, self._clock())
        await record(tx, by, "subscription.remove", str(found.id), of=found.terms.subject)


def _reader(to: Destination) -> Viewer:
    """Whoever reads what comes there; who that is, nobody asks."""
    return Viewer(to.address)


def _named(of: Reason) -> str:
    return f"{of.of} {of.id}"


def _in_order(listening: Listening, query: CostQuery) -> Sequence[Subscription]:
    return sorted(listening.to(query.where), key=lambda each: each.id)


async def _own(
    tx: Connection, to: Destination, where: Iterable[Filter] | None
) -> Sequence[OwnChannel]:
    """The projects whose own channel a place is, among those that a question is of."""
    if to.channel != SLACK:
        return []
    found = [each for each in await store.own_channels(tx) if each.to == to]
    return found if where is None else [s for s in found if _is_of(where, s.project)]


def _is_of(where: Iterable[Filter], project: str) -> bool:
    """Whether a question is of all of a project."""
    said = tuple(where)
    return all(
        each.dimension.name == "project" and (project in each.values) != each.negated
        for each in said
    )


async def declined(connection: Connection, of: Of) -> frozenset[tuple[Destination, Reason]]:
    """What readers declined, by place: to be left out of what is told of such things."""
    return await store.declined_all(connection, of)
