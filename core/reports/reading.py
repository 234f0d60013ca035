"""Reading all that a report tells: every figure by the services, none by SQL of its own."""

import asyncio
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime
from types import MappingProxyType
from typing import Final

from core.access.model import Viewer
from core.anomalies.found import Anomaly
from core.anomalies.service import AnomalyService
from core.budgets.service import BudgetService
from core.budgets.status import Status
from core.costs.drivers.service import DriverService, NothingToCompareError, Why
from core.costs.model import PROJECT, CostAnswer, CostQuery, Dimension, Granularity, NoteKind
from core.costs.proving.model import Reconciliation
from core.costs.proving.service import ProofService
from core.costs.service import CostService
from core.errors import ConflictError, InvalidError
from core.forecasts.known import lost_days
from core.forecasts.model import NothingAheadError
from core.forecasts.service import ForecastAnswer, ForecastService
from core.period import Period, previous
from core.reports.accruing import Lateness, over
from core.reports.asking import Questions, ahead, narrowed, questions, whole_month
from core.reports.model import ReportKind, Section, Untold
from core.reports.rows import movers, of_currency
from core.reports.scope import Scope, told_apart

EXPLAINED: Final = 3
"""So many movers of a currency are explained; each takes a statement over the facts."""

_TRIES: Final = 5
_PAUSE: Final = 0.25
"""Seconds after which answers are of the version that is there by then."""
_MOST_ANOMALIES: Final = 1000
_PROOFS: Final = 50


class DataMovingError(ConflictError):
    """The data is being written just now."""


@dataclass(frozen=True, slots=True)
class Parts:
    """The services that a report is made of."""

    costs: CostService
    drivers: DriverService
    forecasts: ForecastService
    anomalies: AnomalyService
    budgets: BudgetService
    proof: ProofService


@dataclass(frozen=True, slots=True)
class Answers:
    """The answers to `Questions`, all of one version of the data."""

    services: CostAnswer
    projects: CostAnswer
    last_year: CostAnswer
    days: CostAnswer
    gross: CostAnswer
    net: CostAnswer
    invoice: CostAnswer | None = None
    history: CostAnswer | None = None

    @property
    def scope(self) -> Scope:
        """What they are of."""
        slugs = frozenset(line.group[PROJECT] for line in self.projects.lines)
        return Scope(self.projects.query.where, slugs)

    def keeps(self, day: date) -> bool:
        """Whether a day of the report isn't older than what is kept."""
        notes = self.services.notes
        gone = (each.days for each in notes if each.kind is NoteKind.NOT_KEPT)
        return not any(days is not None and day < days.end for days in gone)

    @property
    def complete_until(self) -> date | None:
        """The first day that isn't complete yet."""
        return self.services.freshness.complete_until


@dataclass(frozen=True, slots=True)
class Found:
    """All that was read.

    `reasons`: why movers moved. `lost`: days that a source lacks. `lateness`: None where no
    accrual is due, or none can be told.
    """

    kind: ReportKind
    asked: CostQuery
    made_at: datetime
    answers: Answers
    why: Why | None = None
    reasons: Mapping[tuple[Dimension, str | None], Why] = field(default_factory=dict)
    forecasts: tuple[ForecastAnswer, ...] = ()
    statuses: tuple[Status, ...] = ()
    anomalies: tuple[Anomaly, ...] = ()
    proofs: tuple[Reconciliation, ...] = ()
    lateness: Lateness | None = None
    lost: frozenset[date] = frozenset()
    untold: tuple[Untold, ...] = ()


class Reader:
    """Reads one report's figures, at once where they don't need one another."""

    def __init__(
        self, parts: Parts, kind: ReportKind, asked: CostQuery, viewer: Viewer, now: datetime
    ) -> None:
        """Keep what is asked; `now`: the present instant."""
        self._parts = parts
        self._kind = kind
        self._asked = asked
        self._viewer = viewer
        self._now = now
        self._today = parts.costs.today()
        self._untold: list[Untold] = []

    async def read(self) -> Found:
        """All of it.

        Raises:
            DataMovingError: the data changed all the while.
            CostTrackerError: as `CostService.answer`.
        """
        # First what refuses, then all else: nothing goes on unattended after an error.
        costs = await self._answers(await self._held(questions(self._kind, self._asked)))
        figures = asyncio.gather(self._change(), self._reasons(costs), self._forecasts())
        beside = asyncio.gather(
            self._statuses(costs),
            self._anomalies(costs.scope),
            self._proofs(),
            self._lateness(costs),
            self._parts.costs.missing_days(),
        )
        (why, reasons, forecasts), told = await asyncio.gather(figures, beside)
        statuses, anomalies, proofs, lateness, missing = told
        return Found(
            kind=self._kind,
            asked=replace(self._asked, where=costs.services.query.where),
            made_at=self._now,
            answers=costs,
            why=why,
            reasons=reasons,
            forecasts=forecasts,
            statuses=statuses,
            anomalies=anomalies,
            proofs=proofs,
            lateness=lateness,
            lost=lost_days(missing),
            untold=tuple(self._untold),
        )

    async def _held(self, asked: Questions) -> Questions:
        """The same, of what looks back no further than what is kept in full."""
        history = asked.history and await self._kept(asked.history)
        days, invoice = await self._kept(asked.days), asked.invoice
        if invoice is not None and not await self._is_kept(invoice):
            self._leave(Section.INVOICE, "Charges of that age aren't kept by their invoice.")
            invoice = None
        return replace(asked, history=history, days=days, invoice=invoice)

    async def _is_kept(self, query: CostQuery) -> bool:
        first = await self._parts.costs.first_day(query)
        return first is None or first <= query.period.start

    async def _kept(self, query: CostQuery) -> CostQuery:
        """A question from the first day on of which all is kept, if not from its own."""
        first = await self._parts.costs.first_day(query)
        begin, end = query.period.start, self._asked.period.start
        if first is None or first <= begin:
            return query
        # A month of which only some days are kept would be told too small.
        whole = first if query.granularity is Granularity.DAILY else whole_month(first)
        return replace(query, period=Period(min(whole, end), query.period.end))

    async def _answers(self, asked: Questions) -> Answers:
        """Every answer, of one version of the data: a sync may end between two of them."""
        named = {each.name: getattr(asked, each.name) for each in fields(asked)}
        wanted = {name: query for name, query in named.items() if query is not None}
        for _ in range(_TRIES):
            found = await asyncio.gather(
                *(self._parts.costs.answer(query, self._viewer) for query in wanted.values())
            )
            if len({answer.data_version for answer in found}) == 1:
                return Answers(**dict(zip(wanted, found, strict=True)))
            await asyncio.sleep(_PAUSE)
        raise DataMovingError(fix="Ask again in a minute.")

    async def _told[T](
        self,
        section: Section,
        work: Awaitable[T],
        said: Mapping[type[Exception], str] = MappingProxyType({}),
    ) -> T | None:
        """What a part comes to; None where it can't be told, which is kept with the reason.

        `said`: the reason in place of an error's own words.
        """
        try:
            return await work
        except (InvalidError, ConflictError) as error:
            self._leave(section, said.get(type(error), error.message))
            return None

    def _leave(self, section: Section, reason: str) -> None:
        self._untold.append(Untold(section, reason))

    async def _change(self) -> Why | None:
        """Why the whole is another than before."""
        before = previous(self._asked.period)
        unknown = f"Not enough of the period before ({before}) is known to say why."
        return await self._told(
            Section.DRIVERS, self._why(self._asked), {NothingToCompareError: unknown}
        )

    async def _why(self, query: CostQuery) -> Why:
        return await self._parts.drivers.why(query, self._viewer)

    async def _reasons(self, costs: Answers) -> Mapping[tuple[Dimension, str | None], Why]:
        """Why the biggest movers moved, currency by currency; of what is new, that is why."""
        wanted: dict[tuple[Dimension, str | None], None] = {}
        for total in costs.services.totals:
            lines = (of_currency(each, total.currency) for each in (costs.projects, costs.services))
            both = [each for each in movers(*lines) if not (each.new or each.stopped)]
            wanted |= {(each.dimension, each.value): None for each in both[:EXPLAINED]}
        found = await asyncio.gather(*(self._reason(*each) for each in wanted))
        return {key: why for key, why in zip(wanted, found, strict=True) if why is not None}

    async def _reason(self, dimension: Dimension, value: str | None) -> Why | None:
        """Why one of them moved; None where it can't be told: the whole says why."""
        try:
            return await self._why(narrowed(self._asked, dimension, value))
        except (InvalidError, ConflictError):
            return None

    async def _forecasts(self) -> tuple[ForecastAnswer, ...]:
        """What is to come of the scope, as far as it isn't over."""
        found = await asyncio.gather(
            *(self._forecast(period) for period in ahead(self._kind, self._asked.period))
        )
        return tuple(each for each in found if each is not None)

    async def _forecast(self, period: Period) -> ForecastAnswer | None:
        try:
            asked = replace(self._asked, period=period)
            return await self._parts.forecasts.forecast(asked, self._viewer)
        except NothingAheadError:
            # What is over is told as it was.
            return None
        except (InvalidError, ConflictError) as error:
            self._leave(Section.FORECAST, error.message)
            return None

    async def _statuses(self, costs: Answers) -> tuple[Status, ...]:
        """How the budgets of the scope are, in the periods that the report's last day is in."""
        day = min(self._asked.period.last_day, self._today)
        if not costs.keeps(day):
            self._leave(Section.BUDGETS, "What was spent in those days is not kept.")
            return ()
        budgets, only = self._parts.budgets, costs.scope.holds_budget
        return await budgets.statuses(self._viewer, only=only, on=day)

    async def _anomalies(self, scope: Scope) -> tuple[Anomaly, ...]:
        if not scope.tells_anomalies:
            by = ", ".join(str(each) for each in told_apart(scope.where))
            self._leave(Section.ANOMALIES, f"Anomalies are of projects and services, not by {by}.")
            return ()
        return await self._parts.anomalies.list(
            self._viewer, query=CostQuery(self._asked.period), limit=_MOST_ANOMALIES
        )

    async def _proofs(self) -> tuple[Reconciliation, ...]:
        """The last proofs of the month, of whoever may see the whole bill."""
        whole = self._viewer.projects is None and not self._asked.where
        if self._kind is ReportKind.WEEKLY or not whole:
            return ()
        return await self._parts.proof.kept(self._viewer, period=self._asked.period, limit=_PROOFS)

    async def _lateness(self, costs: Answers) -> Lateness | None:
        """How late data was in past months, where a closed month isn't final yet."""
        month = self._asked.period
        history = costs.history
        if history is None or costs.invoice is None or self._now < over(month.start):
            return None
        if costs.invoice.freshness.final:
            return None
        if reason := self._not_accrued(costs):
            self._leave(Section.ACCRUAL, reason)
            return None
        age = self._now - over(month.start)
        late = await self._told(
            Section.ACCRUAL, self._parts.costs.late(history.query, self._viewer, age=age)
        )
        states = await self._parts.costs.data_state(self._viewer)
        open_ = {p.month for each in states for p in each.billing_periods if not p.final}
        final = {p.month for each in states for p in each.billing_periods if p.final}
        return None if late is None else Lateness(late, frozenset(final - open_), age)

    def _not_accrued(self, costs: Answers) -> str:
        until = costs.complete_until
        if until is None or until < self._asked.period.end:
            return "How much still comes can't be told before all days of the month are complete."
        if self._asked.currency is not None:
            return "How much still comes is told in the currencies charged."
        return ""
