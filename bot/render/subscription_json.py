"""Subscriptions as JSON: the same over REST and from the command line."""

from core.subscriptions.model import Subscription


def subscription(found: Subscription) -> dict[str, object]:
    """One."""
    terms = found.terms
    return {
        "id": found.id,
        "subject": terms.subject,
        "readable": found.query is not None,
        "declined": found.declined,
        "kinds": [each.value for each in terms.kinds],
        "channel": terms.to.channel,
        "address": terms.to.address,
        "pace": terms.pace.value,
        "created_by": found.maker.subject,
        "created_at": found.created_at,
    }
