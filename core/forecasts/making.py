"""Forecasts made: one, or a night's thousands in batches."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

import numpy as np
from babel.numbers import get_currency_precision

from core.forecasts.backtest import Backtest, Sides
from core.forecasts.history import BLEND_FROM, LEAST_DAYS, begun, method_for
from core.forecasts.methods import METHODS
from core.forecasts.model import (
    KEPT_DAYS,
    Band,
    Forecast,
    ForecastDay,
    ForecastNote,
    Method,
    NoteKind,
    NotEnoughHistoryError,
    NothingAheadError,
    RoughSeries,
    Series,
    TooFarAheadError,
)
from core.forecasts.panel import Panel
from core.forecasts.robust import Numbers
from core.money import ZERO
from core.period import Period

MOST_AHEAD: Final = 400

_TOGETHER: Final = 32
_MONTH: Final = 31
_FAR: Final = 92
_BACKTESTED: Final = 194


def forecast(
    series: Series | RoughSeries,
    *,
    start: date,
    end: date,
    so_far: Mapping[date, Decimal] | None = None,
) -> Forecast:
    """What the days from `start` up to `end` will come to.

    Args:
        series: complete days; those of the period count as spent.
        start: the period's first day; before or after the series' end.
        end: the day after the period's last.
        so_far: what days that aren't complete have already; a day isn't expected to cost less.

    Raises:
        NotEnoughHistoryError: there are fewer than three complete days.
        NothingAheadError: all days are known.
        TooFarAheadError: the period ends more than 400 days after the last complete day.
    """
    period = Period(start, end)
    (made,) = forecasts([series], period, so_far=lambda _: so_far or {})
    if isinstance(made, NotEnoughHistoryError):
        raise made
    return made


def forecasts(
    series: Sequence[Series | RoughSeries],
    period: Period,
    *,
    so_far: Callable[[int], Mapping[date, Decimal]] = lambda _: {},
    by_day: bool = True,
) -> Iterator[Forecast | NotEnoughHistoryError]:
    """Forecast many series, in their order; a series that has too few days gives its error.

    Args:
        series: any number; memory is bounded by the batch, not by how many there are.
        period: as in `forecast`.
        so_far: by the series' place, as in `forecast`.
        by_day: whether single days have bands, which takes a third of the time.

    Raises:
        NothingAheadError, TooFarAheadError: as in `forecast`, for any of them.
    """
    for begin in range(0, len(series), _TOGETHER):
        batch = series[begin : begin + _TOGETHER]
        made: dict[int, Forecast | NotEnoughHistoryError] = {}
        for group in _alike(batch, period):
            begun_days = [so_far(begin + part.place) for part in group]
            made |= _made(group, period, begun_days, by_day=by_day)
        yield from (made[place] for place in range(len(batch)))


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """A series of a batch, as numbers from its first day with an amount on."""

    place: int
    series: Series | RoughSeries
    values: Numbers
    method: Method | None

    @property
    def made_from(self) -> int:
        return int(np.sum(~np.isnan(self.values)))


def _alike(batch: Sequence[Series | RoughSeries], period: Period) -> Iterable[list[_Part]]:
    """Series that can be computed side by side: with one end and about as many days."""
    groups: dict[tuple[date, Method | None, int], list[_Part]] = defaultdict(list)
    for place, series in enumerate(batch):
        _check(series, period)
        values = begun(np.asarray(series.numbers, np.float64))[-KEPT_DAYS:]
        part = _Part(place, series, values, method_for(values))
        # A short history in a long row would be thought to have a long backtest.
        groups[series.end, part.method, min(len(values), _BACKTESTED)].append(part)
    return groups.values()


def _check(series: Series | RoughSeries, period: Period) -> None:
    if period.end <= series.end:
        raise NothingAheadError(
            f"All days of {period} are known already.",
            fix=f"Ask for days from {series.end} on.",
        )
    if (period.end - series.end).days > MOST_AHEAD:
        raise TooFarAheadError(
            f"{period} ends more than {MOST_AHEAD} days after the last complete day.",
            fix=f"Ask for days up to {series.end + timedelta(MOST_AHEAD)}.",
        )


def _made(
    group: list[_Part], period: Period, so_far: list[Mapping[date, Decimal]], *, by_day: bool
) -> dict[int, Forecast | NotEnoughHistoryError]:
    method = group[0].method
    if method is None:
        return {part.place: _too_short(part) for part in group}
    horizon = (period.end - group[0].series.end).days
    ahead = _reckoned(group, method, horizon, max((period.start - group[0].series.end).days, 0))
    if not by_day:
        ahead = [replace(each, daily={}) for each in ahead]
    return {
        part.place: _told(part, method, period, ahead[n], so_far[n]) for n, part in enumerate(group)
    }


@dataclass(frozen=True, slots=True, eq=False)
class _Ahead:
    """The numbers of one series: days ahead, how far off they and their total may be.

    `stood_in`: what each day of the history was expected to be.
    """

    expected: Numbers
    daily: Mapping[float, Sides]
    total: Mapping[float, Sides]
    stood_in: Numbers


def _reckoned(group: list[_Part], method: Method, horizon: int, skipped: int) -> list[_Ahead]:
    if method is Method.ENDED:
        return [_Ahead(np.zeros(horizon), {}, {}, np.zeros(len(p.values))) for p in group]
    if method is Method.RUN_RATE:
        rates = [float(np.nanmean(part.values)) for part in group]
        return [
            _Ahead(np.full(horizon, rate), {}, {}, np.full(len(part.values), rate))
            for rate, part in zip(rates, group, strict=True)
        ]
    panel = _panel(group, horizon)
    backtest = Backtest.of(panel, horizon, _allowed(method, len(group)))
    shares = (0.8, 0.95)
    daily = {share: backtest.daily(share) for share in shares}
    total = {share: backtest.total(skipped, horizon, share) for share in shares}
    return [
        _Ahead(
            backtest.expected[n],
            {share: Sides(*(side[n] for side in sides)) for share, sides in daily.items()},
            {share: Sides(*(side[n] for side in sides)) for share, sides in total.items()},
            panel.expected[n, -len(part.values) :],
        )
        for n, part in enumerate(group)
    ]


def _panel(group: list[_Part], horizon: int) -> Panel:
    most = max(len(part.values) for part in group)
    values = np.full((len(group), most), np.nan)
    for row, part in zip(values, group, strict=True):
        row[most - len(part.values) :] = part.values
    first = np.datetime64(group[0].series.end, "D") - np.timedelta64(most, "D")
    return Panel.of(first, values, ahead=horizon)


def _allowed(method: Method, series: int) -> Numbers | None:
    only = {Method.NAIVE: "naive", Method.INTERMITTENT: "mean"}.get(method)
    if only is None:
        return None
    return np.array([[float(name == only)] * series for name in METHODS])


def _told(
    part: _Part,
    method: Method,
    period: Period,
    ahead: _Ahead,
    so_far: Mapping[date, Decimal],
) -> Forecast:
    series = part.series
    unit = Decimal(1).scaleb(-get_currency_precision(series.currency))
    known = [*series.since(period.start)]
    days = [
        *_standing_in(part, [day for day, amount in known if amount is None], ahead, unit),
        *_days_ahead(series.end, period, ahead, so_far, unit),
    ]
    spent = sum((amount for _, amount in known if amount is not None), ZERO)
    total = spent + sum((day.expected for day in days), ZERO)
    return Forecast(
        period=period,
        currency=series.currency,
        method=method,
        spent=spent,
        days=tuple(days),
        at80=_band(total, ahead.total.get(0.8), unit),
        at95=_around(
            _band(total, ahead.total.get(0.95), unit), _band(total, ahead.total.get(0.8), unit)
        ),
        complete_until=series.end,
        made_from=part.made_from,
        usual_error=_rounded(_usual_error(part.values), unit / 100),
        notes=tuple(
            _notes(part, method, period, len(known) - sum(a is not None for _, a in known))
        ),
    )


def _standing_in(
    part: _Part, missing: list[date], ahead: _Ahead, unit: Decimal
) -> Iterator[ForecastDay]:
    """Days that are past, but missing at the source, as they were expected to be."""
    for day in missing:
        place = len(part.values) - (part.series.end - day).days
        expected = ahead.stood_in[place] if place >= 0 else 0.0
        yield ForecastDay(day, _rounded(float(np.nan_to_num(expected)), unit), known=True)


def _days_ahead(
    first: date, period: Period, ahead: _Ahead, so_far: Mapping[date, Decimal], unit: Decimal
) -> Iterator[ForecastDay]:
    for n, expected in enumerate(ahead.expected):
        day = first + timedelta(n)
        if day < period.start:
            continue
        amount = max(
            _rounded(float(expected), unit), so_far.get(day, _rounded(float(expected), unit))
        )
        sides = {s: Sides(x.below[n], x.above[n]) for s, x in ahead.daily.items()}
        at80 = _band(amount, sides.get(0.8), unit)
        yield ForecastDay(day, amount, at80, _around(_band(amount, sides.get(0.95), unit), at80))


def _band(middle: Decimal, sides: Sides | None, unit: Decimal) -> Band | None:
    if sides is None:
        return None
    return Band(
        middle + _rounded(float(sides.below), unit), middle + _rounded(float(sides.above), unit)
    )


def _around(outer: Band | None, inner: Band | None) -> Band | None:
    """A band that another lies in."""
    if outer is None or inner is None:
        return outer
    return Band(min(outer.lower, inner.lower), max(outer.upper, inner.upper))


def _rounded(amount: float, unit: Decimal) -> Decimal:
    return Decimal(repr(amount)).quantize(unit)


def _usual_error(values: Numbers) -> float:
    apart = np.abs(values[7:] - values[:-7])
    return float(np.nanmean(apart)) if np.any(~np.isnan(apart)) else 0.0


def _notes(part: _Part, method: Method, period: Period, missing: int) -> Iterator[ForecastNote]:
    if method in (Method.RUN_RATE, Method.NAIVE):
        yield ForecastNote(NoteKind.SHORT_HISTORY, part.made_from)
    if method is Method.RUN_RATE:
        yield ForecastNote(NoteKind.NO_BAND, part.made_from)
    if method is Method.INTERMITTENT:
        yield ForecastNote(NoteKind.INTERMITTENT)
    if method is Method.ENDED:
        yield ForecastNote(
            NoteKind.ENDED,
            len(part.values) - 1 - int(np.flatnonzero(np.nan_to_num(part.values))[-1]),
        )
    if missing:
        yield ForecastNote(NoteKind.MISSING_DAYS, missing)
    horizon = (period.end - part.series.end).days
    if horizon > min(_FAR, max(part.made_from // 2, _MONTH)):
        yield ForecastNote(NoteKind.FAR_AHEAD, horizon)


def _too_short(part: _Part) -> NotEnoughHistoryError:
    days = part.made_from
    return NotEnoughHistoryError(
        f"There {'is' if days == 1 else 'are'} {days or 'no'} complete "
        f"day{'' if days == 1 else 's'} to forecast from; it takes {LEAST_DAYS}, "
        f"and {BLEND_FROM} for a forecast with weekdays and bands worth trusting.",
        fix=f"Ask again from {part.series.end + timedelta(LEAST_DAYS - days + 1)} on.",
    )
