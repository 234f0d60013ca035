"""Files that are sent as they are made."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Final

from aiohttp import hdrs, web

from bot.rest.operations import Call

CSV: Final = "text/csv"


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


def wants_csv(call: Call, form: str | None) -> bool:
    """Whether CSV is asked for: by `format`, else by what is accepted."""
    if form is not None:
        return form == "csv"
    accepted = call.request.headers.get("Accept", "")
    return CSV in accepted and "application/json" not in accepted


def csv_file(name: str, body: bytes) -> web.Response:
    """A file that is made already."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return web.Response(body=body, content_type=CSV, charset="utf-8", headers=headers)
