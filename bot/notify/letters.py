"""From what the outbox holds to what people read: one entry for each kind of message."""

from collections.abc import Callable, Mapping
from typing import Final

from bot.notify.channel import Letter
from bot.render import blocks
from core.incidents.model import MESSAGE as INCIDENT
from core.incidents.service import INCIDENT as INCIDENTS
from core.outbox.model import Delivery, Verb


def write(delivery: Delivery) -> Letter:
    """Render a delivery.

    Raises:
        Exception: of any kind, where its values are none of its kind.
    """
    return _KINDS[delivery.message.kind](delivery)


def _incident(delivery: Delivery) -> Letter:
    found = INCIDENTS.validate_python(delivery.message.values)
    over = delivery.message.verb is Verb.REPLY
    return Letter(blocks.incident_over(found) if over else blocks.incident(found))


_KINDS: Final[Mapping[str, Callable[[Delivery], Letter]]] = {INCIDENT: _incident}
