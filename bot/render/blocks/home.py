"""The home tab: this month, open alerts, the largest projects, questions, the data, what fails."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
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

from bot.render import incidents, sentences, words
from bot.render.blocks import actions, alerts
from bot.render.blocks.message import bold, code, context, escape, message, section, sentence
from bot.render.blocks.places import data_state
from bot.render.blocks.spoken import clock, linked
from bot.render.charts import chart_of
from core.alerts.model import Alert
from core.costs.listings import SourceState
from core.costs.model import PROJECT, CostAnswer, Line
from core.costs.question import SUBSCRIPTIONS
from core.incidents.model import Incident
from core.money import display

_TOP = 8
_MINE = 3
_ALERTS = 5
_INCIDENTS = 5


@dataclass(frozen=True, slots=True)
class Trouble:
    """What fails in running this: incidents that last, and how many messages are parked."""

    incidents: Sequence[Incident] = ()
    parked: int = 0


def home(
    month: CostAnswer,
    sources: Sequence[SourceState],
    *,
    mine: Sequence[str] = (),
    picture: str | None = None,
    open_alerts: Sequence[Alert] = (),
    trouble: Trouble | None = None,
    command: str = "/cost",
) -> list[dict[str, object]]:
    """The blocks of the home tab.

    Args:
        month: the answer for this month, by project.
        sources: the state of the data.
        mine: slugs of the projects that the reader owns.
        picture: the address of the month's chart, where Slack can fetch it.
        open_alerts: of budgets, the newest first.
        trouble: what fails in running this, for those who run it.
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
        *_alerts(open_alerts, command),
        *_projects(month),
        DividerBlock(block_id="divider"),
        section(f"*Data*\n{data_state(sources).text}", "data"),
        *_trouble(trouble),
    ]
    return message("Cloud costs", page).blocks


def _alerts(found: Sequence[Alert], command: str) -> Iterator[Block]:
    """Budgets at a threshold, each with its details one button away."""
    if found:
        yield section("*Budgets at a threshold*", "alerts")
        yield from alerts.short(found[:_ALERTS])
    if len(found) > _ALERTS:
        yield context(f"There are more: {code(f'{command} alerts')}", "alerts.more")


def _trouble(found: Trouble | None) -> Iterator[Block]:
    if found is None:
        return
    lines = [
        f":warning: {escape(incidents.title(each))}. {linked(incidents.course(each, clock))}"
        for each in found.incidents[:_INCIDENTS]
    ]
    if len(found.incidents) > _INCIDENTS:
        lines.append(f"and {words.plural(len(found.incidents) - _INCIDENTS, 'more')}")
    if found.parked:
        count = words.plural(found.parked, "message")
        seen = code("cost-tracker deliveries --parked")
        lines.append(f":warning: {count} could not be delivered: {seen} says why.")
    said = "\n".join(lines) or "Nothing is open, and every message is delivered or on its way."
    yield section(f"*Operations*\n{said}", "operations")


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
    yield actions.button("Subscriptions", f"{actions.ASK}.home-{SUBSCRIPTIONS}", SUBSCRIPTIONS)
    yield actions.button("Scheduled reports", f"{actions.SUGGEST}.schedules", "schedule")


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
