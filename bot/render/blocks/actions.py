"""Buttons and what they ask; their `action_id`s are what the listeners of Slack match.

The value of a button that asks is the whole question in the question language, so that it
means the same next week, after a restart, and to whoever presses it.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from slackblocks import ActionsBlock, Button

from bot.render import words
from core.costs.model import (
    REGION,
    RESOURCE,
    SERVICE,
    SKU,
    CostAnswer,
    CostQuery,
    Dimension,
    Granularity,
    Measure,
)
from core.costs.question import FORECAST, write
from core.period import Period

SHARE: Final = "cost.share"
"""Post the answer to the value's question in this channel."""
SEND_CHART: Final = "cost.chart"
"""Send the asker the picture of the value's question."""
CSV: Final = "cost.csv"
"""Send the asker the CSV of the value's question."""
ASK: Final = "cost.ask"
"""Answer the value's question; followed by a dot and what it changes: `cost.ask.sku`."""
SUGGEST: Final = "cost.suggest"
"""Answer the value's question; followed by a dot and a number."""
PROJECT_SHOW: Final = "project.show"
"""Show the project whose slug is the value; followed by a dot and a number."""
PROJECT_CHANGE: Final = "project.change"
"""Open the form to change the project whose slug is the value."""

_VALUE: Final = 2000
_LABEL: Final = 75
_DAILY: Final = 92
_WEEKLY: Final = 366
_PRESENT: Final = {"mtd", "qtd", "last-7d", "last-30d", "wtd"}
"""Periods after which one wonders how the month will end."""


def button(label: str, action: str, value: str) -> Button | None:
    """A button; None where its value would be longer than Slack takes."""
    if not value or len(value) > _VALUE:
        return None
    text = label if len(label) <= _LABEL else f"{label[: _LABEL - 1]}…"
    return Button(text=text, action_id=action, value=value)


def row(buttons: Iterable[Button | None], block_id: str) -> list[ActionsBlock]:
    """Buttons side by side; nothing where there is none."""
    kept = [each for each in buttons if each is not None]
    return [ActionsBlock(elements=list(kept), block_id=block_id)] if kept else []


def next_buttons(answer: CostAnswer) -> Iterator[Button | None]:
    """The questions that come next."""
    for name, label, query in next_questions(answer):
        yield button(label, f"{ASK}.{name}", write(query))
    present = answer.query.period.name in _PRESENT and not _of_resources(answer.query)
    if present and answer.query.measure is Measure.COST:
        yield button("Forecast", f"{ASK}.forecast", ahead(answer.query, "mtd"))


def next_questions(answer: CostAnswer) -> Iterator[tuple[str, str, CostQuery]]:
    """The questions one step away, each by what it changes; never the one just answered."""
    query = answer.query
    for dimension in _further(answer):
        if dimension not in query.group_by:
            yield str(dimension), f"By {words.dimension(dimension)}", _by(query, (dimension,))
    if query.granularity is not None:
        yield "total", "In total", replace(query, granularity=None)
    elif query.period.days > 1:
        cut = _granularity(query)
        yield "time", cut.value.capitalize(), replace(query, granularity=cut)
    compared, versus = answer.compared, query.versus
    if compared is not None and (versus is None or versus.project is None):
        yield "previous", "Previous period", replace(query, period=compared, versus=None)


def _further(answer: CostAnswer) -> Iterator[Dimension]:
    yield SERVICE
    if not _of_resources(answer.query):
        yield SKU
    if answer.resources and answer.query.versus is None:
        yield RESOURCE
    yield REGION


def _of_resources(query: CostQuery) -> bool:
    return any(each.dimension == RESOURCE for each in query.where)


def ahead(query: CostQuery, period: str) -> str:
    """The forecast of what a question is about, over a named period."""
    days = Period(query.period.start, query.period.end, period)
    return f"{FORECAST} {write(replace(query, period=days), grouped=False)}"


def suggestions(texts: Sequence[tuple[str, str]]) -> Iterator[Button | None]:
    """Buttons of what was probably meant: pairs of a label and the whole question."""
    for number, (label, question) in enumerate(texts):
        yield button(label, f"{SUGGEST}.{number}", question)


def _by(query: CostQuery, dimensions: tuple[Dimension, ...]) -> CostQuery:
    return replace(query, group_by=dimensions)


def _granularity(query: CostQuery) -> Granularity:
    if query.basis == "invoice" or query.period.days > _WEEKLY:
        return Granularity.MONTHLY
    return Granularity.DAILY if query.period.days <= _DAILY else Granularity.WEEKLY
