"""What is done by itself: the scheduler's jobs, messages to the outside, incidents."""

from datetime import timedelta
from typing import Final

from bot.doctor.case import Case, Tell
from bot.render import incidents, words
from bot.services import Services
from core.access.model import OPERATOR
from core.findings import failure, ok, warning
from core.incidents.model import IncidentKind

_STUCK: Final = timedelta(hours=6)
_PAUSE: Final = timedelta(hours=26)
_SYNC: Final = "sync"
_BACKLOG: Final = timedelta(hours=1)
_NAMED: Final = 5


async def work(case: Case, tell: Tell) -> None:
    """Whether what is due gets done."""
    services = case.services
    if services is None:
        return
    await _jobs(services, tell)
    await _incidents(services, tell)
    await _messages(services, tell)
    await _budgets(services, tell)
    if case.sources:
        await _scheduler(services, tell)


async def _jobs(services: Services, tell: Tell) -> None:
    # Those with a dot in their name are what somebody pressed: pressing again does them.
    stuck = [job for job in await services.jobs.stuck(_STUCK) if "." not in job.kind]
    for job in stuck:
        tell(
            failure(
                "jobs",
                job.kind,
                f"{job.period} was begun at {job.started_at:%Y-%m-%d %H:%M} UTC by {job.worker} "
                "and hasn't ended",
                "End that process; another takes the job over, or begin anew: cost-tracker sync",
            )
        )
    if not stuck:
        tell(ok("jobs", "", "none is stuck"))


async def _incidents(services: Services, tell: Tell) -> None:
    """Work that fails; what is wrong with a source shows where that is looked at."""
    for incident in await services.incidents.open():
        if incident.kind is IncidentKind.DUTY:
            said = f"{incident.subject} fails since {incident.opened_at:%Y-%m-%d %H:%M} UTC"
            fix = incident.facts.fix or "Its log says more."
            tell(failure("jobs", incident.subject, f"{said}: {incident.facts.words}", fix))
        if incident.kind is IncidentKind.SCHEDULE:
            fix = incidents.remedy(incident).replace("`", "")
            said = f"{incidents.title(incident)}: {incident.facts.words}"
            tell(failure("jobs", "schedules", said, fix))
        if incident.kind is IncidentKind.ROLLUPS:
            fix = incidents.remedy(incident).replace("`", "")
            tell(failure("data", "rollups", f"{incidents.title(incident)}.", fix))


async def _messages(services: Services, tell: Tell) -> None:
    backlog = await services.outbox.backlog()
    if backlog.parked:
        tell(
            failure(
                "messages",
                "parked",
                f"{words.plural(backlog.parked, 'message')} can't be delivered",
                "See why: cost-tracker deliveries --parked; once mended: "
                "cost-tracker deliveries retry --all",
            )
        )
    if backlog.oldest > _BACKLOG:
        hours = int(backlog.oldest.total_seconds() // 3600)
        waiting = f"{words.plural(backlog.queued, 'message')} waiting, the oldest for {hours} h"
        fix = "Let a process deliver them: cost-tracker run --role worker"
        tell(warning("messages", "queue", waiting, fix))
    elif not backlog.parked:
        tell(ok("messages", "", "all delivered" if not backlog.queued else "under way"))


async def _budgets(services: Services, tell: Tell) -> None:
    """Those that no evaluation looks at."""
    lost = [each for each in await services.budgets.list(OPERATOR) if each.query is None]
    if not lost:
        return
    named = words.listing([f"{each.id} ({each.terms.subject})" for each in lost], most=_NAMED)
    tell(
        warning(
            "budgets",
            "",
            f"not watched, as what they are of is there no more: {named}",
            f"Remove them, or set others: cost-tracker budgets remove {lost[0].id}",
        )
    )


async def _scheduler(services: Services, tell: Tell) -> None:
    latest = await services.jobs.latest(_SYNC)
    if latest is None or services.clock() - latest.started_at > _PAUSE:
        since = "never" if latest is None else f"last at {latest.started_at:%Y-%m-%d %H:%M} UTC"
        tell(
            warning(
                "jobs",
                "schedule",
                f"a sync of all sources has begun {since}",
                "Let a process with the scheduler's role run: cost-tracker run --role scheduler",
            )
        )
