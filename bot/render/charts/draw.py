"""Draws a chart; imports matplotlib and the plain values of a chart, nothing else of ours."""

from itertools import pairwise
from typing import Final

from bot.render.charts import style
from bot.render.charts.canvas import Box, Canvas
from bot.render.charts.spec import Bar, Chart, Ranked, Stacks

_MARGIN: Final = 48
_TITLE_STEP: Final = 62
_SUBTITLE_STEP: Final = 52
_KEY_STEP: Final = 52
_FOOTER: Final = 64
_ROW: Final = 78
_STACKS_HEIGHT: Final = 960
_LABELS: Final = 66
_GAP: Final = 24
_SEPARATE: Final = 62
_SWATCH: Final = 28
_ENTRY: Final = 72


def draw(chart: Chart) -> bytes:
    """Draw a chart: a PNG, 1600 pixels wide and about 900 high."""
    match chart.body:
        case Ranked() as ranked:
            sheet = Canvas(_ranked_height(chart, ranked))
            top = _head(sheet, chart)
            _draw_ranked(sheet, ranked, top)
        case Stacks() as stacks:
            sheet = Canvas(_STACKS_HEIGHT)
            top = _head(sheet, chart)
            _draw_stacks(sheet, stacks, top)
    sheet.text(
        _MARGIN,
        sheet.height - _FOOTER / 2,
        sheet.fit(chart.footer, sheet.width - 2 * _MARGIN, size=style.SMALL),
        size=style.SMALL,
        color=style.SOFT,
    )
    return sheet.png()


def _title(sheet: Canvas, chart: Chart) -> tuple[list[str], float]:
    """The title on at most two lines, in the largest size that shows all of it."""
    width = sheet.width - 2 * _MARGIN
    for size in style.TITLES:
        lines = sheet.wrap(chart.title, width, most=2, size=size, bold=True)
        if not lines or not lines[-1].endswith("…"):
            break
    return lines, size


def _head(sheet: Canvas, chart: Chart) -> float:
    """Title and subtitle; where they end."""
    y = _MARGIN - 12.0
    lines, size = _title(sheet, chart)
    for line in lines:
        sheet.text(_MARGIN, y + _TITLE_STEP / 2, line, size=size, bold=True)
        y += _TITLE_STEP
    if chart.subtitle:
        words = sheet.fit(chart.subtitle, sheet.width - 2 * _MARGIN, size=style.SMALL)
        sheet.text(_MARGIN, y + _SUBTITLE_STEP / 2, words, size=style.SMALL, color=style.SOFT)
        y += _SUBTITLE_STEP
    return y


# Ranked bars -----------------------------------------------------------------------------


def _ranked_height(chart: Chart, ranked: Ranked) -> int:
    lines = len(_title(Canvas(1), chart)[0])
    head = _MARGIN - 12 + lines * _TITLE_STEP + _SUBTITLE_STEP * bool(chart.subtitle)
    key = _KEY_STEP * bool(ranked.previous_name)
    return int(head + key + _GAP + len(ranked.bars) * _ROW + _FOOTER)


def _draw_ranked(sheet: Canvas, ranked: Ranked, top: float) -> None:
    if ranked.previous_name:
        _key_mark(sheet, _MARGIN, top + _KEY_STEP / 2, ranked.previous_name)
        top += _KEY_STEP
    top += _GAP / 2
    names = [sheet.fit(bar.name, sheet.width * 0.36) for bar in ranked.bars]
    left = _MARGIN + max((sheet.measure(name) for name in names), default=0) + _GAP
    room = max((_text_width(sheet, bar) for bar in ranked.bars), default=0)
    right = sheet.width - _MARGIN - room - _GAP
    reach = [bar.value for bar in ranked.bars]
    reach += [bar.previous for bar in ranked.bars if bar.previous is not None]
    low, high = min(0.0, *reach), max(0.0, *reach)
    scale = (right - left) / (high - low) if high > low else 0.0
    zero = left - low * scale
    for i, (bar, name) in enumerate(zip(ranked.bars, names, strict=True)):
        middle = top + (i + 0.5) * _ROW
        end = zero + bar.value * scale
        sheet.text(left - _GAP, middle, name, across="right")
        sheet.boxes([_bar(zero, end, middle)], bar.color)
        reached = max(zero, end)
        if bar.previous is not None:
            mark = zero + bar.previous * scale
            sheet.lines([[(mark, middle - 32), (mark, middle + 32)]], style.INK, 1.6)
            reached = max(reached, mark)
        reached += _GAP / 2 + 4
        sheet.text(reached, middle, bar.text)
        reached += sheet.measure(bar.text) + _GAP
        sheet.text(reached, middle, bar.change, size=style.SMALL, color=style.SOFT)
    bottom = top + len(ranked.bars) * _ROW
    sheet.lines([[(zero, top), (zero, bottom)]], style.SOFT, 0.6)


def _text_width(sheet: Canvas, bar: Bar) -> float:
    return sheet.measure(bar.text) + _GAP + sheet.measure(bar.change, size=style.SMALL)


def _bar(zero: float, end: float, middle: float) -> Box:
    """A bar of at least two pixels, so that a tiny amount is seen."""
    if abs(end - zero) < 2:  # noqa: PLR2004 - see above
        end = zero + (2 if end >= zero else -2)
    return (min(zero, end), middle - 23, max(zero, end), middle + 23)


def _key_mark(sheet: Canvas, x: float, y: float, words: str) -> None:
    sheet.lines([[(x + 6, y - 16), (x + 6, y + 16)]], style.INK, 1.6)
    sheet.text(x + _SWATCH, y, words, size=style.SMALL, color=style.SOFT)


# Stacks along time -----------------------------------------------------------------------


def _draw_stacks(sheet: Canvas, stacks: Stacks, top: float) -> None:
    top = _keys(sheet, stacks, top) + _GAP
    bottom = sheet.height - _FOOTER - _LABELS
    right = float(sheet.width - _MARGIN)
    if any(series.name for series in stacks.series):
        right = _names(sheet, stacks, top, bottom)
    ticks = max(
        (sheet.measure(words, size=style.SMALL) for _, words in stacks.scale.ticks), default=0
    )
    plot = (_MARGIN + ticks + 14, top, right, bottom)
    _grid(sheet, stacks, plot)
    _bars(sheet, stacks, plot)
    _previous(sheet, stacks, plot)
    _limit(sheet, stacks, plot)
    _marks(sheet, stacks, plot)


def _y(stacks: Stacks, plot: Box, value: float) -> float:
    low, high = stacks.scale.low, stacks.scale.high
    return plot[3] - (value - low) / (high - low) * (plot[3] - plot[1])


def _x(stacks: Stacks, plot: Box, slot: float) -> float:
    return plot[0] + slot / len(stacks.slots) * (plot[2] - plot[0])


def _keys(sheet: Canvas, stacks: Stacks, top: float) -> float:
    """What the marks mean, in one line; where it ends."""
    x, y = float(_MARGIN), top + _KEY_STEP / 2
    keys: list[tuple[str, str]] = []
    if stacks.previous_name:
        keys.append(("line", stacks.previous_name))
    if any(slot.incomplete and not slot.missing for slot in stacks.slots):
        keys.append(("hatch", "more still to come in"))
    if any(slot.missing for slot in stacks.slots):
        keys.append(("band", "not in yet"))
    for kind, words in keys:
        box = (x, y - 14, x + _SWATCH, y + 14)
        if kind == "line":
            sheet.lines([[(x, y), (x + _SWATCH, y)]], style.INK, 1.8)
        elif kind == "hatch":
            sheet.boxes([box], style.SERIES[0])
            sheet.boxes([box], style.PAPER, hatch="////")
        else:
            sheet.boxes([box], style.MISSING)
        sheet.text(x + _SWATCH + 12, y, words, size=style.SMALL, color=style.SOFT)
        x += _SWATCH + 12 + sheet.measure(words, size=style.SMALL) + 44
    return top + _KEY_STEP if keys else top


def _names(sheet: Canvas, stacks: Stacks, top: float, bottom: float) -> float:
    """Names and sums of the stack's parts to the right of it, in its order; its right edge."""
    shown = stacks.series[::-1]
    widest = sheet.width * 0.3
    names = [sheet.fit(series.name, widest, size=style.TEXT) for series in shown]
    width = max(
        max(sheet.measure(name), sheet.measure(series.text, size=style.SMALL))
        for name, series in zip(names, shown, strict=True)
    )
    left = sheet.width - _MARGIN - width
    step = min(_ENTRY + 22.0, (bottom - top + _LABELS) / len(shown))
    for i, (name, series) in enumerate(zip(names, shown, strict=True)):
        y = top + i * step
        sheet.boxes([(left - 38, y, left - 14, y + _ENTRY)], series.color)
        sheet.text(left, y + 16, name)
        sheet.text(left, y + 56, series.text, size=style.SMALL, color=style.SOFT)
    return left - 38 - 40


def _grid(sheet: Canvas, stacks: Stacks, plot: Box) -> None:
    missing = [
        (_x(stacks, plot, i), plot[1], _x(stacks, plot, i + 1), plot[3])
        for i, slot in enumerate(stacks.slots)
        if slot.missing
    ]
    if missing:
        sheet.boxes(missing, style.MISSING)
    lines = []
    for value, words in stacks.scale.ticks:
        y = _y(stacks, plot, value)
        lines.append([(plot[0], y), (plot[2], y)])
        sheet.text(plot[0] - 14, y, words, size=style.SMALL, color=style.SOFT, across="right")
    sheet.lines(lines, style.FAINT, 0.7)


def _bars(sheet: Canvas, stacks: Stacks, plot: Box) -> None:
    many = len(stacks.slots) > _SEPARATE
    side = 0.0 if many else 0.11
    above, below = [0.0] * len(stacks.slots), [0.0] * len(stacks.slots)
    for series in stacks.series:
        boxes = []
        for i, value in enumerate(series.values):
            stack = above if value >= 0 else below
            start, stack[i] = stack[i], stack[i] + value
            if value:
                boxes.append(_box(stacks, plot, i, side, (start, stack[i])))
        if boxes:
            sheet.boxes(boxes, series.color, edge=0 if many else 0.5)
    coming = [
        _box(stacks, plot, i, side, (below[i], above[i]))
        for i, slot in enumerate(stacks.slots)
        if slot.incomplete and above[i] != below[i]
    ]
    if coming:
        sheet.boxes(coming, style.PAPER, hatch="///")
    zero = _y(stacks, plot, 0)
    sheet.lines([[(plot[0], zero), (plot[2], zero)]], style.SOFT, 0.8)
    for i, slot in enumerate(stacks.slots):
        if slot.text:
            before = stacks.previous[i] if stacks.previous else None
            y = _y(stacks, plot, max(above[i], before or 0.0))
            x = _x(stacks, plot, i + 0.5)
            sheet.text(x, y - 24, slot.text, size=style.SMALL, across="center")


def _box(stacks: Stacks, plot: Box, slot: int, side: float, values: tuple[float, float]) -> Box:
    top, bottom = _y(stacks, plot, max(values)), _y(stacks, plot, min(values))
    return (_x(stacks, plot, slot + side), top, _x(stacks, plot, slot + 1 - side), bottom)


def _previous(sheet: Canvas, stacks: Stacks, plot: Box) -> None:
    """A level across each slot, joined to the next where both are known."""
    paths: list[list[tuple[float, float]]] = [[]]
    for i, value in enumerate(stacks.previous):
        if value is None:
            paths.append([])
            continue
        y = _y(stacks, plot, value)
        paths[-1] += [(_x(stacks, plot, i), y), (_x(stacks, plot, i + 1), y)]
    drawn = [path for path in paths if path]
    if drawn:
        sheet.lines(drawn, style.PAPER, 3.4)
        sheet.lines(drawn, style.INK, 1.6)


def _limit(sheet: Canvas, stacks: Stacks, plot: Box) -> None:
    if stacks.limit is None:
        return
    y = _y(stacks, plot, stacks.limit)
    sheet.lines([[(plot[0], y), (plot[2], y)]], style.LIMIT, 1.6, dashed=True)
    sheet.text(plot[0] + 12, y - 22, stacks.limit_name, size=style.SMALL, color=style.LIMIT)


def _marks(sheet: Canvas, stacks: Stacks, plot: Box) -> None:
    """Names along the axis of time: all, or else every second, third, … that has room."""
    if not stacks.marks:
        return
    y = plot[3] + _LABELS / 2
    for stride in range(1, len(stacks.marks) + 1):
        spans = [_span(sheet, stacks, plot, mark) for mark in stacks.marks[::stride]]
        if all(one[1] + 14 < other[0] for one, other in pairwise(spans)):
            break
    for (left, right), (_, words) in zip(spans, stacks.marks[::stride], strict=True):
        x = (left + right) / 2
        sheet.text(x, y, words, size=style.SMALL, color=style.SOFT, across="center")


def _span(sheet: Canvas, stacks: Stacks, plot: Box, mark: tuple[float, str]) -> tuple[float, float]:
    slot, words = mark
    half = sheet.measure(words, size=style.SMALL) / 2
    x = max(half + 8, min(_x(stacks, plot, slot + 0.5), sheet.width - half - 8))
    return (x - half, x + half)
