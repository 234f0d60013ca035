"""Messages for the outbox, and delivery of them to the local Slack."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import aiohttp
from pydantic import SecretStr

from bot.notify.channel import Letter, Write
from bot.notify.notifier import Notifier
from bot.notify.slack import SlackChannel
from bot.render import blocks
from bot.render.enclosed import Attachment
from bot.settings import Settings
from bot.slack_web.client import open_client
from core.database import Database
from core.outbox.model import Delivery, Destination, Message, Verb
from core.outbox.service import OutboxService, enqueue
from tests.support.slack import CHECKOUT, Slackbox


def told(
    key: str,
    *,
    verb: Verb = Verb.POST,
    thread: str | None = None,
    to: str = CHECKOUT,
    channel: str = "slack",
    **values: Any,
) -> Message:
    """A message that says its key; in a thread of its own unless one is given."""
    said = {"text": key} | values
    return Message(key, Destination(channel, to), thread or key, verb, "plain", said)


async def put(database: Database, *messages: Message) -> None:
    """Enqueue some, each in a transaction."""
    for message in messages:
        async with database.begin() as tx:
            await enqueue(tx, message)


async def plainly(delivery: Delivery) -> Letter:
    """Write what a message says."""
    text = delivery.message.values["text"]
    file = (
        Attachment("costs.csv", text, text.encode()) if delivery.message.verb is Verb.FILE else None
    )
    return Letter(blocks.said(text), file)


@asynccontextmanager
async def delivering(
    database: Database,
    slackbox: Slackbox,
    *,
    pace: float = 0,
    patience: float = 60,
    lease: float = 60,
    at_once: int = 4,
    write: Write[Letter] | None = None,
) -> AsyncGenerator[Notifier]:
    """A worker that delivers to the local Slack; seconds: between messages, for an answer."""
    settings = Settings(
        slack_bot_token=SecretStr(slackbox.config.bot_token), slack_api_url=slackbox.api_url
    )
    timeout = aiohttp.ClientTimeout(total=patience)
    async with aiohttp.ClientSession(timeout=timeout) as session:
        client = open_client(settings, session)
        channel = SlackChannel(client, session, write or plainly, pace=timedelta(seconds=pace))
        outbox = OutboxService(database, lease=timedelta(seconds=lease))
        notifier = Notifier(
            outbox, {"slack": channel}, look_every=timedelta(seconds=0.05), at_once=at_once
        )
        try:
            yield notifier
        finally:
            await notifier.close()
