"""The verbs of retention."""

from datetime import date
from zoneinfo import ZoneInfo

import structlog

from core.clock import Clock, today
from core.costs.keeping import trimming
from core.costs.keeping.model import Keep, Trimmed
from core.costs.retained import Held, read_held
from core.database import Database

_log = structlog.get_logger()


class RetentionService:
    """Drops what is older than it is kept for. Facts never outlive the sums of their days."""

    def __init__(self, database: Database, clock: Clock, keep: Keep, *, zone: ZoneInfo) -> None:
        self.keep = keep
        self._database = database
        self._clock = clock
        self._zone = zone

    async def held(self) -> Held:
        """From which days on what is held."""
        async with self._database.read() as connection:
            return await read_held(connection)

    async def due(self) -> tuple[tuple[str, ...], Held]:
        """What `trim` would drop: months of charges (`2024-09`), and what is held by now."""
        before = self.keep.charges_from(today(self._clock, self._zone))
        async with self._database.read() as connection:
            held = await read_held(connection)
            old = await trimming.old_months(connection, before) if before else ()
        return tuple(f"{month:%Y-%m}" for month in old), held

    async def trim(self) -> Trimmed:
        """Drop what is too old, the oldest first; a transaction a month.

        Safe to repeat, to interrupt and to run at once with syncs and questions.

        Raises:
            RetentionBusyError: somebody reads what is to go; what came before has gone.
        """
        day = today(self._clock, self._zone)
        before, days_before = self.keep.charges_from(day), self.keep.days_from(day)
        gone: dict[date, int] = {}
        if before is not None:
            async with self._database.read() as connection:
                old = await trimming.old_months(connection, before)
            for month in old:
                gone[month] = await trimming.drop_facts(self._database, month)
        await trimming.set_horizon(self._database, before)
        days = await trimming.drop_days(self._database, days_before) if days_before else 0
        done = Trimmed(tuple(gone.items()), days, await self.held())
        if gone or days:
            _log.info("trimmed", months=len(gone), facts=done.facts, days=days)
        return done
