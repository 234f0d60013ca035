"""What shapes along time share: the axis of days and that of amounts."""

from itertools import pairwise
from typing import Final, Protocol

from bot.render.charts import style
from bot.render.charts.canvas import Box, Canvas
from bot.render.charts.shapes.layout import FOOTER, MARGIN
from bot.render.charts.spec import Scale, Slot

HEIGHT: Final = 960
LABELS: Final = 66

type Path = list[tuple[float, float]]


class Timeline(Protocol):
    """Slots along time, over a scale of amounts; perhaps with a limit."""

    @property
    def slots(self) -> tuple[Slot, ...]: ...  # noqa: D102 - as the shapes say

    @property
    def marks(self) -> tuple[tuple[float, str], ...]: ...  # noqa: D102

    @property
    def scale(self) -> Scale: ...  # noqa: D102

    @property
    def limit(self) -> float | None: ...  # noqa: D102

    @property
    def limit_name(self) -> str: ...  # noqa: D102


def plot(sheet: Canvas, shape: Timeline, top: float, right: float) -> Box:
    """Where the shape is drawn: beside the names of its amounts, above those of its days."""
    ticks = max(
        (sheet.measure(words, size=style.SMALL) for _, words in shape.scale.ticks), default=0
    )
    return (MARGIN + ticks + 14, top, right, foot(sheet))


def foot(sheet: Canvas) -> float:
    """Where the axis of days is."""
    return float(sheet.height - FOOTER - LABELS)


def y(shape: Timeline, within: Box, value: float) -> float:
    """How far down an amount is."""
    low, high = shape.scale.low, shape.scale.high
    return within[3] - (value - low) / (high - low) * (within[3] - within[1])


def x(shape: Timeline, within: Box, slot: float) -> float:
    """How far to the right a slot begins."""
    return within[0] + slot / len(shape.slots) * (within[2] - within[0])


def grid(sheet: Canvas, shape: Timeline, within: Box) -> None:
    """The lines of the amounts, and the days that aren't in."""
    missing = [
        (x(shape, within, i), within[1], x(shape, within, i + 1), within[3])
        for i, slot in enumerate(shape.slots)
        if slot.missing
    ]
    if missing:
        sheet.boxes(missing, style.MISSING)
    lines: list[Path] = []
    for value, words in shape.scale.ticks:
        at = y(shape, within, value)
        lines.append([(within[0], at), (within[2], at)])
        sheet.text(within[0] - 14, at, words, size=style.SMALL, color=style.SOFT, across="right")
    sheet.lines(lines, style.FAINT, 0.7)


def limit(sheet: Canvas, shape: Timeline, within: Box) -> None:
    """The line that a limit is, with its name on it."""
    if shape.limit is None:
        return
    at = y(shape, within, shape.limit)
    sheet.lines([[(within[0], at), (within[2], at)]], style.LIMIT, 1.6, dashed=True)
    sheet.text(within[0] + 12, at - 22, shape.limit_name, size=style.SMALL, color=style.LIMIT)


def marks(sheet: Canvas, shape: Timeline, within: Box) -> None:
    """Names along the axis of time: all, or else every second, third, … that has room."""
    if not shape.marks:
        return
    at = within[3] + LABELS / 2
    for stride in range(1, len(shape.marks) + 1):
        spans = [_span(sheet, shape, within, mark) for mark in shape.marks[::stride]]
        if all(one[1] + 14 < other[0] for one, other in pairwise(spans)):
            break
    for (left, right), (_, words) in zip(spans, shape.marks[::stride], strict=True):
        middle = (left + right) / 2
        sheet.text(middle, at, words, size=style.SMALL, color=style.SOFT, across="center")


def _span(
    sheet: Canvas, shape: Timeline, within: Box, mark: tuple[float, str]
) -> tuple[float, float]:
    slot, words = mark
    half = sheet.measure(words, size=style.SMALL) / 2
    middle = max(half + 8, min(x(shape, within, slot + 0.5), sheet.width - half - 8))
    return (middle - half, middle + half)
