"""Answers that aren't about costs: help, the state of the data, who one is, the home tab."""

import re
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from difflib import get_close_matches
from typing import Final

from slack_sdk.errors import SlackApiError

from bot.render import blocks
from bot.render.blocks import Message
from bot.render.blocks.home import Trouble
from bot.render.blocks.invoices import with_invoices
from bot.render.charts import chart_of
from bot.slack.alerts import open_ones
from bot.slack.answers import picture_address
from bot.slack.asked import Asked
from bot.slack.desk import Desk, Tell
from core.access.model import Role, Viewer
from core.costs.question import QUESTION_HELP, VERBS, Example, Topic, parse_cost_query
from core.errors import CostTrackerError, NotFoundError
from core.named_period import parse_period

_START: Final = "start"
_COMMANDS: Final = Topic(
    "Commands",
    (
        Example("projects", "the projects, and who answers for them"),
        Example("project checkout", "one of them"),
        Example("forecast checkout", "how the month will end; also next-30d, qtd"),
        Example("why checkout last-7d", "what made it cost more or less than before"),
        Example("anomalies checkout", "what cost something else than expected; also last-90d"),
        Example("report monthly checkout", "all of last month; also weekly"),
        Example("schedule", "the reports that are posted by themselves"),
        Example("schedule weekly mon 09:00 here", "has one posted; also monthly, of one project"),
        Example("budgets", "the budgets, and how far they are"),
        Example("alerts", "the budgets that are at a threshold; also of one project"),
        Example("subscribe checkout alerts anomalies", "has this channel told of them"),
        Example("subscribe all anomalies daily me", "one message a day, to you"),
        Example("unsubscribe checkout", "ends that"),
        Example("subscriptions", "what is told here, and where else"),
        Example("budget checkout", "one of them; with `8000 monthly` behind, it is set"),
        Example("export checkout last-month xlsx", "every charge by day, as a file"),
        Example("data", "how fresh the data is, and whether it matches the export"),
        Example("data last-month", "last month proved against its export and invoices"),
        Example("whoami", "who you are here"),
        Example("help periods", "one topic of this help"),
    ),
)
_TOPICS: Final = {**QUESTION_HELP, "commands": _COMMANDS}
_HOME: Final = "all mtd by project"
_RESTATED: Final = timedelta(days=14)
_CHANGES: Final = 20
_ALERTS: Final = 5
_NAMES: Final = re.compile(r"\b(checkout|search)\b")

type Page = Callable[[Desk, Asked, str], Awaitable[None]]


class NoSuchTopicError(NotFoundError):
    """There is no help on that."""


async def help_page(desk: Desk, asked: Asked, rest: str) -> None:
    """Help by example: where to begin, or one topic or command.

    Raises:
        NoSuchTopicError: with the nearest.
    """
    topic = _topic(rest.lower())
    others = f"More: {desk.command} help {' | '.join(_TOPICS)}."
    mine = await _real_names(desk, asked)
    examples = [(each.meaning, _with_names(each.question, mine)) for each in topic.examples]
    more = f"{topic.note} {others}".strip()
    await desk.answer(
        asked, blocks.help_page(topic.title, examples, command=desk.command, more=more)
    )


def _topic(word: str) -> Topic:
    if not word:
        start = QUESTION_HELP[_START]
        return Topic(start.title, (*start.examples, *_COMMANDS.examples), start.note)
    if word in _TOPICS:
        return _TOPICS[word]
    own = tuple(each for each in _COMMANDS.examples if each.question.split()[0] == word)
    if own:
        return Topic(word.capitalize(), own)
    later = f"{word!r} is not part of this version." if word in VERBS else None
    near = get_close_matches(word, _TOPICS, n=2) or [_START]
    raise NoSuchTopicError(
        later or f"There is no help on {word[:60]!r}.",
        fix=f"There is help on {', '.join(_TOPICS)}.",
        suggestions=[f"help {each}" for each in near],
    )


async def _real_names(desk: Desk, asked: Asked) -> list[str]:
    """Two projects of the asker's own company, to make examples that work as they stand."""
    try:
        viewer = await desk.viewer(asked)
        found = await desk.services.projects.list(viewer)
    except CostTrackerError:
        return []
    return [project.slug for project in found]


def _with_names(example: str, slugs: list[str]) -> str:
    """An example with the company's own projects in the place of those of the book."""
    missing = [name for name in ("checkout", "search") if name not in slugs]
    free = [slug for slug in slugs if slug not in ("checkout", "search")]
    other = dict(zip(missing, free, strict=False))
    return _NAMES.sub(lambda found: other.get(found[0], found[0]), example)


async def data_state(desk: Desk, asked: Asked, rest: str) -> None:
    """How fresh and well proved the data is, and what changed of late; or a month's proof."""
    viewer = await desk.viewer(asked)
    services = desk.services
    if rest.strip():
        period = parse_period(rest, services.today())
        proofs = await services.proof.reconcile(viewer, period=period)
        page = blocks.reconciled(proofs, str(period))
        if proofs and viewer.may(Role.FINANCE) and asked.response is not None:
            recorded = await services.proof.invoices(viewer, period=period)
            page = with_invoices(page, proofs[0].month, recorded)
        await desk.answer(asked, page)
        return
    states = await services.costs.data_state(viewer)
    since = services.clock() - _RESTATED
    latest = await services.costs.restatements(viewer, limit=_CHANGES + 1)
    changed = [each for each in latest if each.recorded_at >= since]
    listed = {each.name for each in services.ingest.sources}
    page = blocks.data_page(
        states,
        changed[:_CHANGES],
        more=len(changed) > _CHANGES,
        retired=[each.name for each in states if each.name not in listed],
        command=desk.command,
    )
    await desk.answer(asked, page)


async def whoami(desk: Desk, asked: Asked, _: str) -> None:
    """The asker's role, and what it lets them see."""
    viewer = await desk.viewer(asked)
    _names, asker = await desk.names(asked, viewer)
    await desk.answer(asked, blocks.whoami(viewer, mine=asker.mine))


PAGES: Final[Mapping[str, Page]] = {"help": help_page, "data": data_state, "whoami": whoami}


async def home(desk: Desk, asked: Asked) -> None:
    """The app's home tab, made anew each time it is looked at."""
    viewer = await desk.viewer(asked)
    names, asker = await desk.names(asked, viewer)
    query = parse_cost_query(_HOME, today=desk.services.today(), names=names)
    answer = await desk.services.costs.answer(query, viewer)
    states = await desk.services.costs.data_state(viewer)
    address = await picture_address(desk, asked, answer.text, chart_of(answer))

    found = await open_ones(desk, viewer, most=_ALERTS)
    trouble = await _trouble(desk, viewer)

    async def show(picture: str | None) -> None:
        page = blocks.home(
            answer,
            states,
            mine=asker.mine,
            picture=picture,
            open_alerts=found,
            trouble=trouble,
            command=desk.command,
        )
        await _publish(desk, asked, page)

    try:
        await show(address)
    except SlackApiError as error:
        if address is None or "image" not in str(getattr(error.response, "data", "")):
            raise
        desk.links.doubt()
        await show(None)


async def _trouble(desk: Desk, viewer: Viewer) -> Trouble | None:
    """What fails in running this; for administrators alone."""
    if not viewer.may(Role.ADMIN):
        return None
    incidents = await desk.services.incidents.open()
    backlog = await desk.services.outbox.backlog()
    return Trouble(incidents, backlog.parked)


def closed_home(desk: Desk) -> Tell:
    """Errors of the home tab are told on it: a message for each look would be a nuisance."""

    async def tell(asked: Asked, message: Message) -> None:
        await _publish(desk, asked, message.blocks)

    return tell


async def _publish(desk: Desk, asked: Asked, page: list[dict[str, object]]) -> None:
    await desk.client.views_publish(user_id=asked.user, view={"type": "home", "blocks": page})
