"""A table, with a small line at the end of each row that shows its course."""

from typing import Final

from bot.render.charts import style
from bot.render.charts.canvas import Canvas
from bot.render.charts.shapes.layout import GAP, MARGIN
from bot.render.charts.spec import Listed, Row

_ROW: Final = 64
_HEAD: Final = 58
_SPARK: Final = 190.0
_NAME: Final = 0.42


def height(listed: Listed) -> float:
    """How much room it takes."""
    return GAP + _HEAD + len(listed.rows) * _ROW


def draw(sheet: Canvas, listed: Listed, top: float) -> None:
    """Draw it below `top`."""
    rights = _rights(sheet, listed)
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
            room = rights[0] - MARGIN if at == 0 else right
            shown = sheet.fit(words, room, bold=row.bold)
            _cell(sheet, (MARGIN, right), middle, shown, first=at == 0, bold=row.bold)
        if row.spark:
            _spark(sheet, row, left, middle)


def _rights(sheet: Canvas, listed: Listed) -> list[float]:
    """Where each column ends: figures as wide as they are, names what is left."""
    rows = listed.rows
    right = float(sheet.width - MARGIN - (_SPARK + GAP if listed.spark else 0))
    ends: list[float] = []
    for at in range(len(listed.header) - 1, 0, -1):
        ends.append(right)
        widest = max(
            [
                sheet.measure(listed.header[at], size=style.SMALL),
                *(sheet.measure(row.cells[at], bold=row.bold) for row in rows),
            ]
        )
        right -= widest + 1.5 * GAP
    return [max(right, MARGIN + 200.0), *reversed(ends)]


def _cell(
    sheet: Canvas,
    sides: tuple[float, float],
    middle: float,
    words: str,
    *,
    first: bool,
    head: bool = False,
    bold: bool = False,
) -> None:
    size, color = (style.SMALL, style.SOFT) if head else (style.TEXT, style.INK)
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
