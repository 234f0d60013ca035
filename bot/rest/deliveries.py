"""Messages to the outside, over REST: which wait, which are parked and why; retried, dropped."""

from typing import Any

from bot.render import data_json
from bot.rest import delivery_models as models
from bot.rest.operations import Call, Operation, Reply
from bot.rest.pages import before, following
from core.access.model import Role
from core.costs.proving.service import whole
from core.outbox.model import DeliveryState, UnknownDeliveryError


async def list_deliveries(call: Call) -> Reply:
    """Messages to the outside, newest first; not for a token that is held to projects."""
    asked: models.ListedDeliveries = call.parameters
    whole(call.viewer)
    state = DeliveryState(asked.state) if asked.state else None
    found = await call.services.outbox.listed(state, before=before(asked), limit=asked.limit + 1)
    items = [data_json.delivery(each) for each in found[: asked.limit]]
    return {"items": items, "next": following(found, asked)}


async def retry(call: Call) -> Reply:
    """Have a message that is parked, or waits, delivered now."""
    whole(call.viewer)
    return data_json.delivery(
        await call.services.outbox.retry(call.number(UnknownDeliveryError), by=call.viewer)
    )


async def drop(call: Call) -> Reply:
    """Give a message up that isn't delivered; what comes after it in its thread can go."""
    whole(call.viewer)
    return data_json.delivery(
        await call.services.outbox.drop(call.number(UnknownDeliveryError), by=call.viewer)
    )


_ONE: Any = {"tag": "Deliveries", "reply": models.Delivery, "role": Role.FINANCE}

OPERATIONS = (
    Operation(
        "GET",
        "/v1/deliveries",
        list_deliveries,
        "List messages to the outside",
        "Deliveries",
        reply=models.DeliveryList,
        parameters=models.ListedDeliveries,
        role=Role.FINANCE,
        also=(403,),
    ),
    Operation("POST", "/v1/deliveries/{number}/retry", retry, "Deliver a message now", **_ONE),
    Operation("DELETE", "/v1/deliveries/{number}", drop, "Give a message up", **_ONE),
)
