"""The verbs of budgets: set, list, look how far they are."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Final

import structlog

from core.access.model import Viewer
from core.access.service import record, record_each
from core.alerts.raising import end_alerts
from core.budgets import rights, spending, store
from core.budgets.catalogue import Catalogue
from core.budgets.known import is_of, known_as, refuse_taken, taken
from core.budgets.model import (
    Budget,
    Change,
    Cycle,
    Terms,
    UnknownBudgetError,
    period_on,
    rounded,
)
from core.budgets.plans import Plans, together
from core.budgets.rolling import Everything
from core.budgets.said import Said
from core.budgets.status import Status, status
from core.clock import Clock
from core.costs.model import CostQuery, Filter
from core.costs.question import parse_cost_query, write_subject
from core.costs.service import CostService
from core.database import Connection, Database
from core.errors import CostTrackerError
from core.period import Period, month_of
from core.projects.model import Project
from core.projects.service import ProjectService

MOST_AT_ONCE: Final = 200
"""So many budgets that are set together are evaluated at once: a matter of seconds."""

type Changed = Callable[[Collection[int]], Awaitable[object]]

_log = structlog.get_logger()


class BudgetService:
    """Keeps budgets, and holds what is spent against them."""

    def __init__(
        self,
        database: Database,
        costs: CostService,
        projects: ProjectService,
        clock: Clock,
        *,
        changed: Changed | None = None,
    ) -> None:
        """Keep its parts; `changed` is told of the budgets that were set."""
        self._database = database
        self._catalogue = Catalogue(database, costs, projects)
        self._changed = changed
        self._costs = costs
        self._projects = projects
        self._clock = clock

    async def list(
        self, viewer: Viewer, *, where: Sequence[Filter] | None = None
    ) -> tuple[Budget, ...]:
        """The budgets that somebody may see, by what they are of.

        Args:
            viewer: who asks.
            where: only those of exactly this; None: all.
        """
        every = await self._catalogue.everything()
        chosen = [
            each
            for each in every.budgets
            if rights.may_see(each, viewer) and (where is None or is_of(each, where))
        ]
        return tuple(sorted(chosen, key=lambda each: (each.terms.subject, each.id)))

    async def get(self, number: int, viewer: Viewer) -> Budget:
        """One budget.

        Raises:
            UnknownBudgetError: there is none of that number, or not for this viewer.
        """
        found = await self._catalogue.one(number)
        if not rights.may_see(found, viewer):
            raise UnknownBudgetError(f"There is no budget {number}.")
        return found

    async def may_change(self, budget: Budget, viewer: Viewer) -> bool:
        """Whether somebody may change it: its projects' owner, finance, administrators."""
        return rights.may_change(budget, viewer, await self._projects.owned(viewer))

    async def rights(self, viewer: Viewer) -> dict[int, bool]:
        """The budgets that somebody may see, by number, and whether they may change each."""
        every, owned = await self._catalogue.everything(), await self._projects.owned(viewer)
        seen = [each for each in every.budgets if rights.may_see(each, viewer)]
        return {each.id: rights.may_change(each, viewer, owned) for each in seen}

    async def add(self, terms: Terms, *, by: Viewer) -> Budget:
        """Make a budget.

        Raises:
            BudgetError: it can't be so; its class says what of it.
            CostTrackerError: its subject can't be read.
            RoleNeededError: it isn't for them to make.
            BudgetTakenError: there is one of the same already.
        """
        (made,) = await self._put([(None, terms)], by)
        return made

    async def change(self, number: int, terms: Terms, *, by: Viewer) -> Budget:
        """Change a budget; its history keeps what it was.

        Raises:
            UnknownBudgetError: there is none of that number, or not for them.
            BudgetError, CostTrackerError, RoleNeededError, BudgetTakenError: as `add`.
        """
        (made,) = await self._put([(number, terms)], by)
        return made

    async def set_amount(
        self,
        said: Said,
        *,
        by: Viewer,
        currency: str,
        also: Callable[[Terms], Terms] = lambda terms: terms,
    ) -> Budget:
        """Set how much something may cost: change its budget, else make one.

        A new one has its project's owner and channel. Months that are over keep their amounts.

        Args:
            said: of what, how much, how often.
            by: who does.
            currency: of a new one, unless another is said.
            also: what else is changed of its terms, at once.
        """
        there = [
            each
            for each in await self.list(by, where=said.query.where)
            if each.terms.measure is said.query.measure
            and (said.cycle is None or each.terms.cycle is said.cycle)
            and (said.dates is None or each.terms.dates == said.dates)
        ]
        if there:
            return await self.change(there[0].id, also(self._set(there[0].terms, said)), by=by)
        fresh = Terms(
            subject=write_subject(said.query.where),
            currency=said.currency or currency,
            cycle=said.cycle or Cycle.MONTHLY,
            amount=said.amount,
            dates=said.dates,
            measure=said.query.measure,
        )
        return await self.add(also(await self.with_people(fresh, said.query, by)), by=by)

    async def with_people(self, terms: Terms, query: CostQuery, viewer: Viewer) -> Terms:
        """Terms with the owner and the channel of the one project that they are of."""
        project = [await self._projects.get(slug, viewer) for slug in query.projects[:1]]
        return _with_people(terms, query, {each.slug: each for each in project})

    def _set(self, terms: Terms, said: Said) -> Terms:
        now = month_of(self._costs.today())
        past = {month: amount for month, amount in terms.months.items() if month < now}
        terms = replace(terms, currency=said.currency or terms.currency)
        return terms if said.amount is None else replace(terms, amount=said.amount, months=past)

    async def import_plans(self, plans: Plans, *, by: Viewer, currency: str) -> tuple[Budget, ...]:
        """Set the amounts of months, of some budgets at once; all of them or none.

        Months that aren't said keep what they have; a budget that isn't there is made, monthly.
        More than `MOST_AT_ONCE` are held against what is spent when that is done of all budgets
        next, within minutes.

        Raises:
            PlanFileError: two amounts are said of a month.
            BudgetError, CostTrackerError, RoleNeededError: as `add`.
        """
        people = {each.slug: each for each in await self._projects.list(by, archived=True)}
        there = {known_as(each): each for each in reversed(await self.list(by))}
        wanted = list[tuple[int | None, Terms]]()
        for key, (said, months) in together(plans, currency).items():
            before = there.get(key)
            if before is not None:
                merged = {**before.terms.months, **months}
                wanted.append((before.id, replace(before.terms, months=merged)))
                continue
            fresh = Terms(
                subject=write_subject(said.query.where),
                currency=said.currency or currency,
                cycle=said.cycle or Cycle.MONTHLY,
                months=months,
                measure=said.query.measure,
            )
            wanted.append((None, _with_people(fresh, said.query, people)))
        return await self._put(wanted, by)

    async def remove(self, number: int, *, by: Viewer) -> Budget:
        """Remove a budget; its history stays.

        Raises:
            UnknownBudgetError, RoleNeededError: as `change`.
        """
        known, owned = await self._catalogue.known(), await self._projects.owned(by)
        async with self._database.begin() as tx:
            await store.lock(tx)
            found = known.read(await store.one(tx, number))
            rights.require(found, by, owned)
            await store.remove(tx, found, by.subject, self._clock())
            await end_alerts(tx, number, now=self._clock())
            await record(tx, by, "budget.remove", str(number), of=found.terms.subject)
        await self._evaluate([])
        return found

    async def changes(self, number: int, viewer: Viewer) -> tuple[Change, ...]:
        """Every change of a budget, the latest first.

        Raises:
            UnknownBudgetError: there is none of that number, or not for this viewer.
        """
        await self.get(number, viewer)
        async with self._database.read() as connection:
            return tuple(await store.changes(connection, number))

    async def status(self, number: int, viewer: Viewer, *, on: date | None = None) -> Status:
        """How far a budget is, in its present period or in that of another day.

        A period that is over is held against the amounts of its time.

        Raises:
            UnknownBudgetError: there is none of that number, or not for this viewer.
        """
        found = await self.get(number, viewer)
        period = period_on(found.terms, on or self._costs.today())
        now = await self._catalogue.everything()
        *_, (every, asked) = await self._catalogue.as_set(now, [(found, period)])
        [(then, _)] = asked
        return every.with_steps(await self._status(then, period, every))

    async def with_steps(self, told: Status) -> Status:
        """A status with what its plan has by the end of each day."""
        return (await self._catalogue.everything()).with_steps(told)

    async def statuses(
        self,
        viewer: Viewer,
        *,
        where: Sequence[Filter] | None = None,
        limit: int | None = None,
        only: Callable[[Budget], bool] | None = None,
        on: date | None = None,
    ) -> tuple[Status, ...]:
        """How far the budgets are that somebody may see.

        Those of what can't be read any more aren't among them. Their forecasts have no bands of
        single days.

        Args:
            viewer: who asks.
            where: only those of exactly this; None: all.
            limit: no more than so many.
            only: those for which it says so; None: all.
            on: in the periods that this day is in, against the amounts of their time; None: in
                the present ones.
        """
        from core.budgets.batches import statuses  # noqa: PLC0415  # on use: numpy

        every = await self._catalogue.everything()
        known = await self.list(viewer, where=where)
        found = [each for each in known if each.query and (not only or only(each))]
        day = on or self._costs.today()
        asked = [(each, period_on(each.terms, day)) for each in found[:limit]]
        told = {
            each.budget.id: each
            for then, some in await self._catalogue.as_set(every, asked)
            async for each in statuses(self._costs, then, some)
        }
        return tuple(told[each.id] for each, _ in asked)

    async def _status(self, budget: Budget, period: Period, every: Everything) -> Status:
        today = self._costs.today()
        spent = await spending.read(self._costs, budget, period)
        made, refused = await spending.forecast(spent, period, today)
        allotted = every.allotted(budget, period) if budget.team is not None else None
        return status(
            budget,
            period,
            every.plan(budget),
            spent,
            made,
            today=today,
            refused=refused,
            allotted=None if allotted is None else rounded(allotted, budget.terms.currency),
        )

    async def _put(
        self, wanted: Sequence[tuple[int | None, Terms]], by: Viewer
    ) -> tuple[Budget, ...]:
        """Make or change budgets, in one transaction."""
        known, owned = await self._catalogue.known(), await self._projects.owned(by)
        names = await self._costs.vocabulary(by)
        if names != known.names:
            for _, terms in wanted:
                # First with the names they may know: no error then tells of what they don't see.
                parse_cost_query(terms.subject, today=known.today, names=names)
        async with self._database.begin() as tx:
            await store.lock(tx)
            there = {each.id: known.read(each) for each in await store.read(tx)}
            of = taken(there.values())
            changes = []
            for number, terms in wanted:
                made = known.check(terms, number or 0)
                rights.require(made, by, owned)
                before = _before(there, number)
                if before is not None:
                    rights.require(before, by, owned)
                refuse_taken(made, of)
                changes.append((before, made))
            put = await self._write(tx, changes, by)
        await self._evaluate([each.id for each in put])
        return put

    async def _evaluate(self, numbers: Collection[int]) -> None:
        """Hold what was set against what is spent, at once; what fails the next evaluation does.

        As it does what would take minutes: their forecasts are made first.
        """
        if self._changed is None or len(numbers) > MOST_AT_ONCE:
            return
        try:
            await self._changed(numbers)
        except CostTrackerError as error:
            _log.warning("can't evaluate budgets now", budgets=[*numbers], error=str(error))

    async def _write(
        self, tx: Connection, every: Sequence[tuple[Budget | None, Budget]], by: Viewer
    ) -> tuple[Budget, ...]:
        """Keep budgets that are new, and what others are from now on; all, in order."""
        now = self._clock()
        fresh = [after for before, after in every if before is None]
        other = {b.id: (b, a.terms) for b, a in every if b is not None and b.terms != a.terms}
        made = await store.add(tx, [each.terms for each in fresh], by.subject, now)
        await store.change(tx, [*other.values()], by.subject, now)
        numbers, told = iter(made), list[Budget]()
        for before, after in every:
            known = before or replace(after, id=next(numbers), created_by=by.subject)
            told.append(
                replace(
                    after,
                    id=known.id,
                    created_by=known.created_by,
                    created_at=now if before is None else before.created_at,
                    changed_at=now if before is None or known.id in other else before.changed_at,
                )
            )
        of = {each.id: {"of": each.terms.subject} for each in told}
        await record_each(tx, by, "budget.add", {str(n): of[n] for n in made})
        await record_each(tx, by, "budget.change", {str(n): of[n] for n in other})
        return tuple(told)


def _with_people(terms: Terms, query: CostQuery, projects: Mapping[str, Project]) -> Terms:
    """Terms with the owner and the channel of the one project that they are of."""
    if len(query.projects) != 1:
        return terms
    project = projects[query.projects[0]]
    channels = (project.channel,) if project.channel else ()
    return replace(terms, owner=project.owner, channels=channels)


def _before(there: Mapping[int, Budget], number: int | None) -> Budget | None:
    """What a budget was; None where it is new."""
    if number is None:
        return None
    if number not in there:
        raise UnknownBudgetError(f"There is no budget {number}.")
    return there[number]
