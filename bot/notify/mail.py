"""Mail as a channel of delivery: a thread is mails that answer the first; nothing is changed.

A mail's id is its delivery's token: tried again after a server that never answered, it is the
same mail, which mail programs show once.
"""

from collections.abc import Callable
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP as POLICY
from email.utils import format_datetime
from mimetypes import guess_type
from typing import Final

import aiosmtplib

from bot.notify.channel import Keep, Write
from bot.render.mail import Mail
from bot.smtp import MailServer
from core.outbox.model import Delivered, Delivery, Outcome, Parked, Receipt, Verb, failure

MAIL: Final = "mail"
_FOREVER: Final = 500


class MailChannel:
    """Delivers by one mail server."""

    def __init__(
        self, server: MailServer, write: Write[Mail], *, clock: Callable[[], datetime]
    ) -> None:
        """Deliver what `write` writes."""
        self._server = server
        self._write = write
        self._clock = clock

    async def deliver(self, delivery: Delivery, keep: Keep) -> Outcome:  # noqa: ARG002 - as all do
        """Try once. What began a thread can't be changed any more: that says nothing anew."""
        if delivery.message.verb is Verb.UPDATE:
            return Delivered(delivery.begun)
        try:
            mail = await self._write(delivery)
            message = self._message(mail, delivery)
        except Exception as error:  # noqa: BLE001 - of whatever kind: it would be so each time
            return Parked(f"can't be written: {type(error).__name__}: {error}")
        return await self._send(message, delivery)

    async def _send(self, message: EmailMessage, delivery: Delivery) -> Outcome:
        certain = delivery.unanswered_since is None
        try:
            await self._server.send(message)
        except aiosmtplib.SMTPAuthenticationError as error:
            return Parked(
                f"the mail server refuses the user or password of SMTP_URL ({error.code})"
            )
        except aiosmtplib.SMTPRecipientsRefused as error:
            return _refused(delivery, error.recipients[0])
        except aiosmtplib.SMTPResponseException as error:
            return _refused(delivery, error)
        except (aiosmtplib.SMTPConnectError, OSError) as error:
            reason = f"the mail server can't be reached ({type(error).__name__})"
            return failure(delivery, reason, answered=certain)
        except (aiosmtplib.SMTPException, TimeoutError) as error:
            reason = f"the mail server didn't answer ({type(error).__name__})"
            return failure(delivery, reason, answered=False)
        return Delivered(Receipt(delivery.message.to.address, str(message["Message-ID"])))

    def _message(self, mail: Mail, delivery: Delivery) -> EmailMessage:
        message = EmailMessage(policy=POLICY)
        message["From"] = self._server.sender
        message["To"] = delivery.message.to.address
        message["Subject"] = mail.subject
        message["Date"] = format_datetime(self._clock())
        message["Message-ID"] = f"<{delivery.token}@{self._server.domain}>"
        message["Auto-Submitted"] = "auto-generated"
        if delivery.begun is not None:
            message["In-Reply-To"] = message["References"] = delivery.begun.id
        if mail.unsubscribe is not None:
            message["List-Unsubscribe"] = f"<{mail.unsubscribe}>"
            message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        _fill(message, mail)
        return message


def _fill(message: EmailMessage, mail: Mail) -> None:
    """Put a mail's text, HTML, pictures and files in."""
    message.set_content(mail.text)
    message.add_alternative(mail.html, subtype="html")
    html = message.get_payload()[1]
    for each in mail.pictures:
        if each.png is not None:
            name = f"{each.name}.png"
            html.add_related(
                each.png, "image", "png", cid=f"<{each.name}>", filename=name, disposition="inline"
            )
    for file in mail.attachments:
        kind, _ = guess_type(file.name)
        main, _, sub = (kind or "application/octet-stream").partition("/")
        message.add_attachment(file.content, main, sub, filename=file.name)


def _refused(delivery: Delivery, error: aiosmtplib.SMTPResponseException) -> Outcome:
    """The server said no: for now, or for good."""
    reason = f"the mail server says {error.code}: {error.message[:300]}"
    if error.code < _FOREVER:
        return failure(delivery, reason, answered=True)
    return Parked(reason)
