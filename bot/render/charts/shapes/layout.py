"""Sizes that every shape keeps to, in pixels, and the key above a shape."""

from typing import Final, Literal

from bot.render.charts import style
from bot.render.charts.canvas import Canvas

MARGIN: Final = 48
GAP: Final = 24
KEY: Final = 52
FOOTER: Final = 64
ROW: Final = 78
SWATCH: Final = 28

type Sign = Literal["mark", "line", "curve", "dashes", "hatch", "band", "area", "wide"]


def keys(sheet: Canvas, top: float, signs: list[tuple[Sign, str]]) -> float:
    """What the signs mean, in one line; where it ends."""
    x, y = float(MARGIN), top + KEY / 2
    for sign, words in signs:
        _sign(sheet, sign, x, y)
        sheet.text(x + SWATCH + 12, y, words, size=style.SMALL, color=style.SOFT)
        x += SWATCH + 12 + sheet.measure(words, size=style.SMALL) + 44
    return top + KEY if signs else top


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
