"""What the outbox holds reaches people by mail: once, in threads, however a server behaves."""

from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from bot import unsubscribing
from bot.notify.envelope import Recipient, enveloped, message_id
from bot.notify.mail import NoMailChannel
from bot.notify.notifier import Notifier
from bot.render.mail import Page, compose
from bot.settings import Settings
from bot.smtp import Server, read_sender
from core.database import Database
from core.outbox.model import Delivery, DeliveryState, Destination, Message, Verb
from core.outbox.service import OutboxService
from core.subscriptions.model import Of, Reason
from sandbox.mail.office import Fault
from sandbox.mail.server import Config
from tests.support.mail import ADA, LOGIN, PNG, STOP, Mailbox, certificate, mailbox, mailing
from tests.support.outbox import put, told


@pytest.fixture
async def box() -> AsyncGenerator[Mailbox]:
    async with mailbox() as made:
        yield made


@pytest.fixture
def outbox(fresh_database: Database) -> OutboxService:
    return OutboxService(fresh_database)


def mail(key: str, *, to: str = ADA, **more: Any) -> Message:
    return told(key, to=to, channel="mail", **more)


async def deliver(database: Database, box: Mailbox, **options: Any) -> int:
    async with mailing(database, box.url, **options) as notifier:
        return await notifier.drain()


async def only(outbox: OutboxService) -> Delivery:
    (found,) = await outbox.listed()
    return found


async def test_a_reader_sees_its_words_its_picture_and_why(
    fresh_database: Database, box: Mailbox
) -> None:
    await put(fresh_database, mail("Checkout is over: Köln <b>"))
    await deliver(fresh_database, box)
    (caught,) = box.mails
    message = caught.message
    assert caught.recipients == (ADA,)
    assert (caught.sender, message["from"]) == ("cost@example.com", "Cloud Cost <cost@example.com>")
    assert message["to"] == ADA
    assert message["subject"] == "Checkout is over: Köln <b>"
    assert "Köln &lt;b&gt;" in caught.part("html")
    for said in ("Köln <b>", "Checkout used $1.", "because you asked", STOP):
        assert said in caught.part("plain")
    assert STOP in caught.part("html")
    (picture,) = [part for part in message.walk() if part.get_content_type() == "image/png"]
    assert picture.get_content() == PNG
    assert f'src="cid:{picture["content-id"].strip("<>")}"' in caught.part("html")
    assert 'alt="Checkout used $1."' in caught.part("html")


async def test_programs_can_unsubscribe_by_one_click_and_answer_nothing_by_themselves(
    fresh_database: Database, box: Mailbox
) -> None:
    await put(fresh_database, mail("a"))
    await deliver(fresh_database, box)
    message = box.mails[0].message
    assert message["list-unsubscribe"] == f"<{STOP}>"
    assert message["list-unsubscribe-post"] == "List-Unsubscribe=One-Click"
    assert message["auto-submitted"] == "auto-generated"


def test_long_headers_that_programs_read_are_sent_as_they_are() -> None:
    """Gmail and others take no encoded words where an address or a Message-ID is due."""
    sender = read_sender(f"cost@{'.'.join(['department'] * 8)}.example.com")
    settings = Settings(
        public_url="https://cost.finance.department.example.com",
        jwt_secrets=SecretStr("k1:" + "s" * 40),
    )
    reasons = [Reason(Of.SUBSCRIPTION, 9_000_000 + number) for number in range(100)]
    address = f"{'a' * 60}@{'.'.join(['b' * 60] * 3)}.com"
    stop = unsubscribing.address(settings, Destination("mail", address), reasons)
    page = Page("Büdget", "", (), "why", stop)
    first, second = (message_id(token, sender) for token in ("first", "second"))
    raw = enveloped(
        compose(page),
        sender=sender,
        to=Recipient.read(address),
        number=second,
        thread=first,
        now=datetime.now(UTC),
    )
    lines = raw.decode("ascii").split("\r\n")
    assert f"List-Unsubscribe: <{stop}>" in lines
    assert f"In-Reply-To: {first}" in lines
    assert f"References: {first}" in lines
    assert f"Message-ID: {second}" in lines
    assert max(map(len, lines)) <= 998


async def test_a_thread_s_mails_stay_together_and_updates_send_none(
    fresh_database: Database, box: Mailbox, outbox: OutboxService
) -> None:
    await put(
        fresh_database,
        mail("a"),
        mail("a2", verb=Verb.UPDATE, thread="a"),
        mail("a3", verb=Verb.REPLY, thread="a", subject="a"),
        mail("a4", verb=Verb.FILE, thread="a"),
    )
    await deliver(fresh_database, box)
    first, reply, file = (each.message for each in box.mails)
    assert (first["subject"], reply["subject"]) == ("a", "Re: a")
    assert reply["in-reply-to"] == file["references"] == first["message-id"]
    assert reply["message-id"] != first["message-id"]
    (attached,) = file.iter_attachments()
    assert (attached.get_filename(), attached.get_content_type()) == ("costs.csv", "text/csv")
    assert attached.get_content().split() == ["a,b", "1,2"]
    assert {each.state for each in await outbox.listed()} == {DeliveryState.DELIVERED}


@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA"])
async def test_not_now_is_tried_again_later_and_no_is_parked_with_the_reason(
    fresh_database: Database, box: Mailbox, outbox: OutboxService, step: Any
) -> None:
    box.office.faults = [Fault(step, "451 4.7.1 try again"), Fault(step, "550 5.1.1 no such user")]
    await put(fresh_database, mail("a"))
    await deliver(fresh_database, box)
    waiting = await only(outbox)
    assert (waiting.state, waiting.tries) == (DeliveryState.QUEUED, 1)
    assert waiting.reason == "the mail server puts it off: 451 4.7.1 try again"
    assert waiting.unanswered_since is None
    await outbox.retry(waiting.id)
    await deliver(fresh_database, box)
    parked = await only(outbox)
    assert parked.state is DeliveryState.PARKED
    assert parked.reason == "the mail server refuses it: 550 5.1.1 no such user"
    await outbox.retry(parked.id)
    await deliver(fresh_database, box)
    assert len(box.mails) == 1


@pytest.mark.parametrize("fault", [Fault("DATA", takes=True), Fault("DATA", "250", 9, takes=True)])
async def test_a_server_that_never_answered_gets_the_same_mail_again(
    fresh_database: Database, box: Mailbox, outbox: OutboxService, fault: Fault
) -> None:
    box.office.faults = [fault]
    await put(fresh_database, mail("a"))
    await deliver(fresh_database, box, patience=1)
    waiting = await only(outbox)
    assert waiting.unanswered_since is not None
    assert "didn't answer" in (waiting.reason or "")
    await outbox.retry(waiting.id)
    await deliver(fresh_database, box)
    first, second = box.mails
    assert first.message["message-id"] == second.message["message-id"]
    assert (await only(outbox)).state is DeliveryState.DELIVERED


async def test_a_server_that_hangs_up_before_the_mail_hasn_t_got_it(
    fresh_database: Database, box: Mailbox, outbox: OutboxService
) -> None:
    box.office.faults = [Fault("RCPT")]
    await put(fresh_database, mail("a"))
    await deliver(fresh_database, box)
    assert (await only(outbox)).unanswered_since is None
    assert (await only(outbox)).state is DeliveryState.QUEUED


async def test_a_server_that_is_down_is_waited_for(
    fresh_database: Database, outbox: OutboxService
) -> None:
    async with mailbox() as gone:
        pass
    await put(fresh_database, mail("a"))
    await deliver(fresh_database, gone)
    waiting = await only(outbox)
    assert (waiting.state, waiting.unanswered_since) == (DeliveryState.QUEUED, None)
    assert "can't be reached" in (waiting.reason or "")


@pytest.mark.parametrize("starttls", [True, False])
async def test_it_logs_in_over_tls(
    fresh_database: Database, tmp_path: Path, *, starttls: bool
) -> None:
    server, trust = certificate(tmp_path)
    async with mailbox(Config(tls=server, starttls=starttls, login=LOGIN)) as box:
        await put(fresh_database, mail("a"))
        await deliver(fresh_database, box, trust=trust)
        assert len(box.mails) == 1


async def test_a_server_whose_certificate_nobody_vouches_for_gets_nothing(
    fresh_database: Database, outbox: OutboxService, tmp_path: Path
) -> None:
    server, _ = certificate(tmp_path)
    async with mailbox(Config(tls=server, starttls=True)) as box:
        await put(fresh_database, mail("a"))
        await deliver(fresh_database, box)
        assert box.mails == []
    waiting = await only(outbox)
    assert "CERTIFICATE_VERIFY_FAILED" in (waiting.reason or "")
    assert waiting.state is DeliveryState.QUEUED


async def test_a_password_that_is_refused_is_told_without_it(
    fresh_database: Database, outbox: OutboxService, tmp_path: Path
) -> None:
    server, trust = certificate(tmp_path)
    async with mailbox(Config(tls=server, starttls=True, login=LOGIN)) as box:
        await put(fresh_database, mail("a"))
        url = box.url.replace("p%40ss", "other")
        async with mailing(fresh_database, url, trust=trust) as notifier:
            await notifier.drain()
        waiting = await only(outbox)
        assert waiting.state is DeliveryState.QUEUED
        assert (waiting.reason or "").startswith("the mail server refuses us: 535")
        assert "other" not in (waiting.reason or "")


async def test_without_starttls_nothing_is_said_where_it_is_required(
    fresh_database: Database, box: Mailbox, outbox: OutboxService
) -> None:
    await put(fresh_database, mail("a"))
    async with mailing(fresh_database, f"{box.url}?starttls=required") as notifier:
        await notifier.drain()
    assert box.mails == []
    assert "STARTTLS" in ((await only(outbox)).reason or "")


@pytest.mark.parametrize(
    "address",
    [
        "ada",
        "ada@",
        "@x.com",
        "a@x.com, b@x.com",
        "a@x.com\r\nBcc: b@x.com",
        "<a@x.com>",
        "a b@x.com",
    ],
)
async def test_what_is_no_single_address_is_parked(
    fresh_database: Database, box: Mailbox, outbox: OutboxService, address: str
) -> None:
    await put(fresh_database, mail("a", to=address))
    await deliver(fresh_database, box)
    assert box.mails == []
    assert "is no e-mail address" in ((await only(outbox)).reason or "")


async def test_a_subject_of_several_lines_adds_no_header(
    fresh_database: Database, box: Mailbox
) -> None:
    await put(fresh_database, mail("a", subject="over\r\nBcc: eve@example.com\r\n\r\nbody"))
    await deliver(fresh_database, box)
    (caught,) = box.mails
    assert caught.message["bcc"] is None
    assert caught.message["subject"] == "over Bcc: eve@example.com body"


async def test_addresses_of_every_alphabet_are_sent_where_the_server_takes_them(
    fresh_database: Database, box: Mailbox, outbox: OutboxService
) -> None:
    await put(fresh_database, mail("a", to="jörg@bücher.example"))
    await deliver(fresh_database, box)
    assert box.mails[0].recipients == ("jörg@xn--bcher-kva.example",)
    async with mailbox(Config(utf8=False)) as old:
        await put(fresh_database, mail("b", to="ada@bücher.example"))
        await put(fresh_database, mail("c", to="jörg@example.com"))
        await deliver(fresh_database, old)
        assert [each.recipients for each in old.mails] == [("ada@xn--bcher-kva.example",)]
    parked = (await outbox.listed(DeliveryState.PARKED))[0]
    assert "SMTPUTF8" in (parked.reason or "")


async def test_without_a_server_mail_is_parked_and_says_what_is_missing(
    fresh_database: Database, outbox: OutboxService, box: Mailbox
) -> None:
    await put(fresh_database, mail("a"))
    notifier = Notifier(outbox, {"mail": NoMailChannel()})
    await notifier.drain()
    parked = await only(outbox)
    assert parked.state is DeliveryState.PARKED
    assert "SMTP_URL and MAIL_FROM" in (parked.reason or "")
    await outbox.retry_parked()
    await deliver(fresh_database, box)
    assert len(box.mails) == 1


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("cost@example.com", "Cloud Cost <cost@example.com>"),
        ("FinOps <cost@example.com>", "FinOps <cost@example.com>"),
        ("cost@b\u00fccher.example", "Cloud Cost <cost@xn--bcher-kva.example>"),
    ],
)
def test_a_sender_is_an_address_with_a_name_or_without(said: str, read: str) -> None:
    assert str(read_sender(said)) == read


@pytest.mark.parametrize(
    ("url", "port", "tls", "starttls"),
    [
        ("smtp://mail.example.com", 587, False, True),
        ("smtps://mail.example.com", 465, True, False),
        ("smtp://localhost:25", 25, False, False),
        ("smtp://[::1]:25?starttls=required", 25, False, True),
        ("smtp://relay.example.com:25?starttls=never", 25, False, False),
    ],
)
def test_an_address_of_a_server_says_how_it_encrypts(
    url: str, port: int, *, tls: bool, starttls: bool
) -> None:
    server = Server.read(url)
    assert (server.port, server.tls, server.starttls) == (port, tls, starttls)


def test_a_login_is_decoded_and_never_shown() -> None:
    server = Server.read("smtp://cost%40example.com:p%40ss@mail.example.com")
    assert (server.user, server.password) == ("cost@example.com", "p@ss")
    assert "p@ss" not in repr(server)
