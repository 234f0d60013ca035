"""What was spent, day by day, and what is expected, with how sure that is."""

from typing import Final

from bot.render.charts import style
from bot.render.charts.canvas import Box, Canvas
from bot.render.charts.shapes import timeline
from bot.render.charts.shapes.layout import GAP, MARGIN, Sign, keys
from bot.render.charts.shapes.timeline import Path, x, y
from bot.render.charts.spec import Band, Course

_SIDE: Final = 0.11
_MANY: Final = 62
_LOOKS: Final[tuple[tuple[Sign, str], ...]] = (("wide", style.POSSIBLE), ("area", style.LIKELY))


def draw(sheet: Canvas, course: Course, top: float) -> None:
    """Draw it below `top`."""
    top = keys(sheet, top, _signs(course)) + GAP
    room = max((sheet.measure(note) for _, note in course.ends), default=0)
    right = sheet.width - MARGIN - (room + GAP if room else 0)
    plot = timeline.plot(sheet, course, top, right)
    timeline.grid(sheet, course, plot)
    for band, (_, color) in _with_looks(course.bands):
        _band(sheet, course, plot, band, color)
    _bars(sheet, course, plot)
    _line(sheet, course, plot, course.plan, color=style.INK, width=1.8)
    _line(sheet, course, plot, course.spent)
    _line(sheet, course, plot, course.expected, dashed=True)
    zero = y(course, plot, 0)
    sheet.lines([[(plot[0], zero), (plot[2], zero)]], style.SOFT, 0.8)
    timeline.limit(sheet, course, plot)
    timeline.marks(sheet, course, plot)
    _ends(sheet, course, plot)


def _with_looks(bands: tuple[Band, ...]) -> list[tuple[Band, tuple[Sign, str]]]:
    """Bands with their signs and colours: the narrowest always looks the same."""
    return list(zip(bands, _LOOKS[-len(bands) :], strict=True)) if bands else []


def _signs(course: Course) -> list[tuple[Sign, str]]:
    signs: list[tuple[Sign, str]] = []
    if course.expected_name:
        signs.append(("dashes", course.expected_name))
    if course.plan_name:
        signs.append(("line", course.plan_name))
    signs += [(sign, band.name) for band, (sign, _) in _with_looks(course.bands)[::-1]]
    if any(slot.incomplete and not slot.missing for slot in course.slots):
        signs.append(("hatch", "more still to come in"))
    return signs


def _bars(sheet: Canvas, course: Course, plot: Box) -> None:
    side = 0.0 if len(course.slots) > _MANY else _SIDE
    boxes: dict[bool, list[Box]] = {False: [], True: []}
    for i, value in enumerate(course.bars):
        if value:
            top, bottom = y(course, plot, max(value, 0)), y(course, plot, min(value, 0))
            left, right = x(course, plot, i + side), x(course, plot, i + 1 - side)
            boxes[course.slots[i].incomplete].append((left, top, right, bottom))
    for found in boxes.values():
        if found:
            sheet.boxes(found, style.SERIES[0])
    if boxes[True]:
        sheet.boxes(boxes[True], style.PAPER, hatch="///")


def _band(sheet: Canvas, course: Course, plot: Box, band: Band, color: str) -> None:
    """From one slot's middle to the next, wherever both bounds are known."""
    known = [
        (x(course, plot, i + 0.5), y(course, plot, low), y(course, plot, high))
        for i, (low, high) in enumerate(zip(band.low, band.high, strict=True))
        if low is not None and high is not None
    ]
    if known:
        upper = [(at, high) for at, _, high in known]
        lower = [(at, low) for at, low, _ in known]
        sheet.area([*upper, *lower[::-1]], color)


def _line(
    sheet: Canvas,
    course: Course,
    plot: Box,
    values: tuple[float | None, ...],
    *,
    dashed: bool = False,
    color: str = style.SERIES[0],
    width: float = 2.4,
) -> None:
    path: Path = [
        (x(course, plot, i + 0.5), y(course, plot, value))
        for i, value in enumerate(values)
        if value is not None
    ]
    if len(path) > 1:
        sheet.lines([path], color, width, dashed=dashed)


def _ends(sheet: Canvas, course: Course, plot: Box) -> None:
    """What the last values are, beside them; those that would touch are pushed apart."""
    below = plot[1] - 1e9
    for value, note in sorted(course.ends, reverse=True):
        at = max(y(course, plot, value), below + 44)
        sheet.text(plot[2] + GAP / 2, at, note, size=style.TEXT)
        below = at
