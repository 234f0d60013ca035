"""Bars along time, stacked by group."""

from typing import Final

from bot.render.charts import style
from bot.render.charts.canvas import Box, Canvas
from bot.render.charts.shapes import timeline
from bot.render.charts.shapes.layout import GAP, MARGIN, Sign, keys
from bot.render.charts.shapes.timeline import LABELS, Path, x, y
from bot.render.charts.spec import Stacks

_SEPARATE: Final = 62
_ENTRY: Final = 72
_TEXT: Final = 48
"""Of the figure above a bar, with the room around it."""


def draw(sheet: Canvas, stacks: Stacks, top: float) -> None:
    """Draw it below `top`."""
    top = keys(sheet, top, _signs(stacks)) + GAP
    right = float(sheet.width - MARGIN)
    if any(series.name for series in stacks.series):
        right = _names(sheet, stacks, top, timeline.foot(sheet))
    plot = timeline.plot(sheet, stacks, top, right)
    timeline.grid(sheet, stacks, plot)
    _bars(sheet, stacks, plot)
    _previous(sheet, stacks, plot)
    _average(sheet, stacks, plot)
    timeline.limit(sheet, stacks, plot)
    timeline.marks(sheet, stacks, plot)


def _signs(stacks: Stacks) -> list[tuple[Sign, str]]:
    signs: list[tuple[Sign, str]] = []
    if stacks.previous_name:
        signs.append(("line", stacks.previous_name))
    if stacks.average_name:
        signs.append(("curve", stacks.average_name))
    if any(slot.incomplete and not slot.missing for slot in stacks.slots):
        signs.append(("hatch", "more still to come in"))
    if any(slot.missing for slot in stacks.slots):
        signs.append(("band", "not in yet"))
    return signs


def _names(sheet: Canvas, stacks: Stacks, top: float, bottom: float) -> float:
    """Names and sums of the stack's parts to the right of it, in its order; its right edge."""
    shown = stacks.series[::-1]
    widest = sheet.width * 0.3
    names = [sheet.fit(series.name, widest, size=style.TEXT) for series in shown]
    width = max(
        max(sheet.measure(name), sheet.measure(series.text, size=style.SMALL))
        for name, series in zip(names, shown, strict=True)
    )
    left = sheet.width - MARGIN - width
    step = min(_ENTRY + 22.0, (bottom - top + LABELS) / len(shown))
    for i, (name, series) in enumerate(zip(names, shown, strict=True)):
        at = top + i * step
        sheet.boxes([(left - 38, at, left - 14, at + _ENTRY)], series.color)
        sheet.text(left, at + 16, name)
        sheet.text(left, at + 56, series.text, size=style.SMALL, color=style.SOFT)
    return left - 38 - 40


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
    zero = y(stacks, plot, 0)
    sheet.lines([[(plot[0], zero), (plot[2], zero)]], style.SOFT, 0.8)
    for i, slot in enumerate(stacks.slots):
        if slot.text:
            before = stacks.previous[i] if stacks.previous else None
            at = y(stacks, plot, above[i])
            line = at if before is None else y(stacks, plot, before)
            if at - _TEXT < line < at:  # it would strike the text through
                at = line
            middle = x(stacks, plot, i + 0.5)
            sheet.text(middle, at - _TEXT / 2, slot.text, size=style.SMALL, across="center")


def _box(stacks: Stacks, plot: Box, slot: int, side: float, values: tuple[float, float]) -> Box:
    top, bottom = y(stacks, plot, max(values)), y(stacks, plot, min(values))
    return (x(stacks, plot, slot + side), top, x(stacks, plot, slot + 1 - side), bottom)


def _average(sheet: Canvas, stacks: Stacks, plot: Box) -> None:
    """A line through the middles of the slots whose average is known."""
    paths: list[Path] = [[]]
    for i, value in enumerate(stacks.average):
        if value is None:
            paths.append([])
        else:
            paths[-1].append((x(stacks, plot, i + 0.5), y(stacks, plot, value)))
    drawn = [path for path in paths if path]
    if drawn:
        sheet.lines(drawn, style.PAPER, 4.0)
        sheet.lines(drawn, style.MORE, 2.2)


def _previous(sheet: Canvas, stacks: Stacks, plot: Box) -> None:
    """A level across each slot, joined to the next where both are known."""
    paths: list[Path] = [[]]
    for i, value in enumerate(stacks.previous):
        if value is None:
            paths.append([])
            continue
        at = y(stacks, plot, value)
        paths[-1] += [(x(stacks, plot, i), at), (x(stacks, plot, i + 1), at)]
    drawn = [path for path in paths if path]
    if drawn:
        sheet.lines(drawn, style.PAPER, 3.4)
        sheet.lines(drawn, style.INK, 1.6)
