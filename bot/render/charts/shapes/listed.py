"""A table, with a small line at the end of each row that shows its course."""

from typing import Final

from bot.render.charts import style
from bot.render.charts.canvas import Canvas
from bot.render.charts.shapes.layout import GAP, MARGIN
from bot.render.charts.spec import Listed, Row

_ROW: Final = 64
_HEAD: Final = 58
_SPARK: Final = 190.0
NAME: Final = 200.0
"""Pixels that names have at least; figures are written smaller to leave them."""
_SIZES: Final = (style.TEXT, style.SMALL, 10.0, 8.0, 6.0)


def height(listed: Listed) -> float:
    """How much room it takes."""
    return GAP + _HEAD + len(listed.rows) * _ROW


def draw(sheet: Canvas, listed: Listed, top: float) -> None:
    """Draw it below `top`."""
    size, rights = columns(sheet, listed)
    left = sheet.width - MARGIN - _SPARK
    middle = top + GAP / 2 + _HEAD / 2
    for at, (right, words) in enumerate(zip(rights, listed.header, strict=True)):
        _cell(sheet, (MARGIN, right), middle, words, first=at == 0, head=True)
    if listed.spark:
        sheet.text(left, middle, listed.spark, size=style.SMALL, color=style.SOFT)
    top += GAP / 2 + _HEAD
    sheet.lines([[(MARGIN, top), (sheet.width - MARGIN, top)]], style.FAINT, 0.8)
    for n, row in enumerate(listed.rows):
        middle = top + (n + 0.5) * _ROW
        for at, (right, words) in enumerate(zip(rights, row.cells, strict=True)):
            fits = sheet.fit(words, right - MARGIN, size=size, bold=row.bold)
            _cell(sheet, (MARGIN, right), middle, fits, first=at == 0, bold=row.bold, size=size)
        if row.spark:
            _spark(sheet, row, left, middle)


def columns(sheet: Canvas, listed: Listed) -> tuple[float, list[float]]:
    """How large figures are written, so that names have room; and where each column ends."""
    for size in _SIZES:
        rights = _rights(sheet, listed, size)
        if rights[0] >= MARGIN + NAME:
            break
    return size, [max(rights[0], MARGIN + NAME), *rights[1:]]


def _rights(sheet: Canvas, listed: Listed, size: float) -> list[float]:
    """Where each column ends: figures as wide as they are, names what is left."""
    rows = listed.rows
    right = float(sheet.width - MARGIN - (_SPARK + GAP if listed.spark else 0))
    ends: list[float] = []
    for at in range(len(listed.header) - 1, 0, -1):
        ends.append(right)
        widest = max(
            [
                sheet.measure(listed.header[at], size=style.SMALL),
                *(sheet.measure(row.cells[at], size=size, bold=row.bold) for row in rows),
            ]
        )
        right -= widest + 1.5 * GAP
    return [right, *reversed(ends)]


def _cell(
    sheet: Canvas,
    sides: tuple[float, float],
    middle: float,
    words: str,
    *,
    first: bool,
    head: bool = False,
    bold: bool = False,
    size: float = style.SMALL,
) -> None:
    color = style.SOFT if head else style.INK
    if first:
        sheet.text(sides[0], middle, words, size=size, color=color, bold=bold)
    else:
        sheet.text(sides[1], middle, words, size=size, color=color, bold=bold, across="right")


def _spark(sheet: Canvas, row: Row, left: float, middle: float) -> None:
    """From zero or the lowest to the highest; the last value as a dot."""
    known = [value for value in row.spark if value is not None]
    if not known:
        return
    low, high = min(0.0, *known), max(0.0, *known)
    reach, room = (high - low) or 1.0, _ROW - 24
    step = _SPARK / max(len(row.spark) - 1, 1)
    points = [
        (left + n * step, middle + room / 2 - (value - low) / reach * room)
        for n, value in enumerate(row.spark)
        if value is not None
    ]
    zero = middle + room / 2 + low / reach * room
    sheet.lines([[(left, zero), (left + _SPARK, zero)]], style.FAINT, 0.8)
    if len(points) > 1:
        sheet.lines([points], style.SERIES[0], 1.6)
    sheet.dots(points[-1:], style.SERIES[0], 7.0)
