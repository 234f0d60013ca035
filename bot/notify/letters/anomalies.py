"""Anomalies: one in a message that shows how it stands, others in digests."""

from bot.notify.channel import Letter
from bot.notify.letters.leaving import leaving
from bot.render import oddity_mail
from bot.render.blocks import oddities_told
from bot.render.mail import Mail
from bot.services import Services
from core.anomalies.messages import DIGEST, TOLD
from core.outbox.model import Delivery


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
    stop, command = leaving(delivery, services, reasons), services.settings.slack_command
    return oddity_mail.anomaly(told, command=command, unsubscribe=stop)


async def several_mail(delivery: Delivery, services: Services) -> Mail:
    """Several in one mail."""
    told = DIGEST.validate_python(delivery.message.values)
    stop, command = leaving(delivery, services, told.reasons), services.settings.slack_command
    return oddity_mail.digest(told, command=command, unsubscribe=stop)
