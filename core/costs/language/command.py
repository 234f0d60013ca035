"""What follows the slash command: a sub-command wherever it stands, or else a question."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from core.costs.language.errors import CommandInQuestionError
from core.costs.language.reader import Reading, read
from core.costs.language.text import quote
from core.costs.language.words import ANOMALIES, FORECAST, QUESTIONS, REPORT
from core.costs.model import Asker, CostQuery, Granularity, Vocabulary
from core.errors import CostTrackerError
from core.named_period import parse_period
from core.period import Period, check

COST: Final = "cost"
"""The verb of a plain question."""
_HELP: Final = "help"
_LATELY: Final = timedelta(30)
"""How far anomalies are looked back for where no days are said."""
_NOBODY: Final = Asker()


@dataclass(frozen=True, slots=True)
class Command:
    """What was asked for.

    `verb`: a sub-command, or `cost` for a plain question. `rest`: the text without it.
    `query`: what the rest asks; always there for `cost` and for `QUESTIONS`,
    None where the rest of another sub-command is no question, and for `problem` why.
    `cut`: it says how the lines of its answer are made, not only of which charges and in which
    currency.
    """

    verb: str
    rest: str
    query: CostQuery | None = None
    problem: CostTrackerError | None = None
    cut: bool = False


def parse_command(text: str, *, today: date, names: Vocabulary, asker: Asker = _NOBODY) -> Command:
    """Read what follows the slash command.

    The first word of it all is the sub-command if it is one; else the first that stands
    anywhere and isn't part of a name or a value; `help` before any other.

    Raises:
        QuestionError, PeriodError, UnknownNameError, ChannelWithoutProjectsError: a question
            is meant and can't be read, as `parse_cost_query` says.
    """
    reading = read(text, today=today, names=names)
    verb = next((each for each in reading.verbs if each.low == _HELP), None)
    if verb is not None:
        return Command(_HELP, reading.without(verb))
    verb = reading.verbs[0] if reading.verbs else None
    problem = _problem(reading)
    if problem is not None and (verb is None or verb.low in QUESTIONS):
        raise problem
    query = None if problem else reading.said.query(today, asker)
    if query is not None and (verb is None or verb.low != FORECAST):
        check(query.period, today)
    if query is not None and verb and reading.said.period is None:
        query = replace(query, period=_unsaid(verb.low, query, today))
    if verb is None:
        return Command(COST, reading.text.strip(), query, cut=reading.said.cut)
    return Command(verb.low, reading.without(verb), query, problem, reading.said.cut)


def _unsaid(verb: str, query: CostQuery, today: date) -> Period:
    """The days that a sub-command is of where none are said."""
    if verb == ANOMALIES:
        return Period(today - _LATELY, today + timedelta(1))
    if verb == REPORT:
        monthly = query.granularity is Granularity.MONTHLY
        return parse_period("last-month" if monthly else "last-week", today)
    return query.period


def _problem(reading: Reading) -> CostTrackerError | None:
    """Why the rest is no question, if it isn't."""
    if reading.problem is not None or len(reading.verbs) < 2:  # noqa: PLR2004 - one is right
        return reading.problem
    first, second, *_ = reading.verbs
    return CommandInQuestionError(
        f"{quote(first.text)} and {quote(second.text)} are two commands.",
        fix=f"Ask for one of them at a time; a name is written project={second.low}.",
        suggestions=list(dict.fromkeys(reading.without(each) for each in (second, first))),
    )
