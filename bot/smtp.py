"""The server that takes our mail: what SMTP_URL says of it, and connections to it.

`smtp://user:password@host:587` begins plainly and goes on encrypted (STARTTLS), `smtps://…:465`
is encrypted from the first byte. STARTTLS is required unless the server is this machine, where
it isn't used; `?starttls=required` and `?starttls=never` say otherwise. No password ever crosses
a network unencrypted.
"""

import ssl
from dataclasses import dataclass, field
from email.headerregistry import Address
from email.policy import default
from ipaddress import ip_address
from typing import Final, Self
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from aiosmtplib import SMTP

PATIENCE: Final = 30.0
"""Seconds for a connection and for each answer."""

_PORTS: Final = {"smtp": 587, "smtps": 465}
_FORM: Final = "Write it as smtp://user:password@host:587 or smtps://user:password@host:465"
_NAME: Final = "Cloud Cost"


@dataclass(frozen=True, slots=True)
class Server:
    """A mail server. `tls`: from the first byte; `starttls`: before anything is said."""

    host: str
    port: int
    tls: bool
    starttls: bool
    user: str | None = None
    password: str | None = field(default=None, repr=False)

    @classmethod
    def read(cls, url: str) -> Self:
        """Read an SMTP_URL.

        Raises:
            ValueError: it can't be read, or a password would be sent unencrypted; it is not shown.
        """
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            raise ValueError(_FORM) from None
        if parts.scheme not in _PORTS or not parts.hostname or parts.path not in ("", "/"):
            raise ValueError(_FORM)
        tls = parts.scheme == "smtps"
        starttls = not tls and _starttls(parts)
        if parts.password and not (tls or starttls or _is_here(parts.hostname)):
            raise ValueError("The password would cross the network unencrypted: use STARTTLS")
        return cls(
            parts.hostname,
            port or _PORTS[parts.scheme],
            tls,
            starttls,
            unquote(parts.username) if parts.username else None,
            unquote(parts.password) if parts.password else None,
        )

    def client(self, *, patience: float = PATIENCE, trust: ssl.SSLContext | None = None) -> SMTP:
        """A connection to be opened: `connect` encrypts it and logs in.

        Args:
            patience: seconds for each answer.
            trust: whom to trust; None: whom this machine trusts (SSL_CERT_FILE says otherwise).
        """
        return SMTP(
            hostname=self.host,
            port=self.port,
            username=self.user,
            password=self.password,
            use_tls=self.tls,
            start_tls=self.starttls,
            tls_context=trust,
            timeout=patience,
        )


def read_sender(text: str) -> Address:
    """Read a MAIL_FROM: an address, with a name before it or without.

    Raises:
        ValueError: it is no address, or several.
    """
    try:
        found = default.header_factory("From", text)
        [address] = found.addresses
        domain = address.domain.encode("idna").decode()
    except (ValueError, IndexError):
        address, domain = None, ""
    if address is None or found.defects or not (address.username.isascii() and domain):
        raise ValueError("Write it as cost@example.com or Cloud Cost <cost@example.com>")
    return Address(address.display_name or _NAME, address.username, domain)


def _starttls(parts: SplitResult) -> bool:
    said = parse_qs(parts.query).get("starttls", [""])[-1]
    if said not in ("", "required", "never"):
        raise ValueError("starttls is required or never")
    return said == "required" or (not said and not _is_here(parts.hostname or ""))


def _is_here(host: str) -> bool:
    """Whether a host is this machine: what is said to it crosses no network."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
