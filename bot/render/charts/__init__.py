"""Charts: chosen from an answer, drawn in a process of their own.

The worker process passes through here on its way to the drawing, so nothing of the
application is imported before it is used.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.render.charts.spec import Chart
    from core.budgets.status import Status
    from core.costs.drivers.service import Why
    from core.costs.model import CostAnswer
    from core.forecasts.service import ForecastAnswer


def chart_of(answer: "CostAnswer") -> "Chart | None":
    """The picture of an answer; None where one would say no more than its words."""
    from bot.render.charts.choose import choose  # noqa: PLC0415 - see above

    return choose(answer)


def course_of(answer: "ForecastAnswer", held: Sequence["Status"] = ()) -> "Chart | None":
    """The picture of a forecast, beside the budgets of the same days; None: there is none."""
    from bot.render.charts.foresee import course  # noqa: PLC0415 - see above

    return course(answer, held)


def outgo_of(told: "Status", asked: str) -> "Chart | None":
    """The picture of how far a budget is; None where nothing is spent yet."""
    from bot.render.charts.outgo import course  # noqa: PLC0415 - see above

    return course(told, asked)


def waterfall_of(why: "Why") -> "Chart | None":
    """The picture of what made the difference; None where nothing did."""
    from bot.render.charts.waterfall import waterfall  # noqa: PLC0415 - see above

    return waterfall(why)
