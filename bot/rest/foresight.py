"""Forecasts over REST, and what made the difference."""

from dataclasses import replace
from datetime import date

from pydantic import Field

from bot import asking
from bot.rest import foresight_models as models
from bot.rest.models import Currency
from bot.rest.operations import Call, Operation, Reply
from bot.rest.parameters import AnswerForm, ChargeParameters, versus
from bot.rest.streams import CSV, XLSX, told
from core.costs.model import CostQuery, Vocabulary
from core.named_period import parse_period
from core.period import Period


class ForecastParameters(ChargeParameters):
    """For forecasts: which costs, of which days, some or all of them yet to come."""

    period: str | None = Field(
        default=None,
        max_length=100,
        description="mtd (the month's end), qtd, ytd, next-30d, next-month, 2026-12. Default: mtd.",
        examples=["next-30d"],
    )
    currency: Currency | None = Field(default=None, description="Convert to it.")
    format: AnswerForm = None

    def named(self, words: str, today: date) -> Period:
        """The days of a period's name; they may be yet to come."""
        return parse_period(words, today, ahead=True)


async def forecast(call: Call) -> Reply:
    """What it is expected to cost, with bands, and how good earlier forecasts were."""
    asked: ForecastParameters = call.parameters
    names = await call.services.costs.vocabulary(call.viewer)
    query = asked.query(call.services.today(), names)
    return await told(call, asked.format, await asking.forecast(call.services, query, call.viewer))


class DriverParameters(ChargeParameters):
    """For what made the difference: of which costs, between which periods."""

    compare: str | None = Field(
        default=None, max_length=100, description="previous, last-year or a period."
    )
    format: AnswerForm = None

    def query(self, today: date, names: Vocabulary) -> CostQuery:
        """The question that these make."""
        asked = super().query(today, names)
        return replace(asked, versus=versus(self.compare, today, names))


async def drivers(call: Call) -> Reply:
    """What made it cost more or less than before."""
    asked: DriverParameters = call.parameters
    names = await call.services.costs.vocabulary(call.viewer)
    query = asked.query(call.services.today(), names)
    return await told(call, asked.format, await asking.why(call.services, query, call.viewer))


OPERATIONS = (
    Operation(
        "GET",
        "/v1/costs/drivers",
        drivers,
        "Explain a change",
        "Costs",
        reply=models.Why,
        parameters=DriverParameters,
        files=(CSV, XLSX),
        tagged=True,
        also=(409,),
    ),
    Operation(
        "GET",
        "/v1/costs/forecast",
        forecast,
        "Forecast costs",
        "Costs",
        reply=models.Forecast,
        parameters=ForecastParameters,
        files=(CSV, XLSX),
        tagged=True,
    ),
)
