"""Answers that aren't about costs: help, the state of the data, who one is, the home tab."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from bot.render import blocks
from bot.slack.asked import Asked
from bot.slack.desk import Desk
from core.costs.question import QUESTION_HELP

_COMMANDS: Final = [
    ("the projects, and who answers for them", "projects"),
    ("one of them", "project checkout"),
    ("the figures as a file", "export checkout last-month daily"),
    ("how fresh the data is, and whether it matches the export", "data"),
    ("who you are here", "whoami"),
]

type Page = Callable[[Desk, Asked, str], Awaitable[None]]


async def help_page(desk: Desk, asked: Asked, rest: str) -> None:
    """Help by example: where to begin, or one topic."""
    word = rest.strip().lower()
    topic = QUESTION_HELP.get(word, QUESTION_HELP["start"])
    more = f"{topic.note} More: {desk.command} help {' | '.join(QUESTION_HELP)}.".strip()
    examples = [(each.meaning, each.question) for each in topic.examples]
    if topic is QUESTION_HELP["start"]:
        examples += _COMMANDS
    await desk.answer(
        asked, blocks.help_page(topic.title, examples, command=desk.command, more=more)
    )


async def data_state(desk: Desk, asked: Asked, _: str) -> None:
    """How fresh and how well proved the data is."""
    viewer = await desk.viewer(asked)
    states = await desk.services.costs.data_state(viewer)
    await desk.answer(asked, blocks.data_state(states))


async def whoami(desk: Desk, asked: Asked, _: str) -> None:
    """The asker's role, and what it lets them see."""
    viewer = await desk.viewer(asked)
    _names, asker = await desk.names(asked, viewer)
    await desk.answer(asked, blocks.whoami(viewer, mine=asker.mine))


PAGES: Final[Mapping[str, Page]] = {"help": help_page, "data": data_state, "whoami": whoami}


async def home(desk: Desk, asked: Asked) -> None:
    """The app's home tab, made anew each time it is looked at."""
    viewer = await desk.viewer(asked)
    view = blocks.home(
        found=await desk.services.projects.list(viewer),
        sources=await desk.services.costs.data_state(viewer),
        command=desk.command,
    )
    await desk.client.views_publish(user_id=asked.user, view={"type": "home", "blocks": view})
