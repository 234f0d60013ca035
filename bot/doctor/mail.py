"""E-mail: whether the server can be reached, encrypts, takes our login; whether links lead back."""

from typing import Final

from aiosmtplib import SMTPAuthenticationError, SMTPException

from bot.doctor.case import Case, Tell
from bot.smtp import Server, read_sender
from core.findings import failure, ok, warning

_PART: Final = "e-mail"
_SECONDS: Final = 10.0
_SEE: Final = "See docs/email.md."


async def mail(case: Case, tell: Tell) -> None:
    """The server of SMTP_URL, asked for nothing; no mail is sent."""
    settings = case.settings
    if settings.smtp_url is None and settings.mail_from is None:
        told = "SMTP_URL is not set: nothing goes by mail, and what is to is parked"
        tell(warning(_PART, "", told, _SEE))
        return
    if settings.smtp_url is None or settings.mail_from is None:
        missing = "SMTP_URL" if settings.smtp_url is None else "MAIL_FROM"
        told = f"{missing} is not set, so nothing goes by mail"
        tell(failure(_PART, "", told, f"Set it as well. {_SEE}"))
        return
    server = Server.read(settings.smtp_url.get_secret_value())
    await _server(server, tell)
    sender = read_sender(settings.mail_from)
    tell(ok(_PART, "sender", f"mails come from {sender}"))
    if settings.public_url is None:
        told = "PUBLIC_URL is not set, so mails have no link to unsubscribe"
        tell(warning(_PART, "unsubscribe", told, "Set it to an address that readers can open."))


async def _server(server: Server, tell: Tell) -> None:
    where = f"{server.host}:{server.port}"
    smtp = server.client(patience=_SECONDS)
    try:
        await smtp.connect()
        await smtp.noop()
    except SMTPAuthenticationError as error:
        told = f"{where} refuses the login of SMTP_URL ({error.code})"
        fix = "Set its user and password, percent-encoded where they have signs."
        tell(failure(_PART, "server", told, fix))
    except (SMTPException, OSError) as error:
        told = f"{where} can't be used: {error}"
        tell(failure(_PART, "server", told, f"Check the address, port and firewall. {_SEE}"))
    else:
        encrypted = smtp.get_transport_info("sslcontext") is not None
        how = "encrypted" if encrypted else "not encrypted"
        tell(ok(_PART, "server", f"{where} answers, {how}{', logged in' if server.user else ''}"))
    finally:
        smtp.close()
