"""What is an incident, what only looks like one, and what people's word changes."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.anomalies.detection import screen
from core.anomalies.model import (
    Direction,
    Feedback,
    Incident,
    PlannedEvent,
    Subject,
    Verdict,
    Watched,
)
from core.forecasts.model import Series
from core.period import Period

START = date(2026, 3, 2)
DAYS = 120


def usual(level: float = 100.0, days: int = DAYS, seed: int = 0) -> list[float]:
    """A level with weekends and noise."""
    rng = np.random.default_rng(seed)
    week = np.array([1, 1, 1, 1, 1, 0.6, 0.5])
    return [float(v) for v in level * week[np.arange(days) % 7] * (1 + rng.normal(0, 0.03, days))]


def watched(amounts: list[float | None] | list[float], **more: object) -> Watched:
    exact = tuple(None if a is None else Decimal(str(round(a, 2))) for a in amounts)
    series = Series(START, exact, "USD")
    return Watched(Subject("checkout"), series, **more)  # type: ignore[arg-type]


def found(amounts: list[float | None] | list[float], **more: object) -> tuple[Incident, ...]:
    (incidents,) = screen([watched(amounts, **more)])
    return incidents


def with_more(amounts: list[float], days: range, more: float) -> list[float]:
    return [a + more if n in days else a for n, a in enumerate(amounts)]


def day(number: int) -> date:
    return START + timedelta(number)


def test_an_ordinary_series_has_none() -> None:
    assert found(usual()) == ()


@pytest.mark.parametrize(("days", "more"), [(range(100, 101), 120), (range(100, 104), 80)])
def test_days_too_high_are_one_incident(days: range, more: float) -> None:
    amounts = with_more(usual(), days, more)
    (incident,) = found(amounts)
    assert (incident.begin, incident.end) == (day(days.start), day(days.stop))
    assert incident.direction is Direction.UP
    assert float(incident.impact) == pytest.approx(more * len(days), rel=0.15)
    assert incident.actual == sum(
        Decimal(str(round(a, 2))) for a in amounts[days.start : days.stop]
    )
    assert incident.actual - incident.expected == incident.impact
    assert not incident.ongoing


def test_days_too_low_are_an_incident_the_other_way() -> None:
    (incident,) = found(with_more(usual(), range(100, 103), -45))
    assert incident.direction is Direction.DOWN
    assert incident.impact < -100


def test_it_goes_on_until_the_last_day_there_is() -> None:
    (incident,) = found(with_more(usual(), range(117, 120), 80))
    assert incident.ongoing


def test_what_lasts_a_week_is_the_new_baseline() -> None:
    (incident,) = found(with_more(usual(), range(90, DAYS), 80))
    assert (incident.begin, incident.end) == (day(90), day(97))
    assert incident.settled
    assert not incident.ongoing


def test_after_the_new_baseline_the_old_one_is_an_incident() -> None:
    up, down = found(with_more(usual(), range(60, 100), 80))
    assert up.begin == day(60)
    assert (down.begin, down.direction) == (day(100), Direction.DOWN)


def test_an_incident_does_not_hide_the_next() -> None:
    amounts = with_more(with_more(usual(), range(90, 94), 100), range(105, 107), 60)
    first, second = found(amounts)
    assert (first.begin, second.begin) == (day(90), day(105))


@pytest.mark.parametrize(
    "amounts",
    [
        pytest.param(with_more(usual(2), range(100, 101), 15), id="next to nothing"),
        pytest.param(with_more(usual(10_000), range(100, 101), 1_900), id="a small share"),
        pytest.param(
            [a + 900 * (day(n).day == 5) for n, a in enumerate(usual(days=DAYS))], id="a bill"
        ),
        pytest.param([0.0] * DAYS, id="nothing at all"),
        pytest.param([100.0 + n for n in range(DAYS)], id="growth"),
    ],
)
def test_traps_are_none(amounts: list[float]) -> None:
    late = [i for i in found(amounts) if i.begin >= day(70)]
    assert late == []


def test_a_service_that_is_new_is_an_incident() -> None:
    incident = found([*[0.0] * 100, *usual(days=5)])[0]
    assert incident.begin == day(100)
    assert incident.expected == 0


def test_a_missing_day_is_no_incident_and_ends_none() -> None:
    amounts: list[float | None] = list(usual())
    amounts[100] = None
    assert found(amounts) == ()
    more: list[float | None] = list(with_more(usual(), range(99, 103), 90))
    more[100] = None
    (incident,) = found(more)
    assert [odd.date for odd in incident.days] == [day(99), day(101), day(102)]


def test_a_day_that_is_not_over_counts_once_it_is_too_high() -> None:
    (incident,) = found(usual(), so_far={day(DAYS): Decimal(400)})
    assert incident.provisional
    assert incident.ongoing
    assert incident.actual == 400
    assert found(usual(), so_far={day(DAYS): Decimal(20)}) == ()


def test_it_is_one_incident_from_complete_days_into_one_that_is_not_over() -> None:
    amounts = with_more(usual(), range(118, 120), 90)
    (incident,) = found(amounts, so_far={day(DAYS): Decimal(300)})
    assert [odd.complete for odd in incident.days] == [True, True, False]


def test_what_is_expected_now_is_told_no_more() -> None:
    amounts = with_more(usual(), range(110, DAYS), 80)
    said = Feedback(Verdict.EXPECTED, Period(day(110), day(113)))
    assert found(amounts, feedback=(said,)) == ()


def test_what_was_planned_is_over_when_it_is_over() -> None:
    amounts = with_more(usual(), range(105, 110), 300)
    said = Feedback(Verdict.PLANNED, Period(day(105), day(110)))
    assert found(amounts, feedback=(said,)) == ()
    (again,) = found(with_more(amounts, range(114, 115), 100), feedback=(said,))
    assert again.begin == day(114)


def test_what_nobody_wants_to_hear_takes_more() -> None:
    amounts = with_more(with_more(usual(), range(90, 91), 30), range(100, 101), 30)
    assert len(found(amounts)) == 2
    said = Feedback(Verdict.NOT_USEFUL, Period(day(90), day(91)))
    assert len(found(amounts, feedback=(said, said))) <= 1
    assert found(with_more(amounts, range(110, 111), 200), feedback=(said,))[-1].begin == day(110)


def test_an_event_entered_ahead_is_no_incident_unless_it_costs_more_than_said() -> None:
    amounts = with_more(usual(), range(105, 107), 200)
    days = Period(day(105), day(107))
    assert found(amounts, planned=(PlannedEvent(days),)) == ()
    assert found(amounts, planned=(PlannedEvent(days, Decimal(190)),)) == ()
    (dearer,) = found(amounts, planned=(PlannedEvent(days, Decimal(50)),))
    assert dearer.begin == day(105)


@settings(max_examples=8)
@given(st.integers(0, 1000), st.sampled_from([2, 64]))
def test_what_is_found_does_not_hang_on_the_unit(seed: int, times: int) -> None:
    amounts = [round(a, 2) for a in with_more(usual(seed=seed), range(100, 102), 90)]
    small, large = found(amounts), found([a * times for a in amounts])
    assert [i.begin for i in small] == [i.begin for i in large]


def test_many_at_once_are_what_each_is_alone() -> None:
    some = [
        watched(with_more(usual(seed=n), range(100 + n % 10, 103 + n % 10), 90 * (n % 3)))
        for n in range(70)
    ]
    together = list(screen(some))
    assert [together[n] for n in (0, 1, 64, 69)] == [
        incidents for n in (0, 1, 64, 69) for incidents in screen([some[n]])
    ]
    assert [len(incidents) for incidents in together] == [int(n % 3 > 0) for n in range(70)]


def test_a_level_that_keeps_rising_is_followed() -> None:
    """Each week it lasts moves the baseline by what that week was off, not by more."""
    amounts = [a + 80 * (n >= 80) + 120 * (n >= 87) for n, a in enumerate(usual())]
    incidents = found(amounts)
    assert incidents[0].begin == day(80)
    assert all(i.end <= day(96) for i in incidents)
    assert all(i.direction is Direction.UP for i in incidents)


dated = st.builds(
    lambda begin, days: Period(day(begin), day(begin + days)), *[st.integers(1, 80)] * 2
)


@settings(max_examples=20)
@given(
    st.lists(st.one_of(st.none(), st.just(0.0), st.floats(-1e6, 1e6)), max_size=70),
    st.lists(st.builds(Feedback, st.sampled_from(Verdict), dated), max_size=3),
    st.lists(
        st.builds(PlannedEvent, dated, st.none() | st.decimals(-99, 99, places=2)), max_size=2
    ),
)
def test_anything_can_be_screened(
    amounts: list[float | None], feedback: list[Feedback], planned: list[PlannedEvent]
) -> None:
    last = day(len(amounts))
    incidents = found(
        amounts,
        feedback=tuple(feedback),
        planned=tuple(planned),
        so_far={last: Decimal(10**7), last + timedelta(2): Decimal(5)},
    )
    for one, after in pairwise(incidents):
        assert one.end <= after.begin
    for incident in incidents:
        assert abs(incident.impact) >= 20 * len(incident.days)
        assert incident.actual - incident.expected == incident.impact
