"""E-mail as a channel of delivery.

A mail's Message-ID is made from the token of its delivery: where the server never answered, it
is sent again under the same, and programs show it once. What changes a message that is in a
channel already sends no mail; replies go to the thread of the first.
"""

import asyncio
import ssl
from contextlib import suppress
from datetime import timedelta
from email.headerregistry import Address
from typing import Final

from aiosmtplib import SMTP, SMTPConnectError, SMTPException, SMTPResponseException

from bot.notify.channel import Keep, Write, unwritten
from bot.notify.envelope import MailAddressError, Recipient, enveloped, message_id
from bot.render.mail import Mail
from bot.smtp import PATIENCE, Server
from core.clock import Clock
from core.outbox.model import (
    Deferred,
    Delivered,
    Delivery,
    Outcome,
    Parked,
    Receipt,
    Verb,
    failure,
)

PACE: Final = timedelta(seconds=1)
"""Between two mails to one address."""

_FOR_GOOD: Final = 500
_LONGEST_REASON: Final = 300
_TAKING_IT: Final = 4
"""How many times longer than others the answer to a whole mail may take: it is scanned first."""
_MEND: Final = {
    530: "the server wants a login: set it in SMTP_URL",
    552: "the mail is too large for it",
}


class MailChannel:
    """Delivers by one mail server; a connection for each mail."""

    def __init__(
        self,
        server: Server,
        sender: Address,
        write: Write[Mail],
        clock: Clock,
        *,
        pace: timedelta = PACE,
        patience: float = PATIENCE,
        trust: ssl.SSLContext | None = None,
    ) -> None:
        """Deliver mails that `write` renders, from one sender; seconds of patience per answer."""
        self._server = server
        self._sender = sender
        self._write = write
        self._clock = clock
        self._pace = pace
        self._patience = patience
        self._trust = trust

    async def deliver(self, delivery: Delivery, keep: Keep) -> Outcome:  # noqa: ARG002 - as all do
        """Try once; what became of it."""
        if delivery.message.verb is Verb.UPDATE:
            return Delivered(delivery.begun)
        number = message_id(delivery.token, self._sender)
        try:
            to = Recipient.read(delivery.message.to.address)
            # Files take a while to encode; the event loop doesn't wait for them.
            content = await asyncio.to_thread(
                enveloped,
                await self._write(delivery),
                sender=self._sender,
                to=to,
                number=number,
                thread=delivery.begun.id if delivery.begun else None,
                now=self._clock(),
            )
        except MailAddressError as error:
            return Parked(error.message)
        except Exception as error:  # noqa: BLE001 - of whatever kind
            return unwritten(delivery, error)
        refused = await self._send(delivery, to, content)
        return refused or Delivered(Receipt(to.spec, number), self._pace)

    async def _send(self, delivery: Delivery, to: Recipient, content: bytes) -> Outcome | None:
        """Send a mail; None: the server has it."""
        smtp = self._server.client(patience=self._patience, trust=self._trust)
        try:
            try:
                await smtp.connect()
                if smtp.is_ehlo_or_helo_needed:
                    await smtp.ehlo()
            except (SMTPException, OSError) as error:
                return _unreachable(delivery, error)
            if to.utf8 and not smtp.supports_extension("smtputf8"):
                words = "the mail server takes no addresses with such letters (SMTPUTF8)"
                return Parked(f"{to.spec}: {words}")
            return await self._hand_over(smtp, delivery, to, content)
        finally:
            smtp.close()

    async def _hand_over(
        self, smtp: SMTP, delivery: Delivery, to: Recipient, content: bytes
    ) -> Outcome | None:
        certain = delivery.unanswered_since is None
        coded = "utf-8" if to.utf8 else "ascii"
        options = ["SMTPUTF8", "BODY=8BITMIME"] if to.utf8 else []
        try:
            await smtp.mail(_spec(self._sender), options=options, encoding=coded)
            await smtp.rcpt(to.spec, encoding=coded)
            certain = False
            await smtp.data(content, timeout=self._patience * _TAKING_IT)
        except SMTPResponseException as error:
            return _refused(delivery, error)
        except (SMTPException, OSError) as error:
            reason = f"the mail server didn't answer: {_said(error)}"
            return failure(delivery, reason, answered=certain)
        with suppress(SMTPException, OSError):
            await smtp.quit(timeout=1)
        return None


class NoMailChannel:
    """Stands where mail isn't set up: what is for it isn't lost, and says what is missing."""

    async def deliver(self, delivery: Delivery, keep: Keep) -> Outcome:  # noqa: ARG002 - as all do
        """Park it; what would send no mail is done."""
        if delivery.message.verb is Verb.UPDATE:
            return Delivered(delivery.begun)
        return Parked("e-mail isn't set up: SMTP_URL and MAIL_FROM; see docs/email.md")


def _spec(address: Address) -> str:
    return f"{address.username}@{address.domain}"


def _unreachable(delivery: Delivery, error: Exception) -> Deferred | Parked:
    """Nothing was said of this mail: the network, the certificate or the login is at fault."""
    answered = isinstance(error, SMTPResponseException) and not isinstance(error, SMTPConnectError)
    what = "refuses us" if answered else "can't be reached"
    reason = f"the mail server {what}: {_said(error)}"
    return failure(delivery, reason, answered=delivery.unanswered_since is None)


def _refused(delivery: Delivery, error: SMTPResponseException) -> Deferred | Parked:
    """What follows when the server says no: for now (4xx), or for good (5xx)."""
    if error.code < _FOR_GOOD:
        # An answer to this try; of an earlier one nobody knows.
        certain = delivery.unanswered_since is None
        return failure(delivery, f"the mail server puts it off: {_said(error)}", answered=certain)
    mend = _MEND.get(error.code)
    return Parked(f"the mail server refuses it: {_said(error)}{f'; {mend}' if mend else ''}")


def _said(error: Exception) -> str:
    """What a server answered, on one line, or what happened instead."""
    words = " ".join(str(getattr(error, "message", error)).split())[:_LONGEST_REASON]
    told = f"{getattr(error, 'code', '')} {words}".strip()
    if told.endswith(":") and error.__cause__ is not None:
        told = f"{told} {type(error.__cause__).__name__}"
    return told or type(error).__name__
