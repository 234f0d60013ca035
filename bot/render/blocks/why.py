"""What made the difference, as a Slack message."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Final

from slackblocks import Block, Button, DataVisualizationBlock

from bot.render import reasons, sentences, words
from bot.render.blocks import actions, tables
from bot.render.blocks.message import Message, code, context, escape, message, section, sentence
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
    asked = f"asked by <@{escape(look.shared_by)}>" if look.shared_by else ""
    understood = f"{code(told.text)} {asked}" if asked else f"Understood as {code(told.text)}"
    blocks: list[Block] = [
        section(headline, "answer"),
        context(f"{understood} · {escape(reasons.compared(told))}", "question"),
        *shown,
        *_tables(told),
        *_notes(told, look.apology),
        context(escape(sentences.fresh(told.freshness)), "freshness"),
        *actions.row(_buttons(told, look, drawn=drawn is not None), "actions"),
    ]
    return message(headline, blocks)


def _tables(told: Why) -> Iterator[Block]:
    """One table: Slack takes no more in a message; of several currencies one after another."""
    steps = [row for each in told.drivers for row in reasons.rows(told, each)]
    if steps:
        totals = tuple(reasons.total(each) for each in told.drivers)
        yield tables.block(Table(_HEADER, tuple(steps), totals, 1))


def _notes(told: Why, apology: str) -> Iterator[Block]:
    said = [*reasons.notes(told), *([apology] if apology else [])]
    if said:
        yield context("\n".join(f"• {escape(each)}" for each in said), "notes")


def _buttons(told: Why, look: Look, *, drawn: bool) -> Iterator[Button | None]:
    if look.share and look.shared_by is None:
        yield actions.button("Share to channel", actions.SHARE, told.text)
    if look.send_chart and drawn:
        yield actions.button("Send me the chart", actions.SEND_CHART, told.text)
    main = next((each.main for each in told.drivers if each.main is not None), None)
    if main is not None:
        day_by_day = replace(_within(told.query, main.path), granularity=Granularity.DAILY)
        yield actions.button("Show the cause by day", f"{actions.ASK}.cause", write(day_by_day))
    plain = replace(told.query, granularity=None)
    yield actions.button("The figures", f"{actions.ASK}.figures", write(plain))
    yield actions.button("CSV", actions.CSV, told.text)


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
