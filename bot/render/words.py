"""Amounts, changes, periods and names as people write them; `sentences` says more with them.

Text here is plain; whoever puts it into Slack's markup escapes it.
"""

import re
from collections.abc import Sequence
from datetime import date
from decimal import Context, Decimal
from typing import Final

from babel.dates import format_date

from core.costs.model import (
    ACCOUNT,
    PROJECT,
    PROVIDER,
    RESOURCE,
    SKU,
    TEAM,
    Comparable,
    Dimension,
    Granularity,
    Line,
)
from core.costs.trends import WINDOWS
from core.money import ZERO, display, plain, short, whole
from core.period import Period

OTHER: Final = "other"
_ALL: Final = "all"
_NO_PROJECTS: Final = re.compile(r'[\s="]')
_DASH: Final = "\N{EN DASH}"
UNITS: Final = {"d": "day", "w": "week", "m": "month", "q": "quarter", "y": "year"}
_TO_DATE: Final = {
    "wtd": "this week so far",
    "mtd": "this month so far",
    "qtd": "this quarter so far",
    "ytd": "this year so far",
}
_NAMED: Final = frozenset({"today", "yesterday"}) | {
    f"{which}-{unit}"
    for which in ("this", "last", "next")
    for unit in ("week", "month", "quarter", "year")
}
_NONE: Final = {PROJECT: "unassigned", TEAM: "no team", ACCOUNT: "no account"}
_PROVIDERS: Final = {"gcp": "Google Cloud", "aws": "AWS", "azure": "Azure"}
BIG_CHANGE: Final = Decimal(10)
_TINY_SHARE: Final = Decimal("0.0005")
_ROUND_FROM: Final = 100
_SHORT_FROM: Final = 10**6
_RESOURCE: Final = 40
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


def subject(text: str, *, everything: str = "all projects") -> str:
    """What a question's own words are of: `all team=payments` is `team=payments`."""
    if text == _ALL:
        return everything
    return listing(text.split(",")) if several(text) else text.removeprefix(f"{_ALL} ")


def several(text: str) -> bool:
    """Whether that is in the plural: `all`, or projects and nothing else, `checkout,search`."""
    return text == _ALL or ("," in text and not _NO_PROJECTS.search(text))


def average(granularity: Granularity) -> str:
    """What a moving average is called: `7-day average`."""
    unit = {"daily": "day", "weekly": "week", "monthly": "month"}[granularity]
    return f"{WINDOWS[granularity]}-{unit} average"


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
    if name.startswith(("last-", "next-")) and name[-1:] in UNITS and name[5:-1].isdigit():
        count = int(name[5:-1])
        unit = UNITS[name[-1]]
        which = f"the {name[:4]}"
        return f"{which} {plural(count, unit)}" if count > 1 else f"{which} {unit}"
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
        return whole(amount, currency)
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


def signed_short(amount: Decimal, currency: str) -> str:
    """The same without cents where they would be noise: `+$1,400`."""
    return f"+{rounded(amount, currency)}" if amount > 0 else rounded(amount, currency)


def percent(change: Decimal) -> str:
    """A change with its sign, `+5.3%` or `-12.0%`; `12.4 times` where that stops helping."""
    if change >= BIG_CHANGE:
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
    return "<0.1%" if 0 < value < _TINY_SHARE else f"{value * 100:,.1f}%"


def dimension(value: Dimension) -> str:
    """A dimension as people say it: `service`, `SKU`, `label team`."""
    if value.name == "label":
        return f"label {value.key}"
    return "SKU" if value == SKU else value.name


def title(value: Dimension) -> str:
    """A dimension as the head of a column: `Service`, `SKU`."""
    words = dimension(value)
    return words[:1].upper() + words[1:]


def identity(value: str | None, of: Dimension) -> str:
    """One value of a dimension: `checkout`, `unassigned`, `no region`."""
    if value is None:
        return _NONE.get(of, f"no {of.key or dimension(of)}")
    if of == RESOURCE:
        return resource(value)
    return _PROVIDERS.get(value, value) if of == PROVIDER else value


def resource(name: str) -> str:
    """A resource's name or id where there is little room: its last part, at most so long.

    `projects/42/zones/us-west1-a/instances/web-1` is `web-1`, as is `arn:aws:ec2:…:instance/web-1`.
    """
    short = re.split(r"[/:]", name.rstrip("/:"))[-1] if len(name) > _RESOURCE else name
    if len(short) <= _RESOURCE:
        return short
    half = (_RESOURCE - 1) // 2
    return f"{short[:half]}…{short[-half:]}"


def group(line: Line, dimensions: Sequence[Dimension]) -> tuple[str, ...]:
    """What a line is of, a name a dimension."""
    if line.other:
        return (OTHER, *("" for _ in dimensions[1:]))
    named = line.names or {}
    return tuple(
        identity(named.get(each) or line.group.get(each), each)
        if each == RESOURCE
        else named.get(each) or identity(line.group.get(each), each)
        for each in dimensions
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
