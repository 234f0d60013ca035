"""The verbs of schedules: set, list, pause, run now, look at what became of them."""

from core.access.model import Viewer
from core.access.service import AccessService
from core.clock import Clock
from core.costs.service import CostService
from core.database import Database
from core.projects.service import ProjectService
from core.reports.model import Report
from core.reports.service import ReportService
from core.schedules.model import Run, Schedule, Terms


class ScheduleService:
    """Keeps schedules, and answers for their runs. `SchedulePoster` does what is due."""

    def __init__(
        self,
        database: Database,
        *,
        access: AccessService,
        costs: CostService,
        projects: ProjectService,
        reports: ReportService,
        clock: Clock,
    ) -> None:
        """Keep its parts."""
        self._database = database
        self._access = access
        self._costs = costs
        self._projects = projects
        self._reports = reports
        self._clock = clock

    async def list(self, viewer: Viewer) -> tuple[Schedule, ...]:
        """The schedules that somebody may see, in the order they were made."""
        raise NotImplementedError

    async def get(self, number: int, viewer: Viewer) -> Schedule:
        """One schedule.

        Raises:
            UnknownScheduleError: there is none of that number, or not for this viewer.
        """
        raise NotImplementedError

    async def may_change(self, schedule: Schedule, viewer: Viewer) -> bool:
        """Whether somebody may change it: its projects' owner, finance, administrators."""
        raise NotImplementedError

    async def add(self, terms: Terms, *, by: Viewer) -> Schedule:
        """Make a schedule, owned by whoever does.

        Raises:
            ScheduleError, ScheduleTimeError: it can't be so.
            CostTrackerError: its subject can't be read.
            RoleNeededError: it isn't for them to make.
        """
        raise NotImplementedError

    async def change(self, number: int, terms: Terms, *, by: Viewer) -> Schedule:
        """Change a schedule; whoever does owns it from now on.

        Raises:
            UnknownScheduleError: there is none of that number, or not for them.
            ScheduleError, ScheduleTimeError, CostTrackerError, RoleNeededError: as `add`.
        """
        raise NotImplementedError

    async def remove(self, number: int, *, by: Viewer) -> Schedule:
        """Remove a schedule; the history of its runs stays."""
        raise NotImplementedError

    async def pause(self, number: int, *, by: Viewer) -> Schedule:
        """Skip its runs until it is resumed; paused already: nothing changes."""
        raise NotImplementedError

    async def resume(self, number: int, *, by: Viewer) -> Schedule:
        """Have it run again; whoever does owns it from now on if its owner is gone."""
        raise NotImplementedError

    async def run(self, number: int, *, by: Viewer) -> Run:
        """Have its report posted now, provisional or not; paused or not.

        Raises:
            ScheduleStateError: a run of it is under way.
        """
        raise NotImplementedError

    async def preview(self, number: int, viewer: Viewer) -> Report:
        """What it would post now, of what the viewer may see; nothing is posted or kept."""
        raise NotImplementedError

    async def runs(
        self, number: int, viewer: Viewer, *, before: int | None = None, limit: int = 100
    ) -> tuple[Run, ...]:
        """Its runs, the latest first; `before`: the `id` to continue after."""
        raise NotImplementedError
