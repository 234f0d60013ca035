"""Pictures kept beside the tests, to compare new ones with."""

import io
import os
from pathlib import Path
from typing import Final

from PIL import Image, ImageChops, ImageStat

KEPT: Final = Path(__file__).parents[1] / "bot" / "render" / "pictures"


def same_picture(png: bytes, name: str) -> bool:
    """Whether a picture looks as the one kept under a name.

    Compared small, so that a machine's own rounding of letters doesn't matter. After a change
    that is meant: WRITE_SNAPSHOTS=1 make test, and look at the pictures.
    """
    kept = KEPT / f"{name}.png"
    seen = Image.open(io.BytesIO(png)).convert("L")
    seen = seen.resize((320, seen.height // 5), Image.Resampling.BOX)
    if os.environ.get("WRITE_SNAPSHOTS"):
        seen.save(kept)
    with Image.open(kept) as picture:
        expected = picture.convert("L")
    if seen.size != expected.size:
        return False
    return ImageStat.Stat(ImageChops.difference(seen, expected)).mean[0] < 1
