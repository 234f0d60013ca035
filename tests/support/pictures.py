"""Pictures kept beside the tests, to compare new ones with.

Both are compared a fifth as large, in grey, square by square. A machine's own rounding of letters
moves a square's mean by a few shades (the fonts come with matplotlib, so letters are the same);
a bar, a line or a word that is elsewhere moves it by twenty and more.
"""

import io
import os
import tempfile
from pathlib import Path
from typing import Final

from PIL import Image, ImageChops, ImageStat

KEPT: Final = Path(__file__).parents[1] / "bot" / "render" / "pictures"
RENEW: Final = "WRITE_SNAPSHOTS"

_SCALE: Final = 5
_SQUARE: Final = 16
_SHADES: Final = 14
"""Of 255, by which a square may differ."""
_ALL: Final = 2
"""By which all of it may differ in the mean."""


def differences(png: bytes, name: str) -> list[str]:
    """Where a picture looks otherwise than the one kept under a name; nothing: it looks the same.

    After a change that is meant: WRITE_SNAPSHOTS=1 make test, and look at the pictures.
    """
    kept = KEPT / f"{name}.png"
    seen = _small(png)
    if os.environ.get(RENEW):
        seen.save(kept, optimize=True)
    with Image.open(kept) as picture:
        expected = picture.convert("L")
    found = _compared(seen, expected)
    if found:
        seen.save(where := Path(tempfile.gettempdir()) / f"differs-{name}.png")
        found.append(f"seen: {where}; expected: {kept}; if it is meant: {RENEW}=1")
    return found


def same_picture(png: bytes, name: str) -> bool:
    """Whether a picture looks as the one kept under a name; prints where it doesn't."""
    found = differences(png, name)
    for each in found:
        print(each)  # noqa: T201 - shown where a test fails
    return not found


def _small(png: bytes) -> Image.Image:
    seen = Image.open(io.BytesIO(png)).convert("L")
    size = (seen.width // _SCALE, seen.height // _SCALE)
    return seen.resize(size, Image.Resampling.BOX)


def _compared(seen: Image.Image, expected: Image.Image) -> list[str]:
    if seen.size != expected.size:
        return [f"it is {seen.size} fifths of pixels large, and was {expected.size}"]
    apart = ImageChops.difference(seen, expected)
    found = []
    for top in range(0, apart.height, _SQUARE):
        for left in range(0, apart.width, _SQUARE):
            box = (left, top, min(left + _SQUARE, apart.width), min(top + _SQUARE, apart.height))
            if (by := ImageStat.Stat(apart.crop(box)).mean[0]) > _SHADES:
                place = tuple(side * _SCALE for side in box)
                found.append(f"pixels {place} differ by {by:.0f} shades")
    if not found and (mean := ImageStat.Stat(apart).mean[0]) >= _ALL:
        found.append(f"all of it differs by {mean:.1f} shades in the mean")
    return found
