"""How far a budget is, against sums made by hand."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from core.budgets.model import Budget, Terms, plan
from core.budgets.status import Spending, State, status
from core.forecasts.model import Band, Forecast, ForecastDay, Method, Series
from core.money import ZERO
from core.period import Period

NOVEMBER = Period(date(2026, 11, 1), date(2026, 12, 1), "2026-11")
TODAY = date(2026, 11, 22)
costs = st.decimals(min_value=-50, max_value=500, places=2)


def budget(amount: Decimal) -> Budget:
    return Budget(1, Terms("shop", "USD", amount=amount))


def made(spent: Decimal, complete: date, ahead: Mapping[date, Decimal]) -> Forecast:
    days = tuple(ForecastDay(day, amount) for day, amount in ahead.items())
    total = spent + sum(ahead.values(), ZERO)
    return Forecast(
        NOVEMBER,
        "USD",
        Method.NAIVE,
        spent,
        days,
        Band(total - 1, total + 1),
        None,
        complete,
        30,
        Decimal(1),
    )


@given(
    st.lists(costs, min_size=30, max_size=30),
    st.integers(0, 30),
    st.integers(0, 2),
    st.decimals(min_value=1, max_value=9000, places=2),
)
def test_figures_are_the_sums_of_days(
    by_day: list[Decimal], complete: int, partial: int, amount: Decimal
) -> None:
    """Whatever was spent, and however much of the month is known."""
    days = [NOVEMBER.start + timedelta(n) for n in range(30)]
    known, later = dict(zip(days, by_day, strict=True)), days[complete:]
    so_far = {day: known[day] / 2 for day in later[:partial]}
    end = NOVEMBER.start + timedelta(complete)
    before = (Decimal(7),) * 40
    history = Series(NOVEMBER.start - timedelta(40), (*before, *by_day[:complete]), "USD")
    spent = sum(by_day[:complete], ZERO)
    forecast = made(spent, end, {day: known[day] for day in later}) if later else None
    of = budget(amount)
    told = status(
        of,
        NOVEMBER,
        lambda asked: plan(of.terms, asked),
        Spending(history, so_far),
        forecast,
        today=TODAY,
    )
    assert told.used == spent + sum(so_far.values(), ZERO)
    assert told.remaining == amount - told.used
    assert told.used_complete == spent
    assert told.expected == sum(by_day, ZERO)
    assert told.final is (complete == 30)
    assert told.breach == _breach(days, known, amount)
    assert told.planned is not None
    assert abs(told.planned - amount * complete / 30) <= Decimal("0.005")
    over, heading = told.used > amount, told.expected > amount
    assert told.state is (State.OVER if over else State.HEADING_OVER if heading else State.ON_PLAN)


def _breach(days: list[date], known: Mapping[date, Decimal], amount: Decimal) -> date | None:
    total = ZERO
    for day in days:
        total += known[day]
        if total > amount:
            return day
    return None


def _told(amount: str | None, *spent: str, today: date = TODAY) -> State:
    series = Series(NOVEMBER.start, tuple(map(Decimal, spent)), "USD")
    of = budget(Decimal(amount or 1))
    found = status(
        of,
        NOVEMBER,
        lambda asked: plan(of.terms, asked) if amount else None,
        Spending(series),
        None,
        today=today,
        refused="Too few days.",
    )
    return found.state


def test_without_a_forecast_the_pace_tells() -> None:
    """Two days of a month of 3000 may cost 200."""
    assert _told("3000", "100", "101") is State.AHEAD
    assert _told("3000", "100", "100") is State.ON_PLAN
    assert _told("3000", "100", "3000") is State.OVER


def test_without_an_amount_nothing_is_judged() -> None:
    """A month that the plan says nothing of."""
    assert _told(None, "100") is State.NO_AMOUNT


def test_what_has_not_begun_is_not_judged() -> None:
    """Its days are yet to come."""
    assert _told("3000", today=date(2026, 10, 31)) is State.NOT_BEGUN
