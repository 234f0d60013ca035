"""Anomalies: one in a message that shows how it stands, others in digests."""

from collections.abc import Sequence

from bot import unsubscribing
from bot.notify.channel import Letter
from bot.render import oddity_mail
from bot.render.blocks import oddities_told
from bot.render.mail import Mail
from bot.services import Services
from core.anomalies.messages import DIGEST, TOLD
from core.outbox.model import Delivery
from core.subscriptions.model import Reason


async def slack(delivery: Delivery, services: Services) -> Letter:
    """One anomaly, kept up to date."""
    told = TOLD.validate_python(delivery.message.values)
    return Letter(oddities_told.anomaly(told, command=services.settings.slack_command))


async def several_slack(delivery: Delivery, services: Services) -> Letter:
    """Several in one message."""
    told = DIGEST.validate_python(delivery.message.values)
    return Letter(oddities_told.digest(told, command=services.settings.slack_command))


async def mail(delivery: Delivery, services: Services) -> Mail:
    """One anomaly."""
    told = TOLD.validate_python(delivery.message.values)
    reasons = [told.reason] if told.reason else []
    return oddity_mail.anomaly(told, unsubscribe=_unsubscribe(delivery, services, reasons))


async def several_mail(delivery: Delivery, services: Services) -> Mail:
    """Several in one mail."""
    told = DIGEST.validate_python(delivery.message.values)
    return oddity_mail.digest(told, unsubscribe=_unsubscribe(delivery, services, told.reasons))


def _unsubscribe(delivery: Delivery, services: Services, reasons: Sequence[Reason]) -> str | None:
    """Where the reader of a mail ends what brought it."""
    return unsubscribing.address(services.settings, delivery.message.to, reasons)
