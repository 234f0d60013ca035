"""The answer to a question, as a Slack message."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from slackblocks import Block, DataVisualizationBlock, ImageBlock, SlackFile

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
from bot.render.charts import chart_of
from bot.render.charts.spec import Chart
from core.costs.model import CostAnswer, Form


@dataclass(frozen=True, slots=True)
class ChartImage:
    """The picture has an address that Slack can reach."""

    url: str


@dataclass(frozen=True, slots=True)
class ChartFile:
    """The picture was uploaded; never in a private answer, where Slack refuses files."""

    id: str


@dataclass(frozen=True, slots=True)
class ChartNative:
    """Slack draws it by its own chart block: for private answers without a public address."""


type ChartPlace = ChartImage | ChartFile | ChartNative


def cost_answer(
    answer: CostAnswer,
    *,
    chart: ChartPlace | None = None,
    drawn: Chart | None = None,
    shared_by: str | None = None,
    share: bool = True,
    send_chart: bool = False,
    apology: str = "",
) -> Message:
    """The answer: a sentence, the question as understood, chart, table, notes, what's next.

    Args:
        answer: what was answered.
        chart: where its picture is; None: it has none.
        drawn: its picture where that was chosen already; None: it is chosen here.
        shared_by: the Slack user who posted it for all to see; it is private otherwise.
        share: offer to post it in the channel; never where it is posted already.
        send_chart: offer to send the picture, where this message can't hold it.
        apology: one sentence on what is missing from it, such as a chart that failed.
    """
    drawn = drawn or chart_of(answer)
    headline = sentence(partial(sentences.headline, answer))
    picture = [] if drawn is None else list(_picture(answer, chart, drawn.alt))
    above: list[Block] = [
        section(headline, "answer"),
        context(_understood(answer, shared_by), "question"),
        *picture,
    ]
    below: list[Block] = [
        *_notes(answer, apology),
        context(escape(sentences.fresh(answer.freshness)), "freshness"),
        *actions.row(
            actions.answer_buttons(
                answer,
                share=share and shared_by is None,
                send_chart=send_chart and drawn is not None,
            ),
            "actions",
        ),
    ]
    room = text_size([*above, *below])
    with_table = answer.query.form != Form.CHART or not picture
    table = list(tables.of_answer(answer, taken=room)) if with_table else []
    return message(headline, [*above, *table, *below])


def _understood(answer: CostAnswer, shared_by: str | None) -> str:
    asked = f"asked by <@{escape(shared_by)}>" if shared_by else "Understood as"
    other = sentences.compared_with(answer)
    against = f" · compared with {escape(other)}" if other else ""
    text = code(answer.text)
    return f"{text} {asked}{against}" if shared_by else f"{asked} {text}{against}"


def _picture(
    answer: CostAnswer, place: ChartPlace | None, alt: str
) -> Iterator[ImageBlock | DataVisualizationBlock]:
    match place:
        case ChartImage(url):
            yield ImageBlock(image_url=url, alt_text=alt, block_id="chart")
        case ChartFile(id=file):
            uploaded = SlackFile(url=None, id=file)
            yield ImageBlock(slack_file=uploaded, alt_text=alt, block_id="chart")
        case ChartNative():
            yield from native_chart(answer)


def _notes(answer: CostAnswer, apology: str) -> Iterator[Block]:
    said = [sentences.note(note) for note in answer.notes] + ([apology] if apology else [])
    if said:
        yield context("\n".join(f"• {escape(each)}" for each in said), "notes")
