"""The bodies of subscriptions."""

from datetime import datetime
from typing import Annotated, Final, Literal

from pydantic import Field

from bot.rest.budget_models import Subject
from bot.rest.models import Closed, Paged, example

type SubscriptionKind = Literal["alerts", "anomalies"]
type Channel = Literal["slack", "mail"]
type Pace = Literal["at_once", "digest"]
_EVERY: Final[tuple[SubscriptionKind, ...]] = ("alerts", "anomalies")
Kinds = Annotated[list[SubscriptionKind], Field(min_length=1, max_length=2)]
Address = Annotated[
    str,
    Field(
        min_length=1,
        max_length=254,
        description="The id of a Slack channel or person, or an e-mail address.",
        examples=["C0123ABCD"],
    ),
]
Paced = Annotated[
    Pace,
    Field(
        description="`digest`: one message a day. Alerts come so where every subscription of "
        "that address to alerts says so."
    ),
]


class Subscription(Closed):
    """Who is told what of a subject, and of whatever that contains.

    It tells nothing that `created_by`, who made or changed it last, may not see by then.
    `readable`: false where there is no such thing as its subject any more. `declined`: its reader
    wants no more of it, until somebody subscribes them again.
    """

    id: int
    subject: str
    readable: bool
    declined: bool
    kinds: list[SubscriptionKind]
    channel: Channel
    address: str
    pace: Pace
    created_by: str
    created_at: datetime


class SubscriptionList(Closed):
    """Subscriptions, by number."""

    items: list[Subscription]
    next: str | None


class ListedSubscriptions(Paged):
    """Those of one address only."""

    address: Annotated[str, Field(max_length=254, description="Only those of this one.")] = ""


class NewSubscription(Closed):
    """What to make."""

    model_config = example(subject="checkout", kinds=["alerts", "anomalies"], address="C0123ABCD")

    subject: Subject
    kinds: Kinds = Field(default_factory=lambda: list(_EVERY))
    channel: Channel = "slack"
    address: Address
    pace: Paced = "at_once"


class SubscriptionChange(Closed):
    """What to change; the rest stays."""

    model_config = example(pace="digest")

    subject: Subject | None = None
    kinds: Kinds | None = None
    channel: Channel | None = None
    address: Address | None = None
    pace: Paced | None = None
