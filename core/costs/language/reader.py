"""The grammar of questions, and its parser.

    QUESTION = CLAUSE …, in any order
    CLAUSE   = WHAT | PERIOD | GROUPING | FILTER | MEASURE | 'invoice' | VERSUS | CUT
             | 'top' N | 'over' AMOUNT | 'in' CURRENCY | FORM | FILLER
    WHAT     = NAME | 'all' | 'unassigned' | '#'channel
    PERIOD   : see core/named_period.py
    GROUPING = 'by' (DIM | 'day' | 'week' | 'month') [(',' | 'and') …] | 'in total' | DIM, plural
    FILTER   = DIM ('=' | '!=') VALUE [(',' | 'or') VALUE …] | DIM NAME | NAME DIM
    DIM      = 'project' | 'team' | 'service' | 'sku' | 'resource' | 'region' | 'provider'
             | 'account' | 'category' | 'label:'KEY
    VALUE    = NAME | 'none' | '"' any text, " doubled '"' | any word, of a resource
    MEASURE  = 'cost' | 'net' | 'gross' | 'list' | 'measure=' any of them
    VERSUS   = 'vs' ('previous' | 'last-year' | PERIOD | project)
    CUT      = 'daily' | 'weekly' | 'monthly'
    FORM     = 'table' | 'chart' | 'csv' | 'xlsx' | 'json'

A NAME is the longest that is known from where it begins; case, hyphens and other signs don't
matter unless two names differ by nothing else. One that says no dimension is a project, an
account (which stands for its project), a service, a provider, a region, a category, a team,
a SKU, whichever is first. A word of the language comes before a name of one word, a longer
name before a word of the language; quoted, or as a value, it is a name in any case.

Values of one dimension are alternatives, different dimensions restrict each other. Left
unsaid are: whose costs (the channel's projects, else the asker's, else all), the period
(`mtd`; an invoice's is the present month), the grouping (by service; several projects: by
project) and the measure (cost; an invoice's is net). `daily` cuts the lines that there are,
`by day` asks for days alone.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from core.costs.language import comparing, errors, filtering, grouping, limits, words
from core.costs.language.cursor import Cursor
from core.costs.language.names import index_of
from core.costs.language.said import Said
from core.costs.language.scan import Scan
from core.costs.language.text import Kind, Token, quote
from core.costs.model import (
    PROJECT,
    Asker,
    Basis,
    CostQuery,
    Dimension,
    Granularity,
    Measure,
    Versus,
    Vocabulary,
)
from core.errors import CostTrackerError
from core.period import (
    FuturePeriodError,
    Period,
    PeriodError,
    check,
    is_whole_months,
    to_calendar,
    whole_months,
)

type _Name = tuple[Dimension, Sequence[str], int]

_NOBODY: Final = Asker()
_LISTED: Final = frozenset({"the", "me", "all", "my", "our", "costs"})
_CLAUSES: Final[dict[str, Callable[[Cursor], bool]]] = {
    **dict.fromkeys(words.BY, grouping.by),
    **dict.fromkeys(words.VERSUS, comparing.versus),
    **dict.fromkeys(words.OVER, limits.over),
    **dict.fromkeys(words.TOP, limits.top),
    **dict.fromkeys(words.IN, limits.in_),
}


@dataclass(frozen=True, slots=True)
class Reading:
    """What was found in a text; `problem` is the first thing that couldn't be read.

    `text` is the text in plain quotes, hyphens and spaces, `verbs` the sub-commands in it.
    """

    text: str
    said: Said = field(default_factory=Said)
    verbs: Sequence[Token] = ()
    problem: CostTrackerError | None = None

    def without(self, token: Token) -> str:
        """The text but for one token."""
        return " ".join(f"{self.text[: token.start]} {self.text[token.end :]}".split())


def parse_cost_query(
    text: str, *, today: date, names: Vocabulary, asker: Asker = _NOBODY
) -> CostQuery:
    """Read a question about costs.

    Args:
        text: what somebody wrote, without the command; empty asks for everything's `mtd`.
        today: the present day, which periods are relative to.
        names: what the asker may mention.
        asker: what is meant where the text says no project.

    Raises:
        QuestionError, PeriodError: it can't be read; `suggestions` are whole questions.
        UnknownNameError, ChannelWithoutProjectsError: it names something that there isn't.
    """
    reading = read(text, today=today, names=names)
    if reading.problem is not None:
        raise reading.problem
    if reading.verbs:
        raise _not_here(reading)
    query = reading.said.query(today, asker)
    check(query.period, today)
    return query


def _not_here(reading: Reading) -> errors.CommandInQuestionError:
    verb = reading.verbs[0]
    return errors.CommandInQuestionError(
        f"{quote(verb.text)} is a command of its own, and no part of a question about costs.",
        fix=f"Leave it out; if it is a project's name, write project={verb.low}.",
        suggestions=[reading.without(verb)],
    )


def read(text: str, *, today: date, names: Vocabulary) -> Reading:
    """Read all of a text that can be read, and find the sub-commands in it."""
    try:
        scan = Scan(text, index_of(names), today)
    except CostTrackerError as error:
        return Reading(text, problem=error)
    return _Reader(Cursor(scan)).read()


class _Reader:
    """Tells what each word begins; every clause moves the cursor on by one at least."""

    def __init__(self, cursor: Cursor) -> None:
        self._cursor = cursor
        self._scan = cursor.scan
        self._said = cursor.said
        self._verbs: list[Token] = []

    def read(self) -> Reading:
        """Read it all; after the first problem only to find sub-commands."""
        cursor = self._cursor
        while cursor.place < len(self._scan.tokens):
            start = cursor.place
            try:
                self._clause(self._scan.tokens[start])
            except CostTrackerError as error:
                cursor.problem = cursor.problem or error
                cursor.place = max(cursor.place, start + 1)
        problem = cursor.problem or self._no_invoice()
        return Reading(self._scan.text, self._said, self._verbs, problem)

    def _clause(self, token: Token) -> None:
        match token.kind:
            case Kind.WORD:
                self._word(token)
            case Kind.QUOTED:
                self._quoted(token)
            case Kind.CHANNEL:
                self._said.keep(PROJECT, self._scan.channel(token), negated=False)
                self._cursor.place += 1
            case Kind.COMMA:
                self._cursor.place += 1
            case Kind.PERSON:
                raise errors.PersonError(
                    f"{quote(token.text)} is a person, and costs are of projects.",
                    fix="Say the project, the team or the channel.",
                    suggestions=self._scan.instead(token, ""),
                )
            case Kind.IS | Kind.IS_NOT:
                raise errors.StrayEqualsError(
                    f"Nothing that can be filtered by stands before {quote(token.text)}.",
                    fix="Write it like service=BigQuery.",
                )

    def _word(self, token: Token) -> None:
        if filtering.read(self._cursor, token):
            return
        clause = _CLAUSES.get(token.low)
        if clause is not None and clause(self._cursor):
            return
        start = self._cursor.place
        period, name = self._scan.period(start), self._scan.name(start)
        if name and name[2] > (period[1] if period else start + 1):
            self._named(name)
        elif period:
            self._period(name)
        elif not (self._meaning(token.low) or self._verb(token) or grouping.noun(self._cursor)):
            self._other(token, name)

    def _other(self, token: Token, name: _Name | None) -> None:
        if token.low in words.FILLER | words.AND or not token.key:
            self._cursor.place += 1
        elif name:
            self._named(name)
        else:
            raise self._cursor.unknown()

    def _named(self, name: _Name) -> None:
        dimension, ids, self._cursor.place = name
        self._said.keep(dimension, ids, negated=False)

    def _quoted(self, token: Token) -> None:
        start = self._cursor.place
        self._cursor.place += 1
        found = self._cursor.index.bare(token.text, token.key)
        if found is None:
            raise self._cursor.no_such(None, start, start + 1)
        self._said.keep(*found, negated=False)

    def _period(self, name: _Name | None) -> None:
        """A period; a name that looks like one (`2048`) where there are no such days."""
        start = self._cursor.place
        try:
            period, end = self._cursor.resolved(start)
        except PeriodError as error:
            if name is None:
                raise self._instead(error, start) from error
            self._named(name)
        else:
            self._cursor.put("period", period, end, errors.TwoPeriodsError)

    def _instead(self, error: PeriodError, start: int) -> PeriodError:
        """The same, with what can be asked where the days are yet to come."""
        if not isinstance(error, FuturePeriodError):
            return error
        if any(each.low == words.REPORT for each in self._verbs):
            return self._reported(error, start)
        if self._verbs:
            return error
        ahead = f"{words.FORECAST} {self._scan.text}"
        suggestions = [ahead, *error.suggestions]
        return FuturePeriodError(error.message, fix=error.fix, suggestions=suggestions)

    def _reported(self, error: FuturePeriodError, start: int) -> FuturePeriodError:
        """The same of a report: it is of a week or a month, and of no other days."""
        last = "last-month" if self._said.granularity is Granularity.MONTHLY else "last-week"
        return FuturePeriodError(
            error.message,
            fix="Ask for a week or month that has begun, like 'last-week' or 'last-month'.",
            suggestions=[self._cursor.instead(start, self._cursor.place, last)],
        )

    def _meaning(self, low: str) -> bool:
        """A word that says one thing by itself."""
        cursor, end = self._cursor, self._cursor.place + 1
        if low in words.WEAK_MEASURES or self._asks_to_list(low):
            cursor.place = end
        elif low in words.MEASURES:
            cursor.put("measure", words.MEASURES[low], end, errors.TwoMeasuresError)
        elif low in words.GRANULARITIES:
            grouping.cut(cursor, low, end)
        elif low in words.FORMS:
            cursor.put("form", words.FORMS[low], end, errors.TwoFormsError)
        elif low in words.INVOICE:
            self._said.basis, cursor.place = Basis.INVOICE, end
        elif low in words.LAST_YEAR:
            cursor.put("versus", Versus("last-year"), end, errors.TwoComparisonsError)
        else:
            return self._whose(low)
        return True

    def _whose(self, low: str) -> bool:
        if low in words.ALL:
            self._said.everything = True
        elif low in words.UNASSIGNED:
            self._said.keep(PROJECT, [None], negated=False)
        else:
            return False
        self._cursor.place += 1
        return True

    def _asks_to_list(self, low: str) -> bool:
        """`list the costs of …` asks for no list prices."""
        return low == Measure.LIST and self._scan.word(self._cursor.place + 1) in _LISTED

    def _verb(self, token: Token) -> bool:
        if token.low not in words.VERBS or not self._is_command(token.low):
            return False
        self._verbs.append(token)
        self._cursor.place += 1
        return True

    def _is_command(self, low: str) -> bool:
        """`project` and `projects` are also what a question is about."""
        start = self._cursor.place
        if low == "projects" and self._said == Said():
            return start == 0 or not self._scan.name(start + 1)
        return start == 0 or low not in ("project", "projects")

    def _no_invoice(self) -> errors.WholeMonthsError | None:
        """Why there can't be an invoice, if one is asked for."""
        if self._said.basis is not Basis.INVOICE:
            return None
        versus = self._said.versus
        periods = {"period": self._said.period, "versus": versus.period if versus else None}
        return next(
            (
                self._not_whole(slot, period)
                for slot, period in periods.items()
                if period is not None and not is_whole_months(to_calendar(period))
            ),
            None,
        )

    def _not_whole(self, slot: str, period: Period) -> errors.WholeMonthsError:
        nearest = str(whole_months(period))
        instead = f"vs {nearest}" if slot == "versus" else nearest
        return errors.WholeMonthsError(
            f"An invoice is of whole months, and {str(period)!r} is not.",
            fix=f"Ask for {nearest}, or leave 'invoice' out.",
            suggestions=[self._cursor.instead(*self._cursor.spans[slot], instead)],
        )
