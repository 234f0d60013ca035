"""A question's tokens, and what stands at each: a name, a value, a period, the head of a clause."""

import re
from collections.abc import Iterable
from datetime import date

from core.costs.language.errors import (
    ChannelWithoutProjectsError,
    LabelKeyError,
    UnknownNameError,
)
from core.costs.language.names import Ids, Index
from core.costs.language.text import Kind, Token, clean, key, quote, tokens
from core.costs.language.words import (
    BY,
    CUTS,
    DIMENSION_WORDS,
    FORECAST,
    FORMS,
    INVOICE,
    LABEL_WORDS,
    MEASURES,
    OVER,
    SPLIT,
    TOP,
    VERSUS,
    WEAK_MEASURES,
)
from core.costs.language.writer import value as written_value
from core.costs.model import PROJECT, Dimension
from core.named_period import STARTS, find

_IS = (Kind.IS, Kind.IS_NOT)
_LABEL = re.compile(rf"({'|'.join(sorted(LABEL_WORDS))})[:.](.*)", re.IGNORECASE | re.DOTALL)
_PERIOD_WORDS = 9
_MOST_TEXT = 2000
_STARTS = (
    BY | VERSUS | TOP | OVER | CUTS | FORMS.keys() | INVOICE | (MEASURES.keys() - WEAK_MEASURES)
)


class Scan:
    """Looks at the tokens of a text; places are numbers of tokens, and it never moves on."""

    def __init__(self, text: str, index: Index, today: date) -> None:
        self.text = clean(text)
        self.index = index
        self.today = today
        self.tokens = self._split(tokens(self.text))
        self.ahead = any(token.low == FORECAST for token in self.tokens)
        """Whether periods may be yet to come."""

    def _split(self, found: list[Token]) -> list[Token]:
        """Cut `top-5` and `service:ec2`, which are clauses, unless they are names or values."""
        pieces: list[Token] = []
        for token in found:
            value = bool(pieces) and pieces[-1].kind in (*_IS, Kind.COMMA)
            pieces += [token] if value or token.kind is not Kind.WORD else self._pieces(token)
        return pieces

    def _pieces(self, token: Token) -> list[Token]:
        head, colon, rest = token.text.partition(":")
        if colon and head.lower() in DIMENSION_WORDS:
            middle = token.start + len(head)
            sign = Token(Kind.IS, ":", middle, middle + 1)
            return [
                _part(token, head, 0),
                sign,
                *([_part(token, rest, len(head) + 1)] if rest else []),
            ]
        head, dash, rest = token.text.partition("-")
        if dash and rest and head.lower() in SPLIT and not self.index.bare(token.text, token.key):
            return [_part(token, head, 0), _part(token, rest, len(head) + 1)]
        return [token]

    def at(self, place: int) -> Token | None:
        """The token there, if there is one."""
        return self.tokens[place] if place < len(self.tokens) else None

    def word(self, place: int) -> str:
        """The word there, in lower case; empty if there is none."""
        token = self.at(place)
        return token.low if token is not None and token.kind is Kind.WORD else ""

    def is_comma(self, place: int) -> bool:
        """Whether a comma stands there."""
        token = self.at(place)
        return token is not None and token.kind is Kind.COMMA

    def is_sign(self, place: int) -> bool:
        """Whether an equals sign stands there, or a not-equals one."""
        token = self.at(place)
        return token is not None and token.kind in _IS

    def period(self, place: int) -> tuple[re.Match[str], int] | None:
        """The period that begins there, and the place after it."""
        first = self.word(place)
        if not (first[:1].isdigit() or first[:1] == "q" or first.partition("-")[0] in STARTS
                or first.partition("..")[0] in STARTS):  # fmt: skip
            return None
        run = self._run(place, _PERIOD_WORDS)
        match = find(" ".join(token.low for token in run))
        return (match, place + match.group().count(" ") + 1) if match else None

    def _run(self, place: int, most: int) -> list[Token]:
        """The words from there on that can belong together; signs among them don't count."""
        run: list[Token] = []
        while (
            most > 0 and self.word(place) and not (self.is_head(place) or self._quotes_key(place))
        ):
            token = self.tokens[place]
            run.append(token)
            most -= bool(token.key)
            place += 1
        return run

    def is_head(self, place: int) -> bool:
        """Whether `NAME=` begins there."""
        if not self.word(place):
            return False
        return self.is_sign(place + 1) or (self._quotes_key(place) and self.is_sign(place + 2))

    def _quotes_key(self, place: int) -> bool:
        """Whether `label:"KEY"` stands there."""
        token, key = self.at(place), self.at(place + 1)
        if token is None or key is None or token.low not in LABEL_WORDS:
            return False
        return (
            key.kind is Kind.QUOTED and key.start == token.end and self.text[key.start - 1] in ":."
        )

    def starts_clause(self, place: int) -> bool:
        """Whether a word there has a meaning that a name doesn't take from it."""
        return self.word(place) in _STARTS or self.period(place) is not None

    def name(self, place: int) -> tuple[Dimension, Ids, int] | None:
        """The longest name that begins there, of any dimension, and the place after it."""
        most = self.index.longest(self._first(place))
        run = self._run(place, most) if most else []
        for size in range(len(run), 0, -1):
            found = self.index.bare(*_joined(run[:size]))
            if found and not self._splits(place, size, None):
                return self._with_noun(found, run[:size], place + size)
        return None

    def _with_noun(
        self, found: tuple[Dimension, Ids], run: list[Token], end: int
    ) -> tuple[Dimension, Ids, int]:
        """`platform team`: the dimension said after a name chooses among its meanings."""
        noun = DIMENSION_WORDS.get(self.word(end))
        if noun is None or self.is_head(end):
            return (*found, end)
        ids = self.index.valued(noun, *_joined(run))
        return (noun, ids, end + 1) if ids else (*found, end)

    def value(self, place: int, dimension: Dimension) -> tuple[Ids, int] | None:
        """The longest name of a dimension that begins there, and the place after it."""
        token = self.at(place)
        if token is None:
            return None
        if token.kind is Kind.QUOTED:
            ids = self.index.valued(dimension, token.text, token.key)
            ids = ids or self._unquoted(dimension, token)
            return (ids, place + 1) if ids else None
        if token.kind is Kind.CHANNEL and dimension == PROJECT:
            return self.channel(token), place + 1
        run = self._run(place, max(self._most(place, dimension), 1))
        for size in range(len(run), 0, -1):
            ids = self.index.valued(dimension, *_joined(run[:size]))
            if ids and not self._splits(place, size, dimension):
                return ids, place + size
        return None

    def _unquoted(self, dimension: Dimension, token: Token) -> Ids:
        """What a quoted name is that is spelled otherwise."""
        word = [each for each in tokens(token.text.replace('"', " ")) if each.kind is Kind.WORD]
        return self.index.valued(dimension, *_joined(word)) if word else ()

    def _most(self, place: int, dimension: Dimension) -> int:
        first = self._first(place)
        most = self.index.longest(first, dimension)
        # An account's name stands for its project.
        return max(most, self.index.longest(first)) if dimension == PROJECT else most

    def _first(self, place: int) -> str:
        token = self.at(place)
        return token.key.partition(" ")[0] if token is not None else ""

    def _splits(self, place: int, size: int, dimension: Dimension | None) -> bool:
        """Whether a long name is rather a shorter one followed by a clause.

        With projects `web` and `web-2026`, the words `web 2026` are the first in 2026:
        else the canonical words of a question would depend on what else has a name.
        """
        return any(
            self.starts_clause(place + part) and self._is_known(place, part, dimension)
            for part in range(1, size)
        )

    def _is_known(self, place: int, size: int, dimension: Dimension | None) -> bool:
        name = _joined(self.tokens[place : place + size])
        if dimension is not None:
            return bool(self.index.valued(dimension, *name))
        period = self.period(place)
        is_clause = (size == 1 and self.word(place) in _STARTS) or (
            period is not None and period[1] == place + size
        )
        return is_clause or self.index.bare(*name) is not None

    def channel(self, token: Token) -> Ids:
        """The projects of a channel.

        Raises:
            ChannelWithoutProjectsError: it has none.
        """
        if slugs := self.index.channels.get(token.text):
            return slugs
        raise ChannelWithoutProjectsError(
            f"No project that you may see has the channel #{token.low or token.text}.",
            fix="Say the project itself, or give it that channel.",
            suggestions=self.instead(token, "all"),
        )

    def dimension(self, place: int) -> tuple[Dimension, int] | None:
        """The dimension that stands there, and the place after it.

        Raises:
            LabelKeyError, UnknownNameError: it is a label without a key, or of none known.
        """
        token = self.at(place)
        if token is None or token.kind is not Kind.WORD:
            return None
        if token.low in DIMENSION_WORDS:
            return DIMENSION_WORDS[token.low], place + 1
        if self._quotes_key(place):
            return self._label(self.tokens[place + 1].text, token, place + 1)
        if token.low in LABEL_WORDS:
            raise self._no_key(token)
        match = _LABEL.fullmatch(token.text)
        return self._label(match[2], token, place) if match else None

    def _label(self, said: str, token: Token, place: int) -> tuple[Dimension, int]:
        if found := self.index.label(said):
            return found, place + 1
        keys = self.index.label_keys()
        raise UnknownNameError(
            f"No label {quote(said)} is collected.",
            fix=f"There are {', '.join(keys[:10])}." if keys else "`sources.toml` lists labels.",
            suggestions=self.span(
                token, self.tokens[place], [f"label:{written_value(each)}" for each in keys[:3]]
            ),
        )

    def _no_key(self, token: Token) -> LabelKeyError:
        keys = [f"label:{written_value(each)}" for each in self.index.label_keys()[:3]]
        return LabelKeyError(
            f"{quote(token.text)} needs a key.",
            fix=f"Write it like {keys[0] if keys else 'label:team'}.",
            suggestions=self.instead(token, *keys),
        )

    def instead(self, token: Token, *replacements: str) -> tuple[str, ...]:
        """The question with something else in a token's place: whole texts, best first."""
        return self.span(token, token, replacements)

    def span(self, first: Token, last: Token, replacements: Iterable[str]) -> tuple[str, ...]:
        """Likewise, in the place of all from one token to another."""
        before, after = self.text[: first.start], self.text[last.end :]
        if len(before) + len(after) > _MOST_TEXT:
            before = after = ""
        return tuple(" ".join(f"{before}{each}{after}".split()) for each in replacements)


def _part(token: Token, text: str, offset: int) -> Token:
    start = token.start + offset
    return Token(Kind.WORD, text, start, start + len(text), text.lower(), key(text))


def _joined(run: list[Token]) -> tuple[str, str]:
    """Words as a name: as they are spelled, and its key."""
    return " ".join(token.text for token in run), " ".join(filter(None, (t.key for t in run)))
