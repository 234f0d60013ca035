"""The verbs of exports: ask for one, keep what is made of it, have it delivered, once.

Whoever makes one (`bot/exporting.py`) holds its job; the parts of its file are kept as they come,
under the number of the attempt. Only the attempt that is finished counts: that it is, and that the
file is to be delivered, is written in one transaction.
"""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Final

from pydantic import TypeAdapter

from core.database import Connection, Database
from core.errors import CostTrackerError
from core.exports import store
from core.exports.model import (
    MESSAGE,
    MOST_WAITING,
    Content,
    Export,
    ExportGoneError,
    Made,
    Request,
    TooManyExportsError,
)
from core.outbox.model import SLACK, Destination, Message, Receipt, Verb
from core.outbox.service import enqueue, take_up

EXPORT: TypeAdapter[Export] = TypeAdapter(Export)
"""Exports as the values of messages, and back."""

_FILES_KEPT: Final = timedelta(7)
"""How long a file that can't be delivered is kept."""
_REQUESTS_KEPT: Final = timedelta(60)


class ExportService:
    """Keeps what is asked for, and what is made of it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def request(self, wanted: Request) -> Export:
        """Have an export made in the background; the same wish again is the same export.

        Raises:
            TooManyExportsError: so many of theirs wait already.
        """
        async with self._database.begin() as tx:
            waiting = await store.lock(tx, wanted.workspace, wanted.person)
            made = await store.add(tx, wanted)
            if made is None:
                return await store.known(tx, wanted.key)
            _check(waiting)
            return made

    async def check_room(self, workspace: str, person: str) -> None:
        """See that somebody may ask for another.

        Raises:
            TooManyExportsError: so many of theirs wait already.
        """
        async with self._database.begin() as tx:
            _check(await store.lock(tx, workspace, person))

    async def waiting(self) -> tuple[Export, ...]:
        """Those that aren't made yet, the oldest first."""
        async with self._database.read() as connection:
            return await store.waiting(connection)

    async def begin(self, export: Export, attempt: int) -> None:
        """Begin to keep a file; what earlier attempts have left goes."""
        async with self._database.begin() as tx:
            await store.drop_parts(tx, export.id, but=attempt)

    async def keep(self, export: Export, attempt: int, number: int, content: bytes) -> None:
        """Keep a part of a file, the first being 0."""
        async with self._database.begin() as tx:
            await store.put(tx, export.id, attempt, number, content)

    async def finish(self, export: Export, made: Made) -> bool:
        """Have a file delivered whose parts are kept; False where another attempt was first."""
        async with self._database.begin() as tx:
            done = await store.finish(tx, export.id, made)
            if done is not None:
                await _tell(tx, done, Verb.FILE)
        return done is not None

    async def fail(self, export: Export, error: CostTrackerError) -> bool:
        """Say why it can't be made, to whoever asked; False as for `finish`."""
        async with self._database.begin() as tx:
            done = await store.fail(tx, export.id, str(error))
            if done is not None:
                await _tell(tx, done, Verb.REPLY if done.request.thread else Verb.POST)
        return done is not None

    async def content(self, number: int) -> Content:
        """The file of an export that is made.

        Raises:
            ExportGoneError: it isn't kept any more.
        """
        async with self._database.read() as connection:
            found = await store.find(connection, number)
            first = None if found is None else await store.part(connection, found, 0)
        if found is None or first is None:
            raise ExportGoneError(
                f"The file of export {number} isn't kept any more.", fix="Ask again."
            )
        return Content(found.name, found.size, lambda: self._parts(found))

    async def _parts(self, export: Export) -> AsyncIterator[bytes]:
        number = 0
        while (part := await self._part(export, number)) is not None:
            yield part
            number += 1

    async def _part(self, export: Export, number: int) -> bytes | None:
        async with self._database.read() as connection:
            return await store.part(connection, export, number)

    async def forget(self, now: datetime) -> int:
        """Drop the files that are delivered, or can't be; how many parts went."""
        async with self._database.begin() as tx:
            return await store.forget(tx, now - _FILES_KEPT, now - _REQUESTS_KEPT)


def _check(waiting: int) -> None:
    if waiting >= MOST_WAITING:
        raise TooManyExportsError(
            f"{waiting} exports of yours are being made.",
            fix="Ask again when one of them has come.",
        )


async def _tell(tx: Connection, export: Export, verb: Verb) -> None:
    """Write the message that brings a file, or says why there is none."""
    asked = export.request
    to, thread = Destination(SLACK, asked.channel), f"export:{export.id}"
    if asked.thread is not None:
        await take_up(tx, to, thread, Receipt(asked.channel, asked.thread))
    await enqueue(
        tx,
        Message(
            key=f"export:{export.id}",
            to=to,
            thread=thread,
            verb=verb,
            kind=MESSAGE,
            values=EXPORT.dump_python(export, mode="json"),
        ),
    )
