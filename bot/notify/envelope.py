"""A mail as it goes over the wire: its headers, its text beside its HTML, its pictures in it."""

import mimetypes
import re
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address, BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8, Policy
from email.utils import format_datetime
from typing import Final

from bot.render.enclosed import Attachment
from bot.render.mail import Mail
from core.errors import InvalidError

_UNFIT: Final = re.compile(r"[\x00-\x20\x7f\x80-\x9f()<>\[\]:;@\\,\"]")
_TYPES: Final = {
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".csv": "text/csv",
}
_VERBATIM: Final = ("List-Unsubscribe", "In-Reply-To", "References")


class MailAddressError(InvalidError):
    """That is no e-mail address."""


class _Verbatim(UnstructuredHeader, BaseHeader):
    """A header that is one long word, left as it is.

    The library would encode (RFC 2047) what doesn't fit into 78 letters; programs take neither
    an address of one click (RFC 8058) nor a Message-ID from that. A line may have 998.
    """

    def fold(self, *, policy: Policy) -> str:
        """It on a line."""
        return f"{self.name}: {self}{policy.linesep}"


def _headers() -> HeaderRegistry:
    made = HeaderRegistry()
    for name in _VERBATIM:
        made.map_to_type(name, _Verbatim)
    return made


@dataclass(frozen=True, slots=True)
class Recipient:
    """One address. Its domain is ASCII by IDNA; `utf8`: what is before the @ isn't."""

    name: str
    domain: str

    @classmethod
    def read(cls, address: str) -> "Recipient":
        """Read exactly one address, without a name.

        Raises:
            MailAddressError: it is none, or more than one.
        """
        name, _, domain = address.rpartition("@")
        try:
            ascii_domain = domain.encode("idna").decode()
        except UnicodeError:
            ascii_domain = ""
        if not name or not ascii_domain or _UNFIT.search(name) or _UNFIT.search(ascii_domain):
            raise MailAddressError(f"{address!r} is no e-mail address.")
        return cls(name, ascii_domain)

    @property
    def spec(self) -> str:
        """The address itself."""
        return f"{self.name}@{self.domain}"

    @property
    def utf8(self) -> bool:
        """Whether only servers with SMTPUTF8 (RFC 6531) can take it."""
        return not self.name.isascii()


def message_id(token: str, sender: Address) -> str:
    """What a mail is called: the same at every try, so that programs show a repeated one once."""
    return f"<{token}@{sender.domain}>"


def enveloped(
    mail: Mail, *, sender: Address, to: Recipient, number: str, thread: str | None, now: datetime
) -> bytes:
    """A mail, ready to be sent.

    Args:
        mail: what it says.
        sender: whom it is from.
        to: whom it is to.
        number: its Message-ID.
        thread: the Message-ID of the thread's first mail; None: it begins one.
        now: when it is sent.

    Raises:
        ValueError: a header would have a line of its own.
    """
    policy = (SMTPUTF8 if to.utf8 else SMTP).clone(cte_type="7bit", header_factory=_headers())
    message = EmailMessage(policy)
    message["From"] = sender
    message["To"] = Address(username=to.name, domain=to.domain)
    message["Subject"] = mail.subject
    message["Date"] = format_datetime(now)
    message["Message-ID"] = number
    if thread is not None and thread != number:
        message["In-Reply-To"] = thread
        message["References"] = thread
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    if mail.unsubscribe is not None:
        message["List-Unsubscribe"] = f"<{mail.unsubscribe}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    _fill(message, mail, number)
    return message.as_bytes()


def _fill(message: EmailMessage, mail: Mail, number: str) -> None:
    message.set_content(mail.text)
    html, shown = mail.html, []
    for picture in mail.pictures:
        name = f"{picture.name}.{number.strip('<>')}"
        html = html.replace(f'src="cid:{picture.name}"', f'src="cid:{name}"')
        shown.append((picture, name))
    message.add_alternative(html, subtype="html")
    page = message.get_payload(1)
    assert isinstance(page, EmailMessage)  # noqa: S101 - just added
    for picture, name in shown:
        page.add_related(
            picture.png,
            "image",
            "png",
            cid=f"<{name}>",
            disposition="inline",
            filename=f"{picture.name}.png",
        )
    for each in mail.attachments:
        _attach(message, each)


def _attach(message: EmailMessage, file: Attachment) -> None:
    end = f".{file.name.rpartition('.')[2]}".lower()
    kind = _TYPES.get(end) or mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    main, _, sub = kind.partition("/")
    message.add_attachment(file.content, main, sub, filename=file.name)
