"""Leases: held while work goes on, lost if their holder stalls for longer than they last."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

from sqlalchemy.exc import SQLAlchemyError

from core.errors import ConflictError, UnavailableError


class LeaseLostError(ConflictError):
    """Another worker has taken this over."""


@asynccontextmanager
async def held(renew: Callable[[], Awaitable[bool]], lasting: timedelta) -> AsyncGenerator[None]:
    """Renew a lease three times in the time that it lasts, while the work inside goes on.

    Args:
        renew: pushes the lease on; False if it is another's.
        lasting: how long it lasts.

    Raises:
        LeaseLostError: another worker took it over; the work inside has been cancelled.
    """
    work = asyncio.current_task()
    lost = asyncio.Event()

    async def renewing() -> None:
        while True:
            await asyncio.sleep(lasting.total_seconds() / 3)
            try:
                if await renew():
                    continue
            except (OSError, SQLAlchemyError, UnavailableError):
                continue  # the next try may still be in time; if not, the fence holds
            lost.set()
            if work is not None:
                work.cancel()
            return

    renewal = asyncio.create_task(renewing())
    try:
        yield
    except asyncio.CancelledError:
        if lost.is_set() and work is not None:
            work.uncancel()
            raise LeaseLostError from None
        raise
    finally:
        renewal.cancel()
        with suppress(asyncio.CancelledError):
            await renewal
