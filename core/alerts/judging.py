"""What is crossed: pure rules over a budget's figures and what is remembered of its period.

A threshold is told when it is crossed, and not again before it is armed again. Why the rules
are as they are says `docs/decisions`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final

from core.alerts.model import Figures, Kind, Occasion, Threshold
from core.alerts.reading import Judged, Mark, Memory, Reading, Watched

REARM_SHARE: Final = Decimal("0.97")
"""What is spent must be below so much of a threshold …"""
REARM_AFTER: Final = timedelta(days=2)
"""… for so long, before crossing it is news again: restatements go to and fro."""
FORECAST_FROM: Final = 5
"""A forecast from fewer complete days of the period raises nothing."""

_HUNDRED: Final = 100
_NOTHING: Final = Memory()


def reached(threshold: Threshold, figures: Figures) -> bool:
    """Whether figures are at a threshold or above."""
    amount = figures.used if threshold.kind is Kind.ACTUAL else figures.expected
    return amount is not None and amount > 0 and _at(amount, threshold, figures.amount)


def _at(spent: Decimal, threshold: Threshold, amount: Decimal, share: Decimal = Decimal(1)) -> bool:
    return spent * _HUNDRED >= amount * threshold.percent * share


def judge(
    reading: Reading, watched: Watched | None, memory: Memory, *, now: datetime, today: date
) -> Judged:
    """What a reading changes, and what is to be told.

    Args:
        reading: the figures.
        watched: what the evaluation before knew of the budget; None: it is new.
        memory: what is remembered of the period.
        now: the instant.
        today: the day in the reports' time zone.
    """
    over = [each for each in reading.thresholds if reached(each, reading.figures)]
    if not over and memory == _NOTHING:
        return Judged(memory)
    was_set = _was_set(reading, watched)
    kept = dict(_kept(memory.marks.values(), reading, today, was_set=was_set))
    fresh, along = _crossed(reading, over, kept, memory, was_set=was_set)
    breached = {each: _breach(each, memory, reading) for each in _early(reading, over)}
    crossed = {each: Mark(each, now) for each in (*fresh, *along)}
    memory = replace(memory, marks={**breached, **kept, **crossed})
    if was_set:
        memory = _as_set(memory, kept)
    if memory.snoozed is not None and memory.snoozed.until > now and not _louder(memory, fresh):
        return Judged(_hold(memory, crossed))
    was = _was(reading, watched) if was_set else None
    return _told(memory, fresh, reading, _occasion(reading, watched, fresh, was_set=was_set), was)


def _was_set(reading: Reading, watched: Watched | None) -> bool:
    """Whether people made or changed the budget since the evaluation before.

    A period that is over is held against what was set by its end.
    """
    if reading.closed:
        return False
    if watched is None:
        return True
    same_period = watched.period_start == reading.subject.period.start
    other_amount = same_period and watched.amount != reading.figures.amount
    # What a project is called is in the terms, too; nobody sets a budget by renaming it.
    other_terms = watched.terms != reading.terms and watched.changed_at != reading.changed_at
    return other_terms or other_amount


def _was(reading: Reading, watched: Watched | None) -> Decimal | None:
    """What the amount was; what it is, where that was of something else or in another currency."""
    if watched is None:
        return None
    return watched.amount if watched.terms == reading.terms else reading.figures.amount


def _kept(
    marks: Iterable[Mark], reading: Reading, today: date, *, was_set: bool
) -> Iterator[tuple[Threshold, Mark]]:
    """The crossings that go on counting: of what is set still, and isn't armed again."""
    figures = reading.figures
    for mark in marks:
        if mark.crossed_at is None or mark.threshold not in reading.thresholds:
            continue
        if was_set and not reached(mark.threshold, figures):
            continue
        kept = _cooled(mark, figures, today)
        if kept is not None:
            yield mark.threshold, kept


def _cooled(mark: Mark, figures: Figures, today: date) -> Mark | None:
    """A crossing by today; None: it is armed again."""
    threshold = mark.threshold
    if threshold.kind is Kind.FORECAST:
        return mark
    if _at(figures.used, threshold, figures.amount, REARM_SHARE) and figures.used > 0:
        return replace(mark, below_since=None)
    since = mark.below_since or today
    return None if today - since >= REARM_AFTER else replace(mark, below_since=since)


def _crossed(
    reading: Reading,
    over: Sequence[Threshold],
    kept: Mapping[Threshold, Mark],
    memory: Memory,
    *,
    was_set: bool,
) -> tuple[list[Threshold], list[Threshold]]:
    """Thresholds that are crossed and weren't: those to tell of, the most severe first.

    And apart from them those of forecasts of which nothing is left to tell: as much is spent,
    and that was told.
    """
    actual = [each for each in over if each.kind is Kind.ACTUAL and each not in kept]
    ahead = [each for each in over if each.kind is Kind.FORECAST and each not in kept]
    if reading.closed or reading.figures.final:
        ahead = []
    spent = max([each.percent for each in kept if each.kind is Kind.ACTUAL], default=0)
    along = [each for each in ahead if each.percent <= spent]
    spending = max([each.percent for each in actual], default=0)
    foreseen = [
        each
        for each in ahead
        if each not in along
        and (
            each.percent <= spending
            or _foreseen(each, reading, memory, at_once=was_set and bool(actual))
        )
    ]
    return _sorted([*actual, *foreseen]), along


def _foreseen(each: Threshold, reading: Reading, memory: Memory, *, at_once: bool) -> bool:
    """Whether a forecast counts: of enough days, and over a threshold for the second time.

    `at_once`: what was crossed already is told with it, so that the next day has no news.
    """
    if reading.complete_days < FORECAST_FROM:
        return False
    mark = memory.marks.get(each)
    before = None if mark is None else mark.breached
    return at_once or (before is not None and before < reading.figures.complete_until)


def _early(reading: Reading, over: Iterable[Threshold]) -> Iterator[Threshold]:
    """Forecasts of enough days that are over a threshold, whether that counts yet or not."""
    if reading.complete_days >= FORECAST_FROM and not reading.closed:
        yield from (each for each in over if each.kind is Kind.FORECAST)


def _breach(each: Threshold, memory: Memory, reading: Reading) -> Mark:
    """Since when a forecast is over a threshold; without a break."""
    known = memory.marks.get(each)
    if known is not None and known.breached is not None:
        return known
    return Mark(each, breached=reading.figures.complete_until)


def _sorted(thresholds: Iterable[Threshold]) -> list[Threshold]:
    return sorted(thresholds, key=lambda each: each.severity, reverse=True)


def _louder(memory: Memory, fresh: Iterable[Threshold]) -> bool:
    """Whether more is spent than what was snoozed: no snooze silences that."""
    if memory.snoozed is None:
        return True
    over = memory.snoozed.over
    return any(each.kind is Kind.ACTUAL and each.percent > over for each in fresh)


def _as_set(memory: Memory, kept: Iterable[Threshold]) -> Memory:
    """A snooze silences no more of a budget that was changed than what is spent of it now."""
    if memory.snoozed is None:
        return memory
    over = max([each.percent for each in kept if each.kind is Kind.ACTUAL], default=0)
    over = min(memory.snoozed.over, over)
    return replace(memory, snoozed=replace(memory.snoozed, over=over))


def _hold(memory: Memory, crossed: Iterable[Threshold]) -> Memory:
    """Keep crossings for the end of the snooze."""
    held = {each: replace(memory.marks[each], held=True) for each in crossed}
    return replace(memory, marks={**memory.marks, **held})


def _told(
    memory: Memory,
    fresh: list[Threshold],
    reading: Reading,
    occasion: Occasion,
    was: Decimal | None,
) -> Judged:
    """Tell of what is crossed now, and of what waited for the end of a snooze and still is."""
    memory, waited = released(memory, reading.figures)
    told = _sorted({*fresh, *waited})
    if not told:
        return Judged(memory)
    return Judged(replace(memory, acknowledged=None), tuple(told), occasion, was)


def released(memory: Memory, figures: Figures) -> tuple[Memory, tuple[Threshold, ...]]:
    """What was crossed during a snooze and still is; what isn't any more was never told."""
    held = {each for each, mark in memory.marks.items() if mark.held}
    waited = _sorted(each for each in held if reached(each, figures))
    marks = {
        each: replace(mark, held=False)
        for each, mark in memory.marks.items()
        if each not in held or each in waited
    }
    return replace(memory, marks=marks, snoozed=None), tuple(waited)


def _occasion(
    reading: Reading, watched: Watched | None, fresh: list[Threshold], *, was_set: bool
) -> Occasion:
    if reading.closed:
        return Occasion.RECORD
    if not fresh:
        return Occasion.WAITED
    if was_set:
        return Occasion.SET
    return Occasion.LATE if _is_late(reading, watched, fresh[0]) else Occasion.CROSSED


def _is_late(reading: Reading, watched: Watched | None, threshold: Threshold) -> bool:
    """Whether days that had been complete made the difference."""
    known = reading.known_before
    if watched is None or known is None or watched.complete_until != reading.before:
        return False
    more = known - watched.used_complete
    figures = reading.figures
    expected = None if figures.expected is None else figures.expected - more
    return more > 0 and not reached(
        threshold, replace(figures, used=figures.used - more, expected=expected)
    )
