"""Delivery of the outbox: in order, once, and as soon as the other side takes it."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import partial

from bot.notify import letters
from bot.notify.channel import Channel
from bot.notify.mail import MailChannel, NoMailChannel
from bot.notify.notifier import Notifier
from bot.notify.operations import OperationsChannel
from bot.notify.slack import SlackChannel
from bot.services import Services
from bot.slack_web.client import open_client, open_session
from bot.smtp import Server, read_sender
from core.outbox.model import MAIL, OPERATIONS, SLACK

__all__ = ["Notifier", "open_notifier"]


@asynccontextmanager
async def open_notifier(services: Services) -> AsyncGenerator[Notifier]:
    """Delivery by every channel that is set up; at work once it is started."""
    settings = services.settings
    async with open_session() as session:
        channels: dict[str, Channel] = {}
        if settings.slack_bot_token is not None:
            write = partial(letters.slack, services=services)
            channels[SLACK] = SlackChannel(open_client(settings, session), session, write)
        channels[MAIL] = _mail(services)
        channels[OPERATIONS.channel] = OperationsChannel(channels.get(SLACK), settings.ops_channel)
        notifier = Notifier(services.outbox, channels)
        try:
            yield notifier
        finally:
            await notifier.close()


def _mail(services: Services) -> Channel:
    """E-mail, where there is a server and a sender."""
    url, sender = services.settings.smtp_url, services.settings.mail_from
    if url is None or sender is None:
        return NoMailChannel()
    write = partial(letters.mail, services=services)
    server = Server.read(url.get_secret_value())
    return MailChannel(server, read_sender(sender), write, services.clock)
