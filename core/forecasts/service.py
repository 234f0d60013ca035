"""The verbs of forecasts: look ahead, make a night's worth, judge those whose days are in."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from core import data_version
from core.access.model import OPERATOR, Viewer
from core.clock import Clock
from core.costs.model import (
    PROJECT,
    Basis,
    CostAnswer,
    CostQuery,
    Filter,
    Freshness,
    Granularity,
    Measure,
    Note,
    NoteKind,
)
from core.costs.question import FORECAST, parse_cost_query, write
from core.costs.service import CostService
from core.database import Database
from core.errors import InvalidError, NotFoundError
from core.forecasts import store
from core.forecasts.known import by_currency, complete_days, dense, known, lost_days, total
from core.forecasts.model import KEPT_DAYS, Forecast, NotEnoughHistoryError, Series
from core.forecasts.scoring import accuracy, score
from core.forecasts.store import Made
from core.money import ZERO
from core.period import Period, calendar, previous, to_calendar, whole_months

KEPT: Final = timedelta(days=400)
"""How long forecasts are kept to judge later ones by."""

_TOGETHER: Final = 256
_SAID: Final = {NoteKind.PARTIAL_ACCESS, NoteKind.CONVERTED, NoteKind.MISMATCH}
_ANY_DAYS: Final = Period(date(2000, 1, 1), date(2000, 2, 1), "mtd")
_WEEK: Final = timedelta(days=7)


class OnlyCostError(InvalidError):
    """Forecasts are of the measure `cost`, by day of use."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """A question's forecast in one currency; None where `refused` says why there is none.

    `history`: the complete days behind it. `so_far`: what days that aren't complete have.
    `before`: what the period before came to, None where not all of it is known.
    """

    currency: str
    forecast: Forecast | None
    history: Series
    so_far: Mapping[date, Decimal]
    before: Decimal | None = None
    refused: NotEnoughHistoryError | None = None


@dataclass(frozen=True, slots=True)
class ForecastAnswer:
    """What is to come of a question's costs, by currency, the largest first.

    `query.period` are the days forecast, whole; `text` asks it again.
    """

    query: CostQuery
    text: str
    outlooks: tuple[Outlook, ...]
    notes: tuple[Note, ...]
    freshness: Freshness


class ForecastService:
    """Looks ahead, from complete days only and only from what the asker may see."""

    def __init__(self, database: Database, costs: CostService, clock: Clock) -> None:
        """Keep its parts."""
        self._database = database
        self._costs = costs
        self._clock = clock

    async def forecast(self, query: CostQuery, viewer: Viewer) -> ForecastAnswer:
        """Forecast a question: its whole period, of which some days may be known.

        A to-date period stands for the whole: `mtd` asks for the month's end.

        Raises:
            OnlyCostError: it asks for another measure, or by invoice.
            NothingAheadError, TooFarAheadError: as `core.forecasts.making.forecast`.
            UnknownProjectError, RateUnknownError: as `CostService.answer`.
        """
        _check(query)
        asked = replace(query, period=whole(query.period))
        answer = await self._daily(asked, viewer)
        subject = _subject(asked) if _whole_view(asked, viewer) else None
        lost = lost_days(await self._costs.missing_days())
        outlooks = [
            await self._outlook(history, so_far, asked, subject)
            for history, so_far in known(answer, asked.period.start, lost)
        ]
        if subject is not None:
            await self._keep(subject, outlooks)
        return ForecastAnswer(
            query=asked,
            text=f"{FORECAST} {write(query, grouped=False)}",
            outlooks=tuple(sorted(outlooks, key=_size, reverse=True)),
            notes=tuple(note for note in answer.notes if note.kind in _SAID),
            freshness=answer.freshness,
        )

    async def make_all(self) -> int:
        """Forecast the month's end of the company and of every project; how many."""
        now = self._costs.today()
        month = whole_months(Period(now, now + timedelta(1)))
        company = CostQuery(month, group_by=(PROJECT,))
        complete = await self._costs.complete_until()
        if complete is None or complete >= month.end:
            return 0
        await self.forecast(company, OPERATOR)
        made = 0
        async for batch in self._batches(replace(company, period=_history(company, now)), complete):
            found = await asyncio.to_thread(_forecasts, batch, month)
            async with self._database.begin() as tx:
                await store.keep(tx, found, self._clock())
            made += len(found)
        return made

    async def judge_due(self) -> int:
        """Judge the forecasts whose days are all in, and forget the oldest; how many."""
        complete = await self._costs.complete_until()
        if complete is None:
            return 0
        async with self._database.read() as connection:
            subjects = await store.subjects_due(connection, complete)
        lost = lost_days(await self._costs.missing_days())
        judged = sum([await self._judge(subject, complete, lost) for subject in subjects])
        async with self._database.begin() as tx:
            await store.forget(tx, self._clock() - KEPT)
            if judged:
                await data_version.bump(tx)
        return judged

    async def _outlook(
        self,
        history: Series,
        so_far: Mapping[date, Decimal],
        asked: CostQuery,
        subject: str | None,
    ) -> Outlook:
        """One currency's; `subject` None: nobody else sees the same, so no earlier one tells."""
        before = total(previous(asked.period), history)
        found = Outlook(history.currency, None, history, so_far, before)
        from core.forecasts.making import forecast  # noqa: PLC0415  # on use: numpy

        try:
            made = await asyncio.to_thread(
                forecast,
                history,
                start=asked.period.start,
                end=asked.period.end,
                so_far=so_far,
            )
        except NotEnoughHistoryError as error:
            return replace(found, refused=error)
        past = None
        if subject is not None:
            async with self._database.read() as connection:
                past = accuracy(await store.scores(connection, subject, history.currency))
        return replace(found, forecast=replace(made, period=asked.period, past=past))

    async def _daily(self, asked: CostQuery, viewer: Viewer) -> CostAnswer:
        """What is known day by day, as far back as it is kept and says anything."""
        daily = CostQuery(
            _history(asked, self._costs.today()),
            asked.where,
            group_by=(),
            granularity=Granularity.DAILY,
            currency=asked.currency,
        )
        first = await self._costs.first_day(daily)
        if first is not None and first > daily.period.start:
            first = min(first, asked.period.start)
            daily = replace(daily, period=Period(first, daily.period.end))
        return await self._costs.answer(daily, viewer)

    async def _keep(self, subject: str, outlooks: Sequence[Outlook]) -> None:
        made = [Made(subject, each.forecast) for each in outlooks if each.forecast is not None]
        async with self._database.begin() as tx:
            await store.keep(tx, made, self._clock())

    async def _batches(
        self, query: CostQuery, complete: date
    ) -> AsyncIterator[list[tuple[str, Series]]]:
        """Projects' series, some at a time."""
        lost = lost_days(await self._costs.missing_days())
        batch: list[tuple[str, Series]] = []
        async for found in self._costs.series(query, OPERATOR):
            (slug,) = found.group
            subject = _subject(replace(query, where=(Filter(PROJECT, (slug,)),)))
            batch.append((subject, complete_days(found, complete, lost)))
            if len(batch) == _TOGETHER:
                yield batch
                batch = []
        if batch:
            yield batch

    async def _judge(self, subject: str, complete: date, lost: frozenset[date]) -> int:
        async with self._database.read() as connection:
            due = await store.due(connection, subject, complete)
        start = min(each.forecast.period.start for each in due)
        end = max(each.forecast.period.end for each in due)
        try:
            names = await self._costs.vocabulary(OPERATOR)
            query = parse_cost_query(subject, today=self._costs.today(), names=names)
            asked = replace(
                query, period=Period(start, end), group_by=(), granularity=Granularity.DAILY
            )
            answer = await self._costs.answer(asked, OPERATOR)
        except (NotFoundError, InvalidError):
            # What it was about is gone; it is forgotten with the oldest.
            return 0
        came, days = by_currency(answer), Period(start, end)
        async with self._database.begin() as tx:
            for each in due:
                amounts = came.get(each.forecast.currency, {})
                actual = dense(days, amounts, each.forecast.currency, lost)
                await store.judge(tx, each, score(each.forecast, actual), self._clock())
        return len(due)


def whole(period: Period) -> Period:
    """A to-date period as the whole week, month, quarter or year that it is part of."""
    if period.name == "wtd":
        return Period(period.start, period.start + _WEEK)
    found = to_calendar(period)
    return period if found == period else calendar(found.start, found.end)


def _check(query: CostQuery) -> None:
    if query.measure is not Measure.COST or query.basis is not Basis.USAGE:
        said = "invoice" if query.basis is not Basis.USAGE else query.measure.value
        raise OnlyCostError(
            f"Forecasts are of cost by day of use, and {said!r} is another measure.",
            fix=f"Leave {said!r} out.",
        )


def _history(asked: CostQuery, now: date) -> Period:
    return Period(min(asked.period.start, now - timedelta(KEPT_DAYS)), now + timedelta(1))


def _subject(query: CostQuery) -> str:
    """What a question is about, whenever it is asked: in words that can be read again."""
    about = CostQuery(_ANY_DAYS, query.where, currency=query.currency)
    return write(about, grouped=False)


def _whole_view(query: CostQuery, viewer: Viewer) -> bool:
    """Whether anybody who may ask this sees the same figures."""
    hidden = any(f.dimension == PROJECT and None in f.values for f in query.where)
    return viewer.projects is None or (bool(query.projects) and not hidden)


def _size(outlook: Outlook) -> Decimal:
    return outlook.forecast.total if outlook.forecast else ZERO


def _forecasts(batch: Sequence[tuple[str, Series]], month: Period) -> list[Made]:
    from core.forecasts.making import forecasts  # noqa: PLC0415  # on use: numpy

    made = forecasts([series for _, series in batch], month)
    return [
        Made(subject, found)
        for (subject, _), found in zip(batch, made, strict=True)
        if isinstance(found, Forecast)
    ]
