"""Forecasts that were made, beside what came."""

from collections.abc import Sequence
from decimal import Decimal
from statistics import median

from core.errors import ConflictError
from core.forecasts.model import Accuracy, Band, Forecast, Score, Series
from core.money import ZERO


class NotInYetError(ConflictError):
    """Some days of the forecast aren't complete yet."""


def score(forecast: Forecast, actual: Series) -> Score:
    """Judge a forecast by its days, now that they are in.

    Days that are missing at the source for good are left out of `mase` and, on both sides, of
    the total.

    Raises:
        NotInYetError: the series ends before the forecast does, or begins after it.
    """
    if actual.end < forecast.period.end or actual.start > forecast.period.start:
        raise NotInYetError(
            f"The forecast is of {forecast.period}; complete days are known from {actual.start} "
            f"up to {actual.end}.",
            fix=f"Score it once {forecast.period.last_day} is complete.",
        )
    came = {day: amount for day, amount in actual.days if amount is not None}
    gone = sum((day.expected for day in forecast.days if day.date not in came), ZERO)
    inside = forecast.period.start, forecast.period.end
    total = sum((a for day, a in came.items() if inside[0] <= day < inside[1]), ZERO) + gone
    errors = [abs(came[d.date] - d.expected) for d in forecast.days if d.date in came]
    usual = forecast.usual_error * len(errors)
    return Score(
        expected=forecast.total,
        actual=total,
        error=total - forecast.total,
        share=(total - forecast.total) / abs(total) if total else None,
        mase=sum(errors, ZERO) / usual if usual else None,
        in80=_inside(forecast.at80, total),
        in95=_inside(forecast.at95, total),
    )


def accuracy(scores: Sequence[Score]) -> Accuracy | None:
    """What earlier forecasts of the same say together; None where there were none."""
    if not scores:
        return None
    shares = [abs(s.share) for s in scores if s.share is not None]
    banded = [s.in80 for s in scores if s.in80 is not None]
    return Accuracy(
        forecasts=len(scores),
        error=median(shares) if shares else None,
        within=Decimal(sum(banded)) / len(banded) if banded else None,
    )


def _inside(band: Band | None, amount: Decimal) -> bool | None:
    return None if band is None else band.holds(amount)
