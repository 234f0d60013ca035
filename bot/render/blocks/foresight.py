"""A forecast, as a Slack message."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from functools import partial
from itertools import batched
from typing import Final

from slackblocks import Block, Button, DataVisualizationBlock

from bot.render import foresight, sentences, words
from bot.render.blocks import actions, answered, tables
from bot.render.blocks.message import Message, context, escape, message, section, sentence
from bot.render.blocks.native import bars
from bot.render.blocks.picture import Look, picture
from bot.render.blocks.tables import Table
from bot.render.charts.spec import Chart
from core.forecasts.service import ForecastAnswer
from core.money import ZERO

_WEEK: Final = 7
_POINTS: Final = 20


def forecast(
    answer: ForecastAnswer, look: Look, *, drawn: Chart | None, more: Sequence[str] = ()
) -> Message:
    """The forecast: a sentence, the question, chart, figures, notes, what's next.

    Args:
        answer: what is expected.
        look: how the message looks.
        drawn: its picture.
        more: what is to be said of the same besides, such as its budget.
    """
    headline = sentence(partial(foresight.headline, answer))
    native = partial(_native, answer)
    shown = [] if drawn is None else list(picture(look.chart, drawn.alt, native))
    blocks: list[Block] = [
        section(headline, "answer"),
        answered.understood(answer.text, look),
        *shown,
        *_table(answer),
        *answered.notes([*more, *foresight.notes(answer)], look),
        context(escape(sentences.fresh(answer.freshness)), "freshness"),
        *answered.what_next(answer.text, look, _next(answer), drawn=drawn),
    ]
    return message(headline, blocks)


def _table(answer: ForecastAnswer) -> Iterator[Block]:
    rows = tuple(foresight.figures(answer))
    if rows:
        name = words.period_name(answer.query.period)
        yield tables.block(Table((f"{name[:1].upper()}{name[1:]}", "Amount"), rows, (), 1))


def _next(answer: ForecastAnswer) -> Iterator[Button | None]:
    for name, label in (("mtd", "This month"), ("next-30d", "Next 30 days"), ("qtd", "Quarter")):
        asked = actions.ahead(answer.query, name)
        if asked != answer.text:
            yield actions.button(label, f"{actions.ASK}.{name}", asked)


def _native(answer: ForecastAnswer) -> Iterator[DataVisualizationBlock]:
    """Slack's own chart: by week, spent beside expected."""
    outlook = next(each for each in answer.outlooks if each.forecast is not None)
    made = outlook.forecast
    if made is None:
        return
    expected = {day.date: day.expected for day in made.days}
    spent = {day: amount for day, amount in outlook.history.days if amount is not None}
    first = min(made.period.start, made.complete_until - timedelta(5 * _WEEK))
    days = [first + timedelta(n) for n in range((made.period.end - first).days)]
    weeks = list(batched(days, max(_WEEK, -(-len(days) // _POINTS)), strict=False))
    labels = [words.day(week[0]) for week in weeks]
    series = [
        ("Spent", [sum((spent.get(day, ZERO) for day in week), ZERO) for week in weeks]),
        ("Expected", [sum((expected.get(day, ZERO) for day in week), ZERO) for week in weeks]),
    ]
    yield bars(f"Cost in {made.currency}, {len(weeks[0])} days a bar", labels, series)
