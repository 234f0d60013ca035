"""The picture of what made the difference: from what it cost to what it costs."""

from collections.abc import Iterator
from decimal import Decimal
from itertools import accumulate
from typing import Final

from bot.render import reasons, sentences, words
from bot.render.charts import style
from bot.render.charts.alt import alt
from bot.render.charts.spec import Chart, Step, Steps
from core.costs.drivers.model import Drivers
from core.costs.drivers.service import Why
from core.money import display

_SMALL: Final = 0.5
"""Changes smaller than this part of the sums are looked at closer."""
_ROOM: Final = 0.6


def waterfall(why: Why) -> Chart | None:
    """The picture of the first currency's changes; None where nothing changed."""
    drivers = next((each for each in why.drivers if each.steps), None)
    if drivers is None:
        return None
    title = reasons.headline(why)
    only = f" · {drivers.currency} only" if len(why.drivers) > 1 else ""
    return Chart(
        title=title.removesuffix("."),
        subtitle=f"{why.text} · {reasons.compared(why)}{only}",
        footer=sentences.fresh(why.freshness),
        alt=alt(title, _figures(why, drivers)),
        body=_steps(why, drivers),
    )


def _steps(why: Why, drivers: Drivers) -> Steps:
    before, after = drivers.total
    levels = list(accumulate((each.amount for each in drivers.steps), initial=before))
    changes = [
        Step(
            reasons.step(why, each),
            float(start),
            float(start + each.amount),
            words.signed_short(each.amount, drivers.currency),
            color(each.amount, rest=each.driver is None and not each.one_off),
        )
        for start, each in zip(levels, drivers.steps, strict=False)
    ]
    first = _whole(words.days(why.then), before, drivers.currency)
    last = _whole(words.days(why.now), after, drivers.currency)
    return Steps((first, *changes, last), cut([float(level) for level in levels]))


def _whole(name: str, amount: Decimal, currency: str) -> Step:
    text = words.rounded(amount, currency)
    return Step(name, 0, float(amount), text, style.SERIES[0], whole=True)


def color(amount: Decimal, *, rest: bool) -> str:
    """What a step is painted in: more, less, or what nothing explains."""
    if rest:
        return style.REST
    return style.MORE if amount > 0 else style.LESS


def cut(levels: list[float]) -> float | None:
    """Where bars begin, so that changes that are small beside the sums can be seen."""
    low, high = min(levels), max(levels)
    if low <= 0 or high - low >= _SMALL * high:
        return None
    return max(0.0, low - _ROOM * (high - low)) or None


def _figures(why: Why, drivers: Drivers) -> Iterator[str]:
    yield f"before {display(drivers.total.before, drivers.currency)};"
    for each in drivers.steps:
        yield f"{reasons.step(why, each)} {words.signed(each.amount, drivers.currency)};"
    yield f"after {display(drivers.total.after, drivers.currency)}."
