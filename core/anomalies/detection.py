"""Which days are out of the ordinary.

Day by day, many series side by side: a day is held against what the days before it lead to
expect (weekdays, dates of the month, the level), in units of how far days usually are from that.
Days found leave the baseline, so that an incident doesn't hide its own end; if they go on, the
baseline moves.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt
from babel.numbers import get_currency_precision

from core.anomalies.model import DEFAULT_RULES, Incident, OddDay, Rules, Verdict, Watched
from core.forecasts.model import KEPT_DAYS
from core.forecasts.panel import Panel
from core.forecasts.robust import Numbers, counted, mean, median
from core.forecasts.seasons import WINDOW, less, level, usual_week
from core.period import Period

type Flags = npt.NDArray[np.bool_]

LEAST_DAYS: Final = 21
"""How many days must be known before one can be out of the ordinary."""

_TOGETHER: Final = 64
_LEVEL_SHARE: Final = 0.02
_TRIMMED: Final = 0.1
_LATELY: Final = 91
_AS_FAR: Final = 0.4
_DISMISSED: Final = 1.5
_MOST_DISMISSED: Final = 3.0


def screen(
    watched: Sequence[Watched], rules: Rules = DEFAULT_RULES
) -> Iterator[tuple[Incident, ...]]:
    """The incidents of each series, in their order, the earliest first.

    Args:
        watched: any number; memory is bounded by the batch.
        rules: what counts.
    """
    for begin in range(0, len(watched), _TOGETHER):
        batch = watched[begin : begin + _TOGETHER]
        found: dict[int, tuple[Incident, ...]] = {}
        groups: dict[date, list[int]] = defaultdict(list)
        for place, one in enumerate(batch):
            if one.series.amounts:
                groups[one.series.end].append(place)
        for places in groups.values():
            incidents = _Screening.of([batch[place] for place in places], rules).incidents()
            found |= dict(zip(places, incidents, strict=True))
        yield from (found.get(place, ()) for place in range(len(batch)))


@dataclass(slots=True, eq=False)
class _Screening:
    """Series with one end, as numbers (series, days), and what is known of them so far.

    dates: what dates of the month add; same: where the same dates of earlier months are.
    baseline: the days that count, less what dates of the month add; flagged ones are nan.
    expected, apart: what each day was expected to be, and how far off it was (nan: flagged).
    peaks: the same, and incidents by the furthest of their days.
    side: of each day, 1 too high, -1 too low, 0 ordinary.
    run: how many days the present incident of each series has lasted since it began or settled.
    begun, last: the day it began on; on which side the last known day was.
    """

    watched: list[Watched]
    rules: Rules
    first: date
    complete: int
    values: Numbers
    dates: Numbers
    same: tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]
    baseline: Numbers
    planned: Numbers
    accepted: Flags
    times: Numbers
    expected: Numbers = field(init=False)
    apart: Numbers = field(init=False)
    peaks: Numbers = field(init=False)
    side: Numbers = field(init=False)
    run: npt.NDArray[np.int64] = field(init=False)
    begun: npt.NDArray[np.int64] = field(init=False)
    last: Numbers = field(init=False)
    settled: set[tuple[int, int]] = field(default_factory=set)

    @classmethod
    def of(cls, watched: list[Watched], rules: Rules) -> "_Screening":
        end = watched[0].series.end
        complete = min(max(len(one.series.amounts) for one in watched), KEPT_DAYS)
        days = complete + max((_ahead(one, end) for one in watched), default=0)
        values = np.full((len(watched), days), np.nan)
        for row, one in zip(values, watched, strict=True):
            known = np.asarray(one.series.numbers)[-complete:]
            row[complete - len(known) : complete] = known
            for day, amount in one.so_far.items():
                if day >= end:
                    row[complete + (day - end).days] = float(amount)
        first = end - timedelta(complete)
        panel = Panel.of(np.datetime64(first, "D"), values[:, :complete], ahead=days - complete)
        every = np.arange(days)
        dates = panel.dates(every, np.minimum(every, complete))
        made = cls(
            watched, rules, first, complete, values, dates, (panel.from_start, panel.from_end),
            baseline=values - dates,
            planned=np.zeros_like(values),
            accepted=np.zeros(values.shape, bool),
            times=np.full(values.shape, float(rules.times)),
        )  # fmt: skip
        made.baseline[:, complete:] = np.nan
        made._hear()
        return made

    def __post_init__(self) -> None:
        self.expected = np.full_like(self.values, np.nan)
        self.apart = np.full_like(self.values, np.nan)
        self.peaks = np.full_like(self.values, np.nan)
        self.side = np.zeros_like(self.values)
        self.run = np.zeros(len(self.watched), np.int64)
        self.begun = np.zeros(len(self.watched), np.int64)
        self.last = np.zeros(len(self.watched))

    def _hear(self) -> None:
        """Take in what people said and planned."""
        for row, one in enumerate(self.watched):
            for feedback in one.feedback:
                days = self._slice(feedback.days)
                match feedback.verdict:
                    case Verdict.EXPECTED:
                        self.accepted[row, days] = True
                    case Verdict.PLANNED:
                        self.planned[row, days] = np.nan
                    case Verdict.NOT_USEFUL:
                        self.accepted[row, days] = True
                        self.times[row, days.start :] *= _DISMISSED
            for event in one.planned:
                more = np.nan if event.amount is None else float(event.amount)
                self.planned[row, self._slice(event.days)] = more
        np.minimum(self.times, self.rules.times * _MOST_DISMISSED, out=self.times)

    def _slice(self, days: Period) -> slice:
        most = self.values.shape[-1]
        begin, end = ((day - self.first).days for day in (days.start, days.end))
        return slice(min(max(begin, 0), most), min(max(end, 0), most))

    def incidents(self) -> Iterator[tuple[Incident, ...]]:
        """Screen the days, then tell what was found."""
        start = max(self.values.shape[-1] - self.rules.days, 0)
        for day in range(max(start - _LATELY, 0), self.values.shape[-1]):
            self._judge(day, flagging=day >= start)
        return (self._told(row) for row in range(len(self.watched)))

    def _judge(self, day: int, *, flagging: bool) -> None:
        """Hold a day against the days before it."""
        before = self._expect(day)
        self.expected[:, day] = before
        apart = self.values[:, day] - before
        planned = self.planned[:, day]
        over = apart - np.nan_to_num(planned)
        with_plan = np.where(np.sign(over) == np.sign(apart), over, 0)
        apart = np.where(planned == 0, apart, with_plan)
        history = np.sum(~np.isnan(self._before(self.baseline, day)), axis=-1)
        apart = np.where(history >= LEAST_DAYS, apart, np.nan)
        odd = self._odd(day, apart, before) & ~np.isnan(planned)
        if day >= self.complete:
            odd &= apart > 0
        side = np.where(odd & flagging, np.sign(apart), 0.0)
        side[self.accepted[:, day]] = 0
        self._remember(day, side, apart)

    def _expect(self, day: int) -> Numbers:
        window = self._before(self.baseline, day)
        week = usual_week(window)
        return level(less(window, week)) + week[:, 0] + self.dates[:, day]

    def _before(self, values: Numbers, day: int, days: int = WINDOW) -> Numbers:
        window = np.full((len(values), days), np.nan)
        known = values[:, max(day - days, 0) : day]
        window[:, days - known.shape[-1] :] = known
        return window

    def _odd(self, day: int, apart: Numbers, expected: Numbers) -> Flags:
        size = np.abs(apart)
        usual = usual_distance(self._before(self.apart, day))
        usual = np.maximum(usual, _LEVEL_SHARE * np.abs(expected))
        lately = self._before(self.peaks, day, _LATELY) * np.sign(apart)[:, None]
        as_far = np.sum(lately >= _AS_FAR * size[:, None], axis=-1)
        odd: Flags = (
            ((as_far < self.rules.often) | (self.run > 0))
            & (size > self.times[:, day] * usual)
            & (size >= float(self.rules.least))
            & (size >= self.rules.share * np.abs(expected))
        )
        return odd

    def _remember(self, day: int, side: Numbers, apart: Numbers) -> None:
        missing = np.isnan(self.values[:, day])
        self.side[:, day] = side
        going_on = (side != 0) & (side == self.last)
        self.begun = np.where((side != 0) & ~going_on, day, self.begun)
        self.run = np.where(missing, self.run, np.where(side != 0, self.run * going_on + 1, 0))
        self.last = np.where(missing, self.last, side)
        ordinary = (side == 0) & ~missing & (self.planned[:, day] == 0) & (day < self.complete)
        self.apart[:, day] = np.where(ordinary & ~self.accepted[:, day], apart, np.nan)
        self.baseline[~ordinary, day] = np.nan
        self._forget_dates(day)
        self._peak(day, side, apart)
        for row in np.flatnonzero((self.run >= self.rules.settles) & (side != 0)):
            if day < self.complete:
                self._settle(int(row), day)
        for row in np.flatnonzero(self._just_accepted(day)):
            self._accept(int(row), day)

    def _peak(self, day: int, side: Numbers, apart: Numbers) -> None:
        """Keep how far off the day was; of an incident, the furthest, on its first day."""
        self.peaks[:, day] = np.where(self.planned[:, day] == 0, apart, np.nan)
        for row in np.flatnonzero((side != 0) & (self.run > 1)):
            first = self.begun[row]
            self.peaks[row, first] = max(apart[row], self.peaks[row, first], key=abs)
            self.peaks[row, day] = np.nan

    def _forget_dates(self, day: int) -> None:
        """What is now known to come on this date of every month was never out of the ordinary."""
        rows = np.flatnonzero(self.dates[:, day])
        for dates in self.same:
            earlier = dates[day][dates[day] >= 0]
            self.peaks[np.ix_(rows, earlier)] = np.nan

    def _settle(self, row: int, day: int) -> None:
        """The incident is the new baseline: what was before is moved to its level."""
        begin = int(self.begun[row])
        self._move(row, slice(begin, day + 1))
        self.settled.add((row, begin))
        self.run[row], self.begun[row] = 0, day + 1

    def _just_accepted(self, day: int) -> Flags:
        """Whose days that were said to be expected end with this one."""
        now = self.accepted[:, day]
        later = self.accepted[:, day + 1] if day + 1 < self.accepted.shape[-1] else False & now
        return now & ~later & (day < self.complete)

    def _accept(self, row: int, day: int) -> None:
        begin = day
        while begin > 0 and self.accepted[row, begin - 1]:
            begin -= 1
        if day - begin + 1 >= _LASTING:
            self._move(row, slice(begin, day + 1))

    def _move(self, row: int, days: slice) -> None:
        came = self.values[row, days] - self.dates[row, days]
        moved = float(median(came - (self.expected[row, days] - self.dates[row, days])))
        if not np.isnan(moved):
            self.baseline[row, : days.start] += moved
        self.baseline[row, days] = came

    def _told(self, row: int) -> tuple[Incident, ...]:
        known = np.flatnonzero(~np.isnan(self.values[row]))
        side = self.side[row, known]
        edges = np.flatnonzero(np.diff(side, prepend=0, append=0))
        return tuple(
            self._incident(row, known[begin:end])
            for begin, end in pairwise(edges)
            if side[begin] != 0
        )

    def _incident(self, row: int, places: npt.NDArray[np.int64]) -> Incident:
        """Some days of a series; days that are missing between them don't end it."""
        one = self.watched[row]
        unit = Decimal(1).scaleb(-get_currency_precision(one.series.currency))
        settled = any((row, int(place)) in self.settled for place in places)
        days = tuple(self._odd_day(one, row, int(place), unit) for place in places)
        ongoing = int(places[-1]) >= self._last(row) and not settled
        return Incident(one.subject, one.series.currency, days, ongoing=ongoing, settled=settled)

    def _last(self, row: int) -> int:
        """The last day with an amount that counts."""
        counts = np.flatnonzero(~np.isnan(self.values[row, : self.complete]))
        odd = np.flatnonzero(self.side[row])
        return int(max(counts[-1] if len(counts) else 0, odd[-1] if len(odd) else 0))

    def _odd_day(self, one: Watched, row: int, place: int, unit: Decimal) -> OddDay:
        day = self.first + timedelta(place)
        complete = place < self.complete
        actual = one.series.amounts[(day - one.series.start).days] if complete else one.so_far[day]
        expected = Decimal(repr(float(self.expected[row, place]))).quantize(unit)
        return OddDay(day, expected, actual or Decimal(0), complete)


_LASTING: Final = 2
"""Days said to be expected move the baseline if there are so many; one may have been alone."""


def usual_distance(apart: Numbers) -> Numbers:
    """How far days usually are from what was expected of them; 0 where nothing is known.

    The larger of the median and of the root mean square without the tenth that is furthest:
    the first is blind to what comes once a week.
    """
    size = np.abs(apart)
    ordered, count = counted(size)
    kept = np.arange(size.shape[-1]) < np.ceil(count * (1 - _TRIMMED))[:, None]
    squares = np.where(kept, ordered**2, np.nan)
    return np.nan_to_num(np.maximum(median(size), np.sqrt(mean(squares))))


def _ahead(one: Watched, end: date) -> int:
    return max(((day - end).days + 1 for day in one.so_far), default=0)
