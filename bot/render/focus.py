"""A FOCUS export as a file: CSV, gzipped CSV or Parquet, a part at a time."""

import asyncio
import zlib
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from enum import StrEnum
from typing import Final

from core.costs.exporting.export import FocusExport

_GZIP: Final = 31


class Format(StrEnum):
    """What kind of file; its values are the endings of files' names."""

    CSV = "csv"
    GZIP = "csv.gz"
    PARQUET = "parquet"


async def written(
    export: FocusExport, form: Format, *, progress: Callable[[int], None] = lambda _: None
) -> AsyncGenerator[bytes]:
    """The file, part by part; it is whole only when the last of them has come.

    Args:
        export: open, and open until the end.
        form: what kind of file.
        progress: told how many rows, about, each part adds.

    Raises:
        TooManyDigitsError: before anything is given: Parquet has no room for the amounts.
        IncompleteExportError: as `FocusExport.csv`.
    """
    make = _maker(export, form)
    async with aclosing(export.csv(guarded=form is not Format.PARQUET)) as parts:
        async for part in parts:
            if made := await asyncio.to_thread(make, part):
                yield made
            progress(part.count(b"\n"))
    if made := await asyncio.to_thread(make, None):
        yield made


def _maker(export: FocusExport, form: Format) -> Callable[[bytes | None], bytes]:
    """What makes a part of the file of some rows of CSV, and its end of None."""
    match form:
        case Format.CSV:
            return lambda part: part or b""
        case Format.GZIP:
            zipping = zlib.compressobj(wbits=_GZIP)
            return lambda part: zipping.flush() if part is None else zipping.compress(part)
        case Format.PARQUET:
            from bot.render.parquet import Parquet  # noqa: PLC0415  # on use: pyarrow

            return Parquet(export.survey).part
