"""What the workspace holds, in memory, and who is told when it changes."""

import secrets
import time
from collections.abc import Callable, Iterator

from sandbox.slack import people
from sandbox.slack.config import Config
from sandbox.slack.errors import SlackError
from sandbox.slack.model import BOT_USER, Channel, File, Json, Message, User, View

type Listener = Callable[[Json], None]


class Clock:
    """The time of day in seconds, which a test can move on."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def __call__(self) -> float:
        """Seconds since 1970."""
        return time.time() + self.ahead


def new_id(letter: str) -> str:
    """An id in Slack's manner."""
    return f"{letter}0{secrets.token_hex(5).upper()}"


class Workspace:
    """People, channels, messages, files and views."""

    def __init__(self, config: Config, clock: Clock) -> None:
        self._config = config
        self._clock = clock
        self.listeners: set[Listener] = set()
        self.clear()

    def clear(self) -> None:
        """Back to an empty workspace with its people and channels."""
        self.users = {user.id: user for user in (*people.PEOPLE, people.bot(self._config.app_name))}
        self.channels = {channel.id: channel for channel in people.channels()}
        self.messages: dict[str, dict[str, Message]] = {}
        self.files: dict[str, File] = {}
        self.views: dict[str, View] = {}
        self.homes: dict[str, View] = {}
        self.read: dict[tuple[str, str], str] = {}
        self.values: dict[tuple[str, str], Json] = {}
        self._last = 0

    def ts(self) -> str:
        """A fresh message time stamp; never one twice."""
        self._last = max(self._last + 1, int(self._clock() * 1_000_000))
        return f"{self._last // 1_000_000}.{self._last % 1_000_000:06d}"

    def tell(self, kind: str, **detail: object) -> None:
        """Tell everybody who watches that something changed."""
        for listener in tuple(self.listeners):
            listener({"type": kind, **detail})

    # People and places

    def user(self, user_id: str) -> User:
        """The user, or user_not_found."""
        if (user := self.users.get(user_id)) is None:
            raise SlackError("user_not_found")
        return user

    def channel(self, name: str) -> Channel:
        """A channel by id, by name or, for a person's id, their messages with the app."""
        wanted = name.removeprefix("#")
        for channel in self.channels.values():
            if wanted in (channel.id, channel.name or None, channel.im_with):
                return channel
        raise SlackError("channel_not_found")

    def visible(self, user_id: str) -> list[Channel]:
        """The channels that somebody has in the side bar, and their messages with the app."""
        return [channel for channel in self.channels.values() if user_id in channel.members]

    # Messages

    def post(self, message: Message) -> Message:
        """Keep a message and show it."""
        self.messages.setdefault(message.channel, {})[message.ts] = message
        self.changed(message)
        return message

    def changed(self, message: Message, kind: str = "message") -> None:
        """Show a message anew."""
        self.tell(
            kind,
            channel=message.channel,
            ts=message.ts,
            thread_ts=message.thread_ts,
            only_for=message.only_for,
            user=message.user,
        )

    def message(self, channel: str, ts: str) -> Message:
        """A message, or message_not_found."""
        if (message := self.messages.get(channel, {}).get(ts)) is None:
            raise SlackError("message_not_found")
        return message

    def remove(self, message: Message) -> None:
        """Take a message away."""
        self.messages[message.channel].pop(message.ts, None)
        self.changed(message, "message_deleted")

    def seen_by(self, user_id: str | None, channel: str) -> Iterator[Message]:
        """The messages of a channel that somebody sees, oldest first; None: the public ones."""
        for message in sorted(self.messages.get(channel, {}).values(), key=lambda m: m.ts):
            if message.only_for in (None, user_id):
                yield message

    def unread(self, user_id: str, channel: str) -> int:
        """How many messages of others somebody hasn't seen."""
        last = self.read.get((user_id, channel), "")
        return sum(m.ts > last and m.user != user_id for m in self.seen_by(user_id, channel))

    def bot_in(self, channel: Channel) -> bool:
        """Whether the app is a member."""
        return BOT_USER in channel.members
