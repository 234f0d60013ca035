"""A further way to the outside needs nothing of delivery but a class of its own."""

from dataclasses import dataclass, field
from datetime import timedelta

from bot.notify.channel import Keep
from bot.notify.notifier import Notifier
from core.database import Database
from core.outbox.model import (
    Deferred,
    Delivered,
    Delivery,
    DeliveryState,
    Outcome,
    Parked,
    Receipt,
    Verb,
)
from core.outbox.service import OutboxService
from tests.support.outbox import put, told


@dataclass
class Pigeons:
    """Carry what is told to a loft; `outcomes` are what becomes of the first tries."""

    outcomes: list[Outcome] = field(default_factory=list)
    carried: list[tuple[str, str, str | None]] = field(default_factory=list)

    async def deliver(self, delivery: Delivery, keep: Keep) -> Outcome:
        await keep({"pigeon": "Ada"})
        if self.outcomes:
            return self.outcomes.pop(0)
        message, begun = delivery.message, delivery.begun
        self.carried.append((message.to.address, message.key, begun.id if begun else None))
        return Delivered(Receipt(message.to.address, f"letter-{delivery.id}"))


async def test_a_third_channel_has_order_threads_waits_and_parking_as_the_others_do(
    fresh_database: Database,
) -> None:
    outbox = OutboxService(fresh_database)
    wait = Deferred(timedelta(hours=1), "rain", answered=True)
    pigeons = Pigeons([wait, Parked("the loft is closed")])
    notifier = Notifier(outbox, {"pigeon": pigeons})
    await put(
        fresh_database,
        told("a", to="north", channel="pigeon"),
        told("b", to="north", channel="pigeon", thread="a", verb=Verb.REPLY),
        told("c", to="north", channel="pigeon"),
        told("s", to="C1"),
    )
    await notifier.drain()
    rained, *_ = reversed(await outbox.listed())
    assert (rained.reason, rained.notes) == ("rain", {"pigeon": "Ada"})
    await outbox.retry(rained.id)
    await notifier.drain()
    assert [key for _, key, _ in pigeons.carried] == ["c"]
    assert [each.reason for each in await outbox.listed(DeliveryState.PARKED)] == [
        "the loft is closed"
    ]
    await outbox.retry_parked()
    await notifier.drain()
    assert pigeons.carried == [
        ("north", "c", None),
        ("north", "a", None),
        ("north", "b", f"letter-{rained.id}"),
    ]
    waiting = [each.message.key for each in await outbox.listed(DeliveryState.QUEUED)]
    assert waiting == ["s"]  # for a channel that isn't here
