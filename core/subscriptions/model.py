"""What a subscription is: who wants to be told of what, where, and how often; what was declined."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from core.access.model import Maker
from core.addresses import is_email
from core.costs.model import CostQuery
from core.errors import ConflictError, InvalidError, NotFoundError
from core.outbox.model import MAIL, SLACK, Destination


class SubscriptionError(InvalidError):
    """A subscription can't be so."""


class SubscriptionKindError(SubscriptionError):
    """A subscription is to alerts, to anomalies, or to both."""


class SubscriptionPlaceError(SubscriptionError):
    """A subscription is for a Slack channel, a person or an e-mail address."""


class SubscriptionSubjectError(SubscriptionError):
    """A subscription is to projects, teams, or any question without days of its own."""


class UnknownSubscriptionError(NotFoundError):
    """There is no such subscription."""


class SubscriptionTakenError(ConflictError):
    """There is such a subscription already."""


class Kind(StrEnum):
    """What can be subscribed to: alerts of budgets, anomalies."""

    ALERTS = "alerts"
    ANOMALIES = "anomalies"


class Pace(StrEnum):
    """How often a place is told: of each thing at once, or of all in one message a day."""

    AT_ONCE = "at_once"
    DIGEST = "digest"


@dataclass(frozen=True, slots=True)
class Terms:
    """What people set of a subscription.

    Attributes:
        subject: what it is to, in the question language: `checkout`, `team=payments`, `all`. It
            contains what is of a part of it: a team's project, a project's service.
        kinds: what of that is told.
        to: where: a Slack channel or person, by id, or an e-mail address.
        pace: how often.
    """

    subject: str
    kinds: tuple[Kind, ...]
    to: Destination
    pace: Pace = Pace.AT_ONCE


@dataclass(frozen=True, slots=True)
class Subscription:
    """A subscription as it is kept.

    It tells of nothing that whoever made it may not see at that time. `query` asks for what it is
    to; None where its subject can't be read any more. `declined`: its reader wants no more of it.
    """

    id: int
    terms: Terms
    maker: Maker
    created_at: datetime | None = None
    query: CostQuery | None = None
    declined: bool = False


class Of(StrEnum):
    """What messages are for, of which one can be declined."""

    SUBSCRIPTION = "subscription"
    BUDGET = "budget"
    SCHEDULE = "schedule"
    PROJECT = "project"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a message goes where it goes: a subscription, budget, schedule, or project, by number.

    A project's: of its anomalies, told in its own channel.
    """

    of: Of
    id: int


@dataclass(frozen=True, slots=True)
class OwnChannel:
    """A project's own channel: told of its anomalies unless it declines `reason`."""

    project: str
    to: Destination
    reason: Reason


def check(terms: Terms) -> Terms:
    """Give back what a subscription can be, in canonical order.

    Raises:
        SubscriptionKindError, SubscriptionPlaceError: it can't.
    """
    kinds = tuple(kind for kind in Kind if kind in terms.kinds)
    if not kinds:
        raise SubscriptionKindError(fix="Name alerts, anomalies, or both.")
    _check_place(terms.to)
    return replace(terms, kinds=kinds)


def _check_place(to: Destination) -> None:
    if to.channel == SLACK:
        if not (to.address.isascii() and to.address.isalnum()):
            raise SubscriptionPlaceError(
                f"{to.address!r} is no id of a Slack channel or person.",
                fix="Write it as C0123ABCD.",
            )
        return
    if to.channel != MAIL or not is_email(to.address):
        raise SubscriptionPlaceError(
            f"{to.address!r} is no e-mail address.", fix="Write it as ada@example.com."
        )
