"""Answers that aren't about costs: help, the state of the data, who one is, the home tab."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from bot.render import blocks
from bot.slack.asked import Asked
from bot.slack.desk import Desk
from core.costs.question import help_topics

type Page = Callable[[Desk, Asked, str], Awaitable[None]]


async def help_page(desk: Desk, asked: Asked, topic: str) -> None:
    """Help by example, on everything or on one topic."""
    topics = help_topics()
    wanted = topic.strip().lower()
    titles = [wanted] if wanted in topics else list(topics)
    examples = [example for title in titles for example in topics[title]]
    title = f"Help: {wanted}" if wanted in topics else "What can be asked"
    more = f"More on one topic: {desk.command} help {' | '.join(topics)}"
    await desk.answer(asked, blocks.help_page(title, examples, command=desk.command, more=more))


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
