"""Chooses the picture of an answer, and writes every word and length of it."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Final
from zlib import crc32

from bot.render import sentences, words
from bot.render.charts import axes, style
from bot.render.charts.alt import alt
from bot.render.charts.spec import Bar, Chart, Ranked, Scale, Series, Slot, Stacks
from bot.render.grid import Grid, grid
from core.costs.model import CostAnswer, Form, Line
from core.money import ZERO, display

_BARS: Final = 10
_SERIES: Final = 7
_TEXTS: Final = 8
_COMPARED: Final = 92


def choose(answer: CostAnswer) -> Chart | None:
    """The picture of an answer; None where one would say no more than its words.

    Along time: stacked bars, with the period compared with as a line. Otherwise: ranked
    bars. Of several currencies it shows the first; it says so, and the table has all.
    """
    if answer.query.form not in (None, Form.CHART) or not answer.totals:
        return None
    currency = answer.totals[0].currency
    layout = grid(answer, currency, most=_SERIES)
    if layout is not None:
        return _stacks(answer, layout)
    return _ranked(answer, [line for line in answer.lines if line.currency == currency])


def _chart(answer: CostAnswer, body: Ranked | Stacks, figures: Iterable[str]) -> Chart:
    title = sentences.headline(answer)
    only = f" · {answer.totals[0].currency} only" if len(answer.totals) > 1 else ""
    return Chart(
        title=title.removesuffix("."),
        subtitle=f"{answer.text}{only}",
        footer=sentences.fresh(answer.freshness),
        alt=alt(title, figures),
        body=body,
    )


# Ranked bars -----------------------------------------------------------------------------


def _ranked(answer: CostAnswer, lines: Sequence[Line]) -> Chart | None:
    if len(lines) < 2 or not any(line.amount for line in lines):  # noqa: PLR2004 - one bar
        return None
    bars = [_bar(answer, line) for line in lines]
    if len(bars) > _BARS:
        bars = [*bars[: _BARS - 1], _rest(lines[_BARS - 1 :])]
    compared = any(bar.previous is not None for bar in bars)
    body = Ranked(tuple(bars), _key(answer) if compared else "")
    return _chart(answer, body, (_said(answer, line) for line in lines))


def _key(answer: CostAnswer) -> str:
    of = sentences.percent_of(answer)
    return f"{sentences.against(answer)}; percentages: {of}" if of else sentences.against(answer)


def _bar(answer: CostAnswer, line: Line) -> Bar:
    return Bar(
        _name(answer, line),
        float(line.amount),
        words.rounded(line.amount, line.currency),
        style.REST if line.other else style.SERIES[0],
        words.change(line.comparable, line.currency),
        None if line.previous is None else float(line.previous),
    )


def _rest(lines: Sequence[Line]) -> Bar:
    amount = sum((line.amount for line in lines), ZERO)
    return Bar(
        f"{words.OTHER} ({len(lines):,})",
        float(amount),
        words.rounded(amount, lines[0].currency),
        style.REST,
    )


def _name(answer: CostAnswer, line: Line) -> str:
    return " · ".join(filter(None, words.group(line, answer.query.group_by)))


def _said(answer: CostAnswer, line: Line) -> str:
    before = "" if line.previous is None else f" (before {display(line.previous, line.currency)})"
    return f"{_name(answer, line)} {display(line.amount, line.currency)}{before};"


# Along time ------------------------------------------------------------------------------


def _stacks(answer: CostAnswer, layout: Grid) -> Chart | None:
    totals = layout.totals
    if len(layout.slots) < 2 or not any(any(g.amounts) for g in layout.groups):  # noqa: PLR2004
        return None
    paints = colors([(group.name, group.rest) for group in layout.groups])
    alone = len(layout.groups) == 1
    compared = len(layout.slots) <= _COMPARED and any(x is not None for x in layout.previous)
    body = Stacks(
        slots=tuple(_slot(layout, i, total) for i, total in enumerate(totals)),
        marks=tuple(axes.marks(layout.slots, layout.granularity)),
        series=tuple(
            Series(
                "" if alone else group.name,
                words.rounded(group.total, layout.currency),
                color,
                tuple(map(float, group.amounts)),
            )
            for group, color in zip(layout.groups, paints, strict=True)
        ),
        scale=_scale(layout),
        previous=tuple(None if x is None else float(x) for x in layout.previous)
        if compared
        else (),
        previous_name=sentences.against(answer) if compared else "",
        average=tuple(None if x is None else float(x) for x in layout.averages)
        if layout.averaged
        else (),
        average_name=words.average(layout.granularity) if layout.averaged else "",
    )
    return _chart(answer, body, _figures(layout))


def _slot(layout: Grid, i: int, total: Decimal) -> Slot:
    missing = i in layout.missing
    few = len(layout.slots) <= _TEXTS
    text = words.tick(total, layout.currency) if few and not missing else ""
    return Slot(text, i in layout.incomplete, missing)


def _figures(layout: Grid) -> Iterable[str]:
    if layout.averaged:
        last = next(each for each in layout.averages[::-1] if each is not None)
        name = words.average(layout.granularity)
        yield f"the latest {name} {display(last, layout.currency)};"
    if len(layout.groups) > 1:
        for group in layout.groups:
            yield f"{group.name} {display(group.total, layout.currency)};"
    for i, (start, total) in enumerate(zip(layout.slots, layout.totals, strict=True)):
        amount = "not in yet" if i in layout.missing else display(total, layout.currency)
        yield f"{words.slot(start, layout.granularity)} {amount};"


def colors(groups: Sequence[tuple[str, bool]]) -> list[str]:
    """A colour each: the name's own where it is free, so that it stays from chart to chart.

    Args:
        groups: names, and whether each is several in one; of the others seven at most.
    """
    free = list(style.SERIES)
    chosen = []
    for name, rest in groups:
        if rest:
            chosen.append(style.REST)
            continue
        own = style.SERIES[crc32(name.encode()) % len(style.SERIES)]
        color = own if own in free else free[0]
        free.remove(color)
        chosen.append(color)
    return chosen


def _scale(layout: Grid) -> Scale:
    columns = list(zip(*(group.amounts for group in layout.groups), strict=True))
    tops = [float(sum(a for a in column if a > 0)) for column in columns]
    bottoms = [float(sum(a for a in column if a < 0)) for column in columns]
    previous = [float(amount) for amount in layout.previous if amount is not None]
    return axes.scale([*tops, *bottoms, *previous], layout.currency)
