"""One thing that a person asked for in Slack, whichever way it came."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from typing import Any, Self

from bot.slack.response import ResponseUrl


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asked what, where, and how they can be answered.

    `text`: what was typed, or the value of what was pressed. `channel` None: in a view.
    `thread`: the message whose thread it belongs to, for questions in messages.
    `message`: the ts of the message that a button was pressed in, `private`: only its reader
    sees it. `event`: the id under which Slack repeats an event. `trigger`: opens one view
    within three seconds. `response`: where a command or a click is answered privately.
    """

    workspace: str
    user: str
    text: str = ""
    channel: str | None = None
    thread: str | None = None
    message: str | None = None
    private: bool = False
    action: str = ""
    event: str = ""
    trigger: str = field(default="", repr=False)
    response: ResponseUrl | None = None

    def saying(self, text: str) -> Self:
        """The same with another text."""
        return replace(self, text=text)

    @property
    def pressed(self) -> str:
        """Which button in which message, and who pressed it: the same of a double click.

        Short, however long the value of the button: it is kept in an index.
        """
        said = (self.workspace, self.channel, self.message, self.user, self.action, self.text)
        return blake2b(repr(said).encode(), digest_size=16).hexdigest()

    @classmethod
    def of_command(cls, body: Mapping[str, Any]) -> Self:
        """A slash command."""
        return cls(
            workspace=body["team_id"],
            user=body["user_id"],
            text=body.get("text", ""),
            channel=body["channel_id"],
            trigger=body["trigger_id"],
            response=ResponseUrl(body["response_url"]),
        )

    @classmethod
    def of_action(cls, body: Mapping[str, Any]) -> Self:
        """A button or menu, in a message or a view."""
        action = body["actions"][0]
        chosen = action.get("selected_option") or {}
        container = body.get("container") or {}
        return cls(
            workspace=body["team"]["id"],
            user=body["user"]["id"],
            text=chosen.get("value") or action.get("value") or "",
            channel=(body.get("channel") or {}).get("id"),
            thread=container.get("thread_ts"),
            message=container.get("message_ts"),
            private=bool(container.get("is_ephemeral")),
            action=action["action_id"],
            trigger=body.get("trigger_id", ""),
            response=ResponseUrl(body["response_url"]) if body.get("response_url") else None,
        )

    @classmethod
    def of_event(cls, body: Mapping[str, Any]) -> Self:
        """A mention, a direct message, or a look at the home tab."""
        event = body["event"]
        in_thread = event.get("thread_ts") or event.get("ts")
        direct = event.get("channel_type") == "im" and "thread_ts" not in event
        return cls(
            workspace=body["team_id"],
            user=event["user"],
            text=event.get("text", ""),
            channel=event.get("channel"),
            thread=None if direct else in_thread,
            event=body.get("event_id", ""),
        )

    @classmethod
    def of_view(cls, body: Mapping[str, Any]) -> Self:
        """A modal that was submitted."""
        return cls(
            workspace=body["team"]["id"],
            user=body["user"]["id"],
            trigger=body.get("trigger_id", ""),
        )
