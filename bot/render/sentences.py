"""What an answer says, sentence by sentence: its headline, what it is compared with, its notes.

Text here is plain; whoever puts it into Slack's markup escapes it.
"""

from collections.abc import Callable
from datetime import date, datetime
from typing import Final

from bot.render.words import (
    BIG_CHANGE,
    UNITS,
    calendar,
    day,
    days,
    dimension,
    identity,
    listing,
    month,
    percent,
    period,
    plural,
    when,
)
from core.costs.listings import Archived
from core.costs.model import (
    PROJECT,
    SERVICE,
    Basis,
    Comparable,
    CostAnswer,
    CostQuery,
    Filter,
    Freshness,
    Measure,
    Note,
    NoteKind,
    Total,
)
from core.money import display
from core.period import Period

type Mark = Callable[[str], str]
"""Makes a name stand out: bold in Slack, nothing elsewhere."""

_NOTES: Final = {
    NoteKind.TAX_EXCLUDED: "Tax of {amount} is not in these figures; `net` has it.",
    NoteKind.PROMOTION_EXCLUDED: (
        "Promotional credits of {amount} are not in these figures; `net` has them."
    ),
    NoteKind.INCOMPLETE_DAYS: "{span}: more is still to come in.",
    NoteKind.MISSING_DAYS: "{span}: not in yet.",
    NoteKind.PARTIAL_ACCESS: "Only projects that you may see are in these figures.",
    NoteKind.UNASSIGNED: "{some} belongs to no project.",
    NoteKind.CONVERTED: "{some} was converted{rates}.",
    NoteKind.LIST_UNKNOWN: "{some} has no list price in the export.",
    NoteKind.BEHIND_EXPORT: (
        "The export has changed since the last sync; the next one brings it in."
    ),
    NoteKind.MISMATCH: "Warning: what is stored{of} differs from its export{over}.",
    NoteKind.INVOICE_MATCHES: "Matches the invoice{over}, to the last digit.",
    NoteKind.INVOICE_DIFFERS: (
        "Warning: the invoice{of}{over} says {amount}, what is stored adds up to something else."
    ),
    NoteKind.SUMS_ONLY: (
        "{span}: kept as sums by month, without the SKUs, regions and labels behind them."
    ),
    NoteKind.NOT_KEPT: "{span}: charges of that age are not kept here.",
    NoteKind.RESOURCES_OTHER: (
        "{some} is of other resources: those that cost most of a project's day and service are"
        " told apart."
    ),
    NoteKind.RESOURCES_LEFT_OUT: (
        "Days on which it isn't among those that cost most of its project and service aren't in"
        " these figures."
    ),
    NoteKind.RESOURCES_UNKNOWN: "{some} is of sources that keep no resources{rates}.",
}


def subject(query: CostQuery, mark: Mark = str, *, everything: str = "all projects") -> str:
    """What is asked about: `checkout`, `Cloud SQL of checkout`, `all projects (region not eu)`."""
    filters = {f.dimension: f for f in query.where if not f.negated}
    projects, services = filters.get(PROJECT), filters.get(SERVICE)
    main = _names(projects, mark) if projects else ""
    if services:
        main = _names(services, mark) + (f" of {main}" if main else "")
    rest = [f for f in query.where if f is not projects and f is not services]
    limits = ", ".join(_limit(each) for each in rest)
    return (main or mark(everything)) + (f" ({limits})" if limits else "")


def several(query: CostQuery) -> bool:
    """Whether a sentence has what is asked about in the plural: `all projects have`."""
    filters = {f.dimension: f for f in query.where if not f.negated}
    main = filters.get(SERVICE) or filters.get(PROJECT)
    return main is None or len(main.values) > 1


def _names(kept: Filter, mark: Mark) -> str:
    if kept.dimension == PROJECT and kept.values == (None,):
        return mark("unassigned spend")
    return listing([mark(identity(value, kept.dimension)) for value in kept.values])


def _limit(kept: Filter) -> str:
    values = listing([identity(value, kept.dimension) for value in kept.values])
    return f"{dimension(kept.dimension)} {'not ' if kept.negated else ''}{values}"


def measured(query: CostQuery) -> str:
    """What its amounts are, where it isn't the plain cost: `net, as invoiced`."""
    words = {
        Measure.COST: "",
        Measure.NET: "net of all credits, with tax",
        Measure.GROSS: "before credits",
        Measure.LIST: "at list prices",
    }[query.measure]
    invoice = "by invoice month" if query.basis == Basis.INVOICE else ""
    return ", ".join(filter(None, (words, invoice)))


def against(answer: CostAnswer) -> str:
    """What it is compared with: `the 7 days before`, `October 2026`, `web in the same days`."""
    versus, other = answer.query.versus, answer.compared
    if versus is not None and versus.project is not None:
        return f"{versus.project} in the same days"
    if other is None:
        return ""
    if calendar(other):
        return calendar(other) or ""
    asked = answer.query.period
    if other.end == asked.start and (before := _before(asked, other)):
        return before
    return days(other, year=other.start.year != asked.start.year)


def compared_with(answer: CostAnswer) -> str:
    """What it is compared with, by its days where that is a period; nothing if with nothing."""
    versus = answer.query.versus
    if answer.compared is None or (versus is not None and versus.project is not None):
        return against(answer)
    return period(answer.compared)


def part(answer: CostAnswer) -> Period | None:
    """The days that percentages are of, where that isn't all of the question's."""
    asked, limits = answer.query.period, answer.comparable
    if limits is None or (limits[0].start, limits[0].end) == (asked.start, asked.end):
        return None
    return limits[0]


def percent_of(answer: CostAnswer) -> str:
    """The same in words: `15-19 Nov against 8-12 Nov`; nothing where it is all of them."""
    of, limits = part(answer), answer.comparable
    return f"{days(of)} against {days(limits[1])}" if of and limits else ""


def _other(answer: CostAnswer) -> str:
    """What percentages compare with: the whole of the other, or the days of it that count."""
    limits, versus = answer.comparable, answer.query.versus
    another = versus is not None and versus.project is not None
    if limits is None or part(answer) is None or another:
        return against(answer)
    return days(limits[1], year=limits[1].start.year != limits[0].start.year)


def _before(asked: Period, other: Period) -> str:
    """The period right before, if it is as long: `the 6 months before`, `the day before`."""
    name = asked.name.lower()
    if name.startswith("last-") and name[5:-1].isdigit() and name[-1:] in UNITS:
        count, unit = int(name[5:-1]), UNITS[name[-1]]
    elif asked.days == other.days:
        count, unit = asked.days, "day"
    else:
        return ""
    return f"the {unit} before" if count == 1 else f"the {plural(count, unit)} before"


def moved(total: Total, answer: CostAnswer) -> str:
    """How a total moved, as the end of a sentence: `up 5.3% on the 7 days before`; or nothing."""
    both, other = total.comparable, _other(answer)
    if both is None or not other:
        return ""
    by = both.change
    if by is None:
        words = _difference(both, total.currency)
    elif percent(by) == "0.0%":
        words = "level with"
    elif by >= BIG_CHANGE:
        words = percent(by)
    else:
        words = f"{'up' if by > 0 else 'down'} {percent(by).lstrip('+-')} on"
    return f"{words} {other}"


def _difference(both: Comparable, currency: str) -> str:
    """How an amount moved where the other is none to take a percentage of."""
    more = both.now - both.then
    if not both.then and more:
        return "up from nothing in"
    if not more:
        return "the same as"
    return f"{display(abs(more), currency)} {'more' if more > 0 else 'less'} than"


def headline(answer: CostAnswer, mark: Mark = str) -> str:
    """The answer in one sentence.

    Args:
        answer: what was answered.
        mark: makes the subject stand out, and makes it safe where it is written.
    """
    if not answer.totals:
        return nothing(answer, mark)
    partly = any(note.kind == NoteKind.PARTIAL_ACCESS for note in answer.notes)
    everything = "All that you may see" if partly else "All projects"
    who = subject(answer.query, mark, everything=everything)
    amounts = listing([display(t.amount, t.currency) for t in answer.totals], most=5)
    parts = [f"{who} cost {amounts} {when(answer.query.period)}", measured(answer.query)]
    return ", ".join(filter(None, (*parts, _moves(answer)))) + "."


def _moves(answer: CostAnswer) -> str:
    several = len(answer.totals) > 1
    moves = [(total.currency, moved(total, answer)) for total in answer.totals]
    said = "; ".join(f"{code} {move}" if several else move for code, move in moves if move)
    of = part(answer)
    return f"with {days(of)} {said}" if of and said else said


def nothing(answer: CostAnswer, mark: Mark = str) -> str:
    """What is said where there is no amount at all: why, if it is known."""
    who = subject(answer.query, mark)
    data = answer.freshness
    if data.through is None:
        return unsynced(answer.query, who)
    if data.complete_until is not None and answer.query.period.start > data.through.date():
        return (
            f"No cost of {who} {when(answer.query.period)} is in yet: "
            f"the data reaches to {day(data.through.date(), year=True)}."
        )
    return f"No cost of {who} was found {when(answer.query.period)}."


def unsynced(query: CostQuery, who: str) -> str:
    """That no source has data of what was asked: there may well be of other things."""
    of, it = (f" of {who}", " of it") if query.where else ("", "")
    return f"There is no data{of} yet: nothing{it} has been synced from a billing export so far."


def crash(reference: str) -> str:
    """An apology with the reference that is also in the log."""
    return (
        "Sorry, that went wrong on our side; it is not your question. "
        f"An administrator finds it in the log as {reference}."
    )


def fresh(data: Freshness) -> str:
    """How far the data reaches and whether it is proved, as a line of its own."""
    if data.through is None:
        return "No data yet"
    words = [f"Data through {clock(data.through)}"]
    if data.final:
        words.append("final")
    elif data.complete_until is not None:
        last = Period(date.min, data.complete_until).last_day
        words.append(f"days complete up to {day(last)}")
    words.append("matches the export" if data.matches_export else "not matched to the export yet")
    return " · ".join(words)


def clock(instant: datetime) -> str:
    """An instant: `21 Nov 22:00 UTC`."""
    return f"{day(instant.date())} {instant:%H:%M} UTC"


def archived(value: Archived) -> str:
    """What vanished at a source and is kept."""
    lines = plural(value.lines, "line")
    of = f" of {listing([month(each) for each in value.months])}" if value.months else ""
    held = f"{plural(value.slices, 'slice')} gone at the source since {clock(value.since)}"
    return f"{held}, kept and counted: {lines}{of}"


def note(value: Note) -> str:
    """Something to know, as one plain sentence."""
    amount = _size(value)
    span = days(value.days) if value.days is not None else "Some days"
    return _NOTES[value.kind].format(
        amount=amount,
        some=amount or "Some of it",
        span=span,
        rates=f": {value.text}" if value.text else "",
        of=f" of {value.text}" if value.text else "",
        over=f" for {calendar(value.days) or span}" if value.days is not None else "",
    )


def _size(value: Note) -> str:
    if value.amount is None or value.currency is None:
        return ""
    credit = value.kind == NoteKind.PROMOTION_EXCLUDED
    return display(-value.amount if credit else value.amount, value.currency)
