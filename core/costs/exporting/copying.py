"""What PostgreSQL writes of a statement's rows (COPY), no faster than it is taken.

The fastest way out of it, exact because it is text, and no Python object is made of a row.
"""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing, suppress
from typing import Any, Final

_PART: Final = 2**20
_WAITING: Final = 16


class Copy:
    """The rows of one statement as text; `rows` says how many there were, once all have come."""

    def __init__(
        self, driver: Any, sql: str, arguments: Sequence[Any], *, quote: str = '"', **options: Any
    ) -> None:
        """Copy by a driver's connection, which is cut if nobody wants the rest.

        Args:
            driver: asyncpg's connection.
            sql: a query with the driver's own parameters.
            arguments: their values in order.
            quote: what the text has around values that hold ends of lines.
            options: of COPY, as asyncpg calls them.
        """
        self._driver = driver
        self._sql = sql
        self._arguments = arguments
        self._quote = quote.encode()
        self._options = options
        self.rows = 0

    async def parts(self) -> AsyncGenerator[bytes]:
        """Parts of about a megabyte; each ends with the end of a row."""
        pending = bytearray()
        async with aclosing(self._chunks()) as chunks:
            async for chunk in chunks:
                pending += chunk
                if len(pending) >= _PART and self._ends_with_a_row(pending):
                    yield bytes(pending)
                    pending.clear()
        if pending:
            yield bytes(pending)

    async def _chunks(self) -> AsyncGenerator[bytes]:
        waiting = asyncio.Queue[bytes](_WAITING)

        async def copy() -> str:
            try:
                done: str = await self._driver.copy_from_query(
                    self._sql,
                    *self._arguments,
                    output=waiting.put,
                    format="csv",
                    quote=self._quote.decode(),
                    **self._options,
                )
            finally:
                waiting.shutdown()
            return done

        copying = asyncio.create_task(copy())
        try:
            with suppress(asyncio.QueueShutDown):
                while True:
                    yield await waiting.get()
            # As the server counts them: 'COPY 1000'.
            self.rows = int((await copying).rpartition(" ")[2])
        finally:
            if not copying.done():
                self._driver.terminate()  # nobody wants the rest: the server is told so by that
                copying.cancel()
                await asyncio.gather(copying, return_exceptions=True)

    def _ends_with_a_row(self, text: bytearray) -> bool:
        """Whether no row is cut: an end of line within a value has an odd number of quotes."""
        return text.endswith(b"\n") and text.count(self._quote) % 2 == 0
