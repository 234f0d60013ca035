"""The mail server: where it is, by SMTP_URL, and mails given to it."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from ipaddress import ip_address
from typing import Final, Self
from urllib.parse import unquote, urlsplit

import aiosmtplib
from pydantic import SecretStr

from bot.settings import Settings
from core.errors import ConfigurationError

_PORTS: Final = {"smtp": 587, "smtps": 465}
_PATIENCE_SECONDS: Final = 30.0


class MailSettingsError(ConfigurationError):
    """The settings of mail can't be used."""


@dataclass(frozen=True, slots=True)
class MailServer:
    """A mail server, and who mails come from.

    `encrypted`: from the first byte (smtps). A server that is asked with a password on another
    machine must offer STARTTLS; others may.
    """

    host: str
    port: int
    sender: str
    encrypted: bool = False
    user: str | None = None
    password: SecretStr | None = field(default=None, repr=False)

    @classmethod
    def of(cls, settings: Settings) -> Self | None:
        """The server that is set up; None: there is none.

        Raises:
            MailSettingsError: what is set can't be used. It never shows the address, which may
                hold a password.
        """
        if settings.smtp_url is None:
            return None
        if not settings.mail_from:
            raise MailSettingsError(
                "SMTP_URL is set, and MAIL_FROM isn't.", fix="Set MAIL_FROM, as costs@example.com."
            )
        try:
            url = urlsplit(settings.smtp_url.get_secret_value())
            port = url.port or _PORTS[url.scheme]
        except (ValueError, KeyError):
            url, port = urlsplit(""), 0
        if not url.hostname:
            raise MailSettingsError(
                "SMTP_URL is no address of a mail server.",
                fix="Write it as smtp://user:password@mail.example.com:587, or smtps://.",
            )
        return cls(
            host=url.hostname,
            port=port,
            sender=settings.mail_from,
            encrypted=url.scheme == "smtps",
            user=unquote(url.username) if url.username else None,
            password=SecretStr(unquote(url.password)) if url.password else None,
        )

    @property
    def domain(self) -> str:
        """Where mails come from, for the ids of messages."""
        return self.sender.rstrip("> ").rpartition("@")[2] or self.host

    @asynccontextmanager
    async def connected(self) -> AsyncGenerator[aiosmtplib.SMTP]:
        """A connection; logged in, where there is a password."""
        secret = self.password.get_secret_value() if self.password else None
        client = aiosmtplib.SMTP(
            hostname=self.host,
            port=self.port,
            username=self.user,
            password=secret,
            use_tls=self.encrypted,
            start_tls=self._start_tls(),
            timeout=_PATIENCE_SECONDS,
        )
        async with client:
            yield client

    async def send(self, message: EmailMessage) -> None:
        """Give it a mail.

        Raises:
            aiosmtplib.SMTPException, OSError, TimeoutError: it didn't take it.
        """
        async with self.connected() as client:
            await client.send_message(message)

    def _start_tls(self) -> bool | None:
        """Whether a plain connection must become an encrypted one; None: if it can."""
        if self.encrypted:
            return False
        return True if self.user and not self._is_here() else None

    def _is_here(self) -> bool:
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"
