"""The values of a dimension over REST."""

from pydantic import Field

from bot.rest import cost_models as models
from bot.rest.models import Paged
from bot.rest.operations import Call, Operation, Reply
from bot.rest.pages import page
from bot.rest.parameters import dimension
from core.costs.listings import DimensionValue


class DimensionParameters(Paged):
    """Which values, and how many at once."""

    prefix: str = Field(
        default="", max_length=100, description="Only with a word that begins so, in any case."
    )


async def values(call: Call) -> Reply:
    """The values of a dimension that charges which the token may see have."""
    asked: DimensionParameters = call.parameters
    found = await call.services.costs.dimension(
        dimension(call.path["dimension"]), call.viewer, prefix=asked.prefix
    )
    shown, next_ = page(sorted(found, key=_key), _key, asked)
    return {"items": [{"value": one.value, "name": one.name} for one in shown], "next": next_}


def _key(value: DimensionValue) -> str:
    """By identity, what has none first."""
    return "-" if value.value is None else f"={value.value}"


OPERATIONS = (
    Operation(
        "GET",
        "/v1/dimensions/{dimension}",
        values,
        "List the values of a dimension",
        "Costs",
        reply=models.DimensionValues,
        parameters=DimensionParameters,
    ),
)
