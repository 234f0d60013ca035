"""What a forecast says, sentence by sentence, and its figures as a table.

Text here is plain; whoever puts it into Slack's markup escapes it.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from bot.render import sentences, words
from bot.render.sentences import Mark
from core.costs.model import Comparable, CostQuery
from core.forecasts.model import Accuracy, Band, Forecast, ForecastNote, NoteKind
from core.forecasts.service import ForecastAnswer, Outlook
from core.money import ZERO, display
from core.period import Period, previous

LIKELY: Final = "4 of 5 times"
"""How often what comes lies in the band of 80%."""

_NOTES: Final = {
    NoteKind.SHORT_HISTORY: "There are only {count} days of history: a rough guide.",
    NoteKind.NO_BAND: "How sure that is can be said after two weeks.",
    NoteKind.INTERMITTENT: "Spend comes and goes here: sums may be off by 15% and more.",
    NoteKind.ENDED: "Nothing was spent for {count} days, so nothing more is expected.",
    NoteKind.MISSING_DAYS: "{count} days are missing at the source; what was usual stands in.",
    NoteKind.FAR_AHEAD: "It looks {count} days ahead: the further, the rougher.",
}


def headline(answer: ForecastAnswer, mark: Mark = str) -> str:
    """The forecast in one sentence, or two."""
    told = [each for each in answer.outlooks if each.forecast is not None]
    if not told:
        return nothing(answer, mark)
    who = sentences.subject(answer.query, mark, everything="All projects")
    sums = words.listing([_sum(each) for each in told], most=5)
    first = f"{who} {_be(answer.query)} expected to cost {sums} {words.when(answer.query.period)}"
    return f"{first}{_moved(told, answer.query.period)}."


def _be(query: CostQuery) -> str:
    """`is` or `are`, by how many are asked about."""
    named = [each.values for each in query.where if not each.negated]
    several = not named or len(max(named, key=len)) > 1
    return "are" if several else "is"


def nothing(answer: ForecastAnswer, mark: Mark = str) -> str:
    """Why there is no forecast."""
    who = sentences.subject(answer.query, mark)
    refused = [each.refused for each in answer.outlooks if each.refused is not None]
    if not refused:
        return f"No cost of {who} is known to forecast from."
    return f"No forecast of {who} yet. {refused[0].message}"


def _sum(outlook: Outlook) -> str:
    made = outlook.forecast
    if made is None:
        return ""
    likely = f" (likely {band(made.at80, made.currency)})" if made.at80 else ""
    return f"{words.rounded(made.total, made.currency)}{likely}"


def band(value: Band, currency: str) -> str:
    """From where to where: `$28,900 to $30,100`."""
    lower, upper = (words.rounded(each, currency) for each in value)
    return f"{lower} to {upper}"


def _moved(told: list[Outlook], period: Period) -> str:
    """How that compares with the period before, where all of it is known in one currency."""
    if len(told) > 1 or told[0].before is None or told[0].forecast is None:
        return ""
    both = Comparable(told[0].forecast.total, told[0].before)
    if both.change is None:
        return ""
    by, which = words.percent(both.change), "up" if both.change > 0 else "down"
    move = "level with" if by == "0.0%" else f"{which} {by.lstrip('+-')} on"
    return f", {move} {words.period_name(previous(period))}"


def figures(answer: ForecastAnswer) -> Iterator[tuple[str, str]]:
    """The parts of each forecast, named: what is spent, what is to come, how sure it is."""
    several = len(answer.outlooks) > 1
    for outlook in answer.outlooks:
        made = outlook.forecast
        if made is None:
            continue
        of = f"{made.currency}: " if several else ""
        yield from ((f"{of}{name}", text) for name, text in _parts(made, outlook))


def _parts(made: Forecast, outlook: Outlook) -> Iterator[tuple[str, str]]:
    def shown(amount: Decimal) -> str:
        return display(amount, made.currency)

    if made.complete_until > made.period.start:
        known = Period(made.period.start, made.complete_until)
        yield f"Spent, {words.days(known)}", shown(made.spent)
    ahead = Period(max(made.complete_until, made.period.start), made.period.end)
    yield f"Expected, {words.days(ahead)}", shown(made.ahead)
    yield "Expected in total", shown(made.total)
    if made.at80 is not None:
        yield f"Likely ({LIKELY})", f"{shown(made.at80.lower)} to {shown(made.at80.upper)}"
    if outlook.before is not None:
        yield _title(previous(made.period)), shown(outlook.before)


def _title(period: Period) -> str:
    name = words.period_name(period)
    return f"{name[:1].upper()}{name[1:]}"


def notes(answer: ForecastAnswer) -> Iterator[str]:
    """What must be said beside the figures."""
    for outlook in answer.outlooks:
        if outlook.refused is not None:
            yield f"{outlook.currency}: {outlook.refused}"
        if outlook.forecast is not None:
            yield from map(_note, outlook.forecast.notes)
            yield from _past(outlook.forecast.past)
    yield from map(sentences.note, answer.notes)


def _note(note: ForecastNote) -> str:
    return _NOTES[note.kind].format(count=f"{note.days:,}")


def _past(past: Accuracy | None) -> Iterator[str]:
    """How good the forecasts before were."""
    if past is None or past.error is None:
        return
    many = past.forecasts > 1
    which = f"The last {past.forecasts} forecasts of this were" if many else "The last one was"
    wrong = f"{which} off by {words.percent(past.error).lstrip('+')}"
    middle = " in the middle" if many else ""
    inside = round((past.within or ZERO) * past.forecasts)
    held = f"; {inside} of {past.forecasts} lay in their range" if past.within is not None else ""
    yield f"{wrong}{middle}{held}."
