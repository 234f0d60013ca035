"""The verbs of budgets: set, list, look how far they are."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time
from decimal import Decimal

from core.access.model import OPERATOR, Viewer
from core.access.service import record
from core.budgets import rights, spending, store
from core.budgets.known import Known, is_meant, is_of, refuse_taken
from core.budgets.model import (
    Budget,
    Change,
    Cycle,
    Terms,
    UnknownBudgetError,
    period_on,
    rounded,
)
from core.budgets.rolling import Everything
from core.budgets.said import Said
from core.budgets.status import Status, status, steps
from core.clock import Clock
from core.costs.model import CostQuery, Filter
from core.costs.question import parse_cost_query, write_subject
from core.costs.service import CostService
from core.database import Connection, Database
from core.period import Period, month_of
from core.projects.service import ProjectService


class BudgetService:
    """Keeps budgets, and holds what is spent against them."""

    def __init__(
        self, database: Database, costs: CostService, projects: ProjectService, clock: Clock
    ) -> None:
        """Keep its parts."""
        self._database = database
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
        every = await self._everything()
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
        known = await self._known()
        async with self._database.read() as connection:
            found = known.read(await store.one(connection, number))
        if not rights.may_see(found, viewer):
            raise UnknownBudgetError(f"There is no budget {number}.")
        return found

    async def may_change(self, budget: Budget, viewer: Viewer) -> bool:
        """Whether somebody may change it: its projects' owner, finance, administrators."""
        return rights.may_change(budget, viewer, await self._projects.owned(viewer))

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

    async def set_amount(self, said: Said, *, by: Viewer, currency: str) -> Budget:
        """Set how much something may cost: change its budget, else make one.

        A new one has its project's owner and channel. Months that are over keep their amounts.

        Args:
            said: of what, how much, how often.
            by: who does.
            currency: of a new one, unless another is said.
        """
        there = [
            each
            for each in await self.list(by, where=said.query.where)
            if each.terms.measure is said.query.measure
            and (said.cycle is None or each.terms.cycle is said.cycle)
            and (said.dates is None or each.terms.dates == said.dates)
        ]
        if there:
            return await self.change(there[0].id, self._set(there[0].terms, said), by=by)
        fresh = Terms(
            subject=write_subject(said.query.where),
            currency=said.currency or currency,
            cycle=said.cycle or Cycle.MONTHLY,
            amount=said.amount,
            dates=said.dates,
            measure=said.query.measure,
        )
        return await self.add(await self.with_people(fresh, said.query, by), by=by)

    async def with_people(self, terms: Terms, query: CostQuery, viewer: Viewer) -> Terms:
        """Terms with the owner and the channel of the one project that they are of."""
        if len(query.projects) != 1:
            return terms
        project = await self._projects.get(query.projects[0], viewer)
        channels = (project.channel,) if project.channel else ()
        return replace(terms, owner=project.owner, channels=channels)

    def _set(self, terms: Terms, said: Said) -> Terms:
        now = month_of(self._costs.today())
        past = {month: amount for month, amount in terms.months.items() if month < now}
        terms = replace(terms, currency=said.currency or terms.currency)
        return terms if said.amount is None else replace(terms, amount=said.amount, months=past)

    async def import_plans(
        self, plans: Iterable[tuple[Said, Mapping[date, Decimal]]], *, by: Viewer, currency: str
    ) -> tuple[Budget, ...]:
        """Set the amounts of months, of some budgets at once; all of them or none.

        Months that aren't said keep what they have; a budget that isn't there is made, monthly.
        """
        found = await self.list(by)
        wanted: list[tuple[int | None, Terms]] = []
        for said, months in plans:
            unit = said.currency or currency
            there = next((each for each in found if is_meant(each, said, unit)), None)
            if there is not None:
                merged = {**there.terms.months, **months}
                wanted.append((there.id, replace(there.terms, months=merged)))
                continue
            fresh = Terms(
                subject=write_subject(said.query.where),
                currency=unit,
                cycle=said.cycle or Cycle.MONTHLY,
                months=months,
                measure=said.query.measure,
            )
            wanted.append((None, await self.with_people(fresh, said.query, by)))
        return await self._put(wanted, by)

    async def remove(self, number: int, *, by: Viewer) -> Budget:
        """Remove a budget; its history stays.

        Raises:
            UnknownBudgetError, RoleNeededError: as `change`.
        """
        known, owned = await self._known(), await self._projects.owned(by)
        async with self._database.begin() as tx:
            await store.lock(tx)
            found = known.read(await store.one(tx, number))
            rights.require(found, by, owned)
            await store.remove(tx, found, by.subject, self._clock())
            await record(tx, by, "budget.remove", str(number), of=found.terms.subject)
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
        day = on or self._costs.today()
        period = period_on(found.terms, day)
        if period.end <= self._costs.today():
            found = replace(found, terms=await self._terms_of(found, period))
        every = await self._everything()
        told = await self._status(found, day, every)
        return replace(told, steps=tuple(steps(every.plan(found), period, told.currency)))

    async def statuses(
        self, viewer: Viewer, *, where: Sequence[Filter] | None = None, limit: int | None = None
    ) -> tuple[Status, ...]:
        """How far the budgets are that somebody may see, in their present periods.

        Those of what can't be read any more aren't among them.
        """
        every = await self._everything()
        found = [each for each in await self.list(viewer, where=where) if each.query is not None]
        today = self._costs.today()
        return tuple([await self._status(each, today, every) for each in found[:limit]])

    async def _status(self, budget: Budget, day: date, every: Everything) -> Status:
        period, today = period_on(budget.terms, day), self._costs.today()
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

    async def _terms_of(self, budget: Budget, period: Period) -> Terms:
        """What a budget was when a period of it ended; the first it was, if it is younger."""
        end = datetime.combine(period.end, time(), UTC)
        async with self._database.read() as connection:
            changes = await store.changes(connection, budget.id)
        known = [each for each in changes if each.after is not None]
        told = next((each for each in known if each.at < end), known[-1] if known else None)
        if told is None or told.after is None:
            return budget.terms
        then = store.terms_of(told.after)
        return replace(budget.terms, amount=then.amount, months=then.months)

    async def _put(
        self, wanted: Sequence[tuple[int | None, Terms]], by: Viewer
    ) -> tuple[Budget, ...]:
        """Make or change budgets, in one transaction."""
        known, owned = await self._known(), await self._projects.owned(by)
        names = await self._costs.vocabulary(by)
        for _, terms in wanted:
            # First with the names they may know: no error then tells of what they don't see.
            parse_cost_query(terms.subject, today=known.today, names=names)
        numbers = []
        async with self._database.begin() as tx:
            await store.lock(tx)
            there = [known.read(each) for each in await store.read(tx)]
            for number, terms in wanted:
                made = known.check(terms, number or 0)
                rights.require(made, by, owned)
                before = _before(there, number)
                if before is not None:
                    rights.require(before, by, owned)
                refuse_taken(made, there)
                made = await self._write(tx, before, made, by)
                there = [each for each in there if each.id != made.id] + [made]
                numbers.append(made.id)
        found = {each.id: each for each in there}
        return tuple(found[number] for number in dict.fromkeys(numbers))

    async def _write(
        self, tx: Connection, before: Budget | None, after: Budget, by: Viewer
    ) -> Budget:
        now = self._clock()
        if before is None:
            number = await store.add(tx, after.terms, by.subject, now)
            await record(tx, by, "budget.add", str(number), of=after.terms.subject)
            return replace(after, id=number, created_by=by.subject, created_at=now, changed_at=now)
        if before.terms != after.terms:
            await store.change(tx, before, after.terms, by.subject, now)
            await record(tx, by, "budget.change", str(before.id), of=after.terms.subject)
            before = replace(before, changed_at=now)
        return replace(
            after,
            created_by=before.created_by,
            created_at=before.created_at,
            changed_at=before.changed_at,
        )

    async def _everything(self) -> Everything:
        known = await self._known()
        async with self._database.read() as connection:
            found = [known.read(each) for each in await store.read(connection)]
        projects = await self._projects.list(OPERATOR, archived=True)
        return Everything(found, {each.slug: each.team for each in projects})

    async def _known(self) -> Known:
        return Known(await self._costs.vocabulary(OPERATOR), self._costs.today())


def _before(there: Iterable[Budget], number: int | None) -> Budget | None:
    """What a budget was; None where it is new."""
    found = next((each for each in there if each.id == number), None)
    if number is not None and found is None:
        raise UnknownBudgetError(f"There is no budget {number}.")
    return found
