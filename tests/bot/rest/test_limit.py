"""So many requests at once, so many a second, and when to come again."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.rest.limit import Limit, TooManyRequestsError

NOW = datetime(2026, 11, 22, 18, tzinfo=UTC)


def spent(limit: Limit, jti: str, now: datetime) -> int:
    """How many requests a token may make right now."""
    count = 0
    while True:
        try:
            limit.spend(jti, now)
        except TooManyRequestsError:
            return count
        count += 1


def test_a_bucket_empties_refills_and_never_overflows() -> None:
    limit = Limit(at_once=5, a_second=2)
    assert spent(limit, "a", NOW) == 5
    assert spent(limit, "a", NOW + timedelta(seconds=1)) == 2
    assert spent(limit, "a", NOW + timedelta(hours=1)) == 5


def test_each_token_has_its_own() -> None:
    limit = Limit(at_once=1, a_second=1)
    assert (spent(limit, "a", NOW), spent(limit, "b", NOW)) == (1, 1)


def test_what_is_refused_costs_nothing_and_says_when_to_come_again() -> None:
    limit = Limit(at_once=2, a_second=0.1)
    assert spent(limit, "a", NOW) == 2
    with pytest.raises(TooManyRequestsError, match="10 s") as refused:
        limit.spend("a", NOW)
    assert refused.value.seconds == 10
    limit.spend("a", NOW + timedelta(seconds=refused.value.seconds))


def test_a_clock_that_is_set_back_does_not_lock_out() -> None:
    limit = Limit(at_once=1, a_second=1)
    limit.spend("a", NOW)
    with pytest.raises(TooManyRequestsError) as refused:
        limit.spend("a", NOW - timedelta(hours=1))
    assert refused.value.seconds <= 2
