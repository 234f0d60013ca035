"""The home tab: this month, its largest projects, questions to begin with, the data."""

from collections.abc import Iterator, Sequence
from functools import partial

from slackblocks import (
    Block,
    Button,
    DividerBlock,
    HeaderBlock,
    ImageBlock,
    SectionBlock,
    Text,
    TextType,
)

from bot.render import sentences, words
from bot.render.blocks import actions
from bot.render.blocks.message import bold, code, context, message, section, sentence
from bot.render.blocks.places import data_state
from bot.render.charts import chart_of
from core.costs.listings import SourceState
from core.costs.model import PROJECT, CostAnswer, Line
from core.money import display

_TOP = 8
_MINE = 3


def home(
    month: CostAnswer,
    sources: Sequence[SourceState],
    *,
    mine: Sequence[str] = (),
    picture: str | None = None,
    command: str = "/cost",
) -> list[dict[str, object]]:
    """The blocks of the home tab.

    Args:
        month: the answer for this month, by project.
        sources: the state of the data.
        mine: slugs of the projects that the reader owns.
        picture: the address of the month's chart, where Slack can fetch it.
        command: the slash command as installed.
    """
    drawn = chart_of(month)
    page: list[Block] = [
        HeaderBlock(text="Cloud costs", block_id="title"),
        section(sentence(partial(sentences.headline, month)), "month"),
        *actions.row(_questions(mine), "questions"),
        context(
            f"Answers come under Messages. Anywhere else, type {code(f'{command} help')}.", "start"
        ),
    ]
    if picture is not None and drawn is not None:
        page.append(ImageBlock(image_url=picture, alt_text=drawn.alt, block_id="chart"))
    page += [
        *_projects(month),
        DividerBlock(block_id="divider"),
        section(f"*Data*\n{data_state(sources).text}", "data"),
    ]
    return message("Cloud costs", page).blocks


def _questions(mine: Sequence[str]) -> Iterator[Button | None]:
    for number, slug in enumerate(mine[:_MINE]):
        yield actions.button(
            f"{slug}, this month", f"{actions.ASK}.mine-{number}", f"project={slug} mtd"
        )
    for name, label, question in (
        ("week", "Last 7 days", "all last-7d by project"),
        ("month", "Last month", "all last-month by project"),
        ("daily", "Day by day", "all last-30d daily by project"),
        ("services", "By service", "all mtd by service"),
    ):
        yield actions.button(label, f"{actions.ASK}.home-{name}", question)


def _projects(month: CostAnswer) -> Iterator[Block]:
    """The largest projects, each with its details one button away."""
    lines = [line for line in month.lines if not line.other]
    if lines:
        yield section("*Largest this month*", "largest")
    for number, line in enumerate(lines[:_TOP]):
        yield _line(number, line)
    if len(lines) > _TOP:
        yield context(f"and {words.plural(len(lines) - _TOP, 'more project')}", "more")


def _line(number: int, line: Line) -> SectionBlock:
    slug = line.group.get(PROJECT)
    share = "" if line.share is None else f" · {words.share(line.share)} of the total"
    name = bold(words.identity(slug, PROJECT))
    question = "unassigned mtd" if slug is None else f"project={slug} mtd"
    return SectionBlock(
        text=Text(f"{name}: {display(line.amount, line.currency)}{share}", TextType.MARKDOWN),
        block_id=f"project.{number}",
        accessory=actions.button("Details", f"{actions.ASK}.project-{number}", question),
    )
