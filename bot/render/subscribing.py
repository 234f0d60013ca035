"""What is said of subscriptions, sentence by sentence. Text here is plain."""

from collections.abc import Callable, Iterable
from typing import Final

from bot.render import words
from core.outbox.model import MAIL, Destination
from core.subscriptions.model import Kind, Pace, Subscription, Terms

KINDS: Final = {Kind.ALERTS: "alerts of budgets", Kind.ANOMALIES: "anomalies"}
PACES: Final = {
    Pace.AT_ONCE: "at once",
    Pace.DIGEST: "in one message a day",
}
COLUMNS: Final = ("Id", "Of what", "What is told", "Where", "When", "Made by")


def kinds(some: Iterable[Kind]) -> str:
    """`alerts of budgets and anomalies`."""
    return " and ".join(KINDS[each] for each in some)


def terms(value: Terms, mark: Callable[[str], str] = str) -> str:
    """`checkout: alerts of budgets and anomalies, at once`."""
    return f"{mark(subject(value.subject))}: {kinds(value.kinds)}, {PACES[value.pace]}"


def subject(text: str) -> str:
    """What it is to, in words."""
    return words.subject(text, everything="everything")


def row(found: Subscription) -> tuple[str, ...]:
    """A line of a table."""
    value = found.terms
    return (
        str(found.id),
        subject(value.subject),
        ", ".join(each.value for each in value.kinds),
        place(value.to),
        "declined" if found.declined else PACES[value.pace],
        found.maker.subject,
    )


def place(to: Destination) -> str:
    """An address, as it is."""
    return to.address


def invitation(to: Destination, bot: str) -> str:
    """What a channel takes besides: the app posts only where it is; empty for others."""
    if to.channel == MAIL or to.address.startswith(("U", "W")):
        return ""
    return f"I post only where I am: /invite @{bot} there, if I am not."


def ended(subjects: Iterable[str]) -> str:
    """What a place isn't told any more."""
    return f"Unsubscribed: {words.listing([*map(subject, subjects)])}."
