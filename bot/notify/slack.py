"""Slack as a channel of delivery: posts, updates, replies in threads, files.

A message carries the token of its delivery in its metadata. Where Slack never answered, it is
looked for by that token before it is posted again; that needs the scopes channels:history,
groups:history and, to find a person's direct messages, im:write, which are optional. A file is
looked for by its id, which is kept.
"""

from datetime import timedelta
from typing import Final

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.notify.channel import Keep, Letter, Write, unwritten
from bot.notify.looking import FILE, GONE, look
from bot.notify.pictures import Pictures
from bot.render.enclosed import Attachment, LargeFile
from bot.slack_web.client import BUSY, DISCONNECTED, code
from bot.slack_web.files import UploadError, complete, not_ready, send
from core.outbox.model import (
    Deferred,
    Delivered,
    Delivery,
    Outcome,
    Parked,
    Receipt,
    Verb,
    failure,
)

PACE: Final = timedelta(seconds=1)
"""Slack takes about one message a second in a channel."""
EVENT: Final = "cloud_cost_delivery"
"""The type of a message's metadata."""

_NO_FILE: Final = "file_not_found"
_BROKEN: Final = 500
_TOO_MANY: Final = 429
_CLOSED: Final = frozenset({"edit_window_closed", "cant_update_message"})
_MALFORMED: Final = ("invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long")
_MEND: Final = {
    "not_in_channel": "invite the app there: /invite and its name",
    "channel_not_found": "there is no such channel, or it is private and the app isn't in it",
    "is_archived": "the channel is archived",
    "missing_scope": "update the app with the output of `cost-tracker manifest`",
    "messages_tab_disabled": "allow messages to the app, in its settings under App Home",
    "user_disabled": "their account is closed; name somebody else",
    "msg_too_long": "it is longer than Slack takes: drop it, and report this",
    **dict.fromkeys(_MALFORMED, "Slack doesn't take its form: drop it, and report this"),
    "restricted_action": "a workspace administrator decides who may post there",
    **dict.fromkeys(DISCONNECTED, "install the app again and set its new SLACK_BOT_TOKEN"),
}

_log = structlog.get_logger()


class SlackChannel:
    """Delivers to one workspace."""

    def __init__(
        self,
        client: AsyncWebClient,
        session: aiohttp.ClientSession,
        write: Write[Letter],
        *,
        pace: timedelta = PACE,
    ) -> None:
        """Deliver by a client that tries nothing again by itself: that is seen to elsewhere."""
        self._client = client
        self._session = session
        self._write = write
        self._pace = pace
        self._pictures = Pictures(client, session)

    async def deliver(self, delivery: Delivery, keep: Keep) -> Outcome:
        """Try once: look for what may be there, else send it."""
        try:
            letter = await self._write(delivery)
        except Exception as error:  # noqa: BLE001 - of whatever kind
            return unwritten(delivery, error)
        tried = _Try(
            self._client,
            self._session,
            delivery,
            keep,
            pictures=self._pictures,
            pace=self._pace,
        )
        return await tried.make(letter)


class _Try:
    """One try of one delivery. `certain`: the message isn't there, as far as can be told."""

    def __init__(
        self,
        client: AsyncWebClient,
        session: aiohttp.ClientSession,
        delivery: Delivery,
        keep: Keep,
        *,
        pictures: Pictures,
        pace: timedelta,
    ) -> None:
        self._client = client
        self._session = session
        self._pictures = pictures
        self._delivery = delivery
        self._keep = keep
        self._pace = pace
        self._certain = delivery.unanswered_since is None

    async def make(self, letter: Letter) -> Outcome:
        try:
            return await self._make(letter)
        except SlackApiError as error:
            return self._refused(error)
        except UploadError as error:
            # The bytes alone show nothing to anybody.
            return failure(self._delivery, error.message, answered=self._certain)
        except aiohttp.ClientConnectorError as error:
            reason = f"Slack can't be reached ({type(error).__name__})"
            return failure(self._delivery, reason, answered=self._certain)
        except (aiohttp.ClientError, TimeoutError) as error:
            reason = f"Slack didn't answer ({type(error).__name__})"
            return failure(self._delivery, reason, answered=False)

    async def _make(self, letter: Letter) -> Outcome:
        if not self._certain and (found := await look(self._client, self._delivery)) is not None:
            _log.info("found what Slack never acknowledged", key=self._delivery.message.key)
            return Delivered(found, self._pace)
        self._certain = True
        files = await self._pictures.uploaded(self._delivery, letter, self._keep)
        return Delivered(await self._pictures.shown(letter, files, self._send), self._pace)

    async def _send(self, letter: Letter) -> Receipt | None:
        begun = self._delivery.begun
        match self._delivery.message.verb:
            case Verb.FILE if letter.file is not None:
                await self._share(letter.file)
                return None
            case Verb.UPDATE if begun is not None:
                return await self._update(letter, begun)
            case Verb.REPLY | Verb.FILE if begun is not None:
                return await self._reply(letter, begun)
        return await self._post(letter, self._delivery.message.to.address)

    async def _update(self, letter: Letter, begun: Receipt) -> Receipt:
        """Change what began the thread; where that can't be, say it anew."""
        message = letter.message
        try:
            await self._client.chat_update(
                channel=begun.place, ts=begun.id, text=message.text, blocks=message.blocks
            )
        except SlackApiError as error:
            if code(error) in GONE:
                return await self._post(letter, begun.place)
            if code(error) in _CLOSED:
                await self._post(letter, begun.place, thread=begun.id)
                return begun
            raise
        return begun

    async def _reply(self, letter: Letter, begun: Receipt) -> Receipt:
        try:
            return await self._post(letter, begun.place, thread=begun.id)
        except SlackApiError as error:
            if code(error) in GONE:
                return await self._post(letter, begun.place)
            raise

    async def _post(self, letter: Letter, channel: str, *, thread: str | None = None) -> Receipt:
        posted = await self._client.chat_postMessage(
            channel=channel,
            text=letter.message.text,
            blocks=letter.message.blocks,
            thread_ts=thread,
            metadata={"event_type": EVENT, "event_payload": {"id": self._delivery.token}},
            unfurl_links=False,
            unfurl_media=False,
        )
        return Receipt(str(posted["channel"]), str(posted["ts"]))

    async def _share(self, file: Attachment | LargeFile) -> None:
        """Upload once, whatever happens; then share."""
        kept = self._delivery.notes.get(FILE)
        if kept is not None:
            try:
                return await self._complete(file, kept)
            except SlackApiError as error:
                # What waited for too long to be shared, Slack has thrown away.
                if code(error) != _NO_FILE:
                    raise
        content = file.content if isinstance(file, Attachment) else file
        number = await send(self._client, self._session, content, name=file.name)
        await self._keep({FILE: number})
        return await self._complete(file, number)

    async def _complete(self, file: Attachment | LargeFile, number: str) -> None:
        begun = self._delivery.begun
        await complete(
            self._client,
            number,
            title=file.title,
            channel=begun.place if begun else self._delivery.message.to.address,
            thread=begun.id if begun else None,
            comment=file.comment if isinstance(file, LargeFile) else "",
        )

    def _refused(self, error: SlackApiError) -> Outcome:
        """What follows when Slack says no, or nothing that makes sense."""
        word, status = code(error), getattr(error.response, "status_code", 0)
        if status == _TOO_MANY or word in ("ratelimited", "rate_limited"):
            wait = timedelta(seconds=_seconds(error))
            return Deferred(wait, "Slack asks to wait", answered=self._certain, counts=False)
        if status >= _BROKEN or word in BUSY:
            reason = f"Slack is out of order ({word or f'status {status}'})"
            return failure(self._delivery, reason, answered=False)
        if not_ready(error):
            return failure(self._delivery, f"Slack: {word}", answered=self._certain)
        mend = _MEND.get(word)
        return Parked(f"Slack: {word}; {mend}" if mend else f"Slack: {word}")


def _seconds(error: SlackApiError) -> float:
    """How long Slack wants to be left alone."""
    headers = {name.lower(): value for name, value in (error.response.headers or {}).items()}
    try:
        return max(1.0, float(headers.get("retry-after", 1)))
    except ValueError:
        return 1.0
