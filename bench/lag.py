"""How late an event loop is, seen from inside it."""

import asyncio
import time
from typing import Final

_TICK: Final = 0.002

type Lag = tuple[float, float]
"""How late the loop woke up by the clock, and the CPU it used meanwhile; milliseconds."""


async def sample(lags: list[Lag]) -> None:
    """Note how late the loop wakes up from short sleeps, until cancelled.

    Late by the clock is also late because others used the processor; late by CPU is what the
    loop itself did in the meantime.
    """
    while True:
        before, cpu = time.perf_counter(), time.thread_time()
        await asyncio.sleep(_TICK)
        late = time.perf_counter() - before - _TICK
        lags.append((late * 1000, (time.thread_time() - cpu) * 1000))
