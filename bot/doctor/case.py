"""What every check is handed."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from bot.services import Services
from bot.settings import Settings
from core.clock import Clock
from core.findings import Finding
from core.ingest.config import SourceConfig

type Tell = Callable[[Finding], None]
type Check = Callable[[Case, Tell], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Case:
    """An installation that is looked at.

    `services` None: its database can't be used, or has an older schema.
    """

    settings: Settings
    clock: Clock
    sources: Sequence[SourceConfig] = ()
    services: Services | None = None
