"""The verbs of costs: answer a question, list what is behind it, say how good the data is."""

from collections.abc import AsyncIterator
from zoneinfo import ZoneInfo

from core.access.model import Viewer
from core.cache import Cache
from core.clock import Clock
from core.costs.listings import DimensionValue, Restatement, RowPage, SourceState
from core.costs.model import CostAnswer, CostQuery, CostRow, Dimension, Vocabulary
from core.database import Database
from core.period import Period

MOST_ROWS = 1000


class CostService:
    """Answers questions about costs, exactly, and only from what the asker may see."""

    def __init__(
        self,
        database: Database,
        cache: Cache,
        clock: Clock,
        *,
        zone: ZoneInfo = ZoneInfo("America/Los_Angeles"),
    ) -> None:
        """Keep its parts; `zone` (REPORT_TIMEZONE) says which day today is."""

    async def data_version(self) -> int:
        """The version of all that answers depend on: the same version, the same answer."""
        raise NotImplementedError

    async def vocabulary(self, viewer: Viewer) -> Vocabulary:
        """The names that the viewer's questions can mention."""
        raise NotImplementedError

    async def answer(self, query: CostQuery, viewer: Viewer) -> CostAnswer:
        """Answer a question.

        Raises:
            UnknownProjectError: it names a project that there isn't, or not for this viewer.
            RateUnknownError: amounts can't be converted to `query.currency`.
        """
        raise NotImplementedError

    async def rows(
        self, query: CostQuery, viewer: Viewer, *, after: str | None = None, limit: int = MOST_ROWS
    ) -> RowPage:
        """List the charges of a question, a page at a time.

        Args:
            query: its period, filters, measure and basis count; grouping doesn't.
            viewer: who asks.
            after: `next` of the page before; None begins.
            limit: rows a page, 1 to 1000.

        Raises:
            BadPositionError: `after` is none that this question gave.
        """
        raise NotImplementedError

    def stream(self, query: CostQuery, viewer: Viewer) -> AsyncIterator[CostRow]:
        """All rows of a question, from one instant, in constant memory."""
        raise NotImplementedError

    async def dimension(
        self,
        dimension: Dimension,
        viewer: Viewer,
        *,
        query: CostQuery | None = None,
        prefix: str = "",
        limit: int | None = None,
    ) -> tuple[DimensionValue, ...]:
        """The values of a dimension, sorted by what people read; unassigned or absent last.

        Args:
            dimension: which one.
            viewer: who asks; what they may not see is left out.
            query: only values that its charges have; None: all known.
            prefix: only those with a word of the identity or name that begins so, in any case.
            limit: no more than so many.
        """
        raise NotImplementedError

    async def data_state(self, viewer: Viewer) -> tuple[SourceState, ...]:
        """How fresh and how well proved the data is, per source, by name."""
        raise NotImplementedError

    async def restatements(
        self,
        viewer: Viewer,
        *,
        period: Period | None = None,
        before: int | None = None,
        limit: int = 100,
    ) -> tuple[Restatement, ...]:
        """Days that changed after they were published, newest record first.

        Args:
            viewer: who asks; only what they may see.
            period: only days in it.
            before: the `id` to continue after.
            limit: no more than so many.
        """
        raise NotImplementedError
