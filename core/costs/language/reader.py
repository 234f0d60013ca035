"""The grammar of questions, and its parser.

    QUESTION = CLAUSE …, in any order
    CLAUSE   = WHAT | PERIOD | GROUPING | FILTER | MEASURE | 'invoice' | VERSUS | CUT
             | 'top' N | 'over' AMOUNT | 'in' CURRENCY | FORM | FILLER
    WHAT     = NAME | 'all' | 'unassigned' | '#'channel
    PERIOD   : see core/named_period.py
    GROUPING = 'by' (DIM | 'day' | 'week' | 'month') [(',' | 'and') …] | 'in total' | DIM, plural
    FILTER   = DIM ('=' | '!=') VALUE [(',' | 'or') VALUE …] | DIM NAME | NAME DIM
    DIM      = 'project' | 'team' | 'service' | 'sku' | 'region' | 'provider' | 'account'
             | 'category' | 'label:'KEY
    VALUE    = NAME | 'none' | '"' any text, " doubled '"'
    MEASURE  = 'cost' | 'net' | 'gross' | 'list' | 'measure=' any of them
    VERSUS   = 'vs' ('previous' | 'last-year' | PERIOD | project)
    CUT      = 'daily' | 'weekly' | 'monthly'
    FORM     = 'table' | 'chart' | 'csv'

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
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from re import compile as pattern
from typing import Any, Final

from babel.numbers import list_currencies

from core.costs.language import errors, words
from core.costs.language.names import Index, grams, index_of, nearest
from core.costs.language.said import Said
from core.costs.language.scan import Scan
from core.costs.language.text import Kind, Token, quote
from core.costs.language.writer import is_bare, value
from core.costs.model import (
    DIMENSIONS,
    PROJECT,
    Asker,
    Basis,
    CostQuery,
    Dimension,
    Measure,
    Versus,
    Vocabulary,
)
from core.errors import CostTrackerError
from core.named_period import resolve
from core.period import Period, PeriodError

MOST_DIMENSIONS: Final = 3
MOST_LINES: Final = 1000

_AMOUNT: Final = pattern(r"([$€£])?(\d{1,15}(?:\.\d{1,9})?)([kmb])?([a-z]{3})?")
_THOUSANDS: Final = pattern(r"\d{3}(?:\.\d{1,9})?[kmb]?")
_SIZES: Final = {"k": 3, "m": 6, "b": 9}
_CURRENCY: Final = pattern(r"[a-z]{3}")


def parse_cost_query(
    text: str, *, today: date, names: Vocabulary, asker: Asker = Asker()
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
        said = quote(reading.verbs[0].text)
        raise errors.CommandInQuestionError(
            f"{said} is a command of its own, and this is a place for questions about costs.",
            fix=f"Leave it out, or, if it is a name, write it with what it is: project={value(reading.verbs[0].low)}.",
        )
    return reading.query(asker)


@dataclass(frozen=True, slots=True)
class Reading:
    """What was found in a text; `problem` is the first thing that couldn't be read."""

    text: str
    today: date
    said: Said
    verbs: Sequence[Token] = ()
    problem: CostTrackerError | None = None

    def query(self, asker: Asker) -> CostQuery:
        """The question, for somebody.

        Raises:
            WholeMonthsError: an invoice is asked for, of something else.
        """
        try:
            return self.said.query(self.today, asker)
        except errors.WholeMonthsError as error:
            said = str(self.said.period or "")
            whole = [
                self.text.replace(said, each) for each in error.suggestions if said in self.text
            ]
            raise errors.WholeMonthsError(
                error.message, fix=error.fix, suggestions=whole or error.suggestions
            ) from error


def read(text: str, *, today: date, names: Vocabulary) -> Reading:
    """Read all of a text that can be read, and the sub-commands in it."""
    try:
        reader = _Reader(Scan(text, index_of(names), today))
    except CostTrackerError as error:
        return Reading(text, today, Said(), problem=error)
    return reader.read()


class _Reader:
    """Goes through the tokens once; every clause moves it on by one at least."""

    def __init__(self, scan: Scan) -> None:
        self._scan = scan
        self._place = 0
        self._said = Said()
        self._spans: dict[str, tuple[int, int]] = {}
        self._verbs: list[Token] = []
        self._problem: CostTrackerError | None = None
        self._clauses: dict[str, Callable[[], bool]] = {
            **dict.fromkeys(words.BY, self._by),
            **dict.fromkeys(words.VERSUS, self._versus),
            **dict.fromkeys(words.OVER, self._over),
            **dict.fromkeys(words.TOP, self._top),
            **dict.fromkeys(words.IN, self._in),
        }

    @property
    def _index(self) -> Index:
        return self._scan.index

    def read(self) -> Reading:
        """Read it all; after the first problem only to find sub-commands."""
        while self._place < len(self._scan.tokens):
            start = self._place
            try:
                self._clause(self._scan.tokens[start])
            except CostTrackerError as error:
                self._problem = self._problem or error
                self._place = max(self._place, start + 1)
        scan = self._scan
        return Reading(scan.text, scan.today, self._said, self._verbs, self._problem)

    def _clause(self, token: Token) -> None:
        match token.kind:
            case Kind.WORD:
                self._word(token)
            case Kind.QUOTED:
                self._quoted(token)
            case Kind.CHANNEL:
                self._place += 1
                self._said.keep(PROJECT, self._scan.channel(token), negated=False)
            case Kind.COMMA:
                self._place += 1
            case Kind.PERSON:
                raise errors.PersonError(
                    f"{quote(token.text)} is a person, and costs are of projects.",
                    fix="Say the project, the team or the channel.",
                )
            case _:
                raise errors.StrayEqualsError(
                    f"Nothing stands before the {token.text!r}.",
                    fix="Write what to filter by, like service=BigQuery.",
                )

    def _word(self, token: Token) -> None:
        if self._filter(token):
            return
        clause = self._clauses.get(token.low)
        if clause is not None and clause():
            return
        period = self._scan.period(self._place)
        name = self._scan.name(self._place)
        length = name[2] - self._place if name else 0
        if name and length > (period[1] - self._place if period else 1):
            self._named(name)
        elif period:
            self._period(token, name)
        elif not (self._meaning(token) or self._verb(token) or self._noun(token)):
            self._other(token, name)

    def _other(self, token: Token, name: tuple[Dimension, Sequence[str], int] | None) -> None:
        if token.low in words.FILLER | words.AND or not token.key:
            self._place += 1
        elif name:
            self._named(name)
        else:
            raise self._unknown()

    def _named(self, name: tuple[Dimension, Sequence[str], int]) -> None:
        dimension, ids, self._place = name
        self._said.keep(dimension, ids, negated=False)

    def _quoted(self, token: Token) -> None:
        if found := self._index.bare(token.text, token.key):
            self._named((*found, self._place + 1))
            return
        self._place += 1
        raise self._no_such(None, self._place - 1, self._place)

    # One of a kind

    def _put(self, slot: str, meaning: Any, end: int, error: type[errors.SaidTwiceError]) -> None:
        """Keep what is said, and where; refuse if something else was said before."""
        start, self._place = self._place, end
        before = getattr(self._said, slot)
        if before not in (None, meaning):
            raise self._twice(slot, (start, end), error)
        setattr(self._said, slot, meaning)
        self._spans[slot] = (start, end)

    def _twice(
        self, slot: str, second: tuple[int, int], error: type[errors.SaidTwiceError]
    ) -> errors.SaidTwiceError:
        spans = (self._spans[slot], second)
        first_said, second_said = (self._raw(*span) for span in spans)
        return error(
            f"{error.__doc__} This one says both {quote(first_said)} and {quote(second_said)}.",
            fix="Leave one out.",
            suggestions=[self._instead(*span, "") for span in reversed(spans)],
        )

    def _raw(self, start: int, end: int) -> str:
        tokens = self._scan.tokens
        return self._scan.text[tokens[start].start : tokens[end - 1].end]

    def _instead(self, start: int, end: int, replacement: str) -> str:
        tokens = self._scan.tokens
        return self._scan.span(tokens[start], tokens[end - 1], [replacement])[0]

    def _period(self, token: Token, name: tuple[Dimension, Sequence[str], int] | None) -> None:
        try:
            period, end = self._resolved(self._place)
        except PeriodError:
            if name is None:
                raise
            self._named(name)
            return
        if token.low in words.CUTS:
            return
        self._put("period", period, end, errors.TwoPeriodsError)

    def _resolved(self, place: int) -> tuple[Period, int]:
        """The period that begins there; there is one."""
        found = self._scan.period(place)
        if found is None:
            raise errors.MissingValueError
        match, end = found
        try:
            return resolve(match, self._scan.today), end
        except PeriodError as error:
            self._place = end
            whole = [self._instead(place, end, each) for each in error.suggestions]
            raise type(error)(error.message, fix=error.fix, suggestions=whole) from error

    def _meaning(self, token: Token) -> bool:
        """A word that says one thing by itself."""
        low, end = token.low, self._place + 1
        if low in words.MEASURES:
            if low in words.WEAK_MEASURES or self._is_verb_list(low):
                self._place = end
            else:
                self._put("measure", words.MEASURES[low], end, errors.TwoMeasuresError)
        elif low in words.CUTS:
            self._cut(low, end)
        elif low in words.FORMS:
            self._put("form", words.FORMS[low], end, errors.TwoFormsError)
        elif low in words.INVOICE:
            self._said.basis, self._place = Basis.INVOICE, end
        elif low in words.LAST_YEAR:
            self._put("versus", Versus("last-year"), end, errors.TwoComparisonsError)
        elif low in words.ALL:
            self._said.everything, self._place = True, end
        elif low in words.UNASSIGNED:
            self._place = end
            self._said.keep(PROJECT, [None], negated=False)
        else:
            return False
        return True

    def _is_verb_list(self, low: str) -> bool:
        """`list the costs of …` asks for no list prices."""
        return low == Measure.LIST and self._scan.word(self._place + 1) in words.words(
            "the me all my our costs"
        )

    def _cut(self, low: str, end: int) -> None:
        self._put("granularity", words.GRANULARITIES[low], end, errors.TwoGranularitiesError)

    def _verb(self, token: Token) -> bool:
        if token.low not in words.VERBS or not self._is_command(token.low):
            return False
        self._verbs.append(token)
        self._place += 1
        return True

    def _is_command(self, low: str) -> bool:
        """`project` and `projects` are also what a question is about."""
        first = self._place == 0
        if low == "project":
            return first
        if low == "projects":
            return first or (self._said == Said() and not self._scan.name(self._place + 1))
        return True

    # Grouping and filtering

    def _noun(self, token: Token) -> bool:
        """A dimension by itself: before a value it filters (`team data`), else it groups."""
        found = self._scan.dimension(self._place)
        if found is None:
            return False
        dimension, end = found
        valued = None if self._scan.starts_clause(end) else self._scan.value(end, dimension)
        if valued is None:
            self._place = end
            self._group(dimension)
        else:
            ids, self._place = valued
            self._said.keep(dimension, ids, negated=False)
        return True

    def _filter(self, token: Token) -> bool:
        if not self._scan.is_head(self._place):
            return False
        if token.low == words.MEASURE:
            return self._named_measure(token)
        found = self._scan.dimension(self._place) or self._label(token)
        if found is None:
            raise self._unknown_dimension(self._place, "Costs can't be filtered by")
        dimension, place = found
        sign = self._scan.at(place)
        if sign is None or sign.kind not in (Kind.IS, Kind.IS_NOT):
            return False
        self._place = place + 1
        values = self._values(dimension, sign)
        self._said.keep(dimension, values, negated=sign.kind is Kind.IS_NOT)
        return True

    def _label(self, token: Token) -> tuple[Dimension, int] | None:
        """A label's key said alone: `env=prod`."""
        found = self._index.label(token.text)
        return (found, self._place + 1) if found else None

    def _named_measure(self, token: Token) -> bool:
        low, place = self._scan.word(self._place + 2), self._place
        if low not in words.MEASURES:
            self._place += 2
            raise errors.MissingValueError(
                f"{quote(token.text)} needs cost, net, gross or list.",
                fix="Write it like measure=net.",
                suggestions=[
                    self._instead(place, min(place + 3, len(self._scan.tokens)), f"measure={each}")
                    for each in Measure
                ],
            )
        self._put("measure", words.MEASURES[low], place + 3, errors.TwoMeasuresError)
        return True

    def _values(self, dimension: Dimension, sign: Token) -> list[str | None]:
        values: list[str | None] = []
        while True:
            values += self._value(dimension, sign)
            after = self._place + 1
            joined = self._scan.is_comma(self._place) or (
                self._scan.word(self._place) in words.words("or and")
                and self._scan.value(after, dimension) is not None
            )
            ends = self._scan.at(after) is None or self._scan.is_head(after)
            if (
                not joined
                or ends
                or (self._scan.value(after, dimension) is None and self._is_clause(after))
            ):
                return values
            self._place = after

    def _is_clause(self, place: int) -> bool:
        return self._scan.starts_clause(place) and self._scan.word(place) not in words.NONE

    def _value(self, dimension: Dimension, sign: Token) -> Sequence[str | None]:
        token = self._scan.at(self._place)
        if token is None or token.kind in (Kind.COMMA, Kind.IS, Kind.IS_NOT):
            raise self._no_value(dimension, sign)
        if token.kind is Kind.WORD and token.low in words.NONE:
            self._place += 1
            return [None]
        if found := self._scan.value(self._place, dimension):
            ids, self._place = found
            return ids
        end = self._end_of_unknown(self._place)
        start, self._place = self._place, end
        raise self._no_such(dimension, start, end)

    def _no_value(self, dimension: Dimension, sign: Token) -> errors.MissingValueError:
        some = list(self._index.of(dimension).shown)[:3]
        return errors.MissingValueError(
            f"After {f'{dimension}{sign.text}'!r} stands nothing.",
            fix=f"Write it like {dimension}={value(some[0]) if some else 'NAME'}.",
            suggestions=self._scan.instead(sign, *(f"{sign.text}{value(each)}" for each in some)),
        )

    def _by(self) -> bool:
        """`by`, and all that is grouped by."""
        start = self._place
        self._place += 1
        while self._scan.word(self._place) in ("the", "each"):
            self._place += 1
        if self._scan.at(self._place) is None:
            self._no_grouping(start)
        if not self._grouped(self._place):
            self._place += 1
            raise self._unknown_dimension(self._place - 1, "Costs can't be grouped by")
        while self._more():
            pass
        return True

    def _no_grouping(self, start: int) -> None:
        raise errors.MissingValueError(
            "After 'by' stands nothing.",
            fix="Write it like 'by service', 'by region' or 'by day'.",
            suggestions=[
                self._instead(start, start + 1, f"by {each}")
                for each in ("service", "region", "day")
            ],
        )

    def _more(self) -> bool:
        """Whether something else to group by follows; it is read."""
        joined = self._scan.is_comma(self._place) or self._scan.word(self._place) in words.AND
        place = self._place + joined
        if self._scan.is_head(place):
            return False
        if joined:
            return self._grouped(place)
        noun = self._scan.word(place)
        if noun not in words.DIMENSION_WORDS or self._scan.value(
            place + 1, words.DIMENSION_WORDS[noun]
        ):
            return False
        return self._grouped(place)

    def _grouped(self, place: int) -> bool:
        """Group by what stands there, if it can be."""
        low = self._scan.word(place)
        if low in words.GRANULARITIES:
            self._place = place
            self._said.ungrouped = True
            self._cut(low, place + 1)
            return True
        found = self._scan.dimension(place)
        token = self._scan.at(place)
        if found is None and token is not None and (known := self._index.label(token.text)):
            found = (known, place + 1)
        if found is None:
            return False
        self._place = found[1]
        self._group(found[0])
        return True

    def _group(self, dimension: Dimension) -> None:
        kept = self._said.group_by
        if dimension in kept:
            return
        if len(kept) == MOST_DIMENSIONS:
            both = ", ".join(map(str, kept))
            raise errors.TooManyDimensionsError(
                f"Costs are grouped by {MOST_DIMENSIONS} things at most, and {quote(str(dimension))} "
                f"is one more than {both}.",
                fix="Leave one out.",
            )
        kept.append(dimension)

    def _unknown_dimension(self, place: int, problem: str) -> errors.UnknownDimensionError:
        self._place = max(self._place, place + 1)
        said = self._scan.tokens[place].text
        known = [str(each) for each in DIMENSIONS]
        known += [f"label:{value(each)}" for each in self._index.label_keys()]
        near = nearest(said, grams(known))
        return errors.UnknownDimensionError(
            f"{problem} {quote(said)}.",
            fix=f"There are {', '.join(known[:12])}.",
            suggestions=[self._instead(place, place + 1, each) for each in near],
        )

    # Comparing and choosing

    def _versus(self) -> bool:
        start = self._place
        place = start + 1
        while self._scan.word(place) in ("to", "with", "the"):
            place += 1
        if self._scan.word(start) == "than" and self._amount(place):
            return self._over()
        if self._scan.at(place) is None:
            return self._nothing_to_compare(start)
        versus, end = self._other_side(place)
        self._put("versus", versus, end, errors.TwoComparisonsError)
        return True

    def _nothing_to_compare(self, start: int) -> bool:
        if self._scan.word(start) not in ("vs", "versus"):
            return False
        raise errors.MissingValueError(
            "After 'vs' stands nothing.",
            fix="Write it like 'vs previous', 'vs last-year', 'vs 2026-09' or 'vs' and a project.",
            suggestions=[
                self._instead(start, start + 1, each) for each in ("vs previous", "vs last-year")
            ],
        )

    def _other_side(self, place: int) -> tuple[Versus, int]:
        scan = self._scan
        if scan.word(place) in words.PREVIOUS and not scan.word(place + 1).isdecimal():
            unit = scan.word(place + 1) in words.words("period day week month quarter year")
            return Versus("previous"), place + 1 + unit
        if scan.is_head(place) and scan.word(place) in ("project", "projects"):
            return self._other_project(place + 2)
        period, name = scan.period(place), scan.value(place, PROJECT)
        if period and (not name or name[1] <= period[1]):
            if period[0]["which"] and period[0]["unit"] == "year" and not period[0]["sofar"]:
                return Versus("last-year"), period[1]
            days, end = self._resolved(place)
            return Versus("period", period=days), end
        return self._other_project(place)

    def _other_project(self, place: int) -> tuple[Versus, int]:
        found = self._scan.value(place, PROJECT)
        if found is None:
            end = self._end_of_unknown(place)
            self._place = max(end, place)
            raise self._no_such(PROJECT, place, end)
        ids, end = found
        if len(ids) > 1:
            self._place = end
            raise errors.UnknownNameError(
                f"{quote(self._raw(place, end))} is several projects, and one is compared with.",
                fix=f"Choose one of {', '.join(ids[:5])}.",
                suggestions=[self._instead(place, end, _bare(each)) for each in ids[:3]],
            )
        return Versus("project", project=ids[0]), end

    def _top(self) -> bool:
        low = self._scan.word(self._place + 1)
        noun = self._place + 1
        if low in words.DIMENSION_WORDS:
            self._put("top", 10, noun, errors.TwoTopsError)
        else:
            number = int(low) if low.isdecimal() and len(low) <= len(str(MOST_LINES)) else 0
            number = words.NUMBERS.get(low, number)
            if not 1 <= number <= MOST_LINES:
                raise self._no_top(low)
            noun += 1
            self._put("top", number, noun, errors.TwoTopsError)
        if self._scan.word(noun) in words.DIMENSION_WORDS and not self._scan.is_head(noun):
            self._grouped(noun)
        return True

    def _no_top(self, low: str) -> errors.TopError:
        start = self._place
        is_number = low.lstrip("-").isdecimal()
        self._place += 1 + is_number
        said = self._raw(start, start + 1 + is_number)
        return errors.TopError(
            f"{quote(said)} chooses no lines: it takes a number from 1 to {MOST_LINES}.",
            fix="Write it like 'top 5'.",
            suggestions=[self._instead(start, start + 1 + is_number, "top 5")],
        )

    def _over(self) -> bool:
        place = self._place + 1
        if self._scan.word(place) == "than":
            place += 1
        found = self._amount(place)
        if found is None:
            return self._no_amount(place)
        amount, currency, end = found
        self._put("over", amount, end, errors.TwoAmountsError)
        if currency:
            self._currency(currency, self._place)
        return True

    def _no_amount(self, place: int) -> bool:
        """`over the last week` is about no amount; `over -5` is about a wrong one."""
        start, low = self._place, self._scan.word(place)
        if low[:1] not in words.SIGNS and not low.lstrip("-").isdecimal():
            self._place += 1
            return True
        if self._scan.period(place):
            self._place += 1
            return True
        self._place = place + 1
        raise errors.AmountError(
            f"{quote(self._raw(start, place + 1))} is no amount.",
            fix="Write it like 'over 100' or 'over $1,000.50'.",
            suggestions=[self._instead(start, place + 1, "over 100")],
        )

    def _amount(self, place: int) -> tuple[Decimal, str | None, int] | None:
        """An amount, its currency if it says one, and the place after it."""
        text, end = self._scan.word(place), place + 1
        while self._scan.is_comma(end) and _THOUSANDS.fullmatch(self._scan.word(end + 1)):
            text += self._scan.word(end + 1)
            end += 2
        match = _AMOUNT.fullmatch(text)
        period = self._scan.period(place)
        if match is None or (period and period[0]["count"] and not match[3]):
            return None
        amount = Decimal(match[2]).scaleb(_SIZES.get(match[3], 0))
        currency = words.SIGNS.get(match[1] or "") or _currency(match[4] or "")
        if match[4] and not currency:
            return None
        if currency is None and (said := _currency(self._scan.word(end))):
            currency, end = said, end + 1
        return amount, currency, end

    def _in(self) -> bool:
        token = self._scan.at(self._place + 1)
        low = self._scan.word(self._place + 1)
        if low == "total":
            self._place += 2
            self._said.ungrouped = True
        elif currency := _currency(low):
            self._currency(currency, self._place + 2)
        elif (
            token
            and _CURRENCY.fullmatch(low)
            and token.text.isupper()
            and not (self._scan.name(self._place + 1) or self._scan.starts_clause(self._place + 1))
        ):
            self._place += 2
            raise self._no_currency(token)
        else:
            self._place += 1
        return True

    def _currency(self, code: str, end: int) -> None:
        self._put("currency", code, end, errors.TwoCurrenciesError)

    def _no_currency(self, token: Token) -> errors.UnknownCurrencyError:
        near = nearest(token.text, grams(_currencies()))[:1]
        return errors.UnknownCurrencyError(
            f"{quote(token.text)} is no currency.",
            fix="Write it like 'in EUR'.",
            suggestions=self._scan.instead(token, *dict.fromkeys([*near, "EUR", "USD"])),
        )

    # What can't be read

    def _unknown(self) -> errors.UnknownNameError:
        start = self._place
        self._place = self._end_of_unknown(start)
        return self._no_such(None, start, self._place)

    def _end_of_unknown(self, place: int) -> int:
        """The place after words that mean nothing together either."""
        end = place + 1
        if self._scan.tokens[place].kind is Kind.WORD:
            while end < place + 5 and self._is_unknown(end):
                end += 1
        return end

    def _is_unknown(self, place: int) -> bool:
        low = self._scan.word(place)
        return bool(low) and not (
            low in words.RESERVED
            or self._scan.is_head(place)
            or self._scan.starts_clause(place)
            or self._scan.name(place)
        )

    def _no_such(
        self, dimension: Dimension | None, start: int, end: int
    ) -> errors.UnknownNameError:
        token = self._scan.tokens[start]
        said = token.text if end == start + 1 else self._raw(start, end)
        what = f"{dimension}" if dimension else "project, account or service"
        if self._problem is not None:
            return errors.UnknownNameError(f"There is no {what} {quote(said)}.")
        near = self._index.nearest(said, dimension)
        if not near and end > start + 1:
            near, end = self._index.nearest(token.text, dimension), start + 1
        shown = " or ".join(repr(each) for each in near)
        return errors.UnknownNameError(
            f"There is no {what} {quote(said)}.",
            fix=f"Did you mean {shown}?" if near else _help(dimension),
            suggestions=[
                self._instead(start, end, value(each) if dimension else _bare(each))
                for each in near
            ],
        )


def _help(dimension: Dimension | None) -> str:
    if dimension is None:
        return "'projects' lists those that you may see, and 'help' shows what can be asked."
    return f"'by {dimension}' shows those that there are."


def _bare(name: str) -> str:
    """A name, or a word of the language, as it stands in a question by itself."""
    return (
        name
        if is_bare(name) or name in words.SUGGESTED
        else value(name)
        if " " not in name
        else f'"{name}"'
    )


@lru_cache(maxsize=1)
def _currencies() -> frozenset[str]:
    return frozenset(list_currencies())


def _currency(low: str) -> str | None:
    """The code of a currency, unless it means something else (`all`, `top`, `mar`)."""
    if low in words.CURRENCIES:
        return words.CURRENCIES[low]
    code = low.upper()
    known = bool(_CURRENCY.fullmatch(low)) and code in _currencies()
    return code if known and low not in words.RESERVED else None
