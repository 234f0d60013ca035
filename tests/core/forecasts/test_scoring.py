"""Forecasts beside what came."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from core.forecasts.making import forecast
from core.forecasts.model import Accuracy, Band, Forecast, Series
from core.forecasts.scoring import NotInYetError, accuracy, score

START = date(2026, 6, 1)


def made() -> tuple[Series, Forecast]:
    """Weekdays from 10 to 70, and the four days after four weeks, three of them known."""
    known = Series(START, tuple(Decimal(10 * (n % 7 + 1)) for n in range(35)), "USD")
    return known, forecast(known, start=known.end - timedelta(3), end=known.end + timedelta(4))


def came(known: Series, *amounts: int | None) -> Series:
    more = tuple(None if a is None else Decimal(a) for a in amounts)
    return Series(known.start, known.amounts + more, "USD")


def test_a_forecast_that_came_true_has_no_error() -> None:
    known, forecasted = made()
    scored = score(forecasted, came(known, 10, 20, 30, 40))
    assert scored.expected == scored.actual == 50 + 60 + 70 + 10 + 20 + 30 + 40
    assert scored.error == scored.share == 0
    assert scored.in80
    assert scored.in95


def test_a_forecast_that_did_not_is_told_by_how_much() -> None:
    known, forecasted = made()
    wrong = replace(forecasted, usual_error=Decimal(5))
    scored = score(wrong, came(known, 20, 20, 40, 40))
    assert scored.error == 20
    assert scored.share == Decimal(20) / 300
    assert scored.mase == 1
    assert scored.in80 is False


def test_a_day_that_never_came_counts_on_neither_side() -> None:
    known, forecasted = made()
    scored = score(forecasted, came(known, 10, None, 30, 40))
    assert scored.error == 0


def test_it_waits_for_the_last_day() -> None:
    known, forecasted = made()
    with pytest.raises(NotInYetError, match="Score it once 2026-07-09 is complete"):
        score(forecasted, came(known, 10, 20, 30))


def test_earlier_scores_make_an_accuracy() -> None:
    known, forecasted = made()
    banded = replace(forecasted, at80=Band(Decimal(275), Decimal(285)), at95=None)
    scores = [score(banded, came(known, 10, 20, 30, last)) for last in (40, 60, 0)]
    assert accuracy(scores) == Accuracy(3, Decimal(20) / 300, Decimal(1) / 3)
    assert accuracy([]) is None
