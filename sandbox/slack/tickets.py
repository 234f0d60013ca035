"""What an interaction hands out: trigger ids and response URLs, both of which wear out."""

import secrets
from dataclasses import dataclass
from typing import Final

from sandbox.slack.config import Config
from sandbox.slack.errors import SlackError
from sandbox.slack.workspace import Clock

USES: Final = 5
LIFE: Final = 30 * 60


@dataclass(slots=True)
class Trigger:
    """The right to open one view, for three seconds."""

    user: str
    made: float
    view: str | None
    used: bool = False


@dataclass(slots=True)
class Hook:
    """A response URL: where its answers go, and how often it was used.

    `original` is the message that a click came from; a command has none.
    """

    channel: str
    user: str
    made: float
    original: str | None = None
    thread_ts: str | None = None
    uses: int = 0


class Tickets:
    """The triggers and response URLs that are about."""

    def __init__(self, clock: Clock, config: Config) -> None:
        self._clock = clock
        self._config = config
        self._triggers: dict[str, Trigger] = {}
        self._hooks: dict[str, Hook] = {}

    def trigger(self, user: str, view: str | None = None) -> str:
        """A new trigger id, from a view or from elsewhere."""
        trigger_id = f"{int(self._clock() * 1000)}.{secrets.token_hex(8)}"
        self._triggers[trigger_id] = Trigger(user, self._clock(), view)
        return trigger_id

    def exchange(self, trigger_id: str) -> Trigger:
        """Use a trigger id up."""
        if (trigger := self._triggers.get(trigger_id)) is None:
            raise SlackError("invalid_trigger_id")
        if trigger.used:
            raise SlackError("exchanged_trigger_id")
        if self._clock() - trigger.made > self._config.trigger_seconds:
            raise SlackError("expired_trigger_id")
        trigger.used = True
        return trigger

    def hook(
        self, channel: str, user: str, original: str | None = None, thread_ts: str | None = None
    ) -> str:
        """The secret part of a new response URL."""
        token = secrets.token_urlsafe(18)
        self._hooks[token] = Hook(channel, user, self._clock(), original, thread_ts)
        return token

    def use(self, token: str) -> Hook:
        """Use a response URL once more."""
        if (hook := self._hooks.get(token)) is None:
            raise SlackError("invalid_url")
        if self._clock() - hook.made > LIFE:
            raise SlackError("expired_url")
        if hook.uses >= USES:
            raise SlackError("used_url")
        hook.uses += 1
        return hook
