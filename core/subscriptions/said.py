"""A subscription as people type it: `checkout alerts anomalies`, `team=payments daily #payments`.

    SUBSCRIPTION = (KIND | PACE | PLACE | QUESTION) …    in any order
    KIND         = alerts | anomalies                    both, if neither is said
    PACE         = digest | daily | at once
    PLACE        = #channel | @person | ada@example.com | here | me

What is left is the question, which names no days.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final

from core.costs.language.text import apart, clean, quote
from core.costs.model import Filter, Vocabulary
from core.costs.question import parse_cost_query
from core.errors import CostTrackerError
from core.outbox.model import MAIL, SLACK, Destination
from core.subscriptions.model import (
    Kind,
    Pace,
    SubscriptionPlaceError,
    SubscriptionSubjectError,
)

_KIND: Final = apart(r"(?:and\s+|to\s+|budget\s+)*(?:(?P<alerts>alerts?)|anomal(?:y|ies))")
_PACE: Final = apart(
    r"(?:(?:as\s+)?(?:an?\s+)?)?(?P<digest>(?:daily\s+)?digest|daily|once\s+a\s+day)"
    r"|at[\s-]once|immediately"
)
_MAILED: Final = apart(
    r"(?:to\s+)?(?:<mailto:(?P<to>[^|>]+)(?:\|[^>]*)?>|(?P<email>[^\s<>,;@|]+@[^\s<>,;@|]+))"
)
_SLACKED: Final = apart(
    r"(?:to\s+|in\s+|for\s+)?(?:<[#@](?P<id>[A-Z0-9]+)(?:\|[^>]*)?>|#?(?P<bare>[CDGUW][A-Z0-9]{7,}))",
    0,
)
_NEAR: Final = apart(r"(?:(?:to|in)\s+)?here|(?:(?:to|for)\s+)?(?P<me>me)")
_NAMED: Final = apart(r"[#@][^\s,;]+")
_STRAY: Final = apart(r"to|from|for|of")


@dataclass(frozen=True, slots=True)
class Said:
    """What was said of a subscription; None, or nothing, where nothing was."""

    where: tuple[Filter, ...] | None = None
    kinds: tuple[Kind, ...] = ()
    pace: Pace | None = None
    to: Destination | None = None


def parse_subscription(
    text: str,
    *,
    today: date,
    names: Vocabulary,
    here: Destination,
    me: Destination,
) -> Said:
    """Read what somebody typed after `subscribe` or `unsubscribe`.

    Args:
        text: what they typed.
        today: the present day.
        names: what they may mention.
        here: where they typed it.
        me: they themselves.

    Raises:
        SubscriptionPlaceError: two places are said, or one that nobody can tell.
        SubscriptionSubjectError: it has days of its own.
        CostTrackerError: the rest is no question.
    """
    left, places = _places(clean(text), here, me)
    kinds = {Kind.ALERTS if found["alerts"] else Kind.ANOMALIES for found in _KIND.finditer(left)}
    left = _KIND.sub(" ", left)
    paces = [Pace.DIGEST if found["digest"] else Pace.AT_ONCE for found in _PACE.finditer(left)]
    left = _STRAY.sub(" ", _PACE.sub(" ", left)).strip(" ,;")
    try:
        query = parse_cost_query(left, today=today, names=names) if left else None
    except CostTrackerError as error:
        raise error.within(clean(text), left) from error
    if query is not None and query.period.name != "mtd":
        raise SubscriptionSubjectError(
            f"{quote(left)} has days of its own; a subscription tells what is new.",
            fix="Leave the days out.",
        )
    return Said(
        None if query is None else query.where,
        tuple(kind for kind in Kind if kind in kinds),
        paces[-1] if paces else None,
        places[0] if places else None,
    )


def _places(text: str, here: Destination, me: Destination) -> tuple[str, list[Destination]]:
    """The text without the places in it, and those."""
    found = [Destination(MAIL, each["to"] or each["email"]) for each in _MAILED.finditer(text)]
    text = _MAILED.sub(" ", text)
    found += [Destination(SLACK, each["id"] or each["bare"]) for each in _SLACKED.finditer(text)]
    text = _SLACKED.sub(" ", text)
    found += [me if each["me"] else here for each in _NEAR.finditer(text)]
    text = _NEAR.sub(" ", text)
    if named := _NAMED.search(text):
        raise SubscriptionPlaceError(
            f"I can't tell which {named[0]} is meant.",
            fix="Choose it from Slack's list while you type it, or write here or me.",
        )
    if len(set(found)) > 1:
        raise SubscriptionPlaceError("Two places are said.", fix="Subscribe one at a time.")
    return text, found
