"""Where the reader of a mail ends what brought it."""

from collections.abc import Iterable

from bot import unsubscribing
from bot.services import Services
from core.outbox.model import Delivery
from core.subscriptions.model import Reason


def leaving(delivery: Delivery, services: Services, reasons: Iterable[Reason]) -> str | None:
    """The address by which a mail's reader declines; None: there is none."""
    return unsubscribing.address(services.settings, delivery.message.to, reasons)
