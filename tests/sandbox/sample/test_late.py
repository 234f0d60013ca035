"""What comes late is of days that a report was posted of, whatever the day is."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from sandbox.sample.late import late_in_month


@pytest.mark.parametrize(
    ("today", "month"),
    [
        (date(2026, 12, 1), (2026, 11)),
        (date(2026, 12, 2), (2026, 11)),
        (date(2026, 12, 31), (2026, 11)),
        (date(2027, 1, 1), (2026, 12)),
        (date(2028, 2, 29), (2028, 1)),
    ],
)
def test_last_month_s_late_rows_are_of_last_month(today: date, month: tuple[int, int]) -> None:
    """That is the month before today's, also when the sample ends with it."""
    through = today - timedelta(1)
    made = late_in_month(through, datetime.combine(today, time(12), UTC))
    assert {(one.day.year, one.day.month) for one in made} == {month}
    assert sum(one.cost for one in made) > 0


@pytest.mark.parametrize("month", range(1, 13))
@pytest.mark.parametrize("year", range(2026, 2033))
def test_the_report_of_last_week_has_nothing_of_it(year: int, month: int) -> None:
    today = date(year, month, 1)
    made = late_in_month(today - timedelta(1), datetime.combine(today, time(12), UTC))
    this_week = today - timedelta(today.weekday())
    assert max(one.day for one in made) < this_week - timedelta(7)
