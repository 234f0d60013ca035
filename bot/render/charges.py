"""Charges as a file, day by day: CSV, a workbook or JSON; in constant memory, however many."""

import asyncio
import io
import os
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing, suppress
from enum import StrEnum
from typing import Final

from bot.render import scratch, workbook
from core.costs.exporting.rows import RowsExport
from core.errors import UnavailableError

_PASSED_ON: Final = ("PATH", "PYTHONPATH", "SYSTEMROOT", "LANG", "LC_ALL")
_NAME: Final = "costs.xlsx"
_PART: Final = 2**20
_LITTLE: Final = 2**18
"""Bytes of rows that are a workbook sooner than a process starts."""


class Format(StrEnum):
    """What kind of file; its values are the endings of files' names."""

    CSV = "csv"
    XLSX = "xlsx"
    JSON = "json"


class WorkbookError(UnavailableError):
    """The workbook could not be made; the log says why."""


type Progress = Callable[[int], None]


async def written(
    export: RowsExport, form: Format, *, progress: Progress = lambda _: None
) -> AsyncGenerator[bytes]:
    """The file, part by part; it is whole only when the last of them has come.

    A workbook's first part comes when all of it is made; what a sheet has no room for goes on in
    another. JSON is what `/v1/costs` gives, as one page, a line a row.

    Args:
        export: open, and open until the end.
        form: what kind of file.
        progress: told how many more rows have been read, about.

    Raises:
        WorkbookError: before anything is given.
    """
    async with aclosing(_MAKERS[form](export, progress)) as parts:
        async for part in parts:
            yield part


async def _table(export: RowsExport, progress: Progress) -> AsyncGenerator[bytes]:
    async with aclosing(export.csv()) as parts:
        async for part in parts:
            yield part
            progress(part.count(b"\n"))


async def _document(export: RowsExport, progress: Progress) -> AsyncGenerator[bytes]:
    before = head = b'{"items":[\n'
    async with aclosing(export.json()) as parts:
        async for part in parts:
            yield before + part.removesuffix(b"\n").replace(b"\n", b",\n")
            before = b",\n"
            progress(part.count(b"\n"))
    yield (head if before is head else b"\n") + b'],"next":null}\n'


async def _book(export: RowsExport, progress: Progress) -> AsyncGenerator[bytes]:
    with scratch.folder() as folder:
        await _make(export, folder, progress)
        with (folder.path / _NAME).open("rb") as file:
            while part := await asyncio.to_thread(file.read, _PART):
                yield part


async def _make(export: RowsExport, folder: scratch.Folder, progress: Progress) -> None:
    async with aclosing(export.csv(guarded=False)) as parts:
        head = [part for _ in range(2) if (part := await anext(parts, None)) is not None]
        progress(sum(part.count(b"\n") for part in head))
        if len(head) == 1 and len(head[0]) <= _LITTLE:
            await asyncio.to_thread(workbook.make, io.BytesIO(head[0]), folder.path / _NAME)
        else:
            await _have_made(folder, head, parts, progress)


async def _have_made(
    folder: scratch.Folder, head: list[bytes], rest: AsyncGenerator[bytes], progress: Progress
) -> None:
    """Have a workbook made by a process, which ends with this."""
    environment = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "bot.render.workbook", str(folder.path / _NAME)),
        stdin=PIPE,
        env=environment | {"TMPDIR": str(folder.path)},
        pass_fds=[folder.held],
    )
    assert process.stdin is not None  # noqa: S101 - it is a pipe
    try:
        with suppress(BrokenPipeError, ConnectionResetError):  # its status says that it died
            process.stdin.writelines(head)
            await process.stdin.drain()
            async for part in rest:
                process.stdin.write(part)
                await process.stdin.drain()
                progress(part.count(b"\n"))
            process.stdin.close()
        if await process.wait():
            raise WorkbookError
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


_MAKERS: Final[Mapping[Format, Callable[[RowsExport, Progress], AsyncGenerator[bytes]]]] = {
    Format.CSV: _table,
    Format.XLSX: _book,
    Format.JSON: _document,
}
