"""The rules of alerts clause by clause, at their bounds: each fails if its clause is broken."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from core.alerts.judging import reached
from core.alerts.model import Deed, Figures, Occasion, Threshold
from core.alerts.reading import Judged, Memory, Reading
from tests.core.alerts.test_judging import ACTUAL, FORECAST, NOON, START, judged, reading, snoozed


def ahead(day: int, used: int, expected: int) -> Reading:
    """So much is spent and expected, by the days before a day."""
    complete = START + timedelta(day - 1)
    return reading(used, expected=Decimal(expected), complete_until=complete)


def told(*found: Judged) -> list[tuple[Threshold, ...]]:
    return [each.told for each in found]


def test_what_is_reached_is_crossed_and_a_cent_less_isnt() -> None:
    exactly, less = (Figures(Decimal(100), Decimal(each), START) for each in ("80", "79.99"))
    assert reached(ACTUAL[0], exactly)
    assert not reached(ACTUAL[0], less)


def test_nothing_spent_of_nothing_is_no_crossing() -> None:
    """Nor is a credit that is larger than what was spent."""
    for used in (0, -5):
        assert not reached(ACTUAL[0], Figures(Decimal(0), Decimal(used), START))


@pytest.mark.parametrize(("below", "day", "again"), [
    (77, 14, True),  # 3% below 80 is 77.6
    (78, 14, False),
    (77, 13, False),
])  # fmt: skip
def test_it_is_armed_by_two_days_three_per_cent_below(below: int, day: int, again: bool) -> None:  # noqa: FBT001
    over = judged(reading(81), reading(10), Memory())
    first = judged(reading(below), reading(81), over.memory, day=12)
    then = judged(reading(below), reading(below), first.memory, day=day)
    found = judged(reading(81), reading(below), then.memory, day=day)
    assert bool(found.told) is again


def test_a_day_above_begins_the_two_days_anew() -> None:
    over = judged(reading(81), reading(10), Memory())
    below = judged(reading(70), reading(81), over.memory, day=12)
    above = judged(reading(79), reading(70), below.memory, day=13)
    again = judged(reading(70), reading(79), above.memory, day=14)
    assert judged(reading(81), reading(70), again.memory, day=15).told == ()


def test_what_credits_made_nothing_of_is_below_any_threshold() -> None:
    """Of an amount of zero, too: what is spent of it then is news."""
    free = [
        replace(each, figures=replace(each.figures, amount=Decimal(0)))
        for each in (reading(5, expected=None), reading(0, expected=None))
    ]
    spent, back = free
    over = judged(spent, back, Memory())
    first = judged(back, spent, over.memory, day=12)
    later = judged(back, back, first.memory, day=14)
    assert over.told
    assert judged(spent, back, later.memory, day=14).told == over.told


@pytest.mark.parametrize(("day", "counts"), [(5, False), (6, True)])
def test_a_forecast_counts_from_the_fifth_complete_day_on(day: int, counts: bool) -> None:  # noqa: FBT001
    """Two breaches, of which the first knows so many days."""
    first = judged(ahead(day, 20, 110), ahead(day - 1, 10, 50), Memory())
    second = judged(ahead(day + 1, 21, 110), ahead(day, 20, 110), first.memory)
    assert told(first, second) == [(), (FORECAST[0],) if counts else ()]


def test_a_forecast_is_told_once_a_period_however_long_it_was_below() -> None:
    first = judged(ahead(10, 20, 110), ahead(9, 19, 50), Memory())
    second = judged(ahead(11, 21, 110), ahead(10, 20, 110), first.memory)
    below = judged(ahead(12, 22, 50), ahead(11, 21, 110), second.memory, day=12)
    still = judged(ahead(20, 23, 50), ahead(12, 22, 50), below.memory, day=20)
    again = judged(ahead(21, 24, 110), ahead(20, 23, 50), still.memory, day=21)
    last = judged(ahead(22, 25, 110), ahead(21, 24, 110), again.memory, day=22)
    assert told(second, below, still, again, last) == [(FORECAST[0],), (), (), (), ()]


def test_a_forecast_of_a_third_day_counts_from_the_first() -> None:
    """Evaluations of the same days don't move the day of the first breach."""
    first = judged(ahead(10, 20, 110), ahead(9, 19, 50), Memory())
    same = judged(ahead(10, 20, 111), ahead(10, 20, 110), first.memory)
    assert judged(ahead(11, 21, 110), ahead(10, 20, 111), same.memory).told == (FORECAST[0],)


def test_a_period_that_is_over_or_all_known_has_no_forecast() -> None:
    early = judged(ahead(10, 20, 110), ahead(9, 19, 50), Memory())
    later = ahead(11, 21, 110)
    final = replace(later, figures=replace(later.figures, final=True))
    assert judged(replace(later, closed=True), ahead(10, 20, 110), early.memory).told == ()
    assert judged(final, ahead(10, 20, 110), early.memory).told == ()


def test_a_forecast_of_what_was_told_as_spent_is_no_news() -> None:
    """As where it was below when that was told."""
    spent = judged(reading(101, expected=Decimal(99)), reading(10), Memory())
    assert spent.told == (ACTUAL[1], ACTUAL[0])
    first = judged(ahead(12, 102, 110), reading(101), spent.memory)
    second = judged(ahead(13, 102, 110), ahead(12, 102, 110), first.memory)
    assert told(first, second) == [(), ()]


def test_a_new_budget_tells_of_its_forecast_along_with_what_is_spent() -> None:
    """So that the next day has no second message; of a forecast alone two days decide."""
    both = judged(ahead(10, 85, 110), None, Memory())
    assert (both.told, both.occasion) == ((FORECAST[0], ACTUAL[0]), Occasion.SET)
    alone = judged(ahead(10, 20, 110), None, Memory())
    assert alone.told == ()


def test_a_snooze_silences_what_it_was_of_and_no_higher_one() -> None:
    """At its own per cent it is silent, also where that was armed and crossed again."""
    over = judged(reading(101), reading(10), Memory())
    memory = snoozed(over.memory, 100, NOON + timedelta(days=30))
    below = judged(reading(50), reading(101), memory, day=12)
    later = judged(reading(50), reading(50), below.memory, day=14)
    again = judged(reading(101), reading(50), later.memory, day=14)
    higher = judged(reading(121), reading(101), again.memory, day=14)
    assert told(below, later, again) == [(), (), ()]
    assert higher.told[0] == ACTUAL[2]
    assert higher.memory.snoozed is None


def test_a_further_crossing_is_not_what_somebody_acknowledged() -> None:
    over = judged(reading(81), reading(10), Memory())
    seen = replace(over.memory, acknowledged=Deed("ada", NOON))
    assert judged(reading(82), reading(81), seen).memory.acknowledged is not None
    assert judged(reading(101), reading(82), seen).memory.acknowledged is None


def test_late_data_is_known_by_days_of_this_period_that_cost_more() -> None:
    before = reading(50, used_complete=Decimal(45))
    days = before.figures.complete_until
    late = replace(reading(85), before=days, known_before=Decimal(80))
    other = replace(late, before=START + timedelta(3))
    less = replace(reading(85), before=days, known_before=Decimal(40))
    assert judged(late, before, Memory()).occasion is Occasion.LATE
    assert judged(other, before, Memory()).occasion is Occasion.CROSSED
    assert judged(less, before, Memory()).occasion is Occasion.CROSSED


def test_what_is_expected_by_late_data_is_late_too() -> None:
    first = judged(ahead(10, 20, 110), ahead(9, 19, 50), Memory())
    before = replace(ahead(10, 20, 110), figures=replace(
        ahead(10, 20, 110).figures, used_complete=Decimal(20)
    ))  # fmt: skip
    late = replace(
        ahead(11, 50, 120), before=before.figures.complete_until, known_before=Decimal(50)
    )
    found = judged(late, before, first.memory)
    assert (found.told, found.occasion) == ((FORECAST[0],), Occasion.LATE)


def test_the_next_month_s_amount_and_a_new_name_are_no_change() -> None:
    """Nobody set the budget: what is crossed is told as crossed."""
    other = reading(10)
    period = replace(other.subject.period, start=START - timedelta(30), end=START)
    last = replace(
        other,
        subject=replace(other.subject, period=period),
        figures=replace(other.figures, amount=Decimal(70)),
    )
    assert judged(reading(81), last, Memory()).occasion is Occasion.CROSSED
    renamed = replace(reading(81), terms="of another name")
    assert judged(renamed, reading(10), Memory()).occasion is Occasion.CROSSED
    changed = replace(renamed, changed_at=NOON)
    assert judged(changed, reading(10), Memory()).occasion is Occasion.SET
