"""Which data version is the present one, without asking the database at every question."""

from time import monotonic
from typing import Final

from core import data_version
from core.costs.reading.store import Version, read_version
from core.database import Database

FRESH: Final = 0.2
"""Seconds for which a version that was read is taken for the present one."""

SETTLING: Final = 10.0
"""Seconds after a change made in this process in which the version is always read anew."""


class Versions:
    """Reads the data version; what this process itself changed is seen at once.

    What another process changed is seen within `FRESH` seconds. Asking costs more than
    answering from the cache does, so a busy process asks a few times a second.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._version: Version | None = None
        self._read_at = float("-inf")

    async def present(self) -> Version:
        """The version of the data that answers are of now."""
        began = monotonic()
        settled = began - data_version.last_bump() > SETTLING
        if self._version is None or not settled or began - self._read_at > FRESH:
            self._version = await read_version(self._database)
            self._read_at = began
        return self._version
