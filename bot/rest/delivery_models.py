"""The bodies of messages to the outside."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from bot.rest.models import Closed, Paged

type DeliveryState = Literal["queued", "delivered", "parked", "dropped"]


class Delivery(Closed):
    """A message to the outside. `reason`: why it isn't delivered; `due_at`: tried again then."""

    id: int
    key: str
    state: DeliveryState
    channel: str
    address: str
    verb: Literal["post", "update", "reply", "file"]
    kind: str
    created_at: datetime
    due_at: datetime
    delivered_at: datetime | None
    tries: int
    reason: str | None


class DeliveryList(Closed):
    """Messages to the outside, a page of them."""

    items: list[Delivery]
    next: str | None


class ListedDeliveries(Paged):
    """Which messages, newest first."""

    state: DeliveryState | None = Field(default=None, description="Only those that stand so.")
