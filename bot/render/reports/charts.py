"""The pictures of a report: its days, what made the difference, and its year or its projects."""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import accumulate
from typing import Final

from bot.render import sentences, words
from bot.render.charts import axes, style
from bot.render.charts.alt import alt
from bot.render.charts.choose import colors
from bot.render.charts.spec import (
    Bar,
    Body,
    Chart,
    Line,
    Lines,
    Ranked,
    Series,
    Slot,
    Stacks,
    Step,
    Steps,
)
from bot.render.charts.waterfall import color, cut
from bot.render.reports import said
from core.costs.model import Granularity
from core.costs.proving.model import exact
from core.money import ZERO, display
from core.reports.model import Report, Sheet
from core.reports.sections import Day, Explained, Month, Row

DAYS: Final = "days"
CHANGE: Final = "change"
YEAR: Final = "year"
PROJECTS: Final = "projects"
SERVICES: Final = "services"

_LAYERS: Final = 7
_FEW: Final = 8
_ALT: Final = 1300
"""Characters of one picture's words: three of them stand in a message."""


def charts(report: Report) -> dict[str, Chart]:
    """Two or three pictures by name, the most telling first; none where nothing was spent.

    Of several currencies they show the one with the largest total, and say so.
    """
    return dict(_charts(report, report.sheets[0])) if report.sheets else {}


def _charts(report: Report, sheet: Sheet) -> Iterator[tuple[str, Chart]]:
    if any(day.amount for day in sheet.days):
        yield DAYS, _days(report, sheet)
    if sheet.explained is not None and (sheet.explained.causes or sheet.explained.rest):
        yield CHANGE, _change(report, sheet, sheet.explained)
    if len(sheet.history) > 1:
        yield YEAR, _year(report, sheet)
    elif sum(bool(row.amount) for row in sheet.projects) > 1:
        yield PROJECTS, _ranked(report, sheet, sheet.projects, "project")
    elif sum(bool(row.amount) for row in sheet.services) > 1:
        yield SERVICES, _ranked(report, sheet, sheet.services, "service")


def _chart(report: Report, sheet: Sheet, title: str, body: Body, figures: Iterable[str]) -> Chart:
    only = f" · {sheet.currency} only" if len(report.sheets) > 1 else ""
    return Chart(
        title=title,
        subtitle=f"{said.about(report)}, {said.period(report)} · {said.badge(report)}{only}",
        footer=sentences.fresh(report.freshness),
        alt=alt(f"{title}.", figures, most=_ALT),
        body=body,
    )


# Day by day -----------------------------------------------------------------------------


def _days(report: Report, sheet: Sheet) -> Chart:
    before = _aligned(sheet)
    compared = any(amount is not None for amount in before)
    title = f"{display(sheet.total, sheet.currency)} day by day, by service"
    return _chart(
        report,
        sheet,
        title,
        Stacks(
            slots=tuple(_slot(sheet, day) for day in sheet.days),
            marks=tuple(axes.marks([day.date for day in sheet.days], Granularity.DAILY)),
            series=_series(sheet),
            scale=axes.scale(_reach(sheet, before), sheet.currency),
            previous=tuple(map(_number, before)) if compared else (),
            previous_name=f"the {said.unit(report)} before" if compared else "",
        ),
        _said_by_day(sheet),
    )


def _aligned(sheet: Sheet) -> tuple[Decimal | None, ...]:
    """The days before, one for each day: of a shorter month there are none for the last."""
    amounts = [day.amount for day in sheet.days_before[: len(sheet.days)]]
    return (*amounts, *[None] * (len(sheet.days) - len(amounts)))


def _slot(sheet: Sheet, day: Day) -> Slot:
    few = len(sheet.days) <= _FEW and day.amount is not None
    text = words.tick(day.amount or ZERO, sheet.currency) if few else ""
    return Slot(text, incomplete=not day.complete, missing=day.amount is None)


def _series(sheet: Sheet) -> tuple[Series, ...]:
    """The largest services, and all others in one."""
    named = [each for each in sheet.layers if not each.other][: _LAYERS - 1]
    rest = [each for each in sheet.layers if each not in named]
    parts = [(each.name, each.amounts, False) for each in named]
    if rest:
        columns = zip(*(each.amounts for each in rest), strict=True)
        parts.append((words.OTHER, tuple(exact(column) for column in columns), True))
    paints = colors([(name, other) for name, _, other in parts])
    return tuple(
        Series(
            "" if len(parts) == 1 else name,
            words.rounded(exact(amounts), sheet.currency),
            paint,
            tuple(map(float, amounts)),
        )
        for (name, amounts, _), paint in zip(parts, paints, strict=True)
    )


def _reach(sheet: Sheet, before: Sequence[Decimal | None]) -> Iterator[float]:
    columns = list(zip(*(each.amounts for each in sheet.layers), strict=True))
    yield from (float(exact(a for a in column if a > 0)) for column in columns)
    yield from (float(exact(a for a in column if a < 0)) for column in columns)
    yield from (float(amount) for amount in before if amount is not None)


def _said_by_day(sheet: Sheet) -> Iterator[str]:
    for day in sheet.days:
        amount = "not in yet" if day.amount is None else display(day.amount, sheet.currency)
        yield f"{words.slot(day.date, Granularity.DAILY)} {amount};"
    for layer in sheet.layers:
        yield f"{layer.name} {display(exact(layer.amounts), sheet.currency)};"


def _number(amount: Decimal | None) -> float | None:
    return None if amount is None else float(amount)


# What made the difference ---------------------------------------------------------------


def _change(report: Report, sheet: Sheet, why: Explained) -> Chart:
    currency = sheet.currency
    changes = [*why_steps(why)]
    levels = list(accumulate((by for _, by, _ in changes), initial=why.before))
    steps = [
        Step(
            name,
            float(start),
            float(start + by),
            words.signed_short(by, currency),
            color(by, rest=rest),
        )
        for start, (name, by, rest) in zip(levels, changes, strict=False)
    ]
    first = _whole(words.days(why.then), why.before, currency)
    last = _whole(words.days(why.now), why.after, currency)
    title = f"{words.signed(why.change, currency)} on {words.days(why.then)}: what made it"
    figures = [
        f"before {display(why.before, currency)};",
        *(f"{name} {words.signed(by, currency)};" for name, by, _ in changes),
        f"after {display(why.after, currency)}.",
    ]
    body = Steps((first, *steps, last), cut([float(level) for level in levels]))
    return _chart(report, sheet, title, body, figures)


def why_steps(why: Explained) -> Iterator[tuple[str, Decimal, bool]]:
    """What the change is made of, in words: name, amount, and whether it is what is left."""
    yield from ((each.where, each.amount, False) for each in why.causes)
    if why.one_off:
        yield "one-off charges", why.one_off, False
    if why.rest:
        yield "everything else", why.rest, True


def _whole(name: str, amount: Decimal, currency: str) -> Step:
    text = words.rounded(amount, currency)
    return Step(name, 0, float(amount), text, style.SERIES[0], whole=True)


# The year, or the parts -----------------------------------------------------------------


def _year(report: Report, sheet: Sheet) -> Chart:
    months, currency = sheet.history, sheet.currency
    before = [month.year_before for month in months]
    amounts = [month.amount for month in months]
    lines = [_line("12 months", amounts, currency, style.SERIES[0])]
    if any(amount is not None for amount in before):
        lines.insert(0, _line("a year before", before, currency, style.INK, quiet=True))
    reach = [float(each) for each in (*amounts, *before) if each is not None]
    return _chart(
        report,
        sheet,
        f"{display(exact(amounts), currency)} in {words.plural(len(months), 'month')}",
        Lines(
            slots=tuple(
                Slot(words.tick(each.amount, currency), incomplete=not each.complete)
                for each in months
            ),
            marks=tuple(axes.marks([each.month for each in months], Granularity.MONTHLY)),
            lines=tuple(lines),
            scale=axes.scale(reach, currency),
        ),
        (_month(each, currency) for each in reversed(months)),
    )


def _line(
    name: str, amounts: Sequence[Decimal | None], currency: str, paint: str, *, quiet: bool = False
) -> Line:
    total = exact(amount for amount in amounts if amount is not None)
    # Of fewer months the sum would be held against that of all.
    text = "" if None in amounts else words.rounded(total, currency)
    return Line(name, text, paint, tuple(map(_number, amounts)), quiet=quiet, dashed=quiet)


def _month(month: Month, currency: str) -> str:
    before = month.year_before
    beside = "" if before is None else f" (a year before {display(before, currency)})"
    name = words.slot(month.month, Granularity.MONTHLY)
    return f"{name} {display(month.amount, currency)}{beside};"


def _ranked(report: Report, sheet: Sheet, rows: Sequence[Row], of: str) -> Chart:
    currency = sheet.currency
    shown = [row for row in rows if row.amount]
    compared = any(row.before is not None for row in shown)
    bars = tuple(
        Bar(
            name(row),
            float(row.amount),
            words.rounded(row.amount, currency),
            style.REST if row.other else style.SERIES[0],
            words.change(row.comparable, currency),
            _number(row.before),
        )
        for row in shown
    )
    title = f"{display(sheet.total, currency)} by {of}"
    figures = (f"{name(row)} {display(row.amount, currency)};" for row in shown)
    previous = f"the {said.unit(report)} before" if compared else ""
    return _chart(report, sheet, title, Ranked(bars, previous), figures)


def name(row: Row) -> str:
    """What a row is called: `checkout`, `others (12)`."""
    return f"{row.name} ({row.of:,})" if row.other else row.name
