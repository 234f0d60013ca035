"""The picture of a forecast: what was spent by day, what is expected, and how sure that is."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from bot.render import foresight, sentences, words
from bot.render.charts import axes
from bot.render.charts.alt import alt
from bot.render.charts.spec import Band, Chart, Course, Slot
from core.budgets.status import Status
from core.costs.model import Granularity
from core.forecasts.model import Forecast
from core.forecasts.service import ForecastAnswer, Outlook
from core.money import ZERO, display

_BEFORE: Final = 35
"""Days of history at least, so that what is expected can be compared."""


def course(answer: ForecastAnswer, held: Sequence[Status] = ()) -> Chart | None:
    """The picture of the largest currency's forecast; None where there is none.

    Args:
        answer: the forecast.
        held: budgets of the same days, with the steps of their plans; the first in that currency
            is drawn.
    """
    outlook = next((each for each in answer.outlooks if each.forecast is not None), None)
    if outlook is None or outlook.forecast is None:
        return None
    title = foresight.headline(answer)
    only = f" · {outlook.currency} only" if len(answer.outlooks) > 1 else ""
    return Chart(
        title=title.removesuffix("."),
        subtitle=f"{answer.text}{only}",
        footer=sentences.fresh(answer.freshness),
        alt=alt(title, _figures(answer, outlook.forecast)),
        body=_course(outlook, outlook.forecast, _budget(held, outlook.currency)),
    )


def _budget(held: Sequence[Status], currency: str) -> Status | None:
    return next((told for told in held if told.steps and told.currency == currency), None)


def _course(outlook: Outlook, made: Forecast, held: Status | None) -> Course:
    days = _days(outlook, made)
    plan = tuple(_plan(days, held)) if held is not None else ()
    spent = {**{d: a for d, a in outlook.history.days if a is not None}, **outlook.so_far}
    ahead = {day.date: day for day in made.days if not day.known}
    bars = tuple(_number(spent.get(day)) for day in days)
    expected = tuple(_number(ahead[day].expected) if day in ahead else None for day in days)
    bounds = [ahead[day].at80 if day in ahead else None for day in days]
    low = tuple(None if b is None else float(b.lower) for b in bounds)
    high = tuple(None if b is None else float(b.upper) for b in bounds)
    reach = [x for each in (bars, expected, low, high, plan) for x in each if x is not None]
    return Course(
        slots=tuple(Slot(incomplete=day in outlook.so_far) for day in days),
        marks=tuple(axes.marks(days, Granularity.DAILY)),
        scale=axes.scale(reach, made.currency),
        bars=bars,
        expected=expected,
        expected_name="expected",
        bands=(Band(foresight.LIKELY, low, high),) if any(bounds) else (),
        plan=plan,
        plan_name=_plan_name(held) if held is not None else "",
    )


def _plan(days: Sequence[date], held: Status) -> Iterator[float | None]:
    """What the budget has for each day of its period."""
    before = (ZERO, *held.steps)
    own = {held.period.start + timedelta(n): step - before[n] for n, step in enumerate(held.steps)}
    for day in days:
        yield _number(own.get(day))


def _plan_name(held: Status) -> str:
    amount = "" if held.amount is None else f" {words.rounded(held.amount, held.currency)}"
    return f"budget{amount}, by day"


def _days(outlook: Outlook, made: Forecast) -> list[date]:
    """From some weeks before the days ahead, or the period's start, to its end."""
    first = min(made.period.start, made.complete_until - timedelta(_BEFORE))
    first = max(first, min(outlook.history.start, made.period.start))
    return [first + timedelta(n) for n in range((made.period.end - first).days)]


def _number(amount: Decimal | None) -> float | None:
    return None if amount is None else float(amount)


def _figures(answer: ForecastAnswer, made: Forecast) -> Iterator[str]:
    for name, text in foresight.figures(answer):
        yield f"{name} {text};"
    for day in made.days:
        yield f"{words.day(day.date)} {display(day.expected, made.currency)};"
