"""Files that are sent as they are made."""

import asyncio
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import aclosing
from typing import Final

import structlog
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
PATIENCE: Final = 120.0
"""Seconds for a client to take a part, about a megabyte: it holds a connection to the database."""

_log = structlog.get_logger()


async def stream(
    call: Call,
    parts: AsyncGenerator[bytes],
    *,
    name: str,
    content_type: str,
    compressed: bool = True,
) -> web.StreamResponse:
    """Send a file part by part; nothing is sent if the first of it can't be made.

    What breaks off later ends without the mark of its end (a chunk of no bytes), and the client
    knows that it isn't whole.

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
        try:
            await response.prepare(call.request)  # making the first part may have lasted
            await _send(response, first)
            async for part in parts:
                await _send(response, part)
            await response.write_eof()
        except (ConnectionError, TimeoutError) as error:
            _log.info("rest.file", name=name, ended="the client took no more", error=repr(error))
            _cut(call.request)
        except asyncio.CancelledError:
            _cut(call.request)
            raise
        except Exception as error:
            _log.warning("rest.file", name=name, ended="broken off", error=repr(error))
            _cut(call.request)
            raise
    return response


async def _send(response: web.StreamResponse, part: bytes) -> None:
    async with asyncio.timeout(PATIENCE):
        await response.write(part)


def _cut(request: web.Request) -> None:
    """Hang up: what is sent can't be taken back, and nothing may follow it."""
    if request.transport is not None:
        request.transport.abort()


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
    return form or accepted(call, MEDIA, unsaid=unsaid)


def accepted(call: Call, media: Mapping[str, str], *, unsaid: str) -> str:
    """Which of some forms, each with its media type, the client would take most (RFC 9110)."""
    names = {kind: name for name, kind in media.items()}
    said = _liked(call.request.headers.get("Accept", ""))
    return next((names[kind] for kind in said if kind in names), unsaid)


def _liked(header: str) -> Iterator[str]:
    """The media types of an `Accept`, the most liked first, without those it refuses."""
    weighed = [
        (_weight(parameters), kind.strip())
        for kind, _, parameters in (each.partition(";") for each in header.lower().split(","))
    ]
    return (kind for weight, kind in sorted(weighed, key=lambda each: -each[0]) if weight > 0)


def _weight(parameters: str) -> float:
    """That of `;q=0.5`: 0.5; 1 where none is said, or none that can be read."""
    for each in parameters.split(";"):
        name, _, value = each.strip().partition("=")
        if name == "q":
            try:
                return float(value)
            except ValueError:
                break
    return 1.0


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
