"""Which anomalies are told, and how often: pure, whatever delivers them."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from core.anomalies.found import Anomaly
from core.anomalies.model import Incident, OddDay, Subject, Verdict
from core.anomalies.telling import GONE, MOST, WEEK, Post, Telling, telling, version

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=365)
DAY = date(2026, 11, 20)


def anomaly(number: int, impact: int = 100, *, currency: str = "USD") -> Anomaly:
    day = OddDay(DAY, Decimal(50), Decimal(50 + impact))
    return Anomaly(number, Incident(Subject("checkout"), currency, (day,)), NOW)


def posted(found: Anomaly, *, ago: timedelta = timedelta(0), digest: bool = False) -> Post:
    return Post(found.id, NOW - ago, version(found), digest)


def told(found: list[Anomaly], posts: list[Post] | None = None) -> Telling:
    return telling(found, posts or [], since=LONG_AGO, now=NOW)


def ids(anomalies: tuple[Anomaly, ...]) -> list[int]:
    return [each.id for each in anomalies]


def test_the_three_that_came_to_most_are_posted_and_the_others_wait() -> None:
    found = [anomaly(n, impact) for n, impact in enumerate((10, -400, 300, 20, 200))]
    now = told(found)
    assert ids(now.posts) == [1, 2, 4]
    assert ids(now.waiting) == [3, 0]


def test_posts_of_the_last_seven_days_take_room_and_digests_do_not() -> None:
    new = [anomaly(10), anomaly(11)]
    lately = [anomaly(n) for n in range(2)]
    posts = [posted(each, ago=timedelta(days=6)) for each in lately]
    digested = [posted(anomaly(5), digest=True)]
    now = told([*new, *lately, anomaly(5)], posts + digested)
    assert (ids(now.posts), ids(now.waiting)) == ([10], [11])
    week_ago = [posted(each, ago=WEEK) for each in lately]
    assert ids(told([*new, *lately], week_ago).posts) == [10, 11]


def test_what_was_told_is_updated_when_there_is_something_to_say_and_never_repeated() -> None:
    first = anomaly(1)
    assert told([first], [posted(first)]) == Telling()
    longer = (*first.incident.days, OddDay(DAY + timedelta(1), Decimal(50), Decimal(150)))
    grown = replace(first, incident=replace(first.incident, days=longer))
    judged = replace(first, verdict=Verdict.EXPECTED)
    for changed in (grown, judged, replace(first, why="Up.")):
        now = told([changed], [posted(first, ago=timedelta(days=30))])
        assert now == Telling(updates=(changed,))
    assert told([grown], [posted(first, digest=True)]) == Telling()


def test_what_late_data_made_ordinary_is_taken_back_once() -> None:
    post = posted(anomaly(1))
    assert told([], [post]) == Telling(gone=(1,))
    assert told([], [replace(post, said=GONE)]) == Telling()
    back = anomaly(1)
    assert told([back], [replace(post, said=GONE)]) == Telling(updates=(back,))


def test_what_is_old_or_judged_already_is_no_news() -> None:
    old = replace(anomaly(1), found_at=NOW - timedelta(days=400))
    judged = replace(anomaly(2), verdict=Verdict.PLANNED)
    assert told([old, judged]) == Telling()


def test_impacts_compare_across_currencies() -> None:
    found = [anomaly(n, 100 + n) for n in range(3)] + [anomaly(9, 5000, currency="JPY")]
    plain = telling(found, [], since=LONG_AGO, now=NOW)
    assert ids(plain.waiting) == [0]
    worth = {"JPY": Decimal("0.0065")}
    assert ids(telling(found, [], since=LONG_AGO, now=NOW, worth=worth).waiting) == [9]


@given(st.lists(st.lists(st.integers(-500, 500).filter(bool), max_size=6), max_size=40))
def test_however_many_are_found_each_is_told_once_and_no_more_than_three_a_week(
    days: list[list[int]],
) -> None:
    """Each day some are found; every tenth day the digest goes out."""
    found: list[Anomaly] = []
    posts: list[Post] = []
    for number, impacts in enumerate([*days, []]):
        now = NOW + timedelta(days=number)
        found += [
            replace(anomaly(len(found) + n, impact), found_at=now)
            for n, impact in enumerate(impacts)
        ]
        plan = telling(found, posts, since=NOW, now=now)
        posts += [Post(each.id, now, version(each)) for each in plan.posts]
        if number % 10 == 0 or number == len(days):
            posts += [Post(each.id, now, version(each), digest=True) for each in plan.waiting]
    assert Counter(post.anomaly for post in posts) == Counter(each.id for each in found)
    alone = [post.at for post in posts if not post.digest]
    assert all(sum(first <= at < first + WEEK for at in alone) <= MOST for first in alone)
