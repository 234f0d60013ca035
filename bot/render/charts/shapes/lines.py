"""Lines along time, each with its name at its end."""

from itertools import groupby
from typing import Final

from bot.render.charts import style
from bot.render.charts.canvas import Box, Canvas
from bot.render.charts.shapes import timeline
from bot.render.charts.shapes.layout import GAP, MARGIN, keys
from bot.render.charts.shapes.timeline import Path, x, y
from bot.render.charts.spec import Line, Lines

_DOTS: Final = 31
_DOT: Final = 8.0
_ENTRY: Final = 84.0
_ABOVE: Final = 30


def draw(sheet: Canvas, lines: Lines, top: float) -> None:
    """Draw it below `top`."""
    missing = any(slot.missing for slot in lines.slots)
    top = keys(sheet, top, [("band", "not in yet")] if missing else []) + GAP + _ABOVE
    right = _right(sheet, lines)
    plot = timeline.plot(sheet, lines, top, right)
    timeline.grid(sheet, lines, plot)
    zero = y(lines, plot, 0)
    sheet.lines([[(plot[0], zero), (plot[2], zero)]], style.SOFT, 0.8)
    for line in lines.lines:
        _line(sheet, lines, plot, line)
    _texts(sheet, lines, plot)
    timeline.limit(sheet, lines, plot)
    timeline.marks(sheet, lines, plot)
    _names(sheet, lines, plot)


def _right(sheet: Canvas, lines: Lines) -> float:
    """Where the plot ends so that names have room beside it."""
    widths = [
        max(sheet.measure(_name(sheet, line)), sheet.measure(line.text, size=style.SMALL))
        for line in lines.lines
    ]
    return sheet.width - MARGIN - (max(widths) + GAP if widths else 0)


def _name(sheet: Canvas, line: Line) -> str:
    return sheet.fit(line.name, sheet.width * 0.24)


def _points(lines: Lines, plot: Box, line: Line) -> list[tuple[int, tuple[float, float]]]:
    return [
        (i, (x(lines, plot, i + 0.5), y(lines, plot, value)))
        for i, value in enumerate(line.values)
        if value is not None and not lines.slots[i].missing
    ]


def _line(sheet: Canvas, lines: Lines, plot: Box, line: Line) -> None:
    """Through neighbouring slots; where one has no value the line is broken."""
    width = 1.5 if line.quiet else 2.6
    points = _points(lines, plot, line)
    runs = [
        [at for _, at in run]
        for _, run in groupby(enumerate(points), lambda found: found[1][0] - found[0])
    ]
    whole: list[Path] = []
    coming: list[Path] = []
    for run in runs:
        path = [at for _, at in run]
        # What is still to come in doesn't bend the line: its last piece is told apart.
        cut = next((n for n, (i, _) in enumerate(run) if lines.slots[i].incomplete), len(path))
        cut = len(path) if line.quiet else max(cut, 1)
        whole.append(path[:cut])
        coming.append(path[cut - 1 :])
    for paths, dashed in ((whole, line.dashed), (coming, True)):
        drawn = [path for path in paths if len(path) > 1]
        if drawn:
            sheet.lines(drawn, line.color, width, dashed=dashed)
    alone = [path[0] for path in whole if len(path) == 1]
    shown = [at for _, at in points] if not line.quiet and len(lines.slots) <= _DOTS else alone
    if shown:
        sheet.dots(shown, line.color, _DOT)


def _texts(sheet: Canvas, lines: Lines, plot: Box) -> None:
    """Above the last line, those that have room beside one another."""
    if not lines.lines:
        return
    reached = 0.0
    for i, (across, down) in _points(lines, plot, lines.lines[-1]):
        text = lines.slots[i].text
        half = sheet.measure(text, size=style.SMALL) / 2
        if text and across - half > reached:
            sheet.text(across, down - _ABOVE, text, size=style.SMALL, across="center")
            reached = across + half + 8


def _names(sheet: Canvas, lines: Lines, plot: Box) -> None:
    """Beside each line's end, in the order of the ends, pushed apart where they would touch."""
    ends = sorted(
        (points[-1][1][1], n)
        for n, line in enumerate(lines.lines)
        if (points := _points(lines, plot, line))
    )
    lowest = plot[3] - _ENTRY * (len(ends) - 0.5)
    at = plot[1] - _ENTRY
    for n, (end, of) in enumerate(ends):
        at = max(min(end, lowest + n * _ENTRY), at + _ENTRY)
        line = lines.lines[of]
        left = plot[2] + GAP
        color = style.SOFT if line.color == style.REST else line.color
        sheet.text(left, at - 19, _name(sheet, line), color=color, bold=not line.quiet)
        sheet.text(left, at + 19, line.text, size=style.SMALL, color=style.SOFT)
