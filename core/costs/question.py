"""The question language: `/cost checkout last-7d by service`, into a `CostQuery` and back.

Its grammar is in `core/costs/language/reader.py`, that of periods in `core/named_period.py`.
"""

from core.costs.language.command import COST, Command, parse_command
from core.costs.language.errors import (
    ChannelWithoutProjectsError,
    QuestionError,
    SaidTwiceError,
    UnknownNameError,
)
from core.costs.language.examples import QUESTION_HELP, Example, Topic
from core.costs.language.reader import parse_cost_query
from core.costs.language.words import (
    ALERTS,
    ANOMALIES,
    BUDGET,
    BUDGETS,
    EXPORT,
    FORECAST,
    REPORT,
    RESERVED,
    SCHEDULE,
    SCHEDULES,
    SUBSCRIBE,
    SUBSCRIPTIONS,
    UNSUBSCRIBE,
    VERBS,
    WHY,
)
from core.costs.language.writer import write, write_subject

__all__ = [
    "ALERTS",
    "ANOMALIES",
    "BUDGET",
    "BUDGETS",
    "COST",
    "EXPORT",
    "FORECAST",
    "QUESTION_HELP",
    "REPORT",
    "RESERVED",
    "SCHEDULE",
    "SCHEDULES",
    "SUBSCRIBE",
    "SUBSCRIPTIONS",
    "UNSUBSCRIBE",
    "VERBS",
    "WHY",
    "ChannelWithoutProjectsError",
    "Command",
    "Example",
    "QuestionError",
    "SaidTwiceError",
    "Topic",
    "UnknownNameError",
    "parse_command",
    "parse_cost_query",
    "write",
    "write_subject",
]
