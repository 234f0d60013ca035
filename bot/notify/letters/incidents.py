"""Incidents: what goes wrong in running this. They go to operations, never by mail."""

from bot.notify.channel import Letter
from bot.render import blocks
from bot.services import Services
from core.incidents.service import INCIDENT
from core.outbox.model import Delivery, Verb


async def slack(delivery: Delivery, services: Services) -> Letter:  # noqa: ARG001 - as all are
    """What is wrong, kept up to date, and the reply when it is over."""
    found = INCIDENT.validate_python(delivery.message.values)
    over = delivery.message.verb is Verb.REPLY
    return Letter(blocks.incident_over(found) if over else blocks.incident(found))
