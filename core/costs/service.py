"""The verbs of costs: answer a question, list what is behind it, say how good the data is."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from cachetools import LRUCache

from core.access.model import Viewer
from core.cache import Cache, Flights
from core.clock import Clock, today
from core.costs.exporting import export as exporting
from core.costs.exporting import rows as row_exporting
from core.costs.exporting.export import FocusExport
from core.costs.exporting.rows import RowsExport
from core.costs.language.names import index_of
from core.costs.listings import (
    DailySeries,
    DimensionValue,
    Late,
    Restatement,
    RowPage,
    SourceState,
)
from core.costs.model import RESOURCE, CostAnswer, CostQuery, Dimension, Line, Vocabulary
from core.costs.proving.invoices import notes as invoice_notes
from core.costs.reading import kept, resources, series, store
from core.costs.reading.assemble import Layout, Row, against, lines, sums_by_currency, totals
from core.costs.reading.basis import Basis
from core.costs.reading.codec import decode, encode
from core.costs.reading.late import read_late
from core.costs.reading.names import (
    Slugs,
    known_values,
    matching,
    mentions_projects,
    read_slugs,
    read_vocabulary,
    resolved_filter,
    resolved_versus,
)
from core.costs.reading.notes import notes, refuse_unknown_rates
from core.costs.reading.plan import plan
from core.costs.reading.rows import read_page
from core.costs.reading.state import read_missing_days, read_restatements, read_sources
from core.costs.reading.versions import Versions
from core.costs.resources import kept_since
from core.costs.retained import Held, read_held
from core.database import Database
from core.period import Period

PACIFIC: Final = ZoneInfo("America/Los_Angeles")
MOST_ROWS: Final = 1000
_KEPT_LINES: Final = 10_000
"""A line is some eight objects, which the garbage collector goes through while nobody is
answered: no more than what 50 ms are enough for."""
_KEPT_VOCABULARIES: Final = 32
_TRIES: Final = 3


class CostService:
    """Answers questions about costs, exactly, and only from what the asker may see."""

    def __init__(
        self,
        database: Database,
        cache: Cache,
        clock: Clock,
        *,
        zone: ZoneInfo = PACIFIC,
    ) -> None:
        """Keep its parts; `zone` (REPORT_TIMEZONE) says which day today is."""
        self._database = database
        self._cache = cache
        self._clock = clock
        self._zone = zone
        self._versions = Versions(database)
        self._answers: LRUCache[Any, CostAnswer] = LRUCache(_KEPT_LINES, _size)
        self._names: LRUCache[Any, Any] = LRUCache(_KEPT_VOCABULARIES)
        self._complete: LRUCache[Any, date | None] = LRUCache(1000)
        self._flights = Flights[Any, Any]()

    def forget(self) -> None:
        """Drop the answers kept in this process; the next ones are computed anew."""
        self._answers.clear()

    def today(self) -> date:
        """The present day, in the time zone of reports."""
        return today(self._clock, self._zone)

    async def data_version(self) -> int:
        """The version of all that answers depend on: the same version, the same answer."""
        return (await self._versions.present()).number

    async def complete_until(self) -> date | None:
        """The first day that some source doesn't have complete yet; None: no day is."""
        return (await self._versions.present()).complete_until

    async def vocabulary(self, viewer: Viewer) -> Vocabulary:
        """The names that the viewer's questions can mention."""
        visible = viewer.projects
        found: Vocabulary = await self._named(visible, lambda: self._vocabulary(visible))
        return found

    async def answer(self, query: CostQuery, viewer: Viewer) -> CostAnswer:
        """Answer a question.

        Raises:
            UnknownProjectError: it names a project that there isn't, or not for this viewer.
            UnknownResourceError: likewise a resource.
            ChargesDroppedError, DaysDroppedError: its days are too old for what it asks.
            ResourceDaysError, ResourceQuestionError, NoResourcesError: resources can't be told
                apart so.
            RateUnknownError: amounts can't be converted to `query.currency`.
        """
        query = await self._resolved(query, viewer)
        version = await self._versions.present()
        key = (version, viewer.projects, query, self.today())
        answer = self._answers.get(key)
        if answer is None:
            answer = await self._flights.join(key, lambda: self._fetch(key, query, viewer))
            if _size(answer) < _KEPT_LINES // 4:
                self._answers[key] = answer
        return answer

    async def rows(
        self, query: CostQuery, viewer: Viewer, *, after: str | None = None, limit: int = MOST_ROWS
    ) -> RowPage:
        """List the charges of a question, a page at a time.

        Args:
            query: its period, filters, measure and basis count; grouping doesn't.
            viewer: who asks.
            after: `next` of the page before; None begins.
            limit: rows a page, 1 to 1000.

        Raises:
            BadPositionError: `after` is none that this question gave.
        """
        query = await self._of_rows(query, viewer)
        return await read_page(
            self._database,
            query,
            viewer.projects,
            after=after,
            limit=max(1, min(limit, MOST_ROWS)),
        )

    async def series(
        self, query: CostQuery, viewer: Viewer, *, exact_from: date | None = None
    ) -> AsyncIterator[DailySeries]:
        """Each group of a question day by day, ordered by its values, in constant memory.

        `exact_from`: from which day on amounts are told as money, too.
        """
        query = await self._resolved(query, viewer)
        async for found in series.stream(self._database, query, viewer.projects, exact_from):
            yield found

    @asynccontextmanager
    async def export(self, query: CostQuery, viewer: Viewer) -> AsyncGenerator[FocusExport]:
        """Open a FOCUS export of a question's charges: its period, filters and basis count.

        Raises:
            UnknownProjectError: as `answer`.
        """
        query = await self._of_rows(query, viewer)
        async with exporting.opened(self._database, query, viewer.projects) as export:
            yield export

    @asynccontextmanager
    async def export_rows(self, query: CostQuery, viewer: Viewer) -> AsyncGenerator[RowsExport]:
        """Open an export of all that `rows` lists.

        Raises:
            UnknownProjectError: as `answer`.
        """
        query = await self._of_rows(query, viewer)
        async with row_exporting.opened(self._database, query, viewer.projects) as export:
            yield export

    async def count_rows(self, query: CostQuery, viewer: Viewer) -> int:
        """About how many rows `rows` lists, in all."""
        query = await self._of_rows(query, viewer)
        return await row_exporting.count(self._database, query, viewer.projects)

    async def dimension(
        self,
        dimension: Dimension,
        viewer: Viewer,
        *,
        query: CostQuery | None = None,
        prefix: str = "",
        limit: int | None = None,
    ) -> tuple[DimensionValue, ...]:
        """The values of a dimension, sorted by what people read; unassigned or absent last.

        Args:
            dimension: which one.
            viewer: who asks; what they may not see is left out.
            query: only values that its charges have; None: all known.
            prefix: only those with a word of the identity or name that begins so, in any case.
            limit: no more than so many.
        """
        if query is None and dimension == RESOURCE:
            query = resources.everything(self.today())
        if query is None:
            values = known_values(await self.vocabulary(viewer), dimension)
        else:
            listed = replace(query, group_by=(dimension,), granularity=None, versus=None)
            answer = await self.answer(replace(listed, top=None, over=None), viewer)
            values = [_value(line, dimension) for line in answer.lines if not line.other]
        return matching(dict.fromkeys(values), prefix=prefix, limit=limit)

    async def data_state(self, viewer: Viewer) -> tuple[SourceState, ...]:
        """How fresh and how well proved the data is, per source, by name."""
        async with self._database.read() as connection:
            return await read_sources(connection, viewer.projects)

    async def first_day(self, query: CostQuery) -> date | None:
        """The first day of which all is kept that a question asks for; None: every day is."""
        if query.by_resource:
            return kept_since(self.today())
        return kept.first_held(query, plan(query, None), await self._held())

    async def missing_days(self) -> Mapping[str, tuple[date, ...]]:
        """The days of which no charge has come though older and younger ones have, by source.

        Of the last ninety days at most, as far as syncs have looked at them.
        """
        async with self._database.read() as connection:
            return await read_missing_days(connection)

    async def restatements(
        self,
        viewer: Viewer,
        *,
        period: Period | None = None,
        projects: Collection[str] = (),
        before: int | None = None,
        limit: int = 100,
    ) -> tuple[Restatement, ...]:
        """Days that changed after they were published, newest record first.

        Args:
            viewer: who asks; only what they may see.
            period: only days in it.
            projects: only of these, by their present slugs or former ones; none: of all.
            before: the `id` to continue after.
            limit: no more than so many.

        Raises:
            UnknownProjectError: there is no such project, or not for this viewer.
        """
        known: Slugs = await self._named("slugs", self._slugs)
        of = [known.resolve(slug, viewer) for slug in projects]
        async with self._database.read() as connection:
            return await read_restatements(
                connection, viewer.projects, period=period, of=of, before=before, limit=limit
            )

    async def late(self, query: CostQuery, viewer: Viewer, *, age: timedelta) -> Late:
        """What came of a question's months later than `age` after each of them was over.

        Its period (whole months) and filters count; a month ends at midnight UTC.

        Raises:
            LateUnknownError: it asks by more than is kept of late charges.
            UnknownProjectError: as `answer`.
        """
        query = await self._resolved(query, viewer)
        return await read_late(self._database, query, viewer.projects, age)

    async def _fetch(self, key: Any, query: CostQuery, viewer: Viewer) -> CostAnswer:
        """Compute an answer, or have it from another replica."""
        if not self._cache.shared:
            return await self._compute(query, viewer)
        answer = None

        async def load() -> bytes:
            nonlocal answer
            answer = await self._compute(query, viewer)
            return encode(answer)

        version, visible, *rest = key
        name = repr((version, visible and sorted(visible), *rest))
        data = await self._cache.get_or_load(name, load)
        return decode(data, query) if answer is None else answer

    async def _compute(self, query: CostQuery, viewer: Viewer) -> CostAnswer:
        held = await self._held()
        question, basis, rows = await self._summarise(query, viewer)
        made = question.plan
        kept.refuse(query, made, held)
        refuse_unknown_rates(basis, query.currency)
        resources.refuse_without(query, basis)
        known = against(query, made, basis, held=kept.holds_other(query, made, held))
        sums = sums_by_currency(Layout(len(query.group_by)), rows)
        return CostAnswer(
            query=query,
            text=question.text,
            totals=totals(sums, known),
            lines=lines(query, made, rows, sums, known),
            compared=made.then if known.previous or known.comparable else None,
            comparable=made.comparable if known.comparable else None,
            notes=(
                *notes(query, made, sums, basis, viewer=viewer, today=self.today()),
                *resources.notes(query, rows, sums, basis),
                *kept.notes(made, held, basis.first_day),
                *await invoice_notes(self._database, query, made.now, sums, viewer),
            ),
            freshness=basis.freshness,
            data_version=basis.version,
            resources=await self._tells_resources(query),
        )

    async def _tells_resources(self, query: CostQuery) -> bool:
        version = await self._versions.present()
        return version.resources and resources.within(query, today(self._clock, self._zone))

    async def _summarise(
        self, query: CostQuery, viewer: Viewer
    ) -> tuple[store.Prepared, Basis, list[Row]]:
        """Plan by the days thought complete and, if the answer says otherwise, once more."""
        visible = viewer.projects
        version = await self._versions.present()
        key = (version.number, visible, query.where)
        guess = self._complete.get(key, version.complete_until)
        since = kept_since(self.today()) if query.by_resource else None
        question = store.prepared(query, guess, visible, since)
        for _ in range(_TRIES):
            basis, rows = await store.summarise(self._database, question)
            guess = basis.freshness.complete_until
            asked, question = question, store.prepared(query, guess, visible, since)
            if question.plan == asked.plan:
                break
        self._complete[key] = guess
        return asked, basis, rows

    async def _resolved(self, query: CostQuery, viewer: Viewer) -> CostQuery:
        """The question with the present slugs of its projects, all of which may be seen.

        And with the ids of its resources, if it tells any apart.
        """
        if query.by_resource:
            resources.check(query, self.today())
            query = await resources.resolved(self._database, query, viewer)
        if not mentions_projects(query):
            return query
        slugs: Slugs = await self._named("slugs", self._slugs)
        return replace(
            query,
            where=tuple(resolved_filter(item, slugs, viewer) for item in query.where),
            versus=resolved_versus(query.versus, slugs, viewer),
        )

    async def _of_rows(self, query: CostQuery, viewer: Viewer) -> CostQuery:
        """A question whose charges can be had one by one, resolved."""
        resources.refuse_rows(query)
        query = await self._resolved(query, viewer)
        kept.refuse_charges(query, await self._held())
        return query

    async def _held(self) -> Held:
        held: Held = await self._named("held", self._read_held)
        return held

    async def _read_held(self) -> Held:
        async with self._database.read() as connection:
            return await read_held(connection)

    async def _named(self, key: Any, load: Callable[[], Awaitable[Any]]) -> Any:
        """Names as of the present data version, read once for each."""
        versioned = (await self._versions.present(), key)
        if versioned not in self._names:
            self._names[versioned] = await self._flights.join(versioned, load)
        return self._names[versioned]

    async def _slugs(self) -> Slugs:
        async with self._database.read() as connection:
            return await read_slugs(connection)

    async def _vocabulary(self, visible: frozenset[str] | None) -> Vocabulary:
        """Names with their index: parsing a question would else make it, on the event loop."""
        async with self._database.read() as connection:
            names = await read_vocabulary(connection, visible)
        await asyncio.to_thread(index_of, names)
        return names


def _value(line: Line, dimension: Dimension) -> DimensionValue:
    return DimensionValue(line.group[dimension], (line.names or {}).get(dimension, ""))


def _size(answer: CostAnswer) -> int:
    return 1 + len(answer.lines)
