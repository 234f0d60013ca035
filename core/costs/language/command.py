"""What follows the slash command: a sub-command wherever it stands, or else a question."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from core.costs.language.errors import CommandInQuestionError
from core.costs.language.reader import Reading, parse_cost_query, read
from core.costs.language.text import Token
from core.costs.language.words import QUESTIONS
from core.costs.model import Asker, CostQuery, Vocabulary
from core.errors import CostTrackerError

COST: Final = "cost"
"""The verb of a plain question."""
_HELP: Final = "help"


@dataclass(frozen=True, slots=True)
class Command:
    """What was asked for.

    `verb`: a sub-command, or `cost` for a plain question. `rest`: the text without it.
    `query`: what the rest asks; always there for `cost`, `why`, `forecast` and `anomalies`,
    None where the rest of another sub-command is no question, and for `problem` why.
    """

    verb: str
    rest: str
    query: CostQuery | None = None
    problem: CostTrackerError | None = None


def parse_command(text: str, *, today: date, names: Vocabulary, asker: Asker = Asker()) -> Command:
    """Read what follows the slash command.

    The first word of it all is the sub-command if it is one; else the first that stands
    anywhere and isn't part of a name or a value; `help` before any other.

    Raises:
        QuestionError, PeriodError, UnknownNameError, ChannelWithoutProjectsError: a question
            is meant and can't be read, as `parse_cost_query` says.
    """
    reading = read(text, today=today, names=names)
    if not reading.verbs:
        return Command(
            COST, text.strip(), parse_cost_query(text, today=today, names=names, asker=asker)
        )
    verb = next((each for each in reading.verbs if each.low == _HELP), reading.verbs[0])
    rest = " ".join(f"{reading.text[: verb.start]} {reading.text[verb.end :]}".split())
    if verb.low == _HELP:
        return Command(_HELP, rest)
    problem = _problem(reading, verb)
    query = None
    if problem is None:
        try:
            query = reading.query(asker)
        except CostTrackerError as error:
            problem = error
    if problem is not None and verb.low in QUESTIONS:
        raise problem
    return Command(verb.low, rest, query, problem)


def _problem(reading: Reading, verb: Token) -> CostTrackerError | None:
    """Why the rest is no question, if it isn't."""
    other = next((each for each in reading.verbs if each is not verb), None)
    if reading.problem is not None or other is None:
        return reading.problem
    return CommandInQuestionError(
        f"{verb.text!r} and {other.text!r} are two commands.",
        fix="Ask for one of them at a time.",
        suggestions=[
            f"{reading.text[: each.start]} {reading.text[each.end :]}".strip()
            for each in (other, verb)
        ],
    )
