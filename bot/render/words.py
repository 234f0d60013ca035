"""How answers are put into words: periods, amounts, changes, names, notes.

Text here is plain; whoever puts it into Slack's markup escapes it.
"""

import re
from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Context, Decimal
from typing import Final

from babel.dates import format_date
from babel.numbers import format_currency

from core.costs.model import (
    ACCOUNT,
    CATEGORY,
    PROJECT,
    PROVIDER,
    SERVICE,
    SKU,
    TEAM,
    Basis,
    Comparable,
    CostAnswer,
    CostQuery,
    Dimension,
    Filter,
    Freshness,
    Granularity,
    Line,
    Measure,
    Note,
    NoteKind,
    Total,
)
from core.money import ZERO, display, plain, short
from core.period import Period

type Mark = Callable[[str], str]
"""Makes a name stand out: bold in Slack, nothing elsewhere."""

OTHER: Final = "other"
_DASH: Final = "\N{EN DASH}"
_UNITS: Final = {"d": "day", "w": "week", "m": "month", "q": "quarter", "y": "year"}
_TO_DATE: Final = {
    "wtd": "this week so far",
    "mtd": "this month so far",
    "qtd": "this quarter so far",
    "ytd": "this year so far",
}
_NAMED: Final = frozenset({"today", "yesterday"}) | {
    f"{which}-{unit}" for which in ("this", "last") for unit in ("week", "month", "quarter", "year")
}
_NONE: Final = {PROJECT: "unassigned", TEAM: "no team", ACCOUNT: "no account"}
_PLURALS: Final = {SERVICE: "services", PROJECT: "projects", CATEGORY: "categories"}
_PROVIDERS: Final = {"gcp": "Google Cloud", "aws": "AWS", "azure": "Azure"}
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
}
_BIG_CHANGE: Final = Decimal(10)
_TINY_SHARE: Final = Decimal("0.0005")
_ROUND_FROM: Final = 100
_SHORT_FROM: Final = 10**6
_TWO_DIGITS: Final = Context(prec=2)


def plural(count: int, one: str, many: str = "") -> str:
    """A number with its noun: `1 line`, `2 lines`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def listing(names: Sequence[str], *, most: int = 3) -> str:
    """Some names as a sentence has them: `a, b and c`, `a, b and 7 more`."""
    shown = list(names[:most]) if len(names) <= most else list(names[: most - 1])
    if len(shown) < len(names):
        shown.append(f"{len(names) - len(shown):,} more")
    return " and ".join(filter(None, (", ".join(shown[:-1]), shown[-1]))) if shown else ""


def day(value: date, *, year: bool = False) -> str:
    """A day: `21 Nov`, or `21 Nov 2026`."""
    return format_date(value, "d MMM y" if year else "d MMM", locale="en_US")


def month(value: date) -> str:
    """A month: `November 2026`."""
    return format_date(value, "MMMM y", locale="en_US")


def days(period: Period, *, year: bool = False) -> str:
    """The days of a period, in as few words as will do: 15 to 21 Nov, 30 Oct to 3 Nov 2026."""
    first, last = period.start, period.last_day
    if first == last:
        return day(first, year=year)
    if first.year != last.year:
        return f"{day(first, year=True)} {_DASH} {day(last, year=True)}"
    if first.month != last.month:
        return f"{day(first)} {_DASH} {day(last, year=year)}"
    return f"{first.day}{_DASH}{day(last, year=year)}"


def calendar(period: Period) -> str | None:
    """What the calendar calls it, if anything: `October 2026`, `Q3 2026`, `2026`."""
    first, end = period.start, period.end
    if first.day != 1 or end.day != 1:
        return None
    months = (end.year - first.year) * 12 + end.month - first.month
    if months == 1:
        return month(first)
    if months == 3 and first.month % 3 == 1:  # noqa: PLR2004 - a quarter
        return f"Q{first.month // 3 + 1} {first.year}"
    if months == 12 and first.month == 1:  # noqa: PLR2004 - a year
        return str(first.year)
    return None


def period_name(period: Period) -> str:
    """A period by name, no days: `the last 7 days`, `this month so far`, `October 2026`."""
    name = period.name.lower()
    if name in _TO_DATE:
        return _TO_DATE[name]
    if name in _NAMED:
        return name.replace("-", " ")
    if name.startswith("last-") and name[-1:] in _UNITS and name[5:-1].isdigit():
        count = int(name[5:-1])
        unit = _UNITS[name[-1]]
        return f"the last {plural(count, unit)}" if count > 1 else f"the last {unit}"
    return calendar(period) or days(period, year=True)


def period(value: Period) -> str:
    """A period by name and days: `the last 7 days`, with the days in parentheses."""
    name = period_name(value)
    written = days(value, year=True)
    relative = bool(value.name) and calendar(value) != name
    return f"{name} ({days(value)})" if relative and name != written else name


def when(value: Period) -> str:
    """A period as it stands in a sentence: `in the last 7 days (…)`, `on 3 Oct 2026`."""
    words = period(value)
    name = value.name.lower()
    if name in _NAMED or name in _TO_DATE:
        return words
    if name or calendar(value):
        return f"in {words}"
    if value.days == 1:
        return f"on {words}"
    return f"from {words.replace(f' {_DASH} ', ' to ').replace(_DASH, ' to ')}"


def rounded(amount: Decimal, currency: str) -> str:
    """An amount without cents where they would be noise: `$5,120`, `$64.20`, `$1.2M`."""
    if abs(amount) >= _SHORT_FROM:
        return short(amount, currency)
    if abs(amount) >= _ROUND_FROM:
        return format_currency(
            amount, currency, format="¤#,##0", locale="en_US", currency_digits=False
        )
    return display(amount, currency)


def tick(amount: Decimal, currency: str) -> str:
    """An amount in the fewest characters: `$8.4k`, `$2k`, `$0.002`."""
    if amount and abs(amount) < Decimal("0.1"):
        unit = short(ZERO, currency).removesuffix("0")
        return f"{'-' if amount < 0 else ''}{unit}{plain(abs(amount).normalize(_TWO_DIGITS))}"
    return re.sub(r"\.0(?=[kMB]?$)", "", short(amount, currency))


def signed(amount: Decimal, currency: str) -> str:
    """A difference with its sign: `+$640.00`, `-$12.30`."""
    return f"+{display(amount, currency)}" if amount > 0 else display(amount, currency)


def percent(change: Decimal) -> str:
    """A change with its sign, `+5.3%` or `-12.0%`; `12.4 times` where that stops helping."""
    if change >= _BIG_CHANGE:
        return f"{change + 1:,.1f} times"
    text = f"{change * 100:+.1f}%"
    return "0.0%" if text in ("+0.0%", "-0.0%") else text


def change(comparable: Comparable | None, currency: str) -> str:
    """What became of an amount, in a cell: `+5.3%`, `new`, `+$12.30`; empty: can't be said."""
    if comparable is None:
        return ""
    if comparable.change is not None:
        return percent(comparable.change)
    if not comparable.then:
        return "new" if comparable.now else ""
    return signed(comparable.now - comparable.then, currency)


def share(value: Decimal | None) -> str:
    """A part of the whole: `60.9%`; empty where there is no whole to be part of."""
    if value is None:
        return ""
    return "<0.1%" if 0 < value < _TINY_SHARE else f"{value * 100:.1f}%"


def dimension(value: Dimension, *, many: bool = False) -> str:
    """A dimension as people say it: `service`, `SKU`, `label team`; or several of them."""
    if value.name == "label":
        return f"label {value.key}"
    if many:
        return _PLURALS.get(value, f"{dimension(value)}s")
    return "SKU" if value == SKU else value.name


def title(value: Dimension) -> str:
    """A dimension as the head of a column: `Service`, `SKU`."""
    words = dimension(value)
    return words[:1].upper() + words[1:]


def identity(value: str | None, of: Dimension) -> str:
    """One value of a dimension: `checkout`, `unassigned`, `no region`."""
    if value is None:
        return _NONE.get(of, f"no {of.key or dimension(of)}")
    return _PROVIDERS.get(value, value) if of == PROVIDER else value


def group(line: Line, dimensions: Sequence[Dimension]) -> tuple[str, ...]:
    """What a line is of, a name a dimension."""
    if line.other:
        return (OTHER, *("" for _ in dimensions[1:]))
    return tuple(
        (line.names or {}).get(each) or identity(line.group.get(each), each) for each in dimensions
    )


def slot(start: date, granularity: Granularity) -> str:
    """A day, week or month of an answer: `Sat 21 Nov`, `week of 16 Nov`, `Nov 2026`."""
    match granularity:
        case Granularity.DAILY:
            return format_date(start, "EEE d MMM", locale="en_US")
        case Granularity.WEEKLY:
            return f"week of {day(start)}"
        case Granularity.MONTHLY:
            return format_date(start, "MMM y", locale="en_US")


def slot_short(start: date, granularity: Granularity) -> str:
    """The same where there is little room: `21 Nov`, `Nov 2026`."""
    if granularity == Granularity.MONTHLY:
        return format_date(start, "MMM y", locale="en_US")
    return day(start)


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
    if name.startswith("last-") and name[5:-1].isdigit() and name[-1:] in _UNITS:
        count, unit = int(name[5:-1]), _UNITS[name[-1]]
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
    elif by >= _BIG_CHANGE:
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
        return "There is no data yet: nothing has been synced from a billing export so far."
    if data.complete_until is not None and answer.query.period.start > data.through.date():
        return (
            f"No cost of {who} {when(answer.query.period)} is in yet: "
            f"the data reaches to {day(data.through.date(), year=True)}."
        )
    return f"No cost of {who} was found {when(answer.query.period)}."


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
