"""When a day is complete and a billing period final."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.costs.writing.completeness import HeldAt, complete_until, is_final

TODAY = date(2026, 11, 22)


def history(age: int, share: str, *, days: int = 60, youngest: int = 10) -> list[HeldAt]:
    """Days that held a share of what they hold now when they were `age` days old."""
    return [
        HeldAt(TODAY - timedelta(days=n), age, Decimal(share) * 200, Decimal(200))
        for n in range(youngest, youngest + days)
    ]


def test_without_history_three_days_old_is_complete() -> None:
    assert complete_until(TODAY, []) == date(2026, 11, 20)


def test_a_source_that_is_quick_is_complete_the_day_after() -> None:
    readings = history(1, "0.995") + history(2, "1")
    assert complete_until(TODAY, readings) == TODAY


def test_today_never_is() -> None:
    assert complete_until(TODAY, history(0, "1") + history(1, "1") + history(2, "1")) == TODAY


def test_just_under_isn_t_enough() -> None:
    assert complete_until(TODAY, history(2, "1") + history(1, "0.9949")) == date(2026, 11, 21)


def test_a_slow_source_takes_longer_than_three_days() -> None:
    readings = [r for age in range(1, 6) for r in history(age, "0.9")]
    assert complete_until(TODAY, readings) == date(2026, 11, 17)


def test_an_age_counts_only_if_every_greater_one_does() -> None:
    assert complete_until(TODAY, history(1, "1") + history(4, "0.5")) == date(2026, 11, 18)


def test_the_median_decides() -> None:
    odd = history(1, "1", days=31) + history(1, "0.2", days=29, youngest=41) + history(2, "1")
    assert complete_until(TODAY, odd) == TODAY


def test_only_the_last_sixty_days_count() -> None:
    before = history(1, "0.2", days=500, youngest=70) + history(2, "1")
    assert complete_until(TODAY, before + history(1, "1", youngest=10)) == TODAY


@pytest.mark.parametrize("share", ["1.02", "-1", "0"])
def test_too_much_is_as_wrong_as_too_little(share: str) -> None:
    assert complete_until(TODAY, history(2, "1") + history(1, share)) == date(2026, 11, 21)


def test_the_worst_currency_counts() -> None:
    readings = history(1, "1") + history(1, "0.5") + history(2, "1")
    assert complete_until(TODAY, readings) == date(2026, 11, 21)


def test_days_too_young_to_have_changed_tell_nothing() -> None:
    """A day read yesterday at the age of one holds the same today; that proves nothing."""
    assert complete_until(TODAY, history(1, "1", days=2, youngest=2)) == date(2026, 11, 20)


def test_fewer_than_seven_days_are_no_history() -> None:
    assert complete_until(TODAY, history(1, "1", days=6)) == date(2026, 11, 20)
    assert complete_until(TODAY, history(5, "0.1", days=6)) == date(2026, 11, 20)


def test_days_of_nothing_are_complete() -> None:
    days = [TODAY - timedelta(days=n) for n in range(10, 70)]
    nothing = [HeldAt(day, age, Decimal(0), Decimal(0)) for day in days for age in (1, 2)]
    assert complete_until(TODAY, nothing) == TODAY


@given(
    st.lists(
        st.builds(
            HeldAt,
            day=st.dates(TODAY - timedelta(days=100), TODAY),
            age=st.integers(0, 40),
            then=st.decimals(-10, 10, places=2),
            now=st.decimals(-10, 10, places=2),
        )
    )
)
def test_some_day_before_today_is_where_completeness_ends(readings: list[HeldAt]) -> None:
    assert TODAY - timedelta(days=30) < complete_until(TODAY, readings) <= TODAY


OCTOBER = date(2026, 10, 1)


@pytest.mark.parametrize(
    ("now", "changed", "uninvoiced", "final"),
    [
        ("2026-10-31", "2026-10-03", 0, False),  # the month isn't over
        ("2026-11-01", "2026-11-01", 0, True),  # every row has its InvoiceId
        ("2026-11-10", "2026-10-31", 1, False),  # nine days after
        ("2026-11-11", "2026-11-08", 1, True),  # ten, the last three unchanged
        ("2026-11-11", "2026-11-09", 1, False),  # changed two days ago
        ("2026-12-31", "2026-12-30", 1, False),
    ],
)
def test_a_period_is_final(now: str, changed: str, uninvoiced: int, final: bool) -> None:  # noqa: FBT001
    instants = [datetime.fromisoformat(instant).replace(tzinfo=UTC) for instant in (now, changed)]
    assert (
        is_final(OCTOBER, uninvoiced=uninvoiced, changed_at=instants[1], now=instants[0]) is final
    )


def test_december_ends_with_the_year() -> None:
    now = datetime(2027, 1, 1, tzinfo=UTC)
    assert is_final(date(2026, 12, 1), uninvoiced=0, changed_at=now, now=now)
