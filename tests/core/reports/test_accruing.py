"""What is still expected of a closed month: by how late past months were, or not at all."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.costs.listings import Late
from core.forecasts.model import Band
from core.period import add_months
from core.reports.accruing import Lateness, TooFewMonthsError, accrual
from core.reports.sections import Month

OCTOBER = date(2026, 10, 1)
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
AGE = timedelta(days=4)


def months(count: int, amount: str = "1000") -> list[Month]:
    return [Month(add_months(OCTOBER, -n), Decimal(amount)) for n in range(count, 0, -1)]


def lateness(
    late: dict[date, str], *, since: datetime | None = LONG_AGO, final: int = 9
) -> Lateness:
    every = frozenset(add_months(OCTOBER, -n) for n in range(1, final + 1))
    amounts = {(month, "USD"): Decimal(amount) for month, amount in late.items()}
    return Lateness(Late(since, amounts), every, AGE)


def back(n: int) -> date:
    return add_months(OCTOBER, -n)


def test_it_grows_as_past_months_did() -> None:
    """Of 1000 came 20, 0 and 80 late: they had 980, 1000 and 920."""
    found = accrual(
        OCTOBER,
        Decimal(980),
        "USD",
        months(3),
        lateness({back(1): "20", back(3): "80"}),
    )
    assert found.expected == Decimal("1000.00")
    assert found.late == Decimal("20.00")
    assert found.at == Band(Decimal("980.00"), Decimal("1065.22"))
    assert (found.months, found.age) == (3, 4)
    assert found.holds == Decimal("0.5")


def test_months_not_watched_then_not_final_or_later_do_not_tell() -> None:
    since = datetime(2026, 9, 1, tzinfo=UTC)
    with pytest.raises(TooFewMonthsError, match="there are 2"):
        # August and September were four days over after that; July, with its end in July, wasn't.
        accrual(OCTOBER, Decimal(980), "USD", months(9), lateness({}, since=since))
    with pytest.raises(TooFewMonthsError, match="there are 1"):
        accrual(OCTOBER, Decimal(980), "USD", months(9), lateness({}, final=1))
    with pytest.raises(TooFewMonthsError, match="there are none"):
        accrual(OCTOBER, Decimal(980), "USD", months(9), lateness({}, since=None))
    with pytest.raises(TooFewMonthsError):
        accrual(add_months(OCTOBER, -9), Decimal(980), "USD", months(9), lateness({}))


def test_months_of_nothing_do_not_tell() -> None:
    with pytest.raises(TooFewMonthsError, match="there are none"):
        accrual(OCTOBER, Decimal(980), "USD", months(9, "0"), lateness({}))


@given(
    st.lists(st.decimals(-400, 400, places=2), min_size=3, max_size=9),
    st.decimals(-(10**6), 10**6, places=2),
)
def test_the_band_holds_what_is_expected(late: list[Decimal], known: Decimal) -> None:
    of = lateness({back(n + 1): str(amount) for n, amount in enumerate(late)})
    found = accrual(OCTOBER, known, "USD", months(len(late)), of)
    assert found.at.lower <= found.expected <= found.at.upper
    assert found.months == len(late)
    assert 0 < found.holds < 1
