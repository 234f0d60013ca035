"""What an incident says: what happened, what it means for the figures, what to do; plain text."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Final

from bot.render import sentences, words
from core.incidents.model import Incident, IncidentKind

type Clock = Callable[[datetime], str]
"""Writes an instant."""

_DUTIES: Final = {
    "upkeep": "Tables for the months to come are not made ahead; what is stored is right.",
    "reconcile": "What is stored is not proved for the moment; answers go on.",
    "freshness": "Late data would not be told of; answers go on.",
}
_DUTY: Final = "What it does is missing; answers go on."
_MEANINGS: Final = {
    IncidentKind.LATE: "Days since then are missing from every total, and answers say so.",
    IncidentKind.SCHEDULE: "Whoever waits for it gets none; figures elsewhere are right.",
}
_HOUR: Final = 60
_DAY: Final = 24 * _HOUR


def title(incident: Incident) -> str:
    """What is wrong, in a few words."""
    match incident.kind:
        case IncidentKind.SYNC:
            return f"{incident.subject} can't be read"
        case IncidentKind.LATE:
            return f"The data of {incident.subject} is late"
        case IncidentKind.MISMATCH:
            return f"{incident.subject} doesn't match its export in {_months(incident)}"
        case IncidentKind.ROLLUPS:
            return f"Sums of {_months(incident)} don't agree with their charges"
        case IncidentKind.SCHEDULE:
            return f"The report of schedule {incident.subject} isn't posted"
    return f"The daily work {incident.subject!r} fails"


def resolved(incident: Incident) -> str:
    """What is right again."""
    match incident.kind:
        case IncidentKind.SYNC:
            return f"{incident.subject} can be read again"
        case IncidentKind.LATE:
            return f"The data of {incident.subject} is up to date again"
        case IncidentKind.MISMATCH:
            return f"{incident.subject} matches its export again"
        case IncidentKind.ROLLUPS:
            return "Sums agree with their charges again"
        case IncidentKind.SCHEDULE:
            return f"Schedule {incident.subject} is in order again"
    return f"The daily work {incident.subject!r} is done again"


def happened(incident: Incident, clock: Clock = sentences.clock) -> str:
    """What was found."""
    match incident.kind:
        case IncidentKind.LATE if incident.facts.through is not None:
            age = lasting(incident.seen_at - incident.facts.through)
            newest = clock(incident.facts.through)
            return f"The newest charge in the export is of {newest}, {age} before the last look."
        case IncidentKind.MISMATCH:
            return "What is stored does not add up to what the export says."
        case IncidentKind.ROLLUPS:
            return "What is kept summed up is not what the charges add up to."
    return incident.facts.words


def meaning(incident: Incident, clock: Clock = sentences.clock) -> str:
    """What it means for the figures."""
    through = incident.facts.through
    match incident.kind:
        case IncidentKind.SYNC if through is None:
            return "There are no figures of it yet."
        case IncidentKind.SYNC if through is not None:
            return f"Its figures end at {clock(through)}; those before are right."
        case IncidentKind.MISMATCH:
            return f"Totals that touch {_months(incident)} carry a warning; others are proved."
        case IncidentKind.ROLLUPS:
            return f"Totals of {_months(incident)} may be wrong, of every source."
    return _MEANINGS.get(incident.kind) or _DUTIES.get(incident.subject, _DUTY)


def remedy(incident: Incident) -> str:
    """What to do; commands stand in backquotes."""
    source, fix = incident.subject, incident.facts.fix
    match incident.kind:
        case IncidentKind.SYNC:
            return " ".join(filter(None, (fix, f"Then run `cost-tracker sync {source}`.")))
        case IncidentKind.LATE:
            return (
                "See at the cloud whether the export still runs, then run "
                f"`cost-tracker sync {source}`; `cost-tracker doctor` looks at every part."
            )
        case IncidentKind.MISMATCH:
            return (
                "The next sync reads these slices again, which mends most; at once with "
                f"`cost-tracker sync {source}`. `{_reconcile(incident)}` shows every difference."
            )
        case IncidentKind.ROLLUPS:
            return f"Run `{_reconcile(incident)}`: it shows every difference."
        case IncidentKind.SCHEDULE:
            runs = f"`cost-tracker schedules history {source}` shows its runs."
            return " ".join(filter(None, (fix, runs)))
    return fix or "It is tried again by itself; run `cost-tracker doctor` to see what it lacks."


def course(incident: Incident, clock: Clock = sentences.clock) -> str:
    """Since when, how often, until when."""
    if incident.closed_at is not None:
        length = lasting(incident.closed_at - incident.opened_at)
        return f"From {clock(incident.opened_at)} to {clock(incident.closed_at)}: {length}."
    found = words.plural(incident.times, "time")
    again = f"; found {found}, last at {clock(incident.seen_at)}" if incident.times > 1 else ""
    return f"Since {clock(incident.opened_at)}{again}."


def lasting(span: timedelta) -> str:
    """A span of time as people say it: `3 h 10 min`, `2 days`."""
    minutes = max(1, round(span.total_seconds() / 60))
    if minutes >= 2 * _DAY:
        return words.plural(round(minutes / _DAY), "day")
    hours, rest = divmod(minutes, _HOUR)
    return " ".join((f"{hours} h",) * bool(hours) + (f"{rest} min",) * bool(rest))


def lines(incident: Incident) -> Iterator[str]:
    """All of it, for who reads plain text."""
    yield f"{title(incident)}."
    yield f"{happened(incident).rstrip('.')}."
    yield meaning(incident)
    yield remedy(incident)


def _months(incident: Incident) -> str:
    return words.listing([words.month(month) for month in incident.facts.months])


def _reconcile(incident: Incident) -> str:
    months = incident.facts.months
    first = f" {months[0]:%Y-%m}" if len(months) == 1 else ""
    return f"cost-tracker reconcile{first}"
