"""What Slack refuses, in words for those who asked."""

from typing import Final

from slack_sdk.errors import SlackApiError

from bot.slack_web.client import BUSY, DISCONNECTED, code
from core.errors import ConflictError, CostTrackerError, ForbiddenError, UnavailableError


class ClosedChannelError(ForbiddenError):
    """The app can't post in this channel."""


class ArchivedChannelError(ConflictError):
    """This channel is archived: nobody can post in it."""


class DisconnectedError(UnavailableError):
    """Slack no longer accepts this app's token."""


class MissingScopeError(UnavailableError):
    """The app lacks a scope."""


class BusyError(UnavailableError):
    """Slack is busy or out of order; try again in a minute."""


_CLOSED: Final = frozenset({"not_in_channel", "channel_not_found"})
_FORBIDDEN: Final = frozenset(
    {"restricted_action", "restricted_action_read_only_channel", "cannot_dm_bot"}
)


def explained(error: SlackApiError, *, channel: str | None, bot: str) -> CostTrackerError | None:
    """A refusal that isn't a mistake of ours, in words for whoever asked; None: it is one.

    Args:
        error: what Slack said.
        channel: where.
        bot: the name by which the app is invited.
    """
    word = code(error)
    here = f"<#{channel}>" if channel else "that channel"
    if word in _CLOSED:
        return _closed(channel, here, bot)
    if word == "is_archived":
        return ArchivedChannelError(
            f"{here} is archived: nobody can post there.", fix="Ask in another channel."
        )
    if word in _FORBIDDEN:
        return ClosedChannelError(
            f"I may not post in {here}.", fix="A workspace administrator decides who may."
        )
    if word in DISCONNECTED:
        return DisconnectedError(
            f"Slack no longer accepts this app's token ({word}).",
            fix="An administrator installs the app again and sets its new SLACK_BOT_TOKEN.",
        )
    if word == "missing_scope":
        needed = error.response.get("needed", "")
        return MissingScopeError(
            f"The app lacks the scope {needed}.",
            fix="An administrator updates it with the output of `cost-tracker manifest`.",
        )
    return BusyError() if word in BUSY else None


def _closed(channel: str | None, here: str, bot: str) -> ClosedChannelError:
    """In channels the app can be invited; a conversation between people stays theirs."""
    if (channel or "").startswith("D"):
        return ClosedChannelError(
            "I am not part of this conversation.", fix="Ask in a channel, or in my own messages."
        )
    return ClosedChannelError(
        f"I can't post in {here}: I am not a member of it.",
        fix=f"Invite me with /invite @{bot}, then press Share again.",
    )
