"""The sample is the same whenever it is made, and grows by what is new."""

from datetime import date, timedelta

from sandbox.sample.generate import charges, cut, first_day

START, THROUGH = date(2026, 8, 1), date(2026, 10, 20)


def test_the_same_sample_is_made_twice() -> None:
    assert list(charges(START, THROUGH)) == list(charges(START, THROUGH))


def test_another_seed_makes_another_sample() -> None:
    assert list(charges(START, THROUGH)) != list(charges(START, THROUGH, seed=1))


def test_a_day_later_the_sample_has_the_same_rows_and_some_more() -> None:
    before = list(charges(START, THROUGH))
    after = list(charges(START, THROUGH + timedelta(1)))
    already = [charge for charge in after if charge.exported < cut(THROUGH)]
    assert already == before
    assert len(after) > len(before)


def test_a_later_start_changes_nothing_of_the_days_that_are_left() -> None:
    whole = {one for one in charges(START, THROUGH) if one.cost_type != "rounding_error"}
    later = [one for one in charges(date(2026, 9, 1), THROUGH) if one.cost_type != "rounding_error"]
    shared = [one for one in later if one.adjustment is None]
    assert set(shared) <= whole


def test_nothing_is_exported_after_the_last_day() -> None:
    assert max(one.exported for one in charges(START, THROUGH)) < cut(THROUGH)


def test_it_begins_eighteen_whole_months_before_the_one_that_ends_it() -> None:
    assert first_day(date(2026, 11, 21)) == date(2025, 5, 1)
    assert first_day(date(2026, 12, 31)) == date(2025, 6, 1)
    assert first_day(date(2027, 6, 1)) == date(2025, 12, 1)


def test_usage_of_a_day_keeps_coming_for_two_days_and_some_a_week_later() -> None:
    made = [one for one in charges(START, THROUGH) if one.cost_type == "regular"]
    fortnight = [THROUGH - timedelta(back) for back in range(10, 24)]

    def known(days_later: int) -> int:
        ends = {day: cut(day + timedelta(days_later)) for day in fortnight}
        return sum(1 for one in made if one.day in ends and one.exported < ends[one.day])

    assert known(0) < known(1) < known(2)
    assert known(3) == known(4) == known(5)
    assert known(6) < known(8)
