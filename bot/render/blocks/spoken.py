"""Plain sentences in Slack's markup: names in bold, instants in each reader's own time, people."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Final

from bot.render import sentences
from bot.render.blocks.message import escape, tame
from bot.render.voice import Voice

_NAME: Final = re.compile("\x02([^\x03]*)\x03")
_INSTANT: Final = re.compile("\x04(\\d+)\x05([^\x05]*)\x05")
_PERSON: Final = re.compile("\x06([UW][A-Z0-9]{2,})\x06")
_MARKS: Final = re.compile("[\x02-\x06]")


def spoken(make: Callable[[Voice], str]) -> str:
    """What is said with Slack's voice, all of it harmless."""
    return linked(make(VOICE))


def linked(text: str) -> str:
    """Text with the marks of Slack's voice, as markup."""
    said = _NAME.sub(r"*\1*", escape(text))
    said = _INSTANT.sub(r"<!date^\1^{date_short_pretty} at {time}|\2>", said)
    return _MARKS.sub("", _PERSON.sub(r"<@\1>", said))


def clock(instant: datetime) -> str:
    """A mark that `linked` makes an instant in each reader's own time zone."""
    return f"\x04{int(instant.timestamp())}\x05{sentences.clock(instant)}\x05"


def _name(name: str) -> str:
    return f"\x02{tame(_MARKS.sub('', name))}\x03"


def _person(name: str) -> str:
    return f"\x06{name}\x06"


VOICE: Final = Voice(_name, clock, _person)
