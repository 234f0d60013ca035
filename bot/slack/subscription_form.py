"""The form of a subscription: made, read, and what is wrong told at its fields."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from bot.render import subscribing
from bot.slack.modals import View, choice, field, form, text_input, values_of
from core.outbox.model import MAIL, SLACK, Destination
from core.subscriptions.model import (
    Kind,
    Pace,
    SubscriptionPlaceError,
    Terms,
)

FORM: Final = "subscription.form"
TITLE: Final = "Subscription"
SUBJECT: Final = "subject"
KINDS: Final = "kinds"
WHERE: Final = "where"
EMAIL: Final = "email"
PACE: Final = "pace"
_HERE, _ME, _AS_IT_IS = "here", "me", "as_it_is"
_KINDS: Final = {
    "both": tuple(Kind),
    Kind.ALERTS.value: (Kind.ALERTS,),
    Kind.ANOMALIES.value: (Kind.ANOMALIES,),
}


@dataclass(frozen=True, slots=True)
class Filled:
    """What was said in the form; `number` 0: of a new one. `here`: the channel it was opened in."""

    number: int
    here: str
    terms: Terms


def view(terms: Terms, number: int, *, here: str, user: str) -> View:
    """The form with what a subscription has.

    Args:
        terms: what it has.
        number: 0: a new one.
        here: the channel that it is opened in; '' none.
        user: who opens it.
    """
    kinds = next(name for name, some in _KINDS.items() if some == terms.kinds)
    places = {_HERE: "This channel"} if here else {}
    places |= {_ME: "Me, by direct message", MAIL: "An e-mail address"}
    near = {Destination(SLACK, here): _HERE, Destination(SLACK, user): _ME}
    place = MAIL if terms.to.channel == MAIL else near.get(terms.to, _AS_IT_IS)
    if place == _AS_IT_IS:
        places |= {_AS_IT_IS: "Where it is told now"}
    email = terms.to.address if terms.to.channel == MAIL else None
    fields = [
        field(SUBJECT, "Of what: checkout, team=payments, all", text_input(terms.subject, 1000)),
        field(
            KINDS,
            "What is told",
            choice({name: _capital(subscribing.kinds(k)) for name, k in _KINDS.items()}, kinds),
        ),
        field(WHERE, "Where", choice(places, place)),
        field(EMAIL, "E-mail address, if by e-mail", text_input(email, 254), optional=True),
        field(
            PACE,
            "When",
            choice(
                {each.value: _capital(text) for each, text in subscribing.PACES.items()},
                terms.pace.value,
            ),
        ),
    ]
    kept = json.dumps({"number": number, "here": here, "to": terms.to.address})
    return form(FORM, TITLE, fields, about=kept)


def read(view: Mapping[str, Any], user: str) -> Filled:
    """What the submitted form says."""
    values, kept = values_of(view), json.loads(view["private_metadata"])
    to = {
        _HERE: Destination(SLACK, kept["here"]),
        _ME: Destination(SLACK, user),
        MAIL: Destination(MAIL, values.get(EMAIL) or ""),
        _AS_IT_IS: Destination(SLACK, kept["to"]),
    }[values.get(WHERE) or _ME]
    terms = Terms(
        values.get(SUBJECT) or "",
        _KINDS[values.get(KINDS) or "both"],
        to,
        Pace(values.get(PACE) or Pace.AT_ONCE),
    )
    return Filled(int(kept["number"]), kept["here"], terms)


def at_field(error: Exception, terms: Terms) -> str:
    """The field at which an error is told."""
    if isinstance(error, SubscriptionPlaceError):
        return EMAIL if terms.to.channel == MAIL else WHERE
    return SUBJECT


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
