"""The page of the local mail server: what came, as its reader sees it."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient, TestServer

from core.database import Database
from core.outbox.model import Verb
from sandbox.mail.office import Office
from sandbox.mail.page import build
from tests.support.mail import ADA, Mailbox, mailbox, mailing
from tests.support.outbox import put, told


@pytest.fixture
async def box(fresh_database: Database) -> AsyncGenerator[Mailbox]:
    """A mail server with two mails."""
    async with mailbox() as made:
        sent = [
            told("first", to=ADA, channel="mail"),
            told("file <b>", to=ADA, channel="mail", thread="first", verb=Verb.FILE),
        ]
        await put(fresh_database, *sent)
        async with mailing(fresh_database, made.url) as notifier:
            await notifier.drain()
        yield made


@pytest.fixture
async def page(box: Mailbox) -> AsyncGenerator[TestClient]:  # type: ignore[type-arg]
    """Its page."""
    async with TestClient(TestServer(build(box.office))) as client:
        yield client


async def test_it_lists_mails_the_newest_first(page: TestClient) -> None:  # type: ignore[type-arg]
    """For people, and for programs."""
    listed = await (await page.get("/mails")).json()
    assert [each["subject"] for each in listed] == ["file <b>", "first"]
    assert listed[0]["in-reply-to"] == listed[1]["message-id"]
    shown = await (await page.get("/")).text()
    assert "file &lt;b&gt;" in shown
    assert f"to {ADA}" in shown


async def test_it_shows_a_mail_with_its_picture_and_its_file(page: TestClient) -> None:  # type: ignore[type-arg]
    """All of it from here: a mail can fetch nothing."""
    html = await page.get("/mails/2/html")
    assert 'src="data:image/png;base64,' in await html.text()
    assert "default-src 'none'" in html.headers["Content-Security-Policy"]
    assert "costs.csv" in await (await page.get("/mails/2")).text()
    assert (await (await page.get("/mails/2/files/0")).read()).split() == [b"a,b", b"1,2"]
    assert b"Message-ID" in await (await page.get("/mails/2/source")).read()
    for gone in ("/mails/9", "/mails/2/files/1", "/mails/x"):
        assert (await page.get(gone)).status == 404


def test_mails_outlive_a_restart(tmp_path: Path) -> None:
    """Kept in a folder, numbered on."""
    Office(tmp_path).take("a@x.com", ("b@x.com",), b"Subject: a\r\n\r\nhello")
    again = Office(tmp_path)
    assert [each.message["subject"] for each in again.mails] == ["a"]
    assert again.take("a@x.com", ("b@x.com",), b"Subject: b\r\n\r\n").number == 2
