"""What every listener shares: who asks, how they are answered, and that no error is lost."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import structlog
from cachetools import TTLCache
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.render import blocks, sentences, words
from bot.render.blocks import Message
from bot.render.charts.spec import Chart
from bot.services import Services
from bot.slack import manifest
from bot.slack.asked import Asked
from bot.slack.background import Background
from bot.slack.drawings import Drawings
from bot.slack.links import Links, Pictured
from bot.slack.refusals import DisconnectedError, explained
from bot.slack_web.client import code
from core.access.model import Viewer
from core.costs.model import Asker, Vocabulary
from core.errors import CostTrackerError

type Work = Callable[[Desk, Asked], Awaitable[None]]
type Tell = Callable[[Asked, Message], Awaitable[None]]

_log = structlog.get_logger()
_GUEST_SECONDS = 600
_SHOWN_SECONDS = 30
_UNKNOWN = frozenset({"user_not_found", "user_not_visible", "users_not_found"})
_STOPPED = "I was stopped before I could answer. Please ask again in a minute."


class Desk:
    """Answers what is asked; the listeners of each noun are functions that take it."""

    def __init__(
        self, services: Services, client: AsyncWebClient, session: aiohttp.ClientSession
    ) -> None:
        self.services = services
        self.client = client
        self.session = session
        self.name = manifest.NAME
        """The bot's name in this workspace; its administrators may have given it another."""
        self.links = Links(services.settings, services.clock)
        self.drawings = Drawings(services.charts)
        self.background = Background()
        self.shown: TTLCache[Pictured, Chart] = TTLCache(1000, _SHOWN_SECONDS)
        """Charts of answers just given: Slack fetches their pictures at once."""
        self._guests: TTLCache[tuple[str, str], bool] = TTLCache(10_000, _GUEST_SECONDS)
        self._refused: str | None = None

    def listener(
        self,
        work: Work,
        read: Callable[[dict[str, Any]], Asked],
        *,
        tell: Tell | None = None,
    ) -> Callable[[AsyncAck, dict[str, Any]], Awaitable[None]]:
        """A Bolt listener that acknowledges at once and then does the work.

        No exception leaves it: Bolt would take the acknowledgement back.

        Args:
            work: what to do.
            read: what was asked, out of the request's body.
            tell: how errors are told; by `answer` if not given.
        """

        async def listen(ack: AsyncAck, body: dict[str, Any]) -> None:
            await ack()
            self.background.spawn(self._read_and_do(work, read, body, tell or self.answer))

        return listen

    async def _read_and_do(
        self,
        work: Work,
        read: Callable[[dict[str, Any]], Asked],
        body: dict[str, Any],
        tell: Tell,
    ) -> None:
        try:
            asked = read(body)
        except (KeyError, TypeError, IndexError) as error:
            _log.error("slack.unreadable", kind=body.get("type"), missing=repr(error))
            return
        await self.carefully(work, asked, tell)

    async def carefully(self, work: Work, asked: Asked, tell: Tell) -> None:
        """Do some work; a person's mistake is explained to them, a crash is owned up to."""
        try:
            await work(self, asked)
        except asyncio.CancelledError:
            await self._tell(tell, asked, blocks.said(_STOPPED))
            raise
        except Exception as error:  # noqa: BLE001 - the last resort: logged, and owned up to
            await self._tell(tell, asked, self.excuse(error, asked))
        else:
            self._refused = None

    def excuse(self, error: Exception, asked: Asked) -> Message:
        """What to tell whoever asked; what isn't theirs to mend is logged."""
        known = self._understood(error, asked)
        if isinstance(known, CostTrackerError):
            return blocks.error(known, command=self.command)
        return blocks.crash(known)

    def regret(self, error: Exception, asked: Asked) -> str:
        """The same without markup or buttons, for forms."""
        known = self._understood(error, asked)
        if isinstance(known, str):
            return sentences.crash(known)
        near = words.listing(known.suggestions)
        return f"{known} Did you mean {near}?" if near else str(known)

    def _understood(self, error: Exception, asked: Asked) -> CostTrackerError | str:
        """An error in words for whoever asked, or the reference under which it is logged."""
        if isinstance(error, SlackApiError):
            error = explained(error, channel=asked.channel, bot=self.name) or error
        if isinstance(error, DisconnectedError):
            self._disconnected(error)
        if isinstance(error, CostTrackerError):
            return error
        reference = secrets.token_hex(4)
        _log.error("slack.crash", reference=reference, action=asked.action, exc_info=error)
        return reference

    def _disconnected(self, error: DisconnectedError) -> None:
        """Log it once, not at every question, until something works again."""
        if self._refused != error.message:
            self._refused = error.message
            _log.error("slack.disconnected", error=error.message, fix=error.fix)

    async def _tell(self, tell: Tell, asked: Asked, message: Message) -> None:
        try:
            await tell(asked, message)
        except SlackApiError as error:
            _log.error("slack.unanswered", user=asked.user, error=code(error))
        except CostTrackerError as error:
            _log.error("slack.unanswered", user=asked.user, error=str(error))
        except Exception:  # noqa: BLE001 - there is nobody left to tell
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
        """Whether somebody is a guest or of another company, as far as Slack tells."""
        known = self._guests.get((workspace, user))
        if known is None:
            known = await self._ask_whether_guest(user)
            self._guests[workspace, user] = known
        return known

    async def _ask_whether_guest(self, user: str) -> bool:
        try:
            person = (await self.client.users_info(user=user))["user"]
        except SlackApiError as error:
            if code(error) in _UNKNOWN:
                return True
            raise
        return any(person.get(f"is_{what}") for what in ("restricted", "stranger", "bot"))

    async def names(self, asked: Asked, viewer: Viewer) -> tuple[Vocabulary, Asker]:
        """The names that a question may mention, and what it means where it was asked."""
        names = await self.services.costs.vocabulary(viewer)
        mine = await self.services.projects.owned(viewer)
        return names, Asker(here=names.channels.get(asked.channel or "", ()), mine=mine)

    async def answer(self, asked: Asked, message: Message, *, replace: bool = False) -> None:
        """Answer where the question was asked: privately if it was, else in its thread.

        Raises:
            UnansweredError: Slack refused.
        """
        if asked.response is not None:
            await asked.response.send(self.session, message, replace=replace)
        else:
            await self.post(asked.channel or asked.user, message, thread=asked.thread)

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
