"""Files that are sent as they are made: whole, or visibly not; and in the form that is wanted."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from structlog.testing import capture_logs

from bot import exporting
from bot.render import xlsx
from bot.rest import exports, streams
from bot.rest.operations import Call
from core.errors import UnavailableError
from tests.support.product import Product

PATH = "/v1/export/costs?period=last-7d&format=csv"


def writing(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    """Have every file break off in its middle."""

    async def broken(*_: Any, **__: Any) -> AsyncGenerator[bytes]:
        yield b"date,project\n"
        yield b"2026-11-01,checkout\n" * 1000
        raise error

    monkeypatch.setattr(exporting, "written", broken)


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
@pytest.mark.parametrize("error", [UnavailableError("gone"), RuntimeError("a bug")])
async def test_a_file_that_breaks_off_does_not_look_whole(
    product: Product, monkeypatch: pytest.MonkeyPatch, error: Exception, encoding: str
) -> None:
    writing(monkeypatch, error)
    reader, writer = await asyncio.open_connection("127.0.0.1", int(product.url.split(":")[2]))
    head = (
        f"GET {PATH} HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: {encoding}\r\n"
        f"Authorization: Bearer {await product.token()}\r\n\r\n"
    )
    writer.write(head.encode())
    async with asyncio.timeout(60):
        content = await reader.read()  # until the server hangs up
    writer.close()
    assert content.startswith(b"HTTP/1.1 200 OK")
    assert content.count(b"HTTP/1.1") == 1
    assert not content.endswith(b"0\r\n\r\n")


@pytest.mark.parametrize(
    ("accepted", "kind"),
    [
        ("text/csv, application/json;q=0.5", "text/csv"),
        ("application/json;q=0.5, text/csv;q=0.9", "text/csv"),
        ("text/csv;q=0.1, application/json", "application/json"),
        ("text/csv;q=0, */*", "application/json"),
        (f"text/html, {xlsx.TYPE};q=0.8, */*;q=0.1", xlsx.TYPE),
        ("TEXT/CSV", "text/csv"),
        ("*/*", "application/json"),
        ("text/csv;q=much", "text/csv"),
    ],
)
async def test_the_form_is_the_one_that_is_accepted_most(
    product: Product, accepted: str, kind: str
) -> None:
    reply = await product.call(
        "GET", "/v1/costs/summary?period=last-7d", headers={"Accept": accepted}
    )
    assert reply.content_type == kind


@pytest.fixture
def ended(monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """Have every file be endless; set when nobody makes it any more."""
    event = asyncio.Event()

    async def endless(*_: Any, **__: Any) -> AsyncGenerator[bytes]:
        try:
            while True:
                yield b"2026-11-01,checkout\n" * 100_000
        finally:
            event.set()

    monkeypatch.setattr(exporting, "written", endless)
    return event


async def test_a_client_that_hangs_up_ends_the_file(product: Product, ended: asyncio.Event) -> None:
    headers = {"Authorization": f"Bearer {await product.token()}", "Accept-Encoding": "identity"}
    with capture_logs() as logs:
        async with product.session.get(product.url + PATH, headers=headers) as reply:
            await reply.content.readany()
        async with asyncio.timeout(60):
            await ended.wait()
    assert [each for each in logs if each["log_level"] != "info"] == []


async def test_a_client_that_hangs_up_before_it_begins_is_no_fault_of_ours(
    product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A workbook's first part takes a while."""
    ended = asyncio.Event()

    async def late(call: Call, *_: object) -> web.StreamResponse:
        async def parts() -> AsyncGenerator[bytes]:
            assert call.request.transport is not None
            call.request.transport.abort()
            yield b"2026-11-01,checkout\n"

        try:
            return await streams.stream(call, parts(), name="costs.csv", content_type=streams.CSV)
        finally:
            ended.set()

    monkeypatch.setattr(exports, "charges_file", late)
    with capture_logs() as logs:
        with pytest.raises(aiohttp.ClientError):
            await product.call("GET", PATH)
        async with asyncio.timeout(60):
            await ended.wait()
    assert {(each["log_level"], each["event"]) for each in logs} == {("info", "rest.file")}


async def test_a_client_that_takes_nothing_is_cut_off(
    product: Product, monkeypatch: pytest.MonkeyPatch, ended: asyncio.Event
) -> None:
    """Or a few of them would hold all connections to the database."""
    monkeypatch.setattr(streams, "PATIENCE", 0.2)
    headers = {"Authorization": f"Bearer {await product.token()}", "Accept-Encoding": "identity"}
    async with product.session.get(product.url + PATH, headers=headers) as reply:
        async with asyncio.timeout(60):
            await ended.wait()
        with pytest.raises(aiohttp.ClientError):
            await reply.read()
