"""Draws a chart; imports matplotlib and the plain values of a chart, nothing else of ours."""

from typing import Final

from bot.render.charts import style
from bot.render.charts.canvas import Canvas
from bot.render.charts.shapes import course, ranked, stacks, steps, timeline
from bot.render.charts.shapes.layout import FOOTER, MARGIN
from bot.render.charts.spec import Chart, Course, Ranked, Stacks, Steps

_TITLE_STEP: Final = 62
_SUBTITLE_STEP: Final = 52


def draw(chart: Chart) -> bytes:
    """Draw a chart: a PNG, 1600 pixels wide and about 900 high."""
    match chart.body:
        case Ranked() as body:
            sheet = Canvas(_height(chart, ranked.height(body)))
            ranked.draw(sheet, body, _head(sheet, chart))
        case Steps() as body:
            sheet = Canvas(_height(chart, steps.height(body)))
            steps.draw(sheet, body, _head(sheet, chart))
        case Stacks() as body:
            sheet = Canvas(timeline.HEIGHT)
            stacks.draw(sheet, body, _head(sheet, chart))
        case Course() as body:
            sheet = Canvas(timeline.HEIGHT)
            course.draw(sheet, body, _head(sheet, chart))
    sheet.text(
        MARGIN,
        sheet.height - FOOTER / 2,
        sheet.fit(chart.footer, sheet.width - 2 * MARGIN, size=style.SMALL),
        size=style.SMALL,
        color=style.SOFT,
    )
    return sheet.png()


def _height(chart: Chart, body: float) -> int:
    """How high a sheet is whose body takes so much room."""
    lines = len(_title(Canvas(1), chart)[0])
    head = MARGIN - 12 + lines * _TITLE_STEP + _SUBTITLE_STEP * bool(chart.subtitle)
    return int(head + body + FOOTER)


def _title(sheet: Canvas, chart: Chart) -> tuple[list[str], float]:
    """The title on at most two lines, in the largest size that shows all of it."""
    width = sheet.width - 2 * MARGIN
    for size in style.TITLES:
        lines = sheet.wrap(chart.title, width, most=2, size=size, bold=True)
        if not lines or not lines[-1].endswith("…"):
            break
    return lines, size


def _head(sheet: Canvas, chart: Chart) -> float:
    """Title and subtitle; where they end."""
    y = MARGIN - 12.0
    lines, size = _title(sheet, chart)
    for line in lines:
        sheet.text(MARGIN, y + _TITLE_STEP / 2, line, size=size, bold=True)
        y += _TITLE_STEP
    if chart.subtitle:
        words = sheet.fit(chart.subtitle, sheet.width - 2 * MARGIN, size=style.SMALL)
        sheet.text(MARGIN, y + _SUBTITLE_STEP / 2, words, size=style.SMALL, color=style.SOFT)
        y += _SUBTITLE_STEP
    return y
