"""What compares pictures: it sees what people see, and not how a machine rounds letters."""

import io

from PIL import Image, ImageChops, ImageFilter

from bot.render.charts.draw import draw
from bot.render.charts.spec import Chart
from tests.bot.render.test_shapes import STEPS
from tests.support.pictures import differences

CHART = Chart("It is so", "as asked", "as of now", "", STEPS)


def png(picture: Image.Image) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "png")
    return buffer.getvalue()


def picture() -> Image.Image:
    return Image.open(io.BytesIO(draw(CHART))).convert("RGB")


def test_letters_drawn_a_little_softer_or_darker_are_the_same() -> None:
    soft = picture().filter(ImageFilter.GaussianBlur(1))
    assert differences(png(soft), "steps") == []
    assert differences(png(soft.point(lambda shade: max(0, shade - 1))), "steps") == []


def test_letters_moved_by_a_pixel_are_the_same() -> None:
    assert differences(png(ImageChops.offset(picture(), 1, 0)), "steps") == []


def test_what_has_gone_is_told_with_its_place() -> None:
    """A bar painted over, some 200 by 50 pixels of it."""
    changed = picture()
    changed.paste("white", (300, 180, 500, 240))
    found = differences(png(changed), "steps")
    assert found
    assert all(line.startswith("pixels (") for line in found[:-1])
    assert "if it is meant: WRITE_SNAPSHOTS=1" in found[-1]


def test_another_title_is_another_picture() -> None:
    other = Chart("It is other", "as asked", "as of now", "", STEPS)
    assert differences(draw(other), "steps")


def test_another_size_is_another_picture() -> None:
    larger = picture().resize((1600, 2000))
    assert differences(png(larger), "steps")[0].startswith("it is")
