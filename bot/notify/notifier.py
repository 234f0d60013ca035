"""Delivers what the outbox holds, until it is closed; any number of replicas do so at once."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import Any, Final

import structlog

from bot.notify.channel import Channel
from core.errors import UnavailableError
from core.lease import LeaseLostError, held
from core.outbox.model import Deferred, Delivered, Delivery, Outcome, Parked, failure
from core.outbox.service import OutboxService

LOOK_EVERY: Final = timedelta(seconds=1)
AT_ONCE: Final = 4
"""Deliveries under way in one process, each to another destination."""

_SOON: Final = timedelta(milliseconds=100)
_PATIENCE_SECONDS: Final = 20.0

_log = structlog.get_logger()


class Notifier:
    """Leases deliveries and hands them to their channels."""

    def __init__(
        self,
        outbox: OutboxService,
        channels: Mapping[str, Channel],
        *,
        look_every: timedelta = LOOK_EVERY,
        at_once: int = AT_ONCE,
    ) -> None:
        """Deliver by the channels that are there; what is for others waits for them."""
        self._outbox = outbox
        self._channels = channels
        self._look_every = look_every
        self._room = asyncio.Semaphore(at_once)
        self._working: set[asyncio.Task[None]] = set()
        self._looking: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to look, at once and from then on."""
        self._looking = asyncio.create_task(self._look())

    async def close(self) -> None:
        """Stop looking, and finish what is under way; what can't be is found by the next."""
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.gather(self._looking, return_exceptions=True)
        if not self._working:
            return
        _, late = await asyncio.wait(self._working, timeout=_PATIENCE_SECONDS)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    async def drain(self) -> int:
        """Deliver one after the other until nothing is due; how many tries that took."""
        tries = 0
        while (delivery := await self._outbox.lease(self._channels)) is not None:
            await self._deliver(delivery)
            tries += 1
        return tries

    async def _look(self) -> None:
        while True:
            await self._room.acquire()
            delivery = await self._lease()
            if delivery is None:
                self._room.release()
                # While something is under way, what comes after it is due soon.
                await asyncio.sleep((_SOON if self._working else self._look_every).total_seconds())
                continue
            task = asyncio.create_task(self._deliver(delivery))
            self._working.add(task)
            task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._working.discard(task)
        self._room.release()
        if not task.cancelled() and (error := task.exception()) is not None:
            # It is held until its lease ends, and then looked for.
            _log.error("can't record a delivery", exc_info=error)

    async def _lease(self) -> Delivery | None:
        try:
            return await self._outbox.lease(self._channels)
        except UnavailableError as error:
            _log.warning("can't look for messages", error=str(error))
        except Exception:  # noqa: BLE001 - it may pass, and nothing is told if nobody looks
            _log.exception("can't look for messages")
        return None

    async def _deliver(self, delivery: Delivery) -> None:
        """Try once and record what became of it."""
        renew = partial(self._outbox.renew, delivery)
        try:
            async with held(renew, self._outbox.lease_time):
                outcome = await self._try(delivery)
                await self._record(delivery, outcome)
        except LeaseLostError:
            _log.warning("another worker has taken a delivery over", key=delivery.message.key)

    async def _try(self, delivery: Delivery) -> Outcome:
        channel = self._channels[delivery.message.to.channel]

        async def keep(notes: Mapping[str, Any]) -> None:
            if not await self._outbox.keep(delivery, notes):
                raise LeaseLostError

        try:
            return await channel.deliver(delivery, keep)
        except LeaseLostError:
            raise
        except Exception as error:  # noqa: BLE001  # whatever it is, others don't wait for it
            _log.exception("delivery failed", key=delivery.message.key)
            return failure(delivery, f"{type(error).__name__}: {error}", answered=False)

    async def _record(self, delivery: Delivery, outcome: Outcome) -> None:
        """Record an outcome, however long the database is away: what was delivered is known."""
        while True:
            try:
                if not await self._outbox.settle(delivery, outcome):
                    raise LeaseLostError
            except UnavailableError as error:
                key = delivery.message.key
                _log.warning("can't record a delivery", key=key, error=str(error))
                await asyncio.sleep(self._look_every.total_seconds())
            else:
                _tell(delivery, outcome)
                return


def _tell(delivery: Delivery, outcome: Outcome) -> None:
    log = _log.bind(key=delivery.message.key, to=delivery.message.to.channel, tries=delivery.tries)
    match outcome:
        case Delivered():
            log.info("delivered")
        case Deferred(wait, reason):
            log.warning("not delivered yet", reason=reason, wait=round(wait.total_seconds(), 1))
        case Parked(reason):
            log.error("parked", reason=reason, fix=f"cost-tracker deliveries retry {delivery.id}")
