"""What workers do in the tests of the outbox: take a message, and say what became of it."""

from datetime import timedelta

from core.outbox.model import Delivered, Delivery, Outcome, Receipt
from core.outbox.service import OutboxService

SLACK = ("slack",)
HERE = Receipt("C1", "1.0")
DONE = Delivered(HERE)
AT_ONCE = timedelta()


async def leased(outbox: OutboxService) -> Delivery:
    delivery = await outbox.lease(SLACK)
    assert delivery is not None
    return delivery


async def delivered(outbox: OutboxService, outcome: Outcome = DONE) -> str:
    """Deliver the next message; its key."""
    delivery = await leased(outbox)
    assert await outbox.settle(delivery, outcome)
    return delivery.message.key
