"""How names, instants and people are written where something is said."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.render import sentences
from bot.render.sentences import Mark


@dataclass(frozen=True, slots=True)
class Voice:
    """One way to write them.

    `person` takes a Slack user id, an e-mail address or a token's subject.
    """

    name: Mark = str
    clock: Callable[[datetime], str] = sentences.clock
    person: Callable[[str], str] = str


PLAIN: Final = Voice()
