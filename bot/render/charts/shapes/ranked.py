"""Horizontal bars, largest first."""

from typing import Final

from bot.render.charts import style
from bot.render.charts.canvas import Box, Canvas
from bot.render.charts.shapes import layout
from bot.render.charts.shapes.layout import GAP, KEY, MARGIN, ROW, keys
from bot.render.charts.spec import Bar, Ranked

_THICK: Final = 23
_LEAST: Final = 2


def height(ranked: Ranked) -> float:
    """How much room it takes."""
    return KEY * bool(ranked.previous_name) + GAP + len(ranked.bars) * ROW


def draw(sheet: Canvas, ranked: Ranked, top: float) -> None:
    """Draw it below `top`."""
    if ranked.previous_name:
        top = keys(sheet, top, [("mark", ranked.previous_name)])
    top += GAP / 2
    names = [layout.name(sheet, bar.name) for bar in ranked.bars]
    left = MARGIN + max((name.width for name in names), default=0) + GAP
    room = max((_text_width(sheet, bar) for bar in ranked.bars), default=0)
    right = sheet.width - MARGIN - room - GAP
    reach = [bar.value for bar in ranked.bars]
    reach += [bar.previous for bar in ranked.bars if bar.previous is not None]
    low, high = min(0.0, *reach), max(0.0, *reach)
    scale = (right - left) / (high - low) if high > low else 0.0
    zero = left - low * scale
    for i, (bar, name) in enumerate(zip(ranked.bars, names, strict=True)):
        middle = top + (i + 0.5) * ROW
        end = zero + bar.value * scale
        layout.write(sheet, name, left - GAP, middle)
        sheet.boxes([thick(zero, end, middle)], bar.color)
        reached = max(zero, end)
        if bar.previous is not None:
            mark = zero + bar.previous * scale
            sheet.lines([[(mark, middle - 32), (mark, middle + 32)]], style.INK, 1.6)
            if mark - reached < _text_width(sheet, bar) + 2 * GAP:  # no room before it
                reached = max(reached, mark)
        reached += GAP / 2 + 4
        sheet.text(reached, middle, bar.text)
        reached += sheet.measure(bar.text) + GAP
        sheet.text(reached, middle, bar.change, size=style.SMALL, color=style.SOFT)
    bottom = top + len(ranked.bars) * ROW
    sheet.lines([[(zero, top), (zero, bottom)]], style.SOFT, 0.6)


def _text_width(sheet: Canvas, bar: Bar) -> float:
    return sheet.measure(bar.text) + GAP + sheet.measure(bar.change, size=style.SMALL)


def thick(start: float, end: float, middle: float) -> Box:
    """A bar of at least two pixels, so that a tiny amount is seen."""
    if abs(end - start) < _LEAST:
        end = start + (_LEAST if end >= start else -_LEAST)
    return (min(start, end), middle - _THICK, max(start, end), middle + _THICK)
