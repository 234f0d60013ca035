"""Files that are sent as they are made."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import Final

from aiohttp import hdrs, web

from bot import exporting
from bot.asking import Answered
from bot.render import xlsx
from bot.render.charges import Format
from bot.render.figures import charges_name
from bot.rest.operations import Call, Reply
from core.costs.model import CostQuery

CSV: Final = "text/csv"
XLSX: Final = xlsx.TYPE
MEDIA: Final[Mapping[str, str]] = {
    Format.JSON: "application/json",
    Format.CSV: CSV,
    Format.XLSX: XLSX,
}


async def stream(
    call: Call,
    parts: AsyncGenerator[bytes],
    *,
    name: str,
    content_type: str,
    compressed: bool = True,
) -> web.StreamResponse:
    """Send a file part by part; nothing is sent if the first of it can't be made.

    Args:
        call: the request.
        parts: the file.
        name: what it is called where it is saved.
        content_type: its media type; text is in UTF-8.
        compressed: worth compressing, if the client can read that.
    """
    async with aclosing(parts):
        first = await anext(parts)
        text = content_type.startswith("text/")
        response = web.StreamResponse(
            headers={
                "Content-Type": f"{content_type}; charset=utf-8" if text else content_type,
                "Content-Disposition": f'attachment; filename="{name}"',
                "Vary": "Accept, Accept-Encoding",
            }
        )
        if call.request.method == hdrs.METH_HEAD:
            return response  # a compressor would end a body that there isn't
        if compressed:
            response.enable_compression()
        await response.prepare(call.request)
        await response.write(first)
        async for part in parts:
            await response.write(part)
        await response.write_eof()
    return response


async def charges_file(call: Call, query: CostQuery, form: Format) -> web.StreamResponse:
    """All charges of a question, day by day."""
    return await stream(
        call,
        exporting.written(call.services, query, call.viewer, form),
        name=f"{charges_name(query)}.{form}",
        content_type=MEDIA[form],
        compressed=form is not Format.XLSX,
    )


def wanted(call: Call, form: str | None, *, unsaid: str = "json") -> str:
    """Which form is asked for, json, csv or xlsx: by `format`, else by what is accepted."""
    if form is not None:
        return form
    accepted = call.request.headers.get("Accept", "")
    return next((name for name, media in MEDIA.items() if media in accepted), unsaid)


async def told(call: Call, form: str | None, answer: Answered) -> Reply:
    """An answer in the form that is asked for."""
    kind = Format(wanted(call, form))
    if kind is Format.JSON:
        return answer.json()
    return file(*await asyncio.to_thread(answer.file, kind), MEDIA[kind])


def file(name: str, body: bytes, media: str) -> web.Response:
    """A file that is made already."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    charset = "utf-8" if media.startswith("text/") else None
    return web.Response(body=body, content_type=media, charset=charset, headers=headers)
