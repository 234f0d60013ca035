"""The verbs of schedules: set, list, pause, run now, look at what became of them."""

from dataclasses import replace

from core.access.model import Maker, Viewer
from core.access.service import record
from core.costs.question import parse_cost_query, write_subject
from core.database import Connection
from core.incidents.model import IncidentKind
from core.incidents.service import over
from core.reports.asking import period_of
from core.reports.model import Report
from core.schedules import rights, runs, store
from core.schedules.known import Known, refuse_taken
from core.schedules.model import (
    OwnerGoneError,
    Posting,
    Run,
    RunUnderWayError,
    Schedule,
    Terms,
    UnknownScheduleError,
)
from core.schedules.parts import Parts
from core.schedules.planning import plan
from core.schedules.timing import upcoming, zone_of


class ScheduleService:
    """Keeps schedules, and answers for their runs. `SchedulePoster` does what is due."""

    def __init__(self, parts: Parts) -> None:
        """Keep its parts."""
        self._parts = parts
        self._database = parts.database
        self._clock = parts.clock

    async def list(self, viewer: Viewer) -> tuple[Schedule, ...]:
        """The schedules that somebody may see, in the order they were made."""
        known = await Known.of(self._parts.costs)
        async with self._database.read() as connection:
            found = [known.read(each) for each in await store.read(connection)]
            latest = await runs.latest(connection)
        return tuple(
            replace(each, latest=latest.get(each.id))
            for each in found
            if rights.may_see(each, viewer)
        )

    async def get(self, number: int, viewer: Viewer) -> Schedule:
        """One schedule.

        Raises:
            UnknownScheduleError: there is none of that number, or not for this viewer.
        """
        found = next((each for each in await self.list(viewer) if each.id == number), None)
        if found is None:
            raise UnknownScheduleError(f"There is no schedule {number}.")
        return found

    async def may_change(self, schedule: Schedule, viewer: Viewer) -> bool:
        """Whether somebody may change it: its projects' owner, finance, administrators."""
        return rights.may_change(schedule, viewer, await self._parts.projects.owned(viewer))

    async def add(self, terms: Terms, *, by: Viewer) -> Schedule:
        """Make a schedule, owned by whoever does.

        Raises:
            ScheduleError, ScheduleTimeError: it can't be so.
            CostTrackerError: its subject can't be read.
            RoleNeededError: it isn't for them to make.
        """
        return await self._put(None, terms, by)

    async def change(self, number: int, terms: Terms, *, by: Viewer) -> Schedule:
        """Change a schedule; whoever does owns it from now on.

        Raises:
            UnknownScheduleError: there is none of that number, or not for them.
            ScheduleError, ScheduleTimeError, CostTrackerError, RoleNeededError: as `add`.
        """
        return await self._put(number, terms, by)

    async def remove(self, number: int, *, by: Viewer) -> Schedule:
        """Remove a schedule; the history of its runs stays."""
        found = await self._theirs(number, by)
        async with self._database.begin() as tx:
            await store.remove(tx, number, self._clock())
            await runs.give_up(tx, number, "it was removed")
            await record(tx, by, "schedule.remove", str(number), of=found.terms.subject)
            await self._over(tx, number)
        return found

    async def pause(self, number: int, *, by: Viewer) -> Schedule:
        """Skip its runs until it is resumed; paused already: nothing changes."""
        found = await self._theirs(number, by)
        if found.paused_at is None:
            async with self._database.begin() as tx:
                await store.pause(tx, number, self._clock(), by=by.subject)
                await record(tx, by, "schedule.pause", str(number), of=found.terms.subject)
        return await self.get(number, by)

    async def resume(self, number: int, *, by: Viewer) -> Schedule:
        """Have it run again; whoever does owns it from now on if its owner is gone."""
        found = await self._theirs(number, by)
        if found.paused_at is not None:
            owner = await self._owner(found, by)
            async with self._database.begin() as tx:
                await store.resume(tx, number, owner, upcoming(found.terms.when, self._clock()))
                await record(tx, by, "schedule.resume", str(number), of=found.terms.subject)
                await self._over(tx, number)
        return await self.get(number, by)

    async def run(self, number: int, *, by: Viewer) -> Run:
        """Have its report posted now, provisional or not; paused or not.

        A run that waits, for its days or to be tried again, waits no longer.

        Raises:
            RunUnderWayError: a run of it is under way.
        """
        found = await self._theirs(number, by)
        now = self._clock()
        period = period_of(found.terms.kind, None, now.astimezone(zone_of(found.terms.when)).date())
        async with self._database.begin() as tx:
            await store.lock(tx)
            there = await runs.open_one(tx, number)
            made = (
                await runs.add(tx, number, now, period, by=by.subject)
                if there is None
                else await runs.hasten(tx, there, now, by=by.subject)
            )
            if made is None:
                raise RunUnderWayError(
                    f"A run of schedule {number} is under way.", fix="Its history says how it goes."
                )
            await record(tx, by, "schedule.run", str(number), of=found.terms.subject)
        return made

    async def preview(self, number: int, viewer: Viewer) -> Report:
        """What it would post now, of what the viewer may see; nothing is posted or kept."""
        found = await self.get(number, viewer)
        names = await self._parts.costs.vocabulary(viewer)
        query = parse_cost_query(found.terms.subject, today=self._parts.costs.today(), names=names)
        query = replace(query, currency=found.terms.currency)
        return await self._parts.reports.report(found.terms.kind, query, viewer)

    async def check_may_go(self, posting: Posting) -> None:
        """See that what was posted, and isn't delivered yet, may still be.

        Raises:
            OwnerGoneError: whoever set the schedule may not see or schedule that any more.
        """
        async with self._database.read() as connection:
            found = await store.ever(connection, posting.schedule)
        if found is not None:
            of = replace(found.terms, subject=write_subject(posting.report.query.where))
            known = await Known.of(self._parts.costs)
            await rights.acting(known.read(replace(found, terms=of)), self._parts)

    async def runs(
        self, number: int, viewer: Viewer, *, before: int | None = None, limit: int = 100
    ) -> tuple[Run, ...]:
        """Its runs, the latest first; `before`: the `id` to continue after."""
        await self.get(number, viewer)
        async with self._database.read() as connection:
            return await runs.listed(connection, number, before=before, limit=limit)

    async def _put(self, number: int | None, terms: Terms, by: Viewer) -> Schedule:
        known, owned = await Known.of(self._parts.costs), await self._parts.projects.owned(by)
        names = await self._parts.costs.vocabulary(by)
        # First with the names they may know: no error then tells of what they don't see.
        parse_cost_query(terms.subject, today=known.today, names=names)
        now = self._clock()
        async with self._database.begin() as tx:
            await store.lock(tx)
            made = known.check(terms, number or 0, Schedule(0, terms, Maker.of(by)))
            rights.require(made, by, owned)
            there = None if number is None else await store.one(tx, number)
            if there is not None:
                rights.require(known.read(there), by, owned)
                # What was due when it was changed isn't lost by that.
                await plan(tx, there, now)
            refuse_taken(made, map(known.read, await store.read(tx)))
            next_at = upcoming(made.terms.when, now)
            if number is None:
                number = await store.add(tx, made.terms, made.owner, now=now, next_at=next_at)
                await record(tx, by, "schedule.add", str(number), of=made.terms.subject)
            else:
                await store.change(tx, number, made.terms, made.owner, now=now, next_at=next_at)
                await record(tx, by, "schedule.change", str(number), of=made.terms.subject)
        return await self.get(number, by)

    async def _theirs(self, number: int, by: Viewer) -> Schedule:
        """A schedule that somebody may set."""
        found = await self.get(number, by)
        rights.require(found, by, await self._parts.projects.owned(by))
        return found

    async def _owner(self, schedule: Schedule, by: Viewer) -> Maker:
        """Whoever owns it, unless they are gone: then whoever takes it up."""
        try:
            await rights.acting(schedule, self._parts)
        except OwnerGoneError:
            return Maker.of(by)
        return schedule.owner

    async def _over(self, tx: Connection, number: int) -> None:
        await over(tx, IncidentKind.SCHEDULE, str(number), now=self._clock())
