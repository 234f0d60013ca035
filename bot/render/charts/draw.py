"""Draws a chart; imports matplotlib and the plain values of a chart, nothing else of ours."""

from typing import Final

from PIL import Image

from bot.render.charts import style
from bot.render.charts.canvas import Canvas, png
from bot.render.charts.shapes import course, lines, listed, ranked, stacks, steps, timeline
from bot.render.charts.shapes.layout import FOOTER, GAP, MARGIN
from bot.render.charts.spec import Chart, Course, Lines, Listed, Page, Ranked, Stacks, Steps

_TITLE_STEP: Final = 62
_SUBTITLE_STEP: Final = 52
_WORDS_STEP: Final = 50
_WORDS: Final = 4
"""Lines of one sentence at most."""


def draw(shown: Chart | Page) -> bytes:
    """Draw a chart: a PNG, 1600 pixels wide and about 900 high; a page is as high as its parts."""
    return png(_page(shown)) if isinstance(shown, Page) else _chart(shown).png()


def _chart(chart: Chart) -> Canvas:
    match chart.body:
        case Ranked() as body:
            sheet = Canvas(_height(chart, ranked.height(body)))
            ranked.draw(sheet, body, _head(sheet, chart))
        case Steps() as body:
            sheet = Canvas(_height(chart, steps.height(body)))
            steps.draw(sheet, body, _head(sheet, chart))
        case Listed() as body:
            sheet = Canvas(_height(chart, listed.height(body)))
            listed.draw(sheet, body, _head(sheet, chart))
        case Stacks() as body:
            sheet = Canvas(timeline.HEIGHT)
            stacks.draw(sheet, body, _head(sheet, chart))
        case Lines() as body:
            sheet = Canvas(timeline.HEIGHT)
            lines.draw(sheet, body, _head(sheet, chart))
        case Course() as body:
            sheet = Canvas(timeline.HEIGHT)
            course.draw(sheet, body, _head(sheet, chart))
    _foot(sheet, chart.footer)
    return sheet


def _page(page: Page) -> Image.Image:
    """Its head, its parts below each other, and its foot at the very end."""
    parts = [_chart(part).picture() for part in page.parts]
    foot = Canvas(FOOTER)
    _foot(foot, page.footer)
    sheets = [_page_head(page), *parts, foot.picture()]
    whole = Image.new("RGB", (style.WIDTH, sum(each.height for each in sheets)), style.PAPER)
    top = 0
    for each in sheets:
        whole.paste(each, (0, top))
        top += each.height
    return whole


def _page_head(page: Page) -> Image.Image:
    measured = Canvas(1)
    width = measured.width - 2 * MARGIN
    said = [
        measured.wrap(each, width, most=_WORDS, size=style.TEXT, bold=False) for each in page.words
    ]
    count = sum(map(len, said))
    head = MARGIN - 12 + len(_title(measured, page)[0]) * _TITLE_STEP
    head += _SUBTITLE_STEP * bool(page.subtitle)
    sheet = Canvas(int(head + GAP + count * _WORDS_STEP + len(said) * GAP / 2))
    y = _head(sheet, page) + GAP
    for sentence in said:
        for line in sentence:
            sheet.text(MARGIN, y + _WORDS_STEP / 2, line)
            y += _WORDS_STEP
        y += GAP / 2
    return sheet.picture()


def _foot(sheet: Canvas, footer: str) -> None:
    words = sheet.fit(footer, sheet.width - 2 * MARGIN, size=style.SMALL)
    sheet.text(MARGIN, sheet.height - FOOTER / 2, words, size=style.SMALL, color=style.SOFT)


def _height(chart: Chart, body: float) -> int:
    """How high a sheet is whose body takes so much room."""
    lines = len(_title(Canvas(1), chart)[0])
    head = MARGIN - 12 + lines * _TITLE_STEP + _SUBTITLE_STEP * bool(chart.subtitle)
    return int(head + body + FOOTER)


def _title(sheet: Canvas, chart: Chart | Page) -> tuple[list[str], float]:
    """The title on at most two lines, in the largest size that shows all of it."""
    width = sheet.width - 2 * MARGIN
    for size in style.TITLES:
        lines = sheet.wrap(chart.title, width, most=2, size=size, bold=True)
        if not lines or not lines[-1].endswith("…"):
            break
    return lines, size


def _head(sheet: Canvas, chart: Chart | Page) -> float:
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
