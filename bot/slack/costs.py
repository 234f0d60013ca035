"""Questions about costs: the slash command, mentions, messages, and the buttons of answers."""

import re
from hashlib import sha256
from typing import Final

from slack_sdk.errors import SlackApiError

from bot.render import blocks, csv
from bot.render.blocks import ChartFile, ChartImage, Message
from bot.render.charts import chart_of
from bot.slack import help as help_page
from bot.slack import projects
from bot.slack.asked import Asked
from bot.slack.desk import Desk, UnansweredError
from bot.slack.files import upload, when_ready
from bot.slack.links import Pictured
from core.costs.model import CostAnswer
from core.costs.question import Command, parse_command, parse_cost_query
from core.errors import ForbiddenError, NotFoundError

_MENTION: Final = re.compile(r"<@[UW][A-Z0-9]+>")


class NotInChannelError(ForbiddenError):
    """The app is not in this channel."""


class NotHereYetError(NotFoundError):
    """That is not part of this version."""


async def command(desk: Desk, asked: Asked) -> None:
    """Whatever is typed after the slash command."""
    await _obey(desk, asked, await _read(desk, asked), public=False)


async def message(desk: Desk, asked: Asked) -> None:
    """A mention or a direct message: answered in its thread, for all who read it."""
    words = _MENTION.sub(" ", asked.text).strip()
    words = words.removeprefix(desk.command).strip()
    await _obey(desk, asked, await _read(desk, asked, words), public=True)
