"""The mail server: SMTP by aiosmtpd, in this event loop, into an `Office`."""

import asyncio
import ssl
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from sandbox.mail.office import Office, Step

_TAKEN: Final = "250 OK"
LARGEST: Final = 25_000_000


@dataclass(frozen=True, slots=True)
class Config:
    """How the server behaves; port 0: any free one.

    tls: with this certificate, from the first byte or, `starttls`, on demand. login: a user and
    a password that everybody must give. utf8: whether it takes addresses beyond ASCII.
    """

    host: str = "127.0.0.1"
    port: int = 0
    tls: ssl.SSLContext | None = None
    starttls: bool = False
    login: tuple[str, str] | None = None
    utf8: bool = True


class _Handler:
    """What aiosmtpd asks at each step."""

    def __init__(self, office: Office, *, known_only: bool) -> None:
        self._office = office
        self._known_only = known_only

    async def handle_MAIL(  # noqa: N802 - the library's names
        self, server: SMTP, session: Session, envelope: Envelope, sender: str, options: list[str]
    ) -> str:
        if self._known_only and not session.authenticated:
            return "530 5.7.0 log in first"
        envelope.mail_from = sender
        envelope.mail_options.extend(options)
        return await self._answer("MAIL", server)

    async def handle_RCPT(  # noqa: N802 - as above
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        envelope.rcpt_tos.append(address)
        return await self._answer("RCPT", server)

    async def handle_DATA(  # noqa: N802 - as above
        self, server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        return await self._answer("DATA", server, envelope)

    async def _answer(self, step: Step, server: SMTP, envelope: Envelope | None = None) -> str:
        fault = self._office.fault(step)
        if envelope is not None and (fault is None or fault.takes):
            content = envelope.original_content or b""
            self._office.take(envelope.mail_from or "", tuple(envelope.rcpt_tos), content)
        if fault is None:
            return _TAKEN
        await asyncio.sleep(fault.seconds)
        if not fault.answer:
            _hang_up(server)
        return fault.answer or _TAKEN


def _hang_up(server: SMTP) -> None:
    transport = server.transport
    if isinstance(transport, asyncio.Transport):
        transport.abort()


def _by(config: Config) -> Any:
    def known(_server: SMTP, _session: Session, _envelope: Envelope, _how: str, said: Any) -> Any:
        user, password = config.login or ("", "")
        given = LoginPassword(user.encode(), password.encode())
        return AuthResult(success=said == given, handled=False)

    return known


@asynccontextmanager
async def serving(office: Office, config: Config) -> AsyncGenerator[int]:
    """A mail server until the block ends; its port."""
    loop = asyncio.get_running_loop()

    def connection() -> SMTP:
        return SMTP(
            _Handler(office, known_only=config.login is not None),
            loop=loop,
            hostname="mail.sandbox",
            data_size_limit=LARGEST,
            enable_SMTPUTF8=config.utf8,
            tls_context=config.tls if config.starttls else None,
            require_starttls=config.starttls,
            authenticator=_by(config) if config.login else None,
            auth_require_tls=config.starttls,
        )

    implicit = None if config.starttls else config.tls
    server = await loop.create_server(connection, config.host, config.port, ssl=implicit)
    try:
        yield int(server.sockets[0].getsockname()[1])
    finally:
        server.close()
        server.close_clients()
        await server.wait_closed()
