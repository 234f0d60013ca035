"""A waterfall, from top to bottom: what was, each change, what is."""

from bot.render.charts import style
from bot.render.charts.canvas import Canvas
from bot.render.charts.shapes import layout
from bot.render.charts.shapes.layout import GAP, MARGIN, ROW
from bot.render.charts.shapes.ranked import thick
from bot.render.charts.spec import Steps


def height(steps: Steps) -> float:
    """How much room it takes."""
    return GAP + len(steps.steps) * ROW


def draw(sheet: Canvas, steps: Steps, top: float) -> None:
    """Draw it below `top`; a thin line leads from where a step ends to where the next begins."""
    top += GAP / 2
    shown = steps.steps
    names = [layout.name(sheet, step.name, bold=step.whole) for step in shown]
    left = MARGIN + max((name.width for name in names), default=0) + GAP
    room = max((sheet.measure(step.text, bold=step.whole) for step in shown), default=0)
    right = sheet.width - MARGIN - room - GAP
    reach = [value for step in shown for value in (step.start, step.end)]
    low = min(0.0, *reach) if steps.cut is None else steps.cut
    high = max(0.0, *reach)
    scale = (right - left) / (high - low) if high > low else 0.0

    def x(value: float) -> float:
        return left + (max(value, low) - low) * scale

    for i, (step, name) in enumerate(zip(shown, names, strict=True)):
        middle = top + (i + 0.5) * ROW
        layout.write(sheet, name, left - GAP, middle)
        sheet.boxes([thick(x(step.start), x(step.end), middle)], step.color)
        if step.whole and steps.cut is not None:
            _cut(sheet, left, middle)
        reached = max(x(step.start), x(step.end)) + GAP / 2 + 4
        sheet.text(reached, middle, step.text, bold=step.whole)
        if i + 1 < len(shown):
            end = x(step.end)
            sheet.lines([[(end, middle + 23), (end, middle + ROW - 23)]], style.SOFT, 0.8)
    if low < 0:
        zero, bottom = x(0), top + len(shown) * ROW
        sheet.lines([[(zero, top), (zero, bottom)]], style.SOFT, 0.6)


def _cut(sheet: Canvas, left: float, middle: float) -> None:
    """Two strokes across a bar: it doesn't begin at zero."""
    at = left + GAP
    strokes = [[(at + dx - 8, middle + 30), (at + dx + 8, middle - 30)] for dx in (0, 14)]
    sheet.lines(strokes, style.PAPER, 2.4)
