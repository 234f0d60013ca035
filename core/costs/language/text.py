"""A text cut into tokens: words, quotes, what Slack makes of names and links, and signs."""

import re
import unicodedata
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from core.costs.language.errors import TooLongQuestionError, UnclosedQuoteError

LONGEST: Final = 40_000
_SHOWN: Final = 60
_QUOTES: Final = "\u201c\u201d\u201e\u201f\u00ab\u00bb\uff02"
_DASHES: Final = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212"
_PLAIN: Final = str.maketrans(
    {
        **dict.fromkeys(_QUOTES, '"'),
        **dict.fromkeys("\u2018\u2019\u201a\u201b\u2032", "'"),
        **dict.fromkeys(_DASHES, "-"),
        "\u2026": "..",
        "\u2260": "!=",
    }
)
_DOUBLED: Final = str.maketrans(dict.fromkeys(f'{_QUOTES}"', '""'))
_ENTITIES: Final = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))
_TOKEN: Final = re.compile(
    r"""
      (?P<space>\s+)
    | "(?P<quoted>(?:[^"]|"")*)"(?!")
    | (?<![^\s,=])'(?P<single>[^'"]*)'(?![^\s,.?!])
    | <(?P<slack>[^<>\s][^<>]*)>
    | (?P<op>!=|=!?)
    | (?P<comma>[,;])
    | (?P<word>[<>]|(?:[^\s",;=<>!]|!(?!=))+)
    """,
    re.VERBOSE,
)
_OPEN_RANGE: Final = re.compile(r"(?:^|\d)\.\.$")
_NOT_ALNUM: Final = re.compile(r"[\W_]+")


class Kind(Enum):
    """What a token is."""

    WORD = auto()
    QUOTED = auto()
    IS = auto()
    IS_NOT = auto()
    COMMA = auto()
    CHANNEL = auto()
    PERSON = auto()


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the text, which it stands in from `start` up to `end`.

    `text` is what is meant: without quotes, punctuation around it, or Slack's markup.
    `low` is that in lower case, `key` what names are compared by.
    """

    kind: Kind
    text: str
    start: int
    end: int
    low: str = ""
    key: str = ""


def apart(pattern: str, flags: int = re.IGNORECASE) -> re.Pattern[str]:
    """A pattern of what stands between spaces, commas or semicolons."""
    return re.compile(rf"(?<![^\s,;])(?:{pattern})(?![^\s,;])", flags)


def key(name: str) -> str:
    """What spellings of a name have in common: letters and digits in lower case, single spaces."""
    return _NOT_ALNUM.sub(" ", name.casefold()).strip()


def clean(text: str) -> str:
    """The text as a careful typist would have typed it: plain quotes, hyphens and spaces."""
    text = text.translate(_PLAIN)
    for entity, sign in _ENTITIES:
        text = text.replace(entity, sign)
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        " " if character.isspace() else character
        for character in text
        if unicodedata.category(character) not in ("Cf", "Cc") or character.isspace()
    )


def quote(text: str) -> str:
    """A piece of the text as messages show it."""
    short = " ".join(text.split())
    return repr(short if len(short) <= _SHOWN else f"{short[: _SHOWN - 1]}…")


def in_quotes(name: str) -> str:
    """A name as a quoted one; the quotes in it are doubled, curly ones too, as they are read."""
    return f'"{name.translate(_DOUBLED)}"'


def tokens(text: str) -> list[Token]:
    """Cut a clean text.

    Raises:
        TooLongQuestionError, UnclosedQuoteError: it can't be cut.
    """
    if len(text) > LONGEST:
        raise TooLongQuestionError(
            f"The question has {len(text):,} characters.", fix=f"At most {LONGEST:,} are read."
        )
    found = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise UnclosedQuoteError(
                f"The quote in {quote(text[at:])} isn't closed.",
                fix='Write it like service="Cloud SQL".',
                suggestions=(f'{text[:at]}"{text[at + 1 :].strip()}"', text.replace('"', " ")),
            )
        at = match.end()
        if match.lastgroup != "space" and (token := _token(match)):
            found.append(token)
    return found


def _token(match: re.Match[str]) -> Token | None:
    start, end = match.span()
    match match.lastgroup:
        case "quoted":
            return Token(Kind.QUOTED, match["quoted"].replace('""', '"'), start, end)
        case "single":
            return Token(Kind.QUOTED, match["single"], start, end)
        case "slack":
            return _slack(match["slack"], start, end)
        case "op":
            kind = Kind.IS if match["op"] == "=" else Kind.IS_NOT
            return Token(kind, match["op"], start, end)
        case "comma":
            return Token(Kind.COMMA, match["comma"], start, end)
    return _word(match["word"], start, end)


def _slack(inside: str, start: int, end: int) -> Token | None:
    """A channel, a person, or a word that Slack took for an address."""
    target, bar, name = inside.partition("|")
    if target.startswith("#"):
        return Token(Kind.CHANNEL, target[1:], start, end, name)
    if target.startswith(("@", "!")):
        return Token(Kind.PERSON, f"@{name.removeprefix('@') or target[1:]}", start, end)
    return _word(name if bar else target.removeprefix("mailto:"), start, end)


def _word(text: str, start: int, end: int) -> Token | None:
    shown = text.strip("'()[]{}*~`").rstrip("?!.:'()[]{}*~`") if len(text) > 1 else text
    if _OPEN_RANGE.search(text):
        shown += ".."
    shown = shown.removesuffix("'s") or shown
    return Token(Kind.WORD, shown, start, end, shown.lower(), key(shown)) if shown else None
