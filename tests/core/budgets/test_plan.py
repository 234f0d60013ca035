"""What a budget's days may cost: by the calendar, and by months that have their own amounts."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.budgets.model import (
    BudgetAddressError,
    BudgetAmountError,
    BudgetCurrencyError,
    BudgetDatesError,
    BudgetSubjectError,
    BudgetThresholdsError,
    Cycle,
    Terms,
    check,
    period_on,
    plan,
    rounded,
)
from core.costs.model import Measure
from core.period import Period, add_months, month_of

DAY = timedelta(days=1)
amounts = st.decimals(min_value=1, max_value=10**6, places=2)
days = st.dates(date(2023, 1, 1), date(2029, 12, 31))


@st.composite
def terms(draw: st.DrawFn) -> Terms:
    """Any budget's amounts: with a base or without, with months of their own or without."""
    cycle = draw(st.sampled_from(Cycle))
    start = draw(days)
    dates = Period(start, start + timedelta(draw(st.integers(1, 900))))
    first = month_of(start)
    months = draw(
        st.dictionaries(
            st.integers(-14, 14).map(lambda n: add_months(first, n)), amounts, max_size=9
        )
    )
    return Terms(
        "all",
        "USD",
        cycle,
        amount=draw(st.none() | amounts) if months else draw(amounts),
        months=months,
        dates=dates if cycle is Cycle.CUSTOM else None,
    )


def brute(found: Terms, day: date) -> Fraction | None:
    """What one day has, from the definition alone."""
    period = period_on(found, day)
    if not period.start <= day < period.end:
        return None
    same = [d for d in every(period) if month_of(d) == month_of(day)]
    if month_of(day) in found.months:
        return Fraction(found.months[month_of(day)]) / len(same)
    return None if found.amount is None else Fraction(found.amount) / period.days


def every(period: Period) -> list[date]:
    return [period.start + timedelta(n) for n in range(period.days)]


@given(terms(), days, st.integers(1, 120))
def test_days_have_what_each_of_them_has(found: Terms, start: date, length: int) -> None:
    """However days are cut, the plan is the sum of its days."""
    asked = Period(start, start + timedelta(length))
    said = [share for day in every(asked) if (share := brute(found, day)) is not None]
    assert plan(found, asked) == (sum(said, Fraction(0)) if said else None)


@given(terms().filter(lambda found: not found.months), days)
def test_a_whole_period_has_its_amount(found: Terms, day: date) -> None:
    """To the last unit, whatever the month's length or the leap year."""
    found_plan = plan(found, period_on(found, day))
    assert found_plan is not None
    assert rounded(found_plan, "USD") == found.amount


@given(terms(), days, st.integers(1, 400))
def test_a_plan_only_grows(found: Terms, day: date, length: int) -> None:
    """More days never have less."""
    period = Period(day, day + timedelta(length))
    longer = Period(day, period.end + DAY)
    assert (plan(found, longer) or 0) >= (plan(found, period) or 0)


@given(st.sampled_from([Cycle.MONTHLY, Cycle.QUARTERLY, Cycle.YEARLY]), days)
def test_periods_follow_one_another(cycle: Cycle, day: date) -> None:
    """Each day is in one period, and the next begins where that ends."""
    budget = Terms("all", "USD", cycle, Decimal(1))
    period = period_on(budget, day)
    assert period.start <= day < period.end
    assert period_on(budget, period.last_day) == period
    assert period_on(budget, period.end).start == period.end


def test_leap_february_has_the_same_amount_on_more_days() -> None:
    """A month's amount is shared by the days it has."""
    budget = Terms("all", "USD", amount=Decimal(2900))
    day = Period(date(2028, 2, 10), date(2028, 2, 11))
    assert plan(budget, day) == 100
    assert plan(budget, Period(date(2028, 2, 1), date(2028, 3, 1))) == 2900
    assert plan(budget, Period(date(2027, 2, 1), date(2027, 3, 1))) == 2900


def test_months_go_before_the_amount() -> None:
    """A season's months have their own; the rest of the year has its share of the year's."""
    year = Terms("all", "USD", Cycle.YEARLY, Decimal(36500), {date(2026, 12, 1): Decimal(9000)})
    assert plan(year, Period(date(2026, 12, 1), date(2027, 1, 1))) == 9000
    assert plan(year, Period(date(2026, 11, 1), date(2026, 12, 1))) == 3000
    assert plan(year, Period(date(2026, 1, 1), date(2027, 1, 1))) == 36500 - 3100 + 9000


def test_custom_dates_cut_months() -> None:
    """A month's amount is that of its days within the dates; outside them there is none."""
    dates = Period(date(2026, 1, 15), date(2026, 3, 15))
    months = {date(2026, 1, 1): Decimal(1700), date(2026, 3, 1): Decimal(1400)}
    budget = Terms("all", "USD", Cycle.CUSTOM, None, months, dates)
    assert plan(budget, Period(date(2026, 1, 15), date(2026, 1, 16))) == 100
    assert plan(budget, Period(date(2026, 2, 1), date(2026, 3, 1))) is None
    assert plan(budget, dates) == 3100
    assert plan(budget, Period(date(2026, 4, 1), date(2026, 5, 1))) is None


def test_shares_are_rounded_to_the_currencys_decimals() -> None:
    """Yen have none."""
    assert rounded(Fraction(1000, 3), "USD") == Decimal("333.33")
    assert rounded(Fraction(1000, 3), "JPY") == Decimal(333)


GOOD = Terms("all", "USD", amount=Decimal(8000))


@pytest.mark.parametrize(
    ("terms", "error"),
    [
        (replace(GOOD, amount=Decimal(0)), BudgetAmountError),
        (replace(GOOD, amount=Decimal(-1)), BudgetAmountError),
        (replace(GOOD, months={date(2026, 1, 1): Decimal("1e30")}), BudgetAmountError),
        (replace(GOOD, cycle=Cycle.CUSTOM), BudgetDatesError),
        (replace(GOOD, dates=Period(date(2026, 1, 1), date(2026, 2, 1))), BudgetDatesError),
        (replace(GOOD, months={date(2026, 1, 2): Decimal(1)}), BudgetDatesError),
        (
            Terms(
                "all",
                "USD",
                Cycle.CUSTOM,
                Decimal(1),
                {date(2026, 5, 1): Decimal(1)},
                Period(date(2026, 1, 1), date(2026, 2, 1)),
            ),
            BudgetDatesError,
        ),
        (replace(GOOD, measure=Measure.LIST), BudgetSubjectError),
        (replace(GOOD, currency="usd"), BudgetCurrencyError),
        (replace(GOOD, thresholds=(80, 0)), BudgetThresholdsError),
        (replace(GOOD, forecast_thresholds=(1001,)), BudgetThresholdsError),
        (replace(GOOD, emails=("ada",)), BudgetAddressError),
    ],
)
def test_what_a_budget_cant_be(terms: Terms, error: type[Exception]) -> None:
    """Each mistake has its own error, so that a form can say it at its field."""
    with pytest.raises(error):
        check(terms)


def test_what_it_can_be() -> None:
    """Terms that can be come back as they are."""
    assert check(GOOD) is GOOD
