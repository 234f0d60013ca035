"""What an alert of a budget says, sentence by sentence, and its figures.

Text here is plain; whoever puts it into Slack's markup escapes it.
"""

from collections.abc import Iterator
from typing import Final

from bot.render import foresight, words
from bot.render.voice import PLAIN, Voice
from core.alerts.model import (
    Alert,
    AlertState,
    Cause,
    Kind,
    Occasion,
    Roundup,
    Telling,
    Threshold,
)
from core.costs.model import Measure
from core.money import display

STATES: Final = {
    AlertState.RAISED: "open",
    AlertState.ACKNOWLEDGED: "acknowledged",
    AlertState.SNOOZED: "snoozed",
    AlertState.BACK: "back under",
    AlertState.CLOSED: "period over",
    AlertState.REMOVED: "budget removed",
    AlertState.WITHDRAWN: "not watched any more",
}
OPEN: Final = (AlertState.RAISED, AlertState.ACKNOWLEDGED, AlertState.SNOOZED)
"""Those in which figures are at a threshold in a period that isn't over."""
OVER: Final = (AlertState.CLOSED, AlertState.REMOVED, AlertState.WITHDRAWN)
"""Those that nothing more is to come of."""
COLUMNS: Final = ("Budget of", "Period", "Budget", "Spent", "%", "Expected", "State")
_OCCASIONS: Final = {
    Occasion.LATE: "Late data: days that had been complete cost more than they did.",
    Occasion.RECORD: "The period is over: this is for the record.",
    Occasion.WAITED: "It was crossed while the alert was snoozed, and still is.",
    Occasion.REMINDER: "A reminder: nobody has acknowledged this yet.",
}
_CAUSES: Final = 3
_LONGEST: Final = 80


def subject(alert: Alert, voice: Voice = PLAIN) -> str:
    """What its budget is of, in the words that ask for it."""
    of, said = alert.subject, words.subject(alert.subject.subject)
    name = voice.name(said if len(said) <= _LONGEST else f"{said[: _LONGEST - 1]}…")
    return f"{name} (net)" if of.measure is Measure.NET else name


def _spent(alert: Alert) -> str:
    """How much of how much: `$8,412.00 of $8,000.00 (105.2%)`."""
    figures, currency = alert.figures, alert.subject.currency
    share = f" ({words.share(figures.share)})" if figures.share is not None else ""
    return f"{display(figures.used, currency)} of {display(figures.amount, currency)}{share}"


def headline(alert: Alert, voice: Voice = PLAIN) -> str:
    """What, how much, of how much, in one sentence."""
    of, when, spent = subject(alert, voice), words.when(alert.subject.period), _spent(alert)
    be, have = ("are", "have") if words.several(alert.subject.subject) else ("is", "has")
    match alert.state:
        case AlertState.REMOVED | AlertState.WITHDRAWN:
            gone = "was removed" if alert.removed else "is not watched any more"
            return f"The budget of {of} {gone}: {spent} was spent {when}."
        case AlertState.CLOSED:
            return f"For the record: {of} came to {spent} {when}, {_kept(alert)}."
        case AlertState.BACK:
            return f"{of} {be} back under every threshold: {spent} spent {when}."
    if alert.figures.remaining < 0:
        return f"{of} {be} over budget: {spent} spent {when}."
    if _heading_over(alert):
        return f"{of} {be} heading over budget: {spent} spent {when}."
    return f"{of} {have} spent {spent} {when}."


def _kept(alert: Alert) -> str:
    left = alert.figures.remaining
    return f"{display(-left, alert.subject.currency)} over" if left < 0 else "within its budget"


def _heading_over(alert: Alert) -> bool:
    expected = alert.figures.expected
    return expected is not None and expected > alert.figures.amount


def outlook(alert: Alert) -> str:
    """Where it goes at this pace, and when it will not do; empty where that can't be told."""
    if alert.state in OVER:
        return ""
    figures, currency = alert.figures, alert.subject.currency
    said = []
    if figures.expected is not None:
        near = words.rounded(figures.expected, currency)
        said.append(f"at this pace it ends near {near}{_likely(alert)}")
    if figures.breach is not None:
        said.append(f"over {_breach(alert)}")
    return _capital("; ".join(said)) + "." if said else ""


def _breach(alert: Alert) -> str:
    """Since when it is over, or from when on it is expected to be; empty: not at all."""
    over = alert.figures.remaining < 0
    if alert.figures.breach is None or (alert.state in OVER and not over):
        return ""
    day = words.day(alert.figures.breach)
    return f"since {day}" if over else f"from {day} on"


def _likely(alert: Alert) -> str:
    figures, currency = alert.figures, alert.subject.currency
    if figures.lower is None or figures.upper is None:
        return ""
    low, high = (words.rounded(each, currency) for each in (figures.lower, figures.upper))
    return "" if low == high else f", {foresight.LIKELY} {low} to {high}"


def pace(alert: Alert) -> str:
    """What the complete days cost beside what was planned for them; empty without a plan."""
    figures, currency = alert.figures, alert.subject.currency
    if figures.pace is None or figures.planned is None or figures.final:
        return ""
    planned = words.rounded(figures.planned, currency)
    before = words.day(figures.complete_until)
    return f"{words.share(figures.pace)} of the {planned} planned before {before}"


def why(alert: Alert) -> str:
    """What made the difference, the main cause first; empty where nobody has looked."""
    if alert.why is None:
        return ""
    told = [_cause(each, alert.subject.currency) for each in alert.why.causes[:_CAUSES]]
    causes = words.listing(told) or alert.why.text.removesuffix(".")
    return f"{causes}, against {words.days(alert.why.then)}"


def _cause(cause: Cause, currency: str) -> str:
    new = " (new)" if cause.new else ""
    return f"{cause.place} {words.signed_short(cause.change, currency)}{new}"


def owner(alert: Alert, voice: Voice = PLAIN) -> str:
    """Who answers for the budget."""
    return voice.person(alert.subject.owner) if alert.subject.owner else "nobody yet"


def standing(alert: Alert, voice: Voice = PLAIN) -> str:
    """How it stands, by whom, since or until when."""
    did, quiet = alert.acknowledged, alert.snoozed
    match alert.state:
        case AlertState.ACKNOWLEDGED if did is not None:
            return f"Acknowledged by {voice.person(did.by)}, {voice.clock(did.at)}"
        case AlertState.SNOOZED if quiet is not None:
            return (
                f"Snoozed by {voice.person(quiet.by)} until {voice.clock(quiet.until)}; "
                "a higher threshold of what is spent is told all the same"
            )
        case AlertState.BACK:
            return "Back under every threshold"
        case AlertState.CLOSED:
            return f"Closed: {words.period_name(alert.subject.period)} is over"
        case AlertState.REMOVED | AlertState.WITHDRAWN:
            days = words.period_name(alert.subject.period)
            none = f"has no amount for {days} any more, or can't be read"
            return f"Closed: the budget {'was removed' if alert.removed else none}"
    return "Open: nobody has acknowledged it yet"


def crossings(alert: Alert) -> str:
    """Which thresholds count as crossed: `crossed: 120% and 80% spent, 100% expected`."""
    told = []
    for kind, verb in ((Kind.ACTUAL, "spent"), (Kind.FORECAST, "expected")):
        found = [f"{c.threshold.percent}%" for c in alert.crossed if c.threshold.kind is kind]
        if found:
            told.append(f"{words.listing(found, most=4)} {verb}")
    return f"crossed: {', '.join(told)}" if told else ""


def threshold(crossed: Threshold) -> str:
    """That a threshold was crossed: `100% crossed`, `100% expected`."""
    verb = "crossed" if crossed.kind is Kind.ACTUAL else "expected"
    return f"{crossed.percent}% {verb}"


def figures(alert: Alert, voice: Voice = PLAIN) -> Iterator[tuple[str, str]]:
    """The parts of an alert, named; those of the headline aren't repeated."""
    told, currency = alert.figures, alert.subject.currency
    left, when = told.remaining, _breach(alert)
    if left < 0:
        yield "Over", ", ".join(filter(None, (f"by {display(-left, currency)}", when)))
    else:
        yield "Left", f"{display(left, currency)}{', over ' if when else ''}{when}"
    if alert.state not in OVER and told.expected is not None:
        share = f" ({words.share(told.expected_share)})" if told.expected_share is not None else ""
        near = words.rounded(told.expected, currency)
        yield "Expected at the end", f"{near}{share}{_likely(alert)}"
    if pace(alert):
        yield "Pace", pace(alert)
    yield "Owner", owner(alert, voice)


def data(alert: Alert, voice: Voice = PLAIN) -> str:
    """How fresh the figures are, and whether they are what the sources say."""
    told = alert.figures
    through = [f"data through {voice.clock(told.through)}"] if told.through is not None else []
    wrong = [] if told.matches_export else ["warning: the data differs from its export"]
    return " · ".join([*through, *wrong])


def occasion(telling: Telling, voice: Voice = PLAIN) -> str:
    """Why there is a message, where that isn't plain from what it says; else empty."""
    of = telling.alert
    if telling.occasion is Occasion.LEFT:
        return f"Alerts of the budget of {subject(of, voice)} are not told here any more."
    if telling.occasion is Occasion.RECORD and of.state is AlertState.CLOSED:
        return ""
    if telling.occasion is not Occasion.SET:
        return _OCCASIONS.get(telling.occasion, "")
    by = f" by {voice.person(telling.by)}" if telling.by else ""
    if telling.before is None:
        return f"The budget is new{', set' * bool(by)}{by}: what is crossed already is told once."
    before = display(telling.before, of.subject.currency)
    now = display(of.figures.amount, of.subject.currency)
    amounts = f" from {before} to {now}" if telling.before != of.figures.amount else ""
    return f"The budget was changed{amounts}{by}."


def further(telling: Telling, voice: Voice = PLAIN) -> str:
    """What a reply in an alert's thread says in short: the threshold, figures, what follows."""
    alert = telling.alert
    worst = telling.crossed[0] if telling.crossed else alert.worst
    lead = f"{threshold(worst)}: " if worst is not None else ""
    said = (occasion(telling, voice), f"{lead}{headline(alert, voice)}", outlook(alert))
    return " ".join(filter(None, said))


def lines(telling: Telling, voice: Voice = PLAIN) -> Iterator[str]:
    """All of an alert in sentences, for who hears or reads plain text."""
    alert = telling.alert
    parts = (
        occasion(telling, voice),
        headline(alert, voice),
        outlook(alert),
        f"Pace: {pace(alert)}." if pace(alert) else "",
        f"Why: {why(alert)}." if why(alert) else "",
        f"Owner: {owner(alert, voice)}.",
        f"{standing(alert, voice)}.",
    )
    yield from filter(None, parts)


def now(alert: Alert, voice: Voice = PLAIN, *, late: bool) -> str:
    """What to tell who did something about an alert; `late`: it had changed before they did."""
    stands = standing(alert, voice)
    lead = f"It has changed since you saw it: {_lower(stands)}" if late else stands
    return f"{lead}. {headline(alert, voice)}"


def roundup(told: Roundup) -> str:
    """What several alerts in one message have in common."""
    count = len(told.tellings) + told.more
    budgets = words.plural(count, "budget")
    over = sum(each.alert.figures.remaining < 0 for each in told.tellings)
    match told.occasion:
        case Occasion.RECORD:
            return f"For the record: {budgets} crossed thresholds in periods that are over."
        case Occasion.LATE:
            return f"Late data: {budgets} crossed thresholds by days that had been complete."
        case Occasion.SET:
            have = "has" if count == 1 else "have"
            return f"New and changed budgets: {budgets} {have} crossed thresholds already."
    least = "at least " if told.more and over else ""
    return f"Today's alerts: {budgets}, {least}{over} over budget."


def row(alert: Alert) -> tuple[str, ...]:
    """An alert as a line of a table: what, period, budget, spent, share, expected, state."""
    told, currency = alert.figures, alert.subject.currency
    return (
        subject(alert),
        words.period_name(alert.subject.period),
        display(told.amount, currency),
        display(told.used, currency),
        words.share(told.share) or "-",
        "-" if told.expected is None else display(told.expected, currency),
        STATES[alert.state],
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
