"""Shapes that aren't chosen from a cost answer: the course of a forecast, and a waterfall."""

import io
from dataclasses import replace

import pytest
from PIL import Image

from bot.render.charts import style
from bot.render.charts.draw import draw
from bot.render.charts.spec import (
    Band,
    Bar,
    Body,
    Chart,
    Course,
    Line,
    Lines,
    Listed,
    Page,
    Ranked,
    Row,
    Scale,
    Series,
    Slot,
    Stacks,
    Step,
    Steps,
)
from tests.support.pictures import same_picture

LETTERS = 1000
"""Pixels at the edges of letters may have any colour."""
EXPECTED = (None, None, 6.0, 7.0, 5.0)
COURSE = Course(
    slots=(Slot(), Slot(), Slot(incomplete=True), Slot(), Slot()),
    marks=((0, "1 Nov"), (4, "5 Nov")),
    scale=Scale(0, 10, ((0, "$0"), (5, "$5"), (10, "$10"))),
    bars=(5.0, 6.0, 2.0, None, None),
    expected=EXPECTED,
    expected_name="expected",
    bands=(
        Band("19 of 20 times", (None, None, 3, 4, 2), (None, None, 9, 9, 9)),
        Band("4 of 5 times", (None, None, 5, 6, 4), (None, None, 7, 8, 6)),
    ),
    ends=((5.0, "$5"), (5.1, "$5.10")),
    limit=8,
    limit_name="budget $8",
)
STEPS = Steps(
    (
        Step("8 to 14 Nov", 0, 80, "$80", style.SERIES[0], whole=True),
        Step("BigQuery", 80, 95, "+$15", style.MORE),
        Step("Compute Engine", 95, 90, "-$5", style.LESS),
        Step("15 to 21 Nov", 0, 90, "$90", style.SERIES[0], whole=True),
    )
)


def chart(body: Body) -> Chart:
    return Chart("It is so", "as asked", "as of now", "", body)


def pixels(body: Body, color: str) -> int:
    """How many pixels of a picture have a colour, or what its palette made of that."""
    wanted = tuple(bytes.fromhex(color.removeprefix("#")))
    picture = Image.open(io.BytesIO(draw(chart(body)))).convert("RGB")
    return sum(
        count
        for count, seen in picture.getcolors(maxcolors=2**24) or ()
        if isinstance(seen, tuple)
        and all(abs(is_ - want) <= 4 for is_, want in zip(seen, wanted, strict=True))
    )


@pytest.mark.parametrize(
    ("name", "body"),
    [("course", COURSE), ("steps", STEPS), ("steps_cut", replace(STEPS, cut=60.0))],
)
def test_pictures_look_as_they_did(name: str, body: Course | Steps) -> None:
    assert same_picture(draw(chart(body)), name)


def test_the_likely_lies_on_the_possible() -> None:
    wide, narrow = COURSE.bands
    assert pixels(COURSE, style.LIKELY) > LETTERS < pixels(COURSE, style.POSSIBLE)
    # A band alone is the likely one, whichever it is.
    assert pixels(replace(COURSE, bands=(wide,)), style.LIKELY) > pixels(COURSE, style.LIKELY)
    assert pixels(replace(COURSE, bands=(narrow,)), style.POSSIBLE) < LETTERS
    assert pixels(replace(COURSE, bands=()), style.LIKELY) < LETTERS


def test_more_and_less_have_colours_and_lengths_of_their_own() -> None:
    more, less = pixels(STEPS, style.MORE), pixels(STEPS, style.LESS)
    assert more == pytest.approx(3 * less, rel=0.05)


def test_changes_are_longer_where_the_sums_are_cut() -> None:
    assert pixels(replace(STEPS, cut=60.0), style.MORE) > 2 * pixels(STEPS, style.MORE)


LINES = Lines(
    slots=tuple(Slot(f"${n}", incomplete=n == 9) for n in (4, 6, 8, 7, 9)),
    marks=((0, "Jul"), (2, "Sep"), (4, "Nov")),
    lines=(
        Line("a year before", "$21", style.INK, (3, 4, None, 6, 7), quiet=True, dashed=True),
        Line("3-month average", "", style.REST, (None, None, 6, 7, 8), quiet=True),
        Line("this year", "$34", style.SERIES[0], (4, 6, 8, 7, 9)),
    ),
    scale=Scale(0, 10, ((0, "$0"), (5, "$5"), (10, "$10"))),
    limit=9.5,
    limit_name="budget $9.50",
)
LISTED = Listed(
    ("Service", "Amount", "Change"),
    (
        Row(("Compute Engine", "$5,120.25", "+6.7%"), (1, 2, 3, 2, 5)),
        Row(("A name that is much longer than there is room for it in a column", "$1.00", "new")),
        Row(("Credits", "-$20.00", ""), (None, -1, 0, 2, -2)),
        Row(("Total", "$5,101.25", "+6.7%"), (5, 5), bold=True),
    ),
    "By day",
)


STACKS = Stacks(
    slots=(Slot("$4"), Slot("$5"), Slot("$4"), Slot("-$2", incomplete=True)),
    marks=((0, "Mon"), (3, "Thu")),
    series=(Series("", "", style.SERIES[0], (4, 5, 4, -2)),),
    scale=Scale(-5, 10, ((-5, "-$5"), (0, "$0"), (5, "$5"), (10, "$10"))),
    previous=(9, 3, 4.5, None),
    previous_name="the days before",
)


def test_a_bar_s_figure_stands_on_it_unless_a_line_strikes_it_through() -> None:
    """High above it, on the line of the days before, it would be read as theirs."""
    assert same_picture(draw(chart(STACKS)), "figures")


BELOW = Steps(
    (
        Step("8 to 14 Nov", 0, 40, "$40", style.SERIES[0], whole=True),
        Step("Committed use discounts of Compute Engine", 40, -60, "-$100", style.LESS),
        Step("N2 Instance Core running in Iowa (team=storefront)", -60, -50, "+$10", style.MORE),
        Step("15 to 21 Nov", 0, -50, "-$50", style.SERIES[0], whole=True),
    )
)
RANKED = Ranked(
    (
        Bar("ml-training", 60, "$60", style.SERIES[0], "-20.0%", 75),
        Bar("A project with quite a long name, for reasons", 20, "$20", style.SERIES[0], "", 90),
        Bar("Credits", -30, "-$30", style.SERIES[0], "", -40),
    ),
    "the week before",
)


@pytest.mark.parametrize(("name", "body"), [("steps_below", BELOW), ("ranked_before", RANKED)])
def test_names_have_two_lines_and_amounts_stand_by_their_bars(name: str, body: Body) -> None:
    """Below zero a line says where that is; what was before stands apart from what is."""
    assert same_picture(draw(chart(body)), name)


@pytest.mark.parametrize(("name", "body"), [("lines", LINES), ("listed", LISTED)])
def test_lines_and_tables_look_as_they_did(name: str, body: Body) -> None:
    assert same_picture(draw(chart(body)), name)


def test_several_pictures_are_one_page() -> None:
    page = Page("It is so", "as asked", "as of now", "", (chart(LINES), chart(LISTED)), ("So.",))
    high = [Image.open(io.BytesIO(draw(each))).height for each in (chart(LINES), chart(LISTED))]
    whole = Image.open(io.BytesIO(draw(page)))
    assert whole.width == 1600
    assert sum(high) < whole.height < sum(high) + 400


def test_a_line_breaks_where_nothing_is_known() -> None:
    known = replace(LINES.lines[0], values=(3, 4, 5, 6, 7))
    whole = replace(LINES, lines=(known, *LINES.lines[1:]))
    assert pixels(LINES, style.INK) < pixels(whole, style.INK)
