"""What a forecast promises, whatever it is made from."""

from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.forecasts.making import forecast, forecasts
from core.forecasts.model import (
    Forecast,
    Method,
    NoteKind,
    NotEnoughHistoryError,
    NothingAheadError,
    Series,
    TooFarAheadError,
)
from core.period import Period

MONDAY = date(2026, 6, 1)
CENT = Decimal("0.01")


def series(*amounts: float | None, start: date = MONDAY, currency: str = "USD") -> Series:
    """Days from a Monday on; None is missing."""
    exact = (None if a is None else Decimal(str(round(a, 2))) for a in amounts)
    return Series(start, tuple(exact), currency)


def noisy(days: int = 200, seed: int = 0, level: float = 100.0) -> list[float]:
    """A level with weekdays and noise."""
    rng = np.random.default_rng(seed)
    week = np.array([1, 1, 1, 1, 1, 0.5, 0.4])
    values = level * week[np.arange(days) % 7] * (1 + rng.normal(0, 0.05, days))
    return [float(value) for value in values.round(2)]


def ahead(of: Series, days: int = 28) -> Forecast:
    """The days after a series."""
    return forecast(of, start=of.end, end=of.end + timedelta(days))


histories = st.builds(noisy, days=st.integers(28, 120), seed=st.integers(0, 10_000))


# Powers of two, so that what is nearly as large as a threshold stays on its side of it.
@given(histories, st.sampled_from([2, 16, 1024]))
def test_twice_the_cost_is_twice_the_forecast(amounts: list[float], times: int) -> None:
    one, many = ahead(series(*amounts)), ahead(series(*(a * times for a in amounts)))
    for small, large in zip(one.days, many.days, strict=True):
        assert abs(small.expected * times - large.expected) <= CENT * times
    assert one.method is many.method


@given(histories)
def test_the_other_sign_is_the_other_forecast(amounts: list[float]) -> None:
    up, down = ahead(series(*amounts)), ahead(series(*(-a for a in amounts)))
    for one, other in zip(up.days, down.days, strict=True):
        # A level that doubles makes its weekdays larger only while it is positive.
        assert abs(one.expected + other.expected) <= abs(one.expected) / 10 + CENT


@given(histories)
def test_bands_lie_around_what_is_expected_and_in_one_another(amounts: list[float]) -> None:
    made = ahead(series(*amounts))
    for at80, at95, expected in [
        (made.at80, made.at95, made.total),
        *((day.at80, day.at95, day.expected) for day in made.days),
    ]:
        assert at80 is not None
        assert at95 is not None
        assert at95.lower <= at80.lower <= expected <= at80.upper <= at95.upper


@given(histories, st.integers(0, 20), st.integers(1, 40))
def test_the_total_is_what_is_spent_and_the_days_ahead(
    amounts: list[float], back: int, days: int
) -> None:
    of = series(*amounts)
    start = of.end - timedelta(back)
    made = forecast(of, start=start, end=of.end + timedelta(days))
    spent = [amount for day, amount in of.days if day >= start and amount is not None]
    assert made.spent == sum(spent, Decimal(0))
    assert made.total == made.spent + sum(day.expected for day in made.days)
    assert [day.date for day in made.days] == [of.end + timedelta(n) for n in range(days)]


@given(
    st.lists(
        st.one_of(st.none(), st.floats(-1e6, 1e6), st.just(0.0)), min_size=3, max_size=100
    ).filter(lambda some: sum(a is not None for a in some) >= 3)
)
def test_anything_can_be_forecast(amounts: list[float | None]) -> None:
    of = series(*amounts)
    try:
        made = ahead(of, 40)
    except NotEnoughHistoryError:
        return  # all before the first amount is no history
    assert len(made.days) == 40
    assert all(day.expected.is_finite() for day in made.days)


@pytest.mark.parametrize("amount", [0.0, 12.34, -5.0])
def test_what_never_changes_goes_on_and_is_sure(amount: float) -> None:
    made = ahead(series(*[amount] * 100))
    assert {day.expected for day in made.days} == {Decimal(str(amount)).quantize(CENT)}
    assert made.at80 == made.at95 == (made.total, made.total)


def test_weekdays_are_forecast_as_weekdays() -> None:
    made = ahead(series(*noisy()))
    weekdays = [day.expected for day in made.days if day.date.weekday() < 5]
    sundays = [day.expected for day in made.days if day.date.weekday() == 6]
    assert min(weekdays) > 90
    assert max(sundays) < 45


def test_a_bill_that_comes_every_month_is_expected_on_its_date() -> None:
    of = series(*noisy(150))
    billed = tuple(
        amount + 1000 if amount is not None and day.day == 3 else amount for day, amount in of.days
    )
    made = ahead(Series(of.start, billed, "USD"), 40)
    on_third = [day.expected for day in made.days if day.date.day == 3]
    assert on_third
    assert all(1000 < amount < 1150 for amount in on_third)
    assert all(day.expected < 150 for day in made.days if day.date.day != 3)


def test_a_bill_on_the_last_day_of_every_month_is_expected_there() -> None:
    of = series(*noisy(150), start=date(2026, 5, 1))
    billed = tuple(
        (amount or Decimal(0)) + 1000 * ((day + timedelta(1)).day == 1) for day, amount in of.days
    )
    made = ahead(Series(of.start, billed, "USD"), 70)
    large = [day.date for day in made.days if day.expected > 900]
    assert large == [d.date for d in made.days if (d.date + timedelta(1)).day == 1]


def test_growth_goes_on() -> None:
    growing = [100 + n for n in range(150)]
    made = ahead(series(*growing))
    assert float(made.total) == pytest.approx(sum(250 + n for n in range(28)), rel=0.03)


def test_a_missing_day_of_the_period_is_estimated_and_told() -> None:
    amounts: list[float | None] = list(noisy(100))
    amounts[98] = None
    of = series(*amounts)
    made = forecast(of, start=of.end - timedelta(5), end=of.end + timedelta(5))
    assert made.days[0].known
    assert made.days[0].date == of.end - timedelta(2)
    assert 30 < made.days[0].expected < 120
    assert NoteKind.MISSING_DAYS in {note.kind for note in made.notes}


def test_a_day_is_not_expected_to_cost_less_than_it_has() -> None:
    of = series(*noisy())
    made = forecast(of, start=of.end, end=of.end + timedelta(7), so_far={of.end: Decimal(500)})
    assert made.days[0].expected == 500
    assert made.days[1].expected < 150


def test_a_period_ahead_is_its_own_days_alone() -> None:
    of = series(*noisy())
    start = of.end + timedelta(10)
    made = forecast(of, start=start, end=start + timedelta(30))
    assert made.spent == 0
    assert made.days[0].date == start
    assert len(made.days) == 30
    assert made.at80 is not None


@pytest.mark.parametrize(
    ("days", "method", "note"),
    [
        (3, Method.RUN_RATE, NoteKind.NO_BAND),
        (13, Method.RUN_RATE, NoteKind.SHORT_HISTORY),
        (14, Method.NAIVE, NoteKind.SHORT_HISTORY),
        (27, Method.NAIVE, NoteKind.SHORT_HISTORY),
        (28, Method.BLEND, None),
    ],
)
def test_the_method_suits_the_length_of_the_history(
    days: int, method: Method, note: NoteKind | None
) -> None:
    made = ahead(series(*noisy(days)), 14)
    assert made.method is method
    assert made.made_from == days
    assert (made.at80 is None) == (method is Method.RUN_RATE)
    assert note is None or note in {n.kind for n in made.notes}


def test_a_new_project_has_no_history_before_its_first_amount() -> None:
    made = ahead(series(*[0.0] * 200, *noisy(20)), 14)
    assert made.method is Method.NAIVE
    assert made.made_from == 20


def test_too_little_history_is_said_with_a_day_to_ask_again() -> None:
    with pytest.raises(NotEnoughHistoryError, match=r"There are 2 complete days .* 2026-06-05"):
        ahead(series(1.0, 2.0, start=date(2026, 6, 1)))


def test_nothing_ahead_and_too_far_ahead_are_refused() -> None:
    of = series(*noisy())
    with pytest.raises(NothingAheadError, match="known already"):
        forecast(of, start=of.start, end=of.end)
    with pytest.raises(TooFarAheadError, match="400 days"):
        ahead(of, 401)


def test_spend_that_comes_and_goes_is_told_by_its_mean() -> None:
    rng = np.random.default_rng(3)
    made = ahead(series(*(100.0 * (rng.random(200) < 0.3))))
    assert made.method is Method.INTERMITTENT
    assert 400 < made.total < 1300


def test_what_has_ended_is_expected_to_cost_nothing() -> None:
    made = ahead(series(*noisy(100), *[0.0] * 20))
    assert made.method is Method.ENDED
    assert made.total == 0
    assert [(note.kind, note.days) for note in made.notes] == [(NoteKind.ENDED, 20)]


def test_amounts_have_the_currencys_own_decimals() -> None:
    yen = ahead(series(*noisy(level=90_000), currency="JPY"))
    assert all(day.expected == day.expected.to_integral_value() for day in yen.days)


def test_many_at_once_are_what_each_is_alone() -> None:
    some = [
        series(*noisy(days, seed=n), start=MONDAY - timedelta(days))
        for n, days in enumerate((3, 20, 30, 100, 194, 250, 420, 2, 300, 365))
    ]
    period = Period(MONDAY, MONDAY + timedelta(28))
    together = list(forecasts(some, period))
    assert isinstance(together[7], NotEnoughHistoryError)
    for n, (one, many) in enumerate(zip(some, together, strict=True)):
        if n != 7:
            assert isinstance(many, Forecast)
            alone = forecast(one, start=period.start, end=period.end)
            assert alone.method is many.method
            assert float(alone.total) == pytest.approx(float(many.total), rel=1e-6)


def test_a_series_begins_with_its_first_charges_and_fills_gaps() -> None:
    day = [MONDAY + timedelta(n) for n in range(6)]
    amounts = {day[1]: Decimal(5), day[3]: Decimal(7), day[5]: Decimal(9)}
    of = Series.of(amounts, "USD", complete_until=day[5], missing=[day[2]])
    assert of == Series(day[1], (Decimal(5), None, Decimal(7), Decimal(0)), "USD")
