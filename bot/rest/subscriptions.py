"""Subscriptions over REST: listed, made, changed, ended."""

from typing import Any, Final

from bot.render import subscription_json
from bot.rest import subscription_models as models
from bot.rest.operations import Call, Operation, Reply, created
from bot.rest.pages import by_number, page
from core.outbox.model import Destination
from core.subscriptions.model import Kind, Pace, Subscription, Terms, UnknownSubscriptionError


async def list_subscriptions(call: Call) -> Reply:
    """The token's own, those of channels of projects that it may see; finance's are all."""
    asked: models.ListedSubscriptions = call.parameters
    every = await call.services.subscriptions.list(call.viewer)
    found = [each for each in every if asked.address in ("", each.terms.to.address)]
    shown, next_ = page(found, by_number, asked)
    return {"items": [subscription_json.subscription(each) for each in shown], "next": next_}


async def create(call: Call) -> Reply:
    """Subscribe; an address that is subscribed to the same is told of these kinds, too.

    It keeps its pace unless one is said.

    A viewer subscribes itself and the channels of projects that it may see, finance and
    administrators any address.
    """
    body: models.NewSubscription = call.body
    terms = Terms(
        body.subject,
        tuple(map(Kind, body.kinds)),
        Destination(body.channel, body.address),
        Pace(body.pace),
    )
    paced = "pace" in body.model_fields_set
    made = await call.services.subscriptions.add(terms, by=call.viewer, paced=paced)
    return created(subscription_json.subscription(made), f"/v1/subscriptions/{made.id}")


async def show(call: Call) -> Reply:
    """One subscription."""
    return subscription_json.subscription(await _one(call))


async def change(call: Call) -> Reply:
    """Change some of a subscription; it tells what you may see from now on."""
    body: models.SubscriptionChange = call.body
    found = await _one(call)
    terms = found.terms
    to = Destination(body.channel or terms.to.channel, body.address or terms.to.address)
    terms = Terms(
        body.subject or terms.subject,
        tuple(map(Kind, body.kinds)) if body.kinds else terms.kinds,
        to,
        Pace(body.pace) if body.pace else terms.pace,
    )
    made = await call.services.subscriptions.change(found.id, terms, by=call.viewer)
    return subscription_json.subscription(made)


async def remove(call: Call) -> Reply:
    """End a subscription."""
    found = await _one(call)
    return subscription_json.subscription(
        await call.services.subscriptions.remove(found.id, by=call.viewer)
    )


async def _one(call: Call) -> Subscription:
    return await call.services.subscriptions.get(call.number(UnknownSubscriptionError), call.viewer)


_ONE: Final = "/v1/subscriptions/{number}"
_SUBSCRIPTION: Final[Any] = {"tag": "Subscriptions", "reply": models.Subscription}

OPERATIONS = (
    Operation(
        "GET",
        "/v1/subscriptions",
        list_subscriptions,
        "List subscriptions",
        "Subscriptions",
        reply=models.SubscriptionList,
        parameters=models.ListedSubscriptions,
    ),
    Operation(
        "POST",
        "/v1/subscriptions",
        create,
        "Subscribe",
        body=models.NewSubscription,
        status=201,
        also=(403, 404),
        **_SUBSCRIPTION,
    ),
    Operation("GET", _ONE, show, "Show a subscription", **_SUBSCRIPTION),
    Operation(
        "PATCH",
        _ONE,
        change,
        "Change a subscription",
        body=models.SubscriptionChange,
        also=(403, 409),
        **_SUBSCRIPTION,
    ),
    Operation("DELETE", _ONE, remove, "Unsubscribe", also=(403,), **_SUBSCRIPTION),
)
