"""The answer to a question, as a Slack message."""

from functools import partial
from typing import Final

from slackblocks import Block

from bot.render import sentences
from bot.render.blocks import actions, answered, tables
from bot.render.blocks.message import (
    Message,
    context,
    escape,
    message,
    section,
    sentence,
    text_size,
)
from bot.render.blocks.native import native_chart
from bot.render.blocks.picture import Look, picture
from bot.render.charts import chart_of
from bot.render.charts.spec import Chart
from core.costs.model import CostAnswer, Form

_PRIVATE: Final = Look()


def cost_answer(
    answer: CostAnswer, look: Look = _PRIVATE, *, drawn: Chart | None = None
) -> Message:
    """The answer: a sentence, the question as understood, chart, table, notes, what's next.

    Args:
        answer: what was answered.
        look: how the message looks.
        drawn: its picture where that was chosen already; None: it is chosen here.
    """
    drawn = drawn or chart_of(answer)
    headline = sentence(partial(sentences.headline, answer))
    native = partial(native_chart, answer)
    shown = [] if drawn is None else list(picture(look.chart, drawn.alt, native))
    other = sentences.compared_with(answer)
    above: list[Block] = [
        section(headline, "answer"),
        answered.understood(answer.text, look, f"compared with {other}" if other else ""),
        *shown,
    ]
    below: list[Block] = [
        *answered.notes(map(sentences.note, answer.notes), look),
        context(escape(sentences.fresh(answer.freshness)), "freshness"),
        *answered.what_next(answer.text, look, actions.next_buttons(answer), drawn=drawn),
    ]
    room = text_size([*above, *below])
    with_table = answer.query.form != Form.CHART or not shown
    table = list(tables.of_answer(answer, taken=room)) if with_table else []
    return message(headline, [*above, *table, *below])
