"""What is said of anomalies, sentence by sentence.

Text here is plain; whoever puts it into Slack's markup escapes it.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from bot.render import words
from bot.render.sentences import Mark
from bot.render.voice import PLAIN, Voice
from core.anomalies.found import Anomaly, Event
from core.anomalies.messages import Digest
from core.anomalies.model import Incident, Subject, Verdict
from core.anomalies.service import MOST_LISTED
from core.costs.model import PROJECT, SERVICE
from core.money import display, plain
from core.period import Period

VERDICTS: Final = {
    Verdict.EXPECTED: "Expected: this is what it costs now",
    Verdict.PLANNED: "Planned: known, and it will be over",
    Verdict.NOT_USEFUL: "Not useful: from now on it takes more to be told of it",
}
BUTTONS: Final = {
    Verdict.EXPECTED: "Expected",
    Verdict.PLANNED: "Planned",
    Verdict.NOT_USEFUL: "Not useful",
}

_WEEK: Final = 7


def subject(value: Subject, mark: Mark = str) -> str:
    """Whose cost: `checkout`, `Cloud SQL of checkout`."""
    project = mark(words.identity(value.project, PROJECT))
    if value.whole:
        return project
    return f"{mark(words.identity(value.service, SERVICE))} of {project}"


def headline(anomaly: Anomaly, mark: Mark = str) -> str:
    """What was found, in a sentence."""
    found = anomaly.incident
    actual, expected = (display(x, found.currency) for x in (found.actual, found.expected))
    days = words.days(anomaly.days)
    verb = "has cost" if found.provisional else "cost"
    difference = display(abs(found.impact), found.currency)
    more = "more" if found.impact > 0 else "less"
    return (
        f"{subject(found.subject, mark)} {verb} {actual} on {days}, {difference} {more} than the "
        f"{expected} expected{_course(found)}."
    )


def _course(found: Incident) -> str:
    if found.settled:
        return "; it stayed so and is the new usual"
    if found.provisional:
        return "; later charges may still come"
    return "; it goes on" if found.ongoing else ""


def latest(found: Sequence[Anomaly]) -> list[Anomaly]:
    """In the order in which they are told: what ended last first, then what came to most."""
    return sorted(found, key=lambda a: (a.days.end, abs(a.incident.impact)), reverse=True)


def details(anomaly: Anomaly) -> Iterator[str]:
    """What is behind it: services, what made the difference, what somebody said."""
    parts = [each for each in anomaly.incident.parts if each.subject != anomaly.incident.subject]
    if parts:
        shown = [
            f"{words.identity(each.subject.service, SERVICE)} "
            f"{words.signed(each.impact, each.currency)}"
            for each in parts
        ]
        yield f"In it: {words.listing(shown, most=4)}."
    if anomaly.why:
        provisional = anomaly.incident.provisional
        yield against_before(anomaly.days, anomaly.why, provisional=provisional)
    if anomaly.verdict is not None:
        yield f"{VERDICTS[anomaly.verdict]}."


def judged(anomaly: Anomaly, voice: Voice = PLAIN) -> str:
    """Who has judged it."""
    return f"Says {voice.person(anomaly.judged_by)}."


def ordinary(anomaly: Anomaly, mark: Mark = str) -> str:
    """That there is nothing out of the ordinary after all."""
    found = anomaly.incident
    return (
        f"{subject(found.subject, mark)}, {words.days(anomaly.days)}: data that came late made "
        "it ordinary."
    )


def digest(told: Digest) -> str:
    """What a message of several says first."""
    count = len(told.anomalies) + told.more
    return f"{words.plural(count, 'anomaly', 'anomalies')}, the most costly first."


def against_before(days: Period, why: str, *, provisional: bool) -> str:
    """Why its days cost more than those before: other figures than against what was expected.

    While `provisional`, of its complete days alone, which aren't all that the headline counts.
    """
    if provisional:
        return f"Its complete days against the same weekdays before: {_lower(why)}"
    weeks = -(-days.days // _WEEK)
    back = "a week" if weeks == 1 else f"{weeks} weeks"
    return f"Against the same days {back} before: {_lower(why)}"


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def summary(found: Sequence[Anomaly], about: str) -> str:
    """How many there are, and what they come to; the latest, where there are too many to list."""
    if not found:
        return f"Nothing out of the ordinary was found: {about}."
    sums: dict[str, list[Anomaly]] = {}
    for each in found:
        sums.setdefault(each.incident.currency, []).append(each)
    told = [
        words.signed(
            sum((x.incident.impact for x in some), start=some[0].incident.impact * 0), code
        )
        for code, some in sums.items()
    ]
    count = words.plural(len(found), "anomaly", "anomalies")
    count = f"The latest {count}" if len(found) == MOST_LISTED else count
    return f"{count}, {words.listing(told)} against what was expected: {about}."


def event(value: Event) -> str:
    """Days that are planned: `1 to 5 Dec, checkout: 500 more a day (load test)`."""
    whose = (
        Subject(value.project)
        if value.service is None
        else Subject.of_service(value.project, value.service)
    )
    much = "whatever it costs"
    if value.amount is not None:
        more = "more" if value.amount > 0 else "less"
        much = f"{plain(abs(value.amount))} {more} a day"
    note = f" ({value.note})" if value.note else ""
    return f"{words.days(value.days, year=True)}, {subject(whose)}: {much}{note}"
