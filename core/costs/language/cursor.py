"""Where the parser is in a question, what it has found, and how it says what it can't read."""

from typing import Any, Final

from core.costs.language import words
from core.costs.language.errors import NotOfferedError, SaidTwiceError, UnknownNameError
from core.costs.language.names import Index
from core.costs.language.said import Said
from core.costs.language.scan import Scan
from core.costs.language.text import Kind, in_quotes, quote
from core.costs.language.writer import is_bare, value
from core.costs.model import Dimension
from core.errors import CostTrackerError
from core.named_period import UnknownPeriodError, resolve
from core.period import Period, PeriodError

_LONGEST_NAME: Final = 5


class Cursor:
    """Goes through the tokens once; `place` is the number of the next one to read.

    A clause that fails moves the place past what it failed on before it raises, so that the
    rest can be read for sub-commands. `problem` is the first failure.
    """

    def __init__(self, scan: Scan) -> None:
        self.scan = scan
        self.place = 0
        self.said = Said()
        self.spans: dict[str, tuple[int, int]] = {}
        self.problem: CostTrackerError | None = None

    @property
    def index(self) -> Index:
        """The names that can be mentioned."""
        return self.scan.index

    def put(self, slot: str, meaning: Any, end: int, error: type[SaidTwiceError]) -> None:
        """Keep what is said, and where; refuse if something else was said before."""
        start, self.place = self.place, end
        before = getattr(self.said, slot)
        if before not in (None, meaning):
            raise self._twice(slot, (start, end), error)
        setattr(self.said, slot, meaning)
        self.spans[slot] = (start, end)

    def _twice(
        self, slot: str, second: tuple[int, int], error: type[SaidTwiceError]
    ) -> SaidTwiceError:
        spans = (self.spans[slot], second)
        first_said, second_said = (self.raw(*span) for span in spans)
        return error(
            f"{error.__doc__} This one says both {quote(first_said)} and {quote(second_said)}.",
            fix="Leave one out.",
            suggestions=[self.instead(*span, "") for span in reversed(spans)],
        )

    def raw(self, start: int, end: int) -> str:
        """The text from one place up to another."""
        tokens = self.scan.tokens
        return self.scan.text[tokens[start].start : tokens[end - 1].end]

    def instead(self, start: int, end: int, replacement: str) -> str:
        """The whole question with something else from one place up to another."""
        tokens = self.scan.tokens
        return self.scan.span(tokens[start], tokens[end - 1], [replacement])[0]

    def resolved(self, place: int) -> tuple[Period, int]:
        """The period that begins at a place, and the place after it.

        Raises:
            PeriodError: there are no such days; suggests whole questions.
        """
        found = self.scan.period(place)
        if found is None:
            raise UnknownPeriodError
        match, end = found
        try:
            return resolve(match, self.scan.today, ahead=self.scan.ahead), end
        except PeriodError as error:
            self.place = end
            whole = [self.instead(place, end, each) for each in error.suggestions]
            raise type(error)(error.message, fix=error.fix, suggestions=whole) from error

    def unknown(self) -> UnknownNameError | NotOfferedError:
        """The error for what begins here."""
        start = self.place
        if (nearest := words.NOT_OFFERED.get(self.scan.word(start))) is not None:
            self.place += 1
            return NotOfferedError(
                f"There is no {quote(self.raw(start, start + 1))}.",
                fix=f"Did you mean {nearest!r}?",
                suggestions=[self.instead(start, start + 1, nearest)],
            )
        self.place = self.end_of_unknown(start)
        return self.no_such(None, start, self.place)

    def end_of_unknown(self, place: int, *, value: bool = False) -> int:
        """The place after words that mean nothing together either; names may, within a value."""
        end = place + 1
        if self.scan.tokens[place].kind is Kind.WORD:
            while end < place + _LONGEST_NAME and self._is_unknown(end, value=value):
                end += 1
        return end

    def _is_unknown(self, place: int, *, value: bool) -> bool:
        low = self.scan.word(place)
        return bool(low) and not (
            low in words.RESERVED
            or self.scan.is_head(place)
            or self.scan.starts_clause(place)
            or (not value and self.scan.name(place))
        )

    def no_such(self, dimension: Dimension | None, start: int, end: int) -> UnknownNameError:
        """The error for a name, from one place up to another, that isn't known."""
        token = self.scan.tokens[start]
        said = token.text if end == start + 1 else self.raw(start, end)
        what = f"{dimension}" if dimension else "project, account or service"
        if self.problem is not None:
            return UnknownNameError(f"There is no {what} {quote(said)}.")
        near = self.index.nearest(said, dimension)
        if not near and end > start + 1:
            near, end = self.index.nearest(token.text, dimension), start + 1
        shown = " or ".join(repr(each) for each in near)
        return UnknownNameError(
            f"There is no {what} {quote(said)}.",
            fix=f"Did you mean {shown}?" if near else _help(dimension),
            suggestions=[
                self.instead(start, end, value(each) if dimension else bare(each)) for each in near
            ],
        )


def _help(dimension: Dimension | None) -> str:
    if dimension is None:
        return "'projects' lists those that you may see, and 'help' shows what can be asked."
    return f"'by {dimension}' shows those that there are."


def bare(name: str) -> str:
    """A name, or a word of the language, as it stands in a question by itself."""
    if is_bare(name) or name in words.SUGGESTED:
        return name
    return in_quotes(name)
