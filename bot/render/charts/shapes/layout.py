"""Sizes that every shape keeps to, in pixels, and the key above a shape."""

from typing import Final, Literal, NamedTuple

from bot.render.charts import style
from bot.render.charts.canvas import Canvas

MARGIN: Final = 48
GAP: Final = 24
KEY: Final = 52
FOOTER: Final = 64
ROW: Final = 78
SWATCH: Final = 28
_NAMES: Final = 0.36
_LINE: Final = 36

type Sign = Literal["mark", "line", "curve", "dashes", "hatch", "band", "area", "wide"]


def keys(sheet: Canvas, top: float, signs: list[tuple[Sign, str]]) -> float:
    """What the signs mean, in one line; where it ends."""
    x, y = float(MARGIN), top + KEY / 2
    for sign, words in signs:
        _sign(sheet, sign, x, y)
        sheet.text(x + SWATCH + 12, y, words, size=style.SMALL, color=style.SOFT)
        x += SWATCH + 12 + sheet.measure(words, size=style.SMALL) + 44
    return top + KEY if signs else top


class Name(NamedTuple):
    """What stands beside a row: on one line, or in smaller letters on two."""

    lines: tuple[str, ...]
    size: float
    bold: bool
    width: float


def name(sheet: Canvas, words: str, *, bold: bool = False) -> Name:
    """A name with as much room as names have; cut where even two lines don't hold it."""
    most = sheet.width * _NAMES
    lines, size = [words], style.TEXT
    if sheet.measure(words, bold=bold) > most:
        size = style.SMALL
        lines = sheet.wrap(words, most, most=2, size=size, bold=bold)
    width = max((sheet.measure(line, size=size, bold=bold) for line in lines), default=0.0)
    return Name(tuple(lines), size, bold, width)


def write(sheet: Canvas, name: Name, right: float, middle: float) -> None:
    """Write it, up to where a row begins."""
    first = middle - (len(name.lines) - 1) / 2 * _LINE
    for n, line in enumerate(name.lines):
        at = first + n * _LINE
        sheet.text(right, at, line, size=name.size, across="right", bold=name.bold)


def _sign(sheet: Canvas, sign: Sign, x: float, y: float) -> None:
    box = (x, y - 14, x + SWATCH, y + 14)
    match sign:
        case "mark":
            sheet.lines([[(x + SWATCH / 2, y - 16), (x + SWATCH / 2, y + 16)]], style.INK, 1.6)
        case "line":
            sheet.lines([[(x, y), (x + SWATCH, y)]], style.INK, 1.8)
        case "curve":
            sheet.lines([[(x, y), (x + SWATCH, y)]], style.MORE, 2.2)
        case "dashes":
            dashes = [[(x, y), (x + 11, y)], [(x + 17, y), (x + SWATCH, y)]]
            sheet.lines(dashes, style.SERIES[0], 2.2)
        case "hatch":
            sheet.boxes([box], style.SERIES[0])
            sheet.boxes([box], style.PAPER, hatch="////")
        case "band":
            sheet.boxes([box], style.MISSING)
        case "area":
            sheet.boxes([box], style.LIKELY)
        case "wide":
            sheet.boxes([box], style.POSSIBLE)
