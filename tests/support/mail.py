"""A real mail server in this process, and delivery of the outbox to it."""

import ipaddress
import ssl
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final
from urllib.parse import quote

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from bot.notify.mail import MailChannel
from bot.notify.notifier import Notifier
from bot.render import mail
from bot.render.enclosed import Attachment, Picture
from bot.render.mail import Mail, Page, Paragraph
from bot.smtp import Server, read_sender
from core.database import Database
from core.outbox.model import Delivery, Verb
from core.outbox.service import OutboxService
from sandbox.mail.office import Caught, Office
from sandbox.mail.server import Config, serving

ADA: Final = "ada@example.com"
SENDER: Final = "Cloud Cost <cost@example.com>"
LOGIN: Final = ("cost", "p@ss/word")
STOP: Final = "https://cost.example.com/unsubscribe/abc"
PNG: Final = b"\x89PNG\r\n\x1a\n-a-picture-"


async def plainly(delivery: Delivery) -> Mail:
    """Write what a message says, with a picture; a file where its verb is one."""
    said = delivery.message.values["text"]
    file = Attachment("costs.csv", "Costs", b"a,b\r\n1,2\r\n")
    page = Page(
        subject=delivery.message.values.get("subject", said),
        preheader=said,
        parts=(Paragraph(said), Picture("burn", "Checkout used $1.", PNG)),
        why="You get this because you asked.",
        unsubscribe=STOP,
        reply=delivery.message.verb is Verb.REPLY,
    )
    return mail.compose(page, (file,) if delivery.message.verb is Verb.FILE else ())


class Mailbox:
    """A mail server that runs, and what it took."""

    def __init__(self, office: Office, config: Config) -> None:
        """Know where it is."""
        self.office = office
        self.config = config

    @property
    def url(self) -> str:
        """Its SMTP_URL."""
        encrypted = self.config.tls is not None and not self.config.starttls
        login = ":".join(quote(each, safe="") for each in self.config.login or ())
        query = "?starttls=required" if self.config.starttls else ""
        scheme = "smtps" if encrypted else "smtp"
        where = f"{self.config.host}:{self.config.port}"
        return f"{scheme}://{login and login + '@'}{where}{query}"

    @property
    def mails(self) -> list[Caught]:
        """What it took, in order."""
        return list(self.office.mails)


@asynccontextmanager
async def mailbox(config: Config | None = None) -> AsyncGenerator[Mailbox]:
    """A mail server until the block ends."""
    office = Office()
    async with serving(office, config or Config()) as port:
        yield Mailbox(office, replace(config or Config(), port=port))


@asynccontextmanager
async def mailing(
    database: Database,
    url: str,
    *,
    patience: float = 60,
    lease: float = 60,
    trust: ssl.SSLContext | None = None,
) -> AsyncGenerator[Notifier]:
    """A worker that delivers mail to a server; seconds for an answer."""
    channel = MailChannel(
        Server.read(url),
        read_sender(SENDER),
        plainly,
        lambda: datetime.now(UTC),
        pace=timedelta(),
        patience=patience,
        trust=trust,
    )
    outbox = OutboxService(database, lease=timedelta(seconds=lease))
    notifier = Notifier(outbox, {"mail": channel}, look_every=timedelta(seconds=0.05))
    try:
        yield notifier
    finally:
        await notifier.close()


def certificate(folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A certificate of 127.0.0.1 for a server, and what a client needs to trust it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    here = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(here, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.KeyUsage(
                digital_signature=True,
                content_commitment=False,
                key_encipherment=False,
                data_encipherment=False,
                key_agreement=False,
                key_cert_sign=True,
                crl_sign=True,
                encipher_only=False,
                decipher_only=False,
            ),
            critical=True,
        )
        .sign(key, hashes.SHA256())
    )
    public, private = folder / "mail.crt", folder / "mail.key"
    public.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server.load_cert_chain(public, private)
    return server, ssl.create_default_context(cafile=str(public))
