"""The answer to a question, as a Slack message."""

from collections.abc import Iterator
from functools import partial
from typing import Final

from slackblocks import Block

from bot.render import sentences
from bot.render.blocks import actions, tables
from bot.render.blocks.message import (
    Message,
    code,
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
    above: list[Block] = [
        section(headline, "answer"),
        context(_understood(answer, look.shared_by), "question"),
        *shown,
    ]
    below: list[Block] = [
        *_notes(answer, look.apology),
        context(escape(sentences.fresh(answer.freshness)), "freshness"),
        *actions.row(
            actions.answer_buttons(
                answer,
                share=look.share and look.shared_by is None,
                send_chart=look.send_chart and drawn is not None,
            ),
            "actions",
        ),
    ]
    room = text_size([*above, *below])
    with_table = answer.query.form != Form.CHART or not shown
    table = list(tables.of_answer(answer, taken=room)) if with_table else []
    return message(headline, [*above, *table, *below])


def _understood(answer: CostAnswer, shared_by: str | None) -> str:
    asked = f"asked by <@{escape(shared_by)}>" if shared_by else "Understood as"
    other = sentences.compared_with(answer)
    against = f" · compared with {escape(other)}" if other else ""
    text = code(answer.text)
    return f"{text} {asked}{against}" if shared_by else f"{asked} {text}{against}"


def _notes(answer: CostAnswer, apology: str) -> Iterator[Block]:
    said = [sentences.note(note) for note in answer.notes] + ([apology] if apology else [])
    if said:
        yield context("\n".join(f"• {escape(each)}" for each in said), "notes")
