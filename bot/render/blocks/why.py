"""What made the difference, as a Slack message."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Final

from slackblocks import Block, Button, DataVisualizationBlock

from bot.render import reasons, sentences, words
from bot.render.blocks import actions, answered, tables
from bot.render.blocks.message import Message, context, escape, message, section, sentence
from bot.render.blocks.native import bars
from bot.render.blocks.picture import Look, picture
from bot.render.blocks.tables import Table
from bot.render.charts.spec import Chart
from core.costs.drivers.model import Path
from core.costs.drivers.service import Why
from core.costs.model import CostQuery, Filter, Granularity
from core.costs.question import write

_HEADER: Final = ("What", "Before", "Now", "Change", "How")


def why(told: Why, look: Look, *, drawn: Chart | None) -> Message:
    """What changed and why: a sentence, the days, a waterfall, its steps, what's next."""
    headline = sentence(partial(reasons.headline, told))
    shown = [] if drawn is None else list(picture(look.chart, drawn.alt, partial(_native, told)))
    blocks: list[Block] = [
        section(headline, "answer"),
        answered.understood(told.text, look, reasons.compared(told)),
        *shown,
        *_tables(told),
        *answered.notes(reasons.notes(told), look),
        context(escape(sentences.fresh(told.freshness)), "freshness"),
        *answered.what_next(told.text, look, _next(told), drawn=drawn),
    ]
    return message(headline, blocks)


def _tables(told: Why) -> Iterator[Block]:
    """One table: Slack takes no more in a message; of several currencies one after another."""
    steps = [row for each in told.drivers for row in reasons.rows(told, each)]
    if steps:
        totals = tuple(reasons.total(each) for each in told.drivers)
        yield tables.block(Table(_HEADER, tuple(steps), totals, 1))


def _next(told: Why) -> Iterator[Button | None]:
    main = next((each.main for each in told.drivers if each.main is not None), None)
    if main is not None:
        day_by_day = replace(_within(told.query, main.path), granularity=Granularity.DAILY)
        yield actions.button("Show the cause by day", f"{actions.ASK}.cause", write(day_by_day))
    plain = replace(told.query, granularity=None)
    yield actions.button("The figures", f"{actions.ASK}.figures", write(plain))


def _within(query: CostQuery, path: Path) -> CostQuery:
    """A question about one place of another."""
    taken = {dimension for dimension, _ in path}
    kept = tuple(each for each in query.where if each.dimension not in taken or each.negated)
    more = tuple(Filter(dimension, (value,)) for dimension, value in path)
    return replace(query, where=(*more, *kept))


def _native(told: Why) -> Iterator[DataVisualizationBlock]:
    """Slack's own chart: what each step adds."""
    drivers = next((each for each in told.drivers if each.steps), None)
    if drivers is not None:
        names = [reasons.step(told, each) for each in drivers.steps]
        amounts = [each.amount for each in drivers.steps]
        title = f"Change in {drivers.currency}, {words.days(told.now)}"
        yield bars(title, names, [("Change", amounts)])
