"""What a mail is made of, in plain values: no part knows how it looks."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from bot.render.blocks.tables import Table
from bot.render.enclosed import Picture
from bot.render.sentences import Mark

_ON: Final = "\x02"
_OFF: Final = "\x03"
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]+")
_STRONG: Final = re.compile(f"{_ON}([^{_OFF}]*){_OFF}")


class Tone(StrEnum):
    """What a figure means to its reader; its caption says so too."""

    PLAIN = "plain"
    GOOD = "good"
    WARNING = "warning"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Figure:
    """The one figure a mail is about, and below it what it is."""

    figure: str
    caption: str
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True, slots=True)
class Heading:
    """What the parts below it are about."""

    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Plain words, or those that `sentence` made."""

    text: str


@dataclass(frozen=True, slots=True)
class Notes:
    """Small print: a line each."""

    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Link:
    """An address and what is there."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Buttons:
    """Where to go from here, the first being what most readers want."""

    links: tuple[Link, ...]


type Part = Figure | Heading | Paragraph | Notes | Buttons | Table | Picture


@dataclass(frozen=True, slots=True)
class Page:
    """A mail before it is written.

    subject: what it is about. Mails of one thread stay together in every program where a reply
        has its first mail's subject; `reply` puts `Re: ` before it.
    preheader: what a list of mails shows beside the subject.
    why: one sentence on why its reader gets it.
    unsubscribe: where a reader can end that; None: there is no such address.
    """

    subject: str
    preheader: str
    parts: tuple[Part, ...]
    why: str
    unsubscribe: str | None = None
    reply: bool = False


def sentence(make: Callable[[Mark], str]) -> str:
    """A sentence whose names stand out; for a `Paragraph`, `Notes` or a `Figure`'s caption."""
    return make(lambda name: f"{_ON}{tame(name)}{_OFF}")


def strong(text: str, on: str, off: str) -> str:
    """Text with the names in it between two words."""
    return _STRONG.sub(lambda found: f"{on}{found[1]}{off}", text)


def tame(text: str) -> str:
    """Text on one line, without control characters."""
    return " ".join(_CONTROL.sub(" ", text).split())
