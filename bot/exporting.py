"""Exports, wherever they are asked for: which file it is, and making it."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Final

from bot.render import charges
from bot.render.charges import Format, Progress
from bot.services import Services
from core.access.model import Viewer
from core.costs.model import CostQuery, Form
from core.costs.question import Command

_FORMATS: Final = {Form.XLSX: Format.XLSX, Form.JSON: Format.JSON}


def format_of(query: CostQuery) -> Format:
    """What kind of file a question says; CSV if it says none."""
    return _FORMATS.get(query.form, Format.CSV) if query.form else Format.CSV


def has_lines(asked: Command) -> bool:
    """Whether the lines of an answer are meant, rather than every charge behind it.

    They are where the question says how they are made: `by team`, `monthly`, `top 5`, `in EUR`.
    """
    return asked.cut or (asked.query is not None and asked.query.by_resource)


async def written(
    services: Services,
    query: CostQuery,
    viewer: Viewer,
    form: Format,
    *,
    progress: Progress = lambda _: None,
) -> AsyncGenerator[bytes]:
    """The charges of a question as a file, part by part.

    Args:
        services: whose charges.
        query: of which question.
        viewer: who asks.
        form: what kind of file.
        progress: told how many more rows have been read.
    """
    async with (
        services.costs.export_rows(query, viewer) as export,
        aclosing(charges.written(export, form, progress=progress)) as parts,
    ):
        async for part in parts:
            yield part
