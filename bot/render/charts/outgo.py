"""The picture of a budget: what is spent by now, day upon day, what is expected, and the limit."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

from bot.render import budgeting, foresight, sentences, words
from bot.render.charts import axes
from bot.render.charts.alt import alt
from bot.render.charts.spec import Band, Chart, Course, Slot
from core.budgets.status import Status
from core.costs.model import Granularity
from core.money import ZERO

type Line = tuple[float | None, ...]


def course(told: Status, asked: str) -> Chart | None:
    """The picture; None where nothing is spent yet."""
    if not told.days:
        return None
    title = budgeting.headline(told)
    figures = (f"{name} {text};" for name, text in budgeting.figures(told))
    return Chart(
        title=title.removesuffix("."),
        subtitle=asked,
        footer=sentences.fresh(told.freshness),
        alt=alt(title, figures),
        body=_course(told),
    )


def _course(told: Status) -> Course:
    days = [told.period.start + timedelta(n) for n in range(told.period.days)]
    spent, expected = tuple(_spent(told)), tuple(_expected(told))
    low, high = _band(told, expected)
    plan = tuple(map(float, told.steps)) if told.amount is not None else ()
    limit = None if told.amount is None else float(told.amount)
    reach = [
        x for line in (spent, expected, low, high, plan, (limit,)) for x in line if x is not None
    ]
    name = f"budget {words.rounded(told.amount, told.currency)}" if told.amount is not None else ""
    return Course(
        slots=tuple(Slot() for _ in days),
        marks=tuple(axes.marks(days, Granularity.DAILY)),
        scale=axes.scale(reach, told.currency),
        spent=spent,
        expected=expected,
        expected_name="expected" if any(x is not None for x in expected) else "",
        bands=(Band(foresight.LIKELY, low, high),) if any(x is not None for x in low) else (),
        plan=plan,
        plan_name="plan" if plan else "",
        limit=limit,
        limit_name=name,
    )


def _spent(told: Status) -> Iterator[float | None]:
    """What the complete days cost together, by the end of each."""
    total = ZERO
    for n in range(told.period.days):
        day = told.period.start + timedelta(n)
        total += told.days.get(day, ZERO)
        yield float(total) if day < told.complete_until else None


def _expected(told: Status) -> Iterator[float | None]:
    """Where it goes from the last complete day on."""
    total, last = told.used_complete, told.complete_until - timedelta(1)
    for n in range(told.period.days):
        day = told.period.start + timedelta(n)
        total += told.ahead.get(day, ZERO) if day >= told.complete_until else ZERO
        yield float(total) if told.ahead and day >= last else None


def _band(told: Status, expected: Line) -> tuple[Line, Line]:
    """Around what is expected: nothing now, at the end what the period's band says."""
    none: Line = (None,) * len(expected)
    if told.at80 is None or told.expected is None:
        return none, none
    whole = told.expected - told.used_complete

    def reach(to: Decimal) -> Iterator[float | None]:
        for value in expected:
            gone = (Decimal(value or 0) - told.used_complete) / whole if whole > 0 else ZERO
            yield None if value is None else value + float((to - (told.expected or ZERO)) * gone)

    return tuple(reach(told.at80.lower)), tuple(reach(told.at80.upper))
