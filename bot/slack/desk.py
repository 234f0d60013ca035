"""What every listener shares: who asks, how they are answered, and that no error is lost."""

import secrets
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from cachetools import TTLCache
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.render import blocks
from bot.render.blocks import Message
from bot.services import Services
from bot.slack.asked import Asked
from bot.slack.background import Background
from bot.slack.links import Links
from core.access.model import Viewer
from core.costs.model import Asker, Vocabulary
from core.errors import CostTrackerError, UnavailableError

type Work = Callable[[Desk, Asked], Awaitable[None]]

_log = structlog.get_logger()
_GUEST_SECONDS = 600
_OK = 200


class UnansweredError(UnavailableError):
    """Slack did not take an answer."""


class Desk:
    """Answers what is asked; the listeners of each noun are functions that take it."""

    def __init__(self, services: Services, client: AsyncWebClient) -> None:
        self.services = services
        self.client = client
        self.links = Links(services.settings, services.clock)
        self.background = Background()
        self._guests: TTLCache[tuple[str, str], bool] = TTLCache(10_000, _GUEST_SECONDS)

    def listener(
        self, work: Work, read: Callable[[dict[str, Any]], Asked]
    ) -> Callable[[AsyncAck, dict[str, Any]], Awaitable[None]]:
        """A Bolt listener that acknowledges at once and then does the work.

        No exception leaves it: Bolt would take the acknowledgement back.
        """

        async def listen(ack: AsyncAck, body: dict[str, Any]) -> None:
            await ack()
            self.background.spawn(self.carefully(work, read(body)))

        return listen

    async def carefully(self, work: Work, asked: Asked) -> None:
        """Do some work; a person's mistake is explained to them, a crash is owned up to."""
        try:
            await work(self, asked)
        except CostTrackerError as error:
            await self._tell(asked, blocks.error(error, command=self.command))
        except Exception:  # noqa: BLE001 - the last resort: logged, and owned up to
            reference = secrets.token_hex(4)
            _log.exception("slack.crash", reference=reference, action=asked.action)
            await self._tell(asked, blocks.crash(reference))

    async def _tell(self, asked: Asked, message: Message) -> None:
        try:
            await self.answer(asked, message)
        except (CostTrackerError, SlackApiError, OSError):
            _log.exception("slack.unanswered", user=asked.user)

    @property
    def command(self) -> str:
        """The slash command as installed here: `/cost`."""
        return self.services.settings.slack_command

    async def viewer(self, asked: Asked) -> Viewer:
        """What the asker may see and do.

        Raises:
            NotAMemberError: nothing.
        """
        guest = await self._is_guest(asked.workspace, asked.user)
        return await self.services.access.slack_viewer(asked.workspace, asked.user, guest=guest)

    async def _is_guest(self, workspace: str, user: str) -> bool:
        known = self._guests.get((workspace, user))
        if known is None:
            person = (await self.client.users_info(user=user))["user"]
            known = bool(person.get("is_restricted") or person.get("is_stranger"))
            self._guests[workspace, user] = known
        return known

    async def names(self, asked: Asked, viewer: Viewer) -> tuple[Vocabulary, Asker]:
        """The names that a question may mention, and what it means where it was asked."""
        names = await self.services.costs.vocabulary(viewer)
        projects = await self.services.projects.list(viewer)
        mine = tuple(project.slug for project in projects if project.owner == asked.user)
        return names, Asker(here=names.channels.get(asked.channel or "", ()), mine=mine)

    async def answer(self, asked: Asked, message: Message, *, replace: bool = False) -> None:
        """Answer where the question was asked: privately if it was, else in its thread.

        Raises:
            UnansweredError: Slack refused.
        """
        if asked.response_url is not None:
            await self._respond(asked.response_url, message, replace=replace)
        elif asked.channel is not None:
            await self.post(asked.channel, message, thread=asked.thread)
        else:
            await self.post(asked.user, message)

    async def _respond(self, url: str, message: Message, *, replace: bool) -> None:
        reply = await AsyncWebhookClient(url).send_dict(
            {
                "response_type": "ephemeral",
                "replace_original": replace,
                "text": message.text,
                "blocks": message.blocks,
            }
        )
        if reply.status_code != _OK or reply.body not in ("ok", '{"ok":true}'):
            raise UnansweredError(f"Slack did not take the answer: {reply.body[:200]}")

    async def post(self, channel: str, message: Message, *, thread: str | None = None) -> str:
        """Post a message for everybody in a channel (or, to a person's id, to them); its ts."""
        posted = await self.client.chat_postMessage(
            channel=channel,
            text=message.text,
            blocks=message.blocks,
            thread_ts=thread,
            unfurl_links=False,
            unfurl_media=False,
        )
        return str(posted["ts"])
