"""Pictures: which one, what is on it, and that any can be drawn."""

import io
import warnings
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from PIL import Image

from bot.render.charts import chart_of
from bot.render.charts.canvas import drawable
from bot.render.charts.draw import draw
from bot.render.charts.spec import Chart, Ranked, Stacks
from core.costs.model import SERVICE, CostAnswer, Form, Freshness, Granularity
from core.money import display
from core.period import Period
from tests.support.answers import FRESH, answer, answers, by_service, daily, line
from tests.support.pictures import same_picture

SERVICES = (("Compute Engine", "5120.25", "4800"), ("Cloud SQL", "3292.48", "3190.10"))


def chart(given_answer: CostAnswer) -> Chart:
    """Its chart, which it must have."""
    made = chart_of(given_answer)
    assert made is not None
    return made


def is_blue(color: object) -> bool:
    """Whether a pixel has the first colour, or what the picture's palette made of it."""
    assert isinstance(color, tuple)
    wanted = (0x44, 0x77, 0xAA)
    return all(abs(is_ - want) <= 4 for is_, want in zip(color, wanted, strict=True))


def stacks(given_answer: CostAnswer) -> Stacks:
    body = chart(given_answer).body
    assert isinstance(body, Stacks)
    return body


def ranked(given_answer: CostAnswer) -> Ranked:
    body = chart(given_answer).body
    assert isinstance(body, Ranked)
    return body


def test_by_service_is_ranked_with_the_period_before_marked() -> None:
    body = ranked(by_service(*SERVICES))
    assert [(bar.name, bar.text, bar.change) for bar in body.bars] == [
        ("Compute Engine", "$5,120", "+6.7%"),
        ("Cloud SQL", "$3,292", "+3.2%"),
    ]
    assert body.previous_name == "the 7 days before"


def test_title_answers_and_subtitle_asks() -> None:
    made = chart(by_service(*SERVICES))
    assert made.title.startswith("checkout cost $8,412.73 in the last 7 days")
    assert made.subtitle == "checkout last-7d by service"
    assert "matches the export" in made.footer


def test_alt_text_has_the_exact_figures() -> None:
    alt = chart(by_service(*SERVICES)).alt
    assert "Compute Engine $5,120.25 (before $4,800.00);" in alt
    assert "Cloud SQL $3,292.48 (before $3,190.10);" in alt


def test_one_figure_needs_no_picture() -> None:
    assert chart_of(by_service(("Compute Engine", "5"))) is None
    assert chart_of(answer([])) is None
    assert chart_of(daily("5", period=Period(date(2026, 11, 15), date(2026, 11, 16)))) is None
    assert chart_of(by_service(*SERVICES, form=Form.TABLE)) is None


def test_of_many_services_the_small_ones_are_one_grey_bar() -> None:
    body = ranked(by_service(*((f"S{i:02}", str(100 - i)) for i in range(40))))
    assert len(body.bars) == 10
    assert body.bars[-1].name == "other (31)"
    assert body.bars[-1].value == pytest.approx(sum(100 - i for i in range(9, 40)))


def test_days_are_bars_along_time() -> None:
    body = stacks(daily("1", "2", "3", "4", "5", "6", "7"))
    assert [series.values for series in body.series] == [(1, 2, 3, 4, 5, 6, 7)]
    assert [name for _, name in body.marks][:2] == ["Sun 15", "Mon 16"]
    assert body.slots[0].text == "$1"


def test_days_that_are_not_in_are_not_zero() -> None:
    """A day with no line is zero once complete; before, it is missing."""
    early = Freshness(FRESH.through, date(2026, 11, 19), matches_export=True)
    body = stacks(daily("1", "2", "3", "4", "5", freshness=early))
    states = [(slot.incomplete, slot.missing) for slot in body.slots]
    assert states[:4] == [(False, False)] * 4
    assert states[4:] == [(True, False), (True, True), (True, True)]


def test_a_name_keeps_its_colour() -> None:
    """The same service has the same colour in both pictures, whoever is beside it."""

    def colours(*names: str) -> dict[str, str]:
        days = [
            line(name, "5", start=date(2026, 11, 15) + timedelta(days=day))
            for day in range(2)
            for name in names
        ]
        body = stacks(answer(days, granularity=Granularity.DAILY))
        return {series.name: series.color for series in body.series}

    assert (
        colours("Cloud SQL", "BigQuery")["BigQuery"] == colours("BigQuery", "Pub/Sub")["BigQuery"]
    )


def test_every_series_of_a_picture_has_its_own_colour() -> None:
    days = [
        line(f"S{i}", str(i + 1), start=date(2026, 11, 15) + timedelta(days=day))
        for i in range(40)
        for day in range(7)
    ]
    body = stacks(answer(days, granularity=Granularity.DAILY))
    assert len({series.color for series in body.series}) == len(body.series) == 7


def test_stacks_add_up_to_the_total() -> None:
    days = [
        line(f"S{i}", f"{i}.25", start=date(2026, 11, 15) + timedelta(days=day))
        for i in range(40)
        for day in range(7)
    ]
    given_answer = answer(days, granularity=Granularity.DAILY)
    drawn = sum(sum(series.values) for series in stacks(given_answer).series)
    assert drawn == pytest.approx(float(given_answer.totals[0].amount))


def test_the_second_currency_is_named_as_left_out() -> None:
    mixed = answer([*by_service(*SERVICES).lines, line("A", "7", currency="EUR")])
    assert chart(mixed).subtitle.endswith(" · USD only")


def test_the_scale_holds_negative_amounts_and_zero() -> None:
    scale = stacks(daily("-30", "100", "5")).scale
    assert (scale.low, scale.high) == (-50, 100)
    assert scale.ticks == ((-50.0, "-$50"), (0.0, "$0"), (50.0, "$50"), (100.0, "$100"))


def test_letters_without_a_font_are_squares() -> None:
    assert drawable("a\U000e0041b\nc") == "a\N{WHITE SQUARE}b c"


@pytest.mark.parametrize(
    "drawn",
    [
        by_service(*SERVICES),
        by_service(("日本語 🚀 $x^2$", "5"), ("x" * 300, "-7"), ("<!channel>", "0")),
        by_service(("A", "0.0000001"), ("B", "0.0000002")),
        by_service(("A", "1E+15"), ("B", "2")),
        daily("1", "-2", "0", "0.5"),
        daily(
            *(str(i % 9) for i in range(365)),
            start=date(2025, 11, 22),
            period=Period(date(2025, 11, 22), date(2026, 11, 22), "last-365d"),
        ),
    ],
    ids=["ranked", "odd names", "tiny", "huge", "negative days", "a year of days"],
)
def test_drawn(drawn: CostAnswer) -> None:
    """It decodes, has Slack's width, and shows more than paper."""
    picture = Image.open(io.BytesIO(draw(chart(drawn)))).convert("RGB")
    assert picture.width == 1600
    assert 300 <= picture.height <= 1100
    colors = picture.getcolors(maxcolors=2**24)
    assert colors is not None
    assert sum(count for count, color in colors if color != (255, 255, 255)) > 10_000


PICTURES = {
    "ranked": by_service(*SERVICES, ("BigQuery", "-700", "0")),
    "days": daily(
        *("5", "6", "7", "6", "2"),
        freshness=Freshness(FRESH.through, date(2026, 11, 19), matches_export=True),
    ),
    "services": answer(
        [
            line(name, amount, previous, start=date(2026, 11, 15) + timedelta(days=day))
            for day in range(7)
            for name, amount, previous in (
                ("A", "9", "7"),
                ("B", "4", "6"),
                ("Credits", "-2", "-1"),
            )
        ],
        granularity=Granularity.DAILY,
    ),
}


@pytest.mark.parametrize("name", PICTURES)
def test_pictures_look_as_they_did(name: str) -> None:
    assert same_picture(draw(chart(PICTURES[name])), name)


def test_bars_are_as_long_as_their_amounts() -> None:
    """Measured in the picture itself: the second bar is half as long as the first."""
    png = draw(chart(by_service(("A", "200"), ("B", "100"))))
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    pixels = picture.load()
    assert pixels is not None
    blue = (0x44, 0x77, 0xAA)
    rows = [sum(pixels[x, y] == blue for x in range(picture.width)) for y in range(picture.height)]
    longest = max(rows)
    lengths = sorted({row for row in rows if row > longest / 4})
    assert lengths[0] == pytest.approx(longest / 2, abs=4)


def test_incomplete_bars_are_striped() -> None:
    """White stripes lie on a bar of which more is still to come."""
    early = Freshness(FRESH.through, date(2026, 11, 15), matches_export=True)
    whole, partly = daily("5", "5"), daily("5", "5", freshness=early)

    def blue(given_answer: CostAnswer) -> int:
        made = chart(given_answer)
        picture = Image.open(io.BytesIO(draw(made))).convert("RGB")
        return sum(
            count for count, color in picture.getcolors(maxcolors=2**24) or () if is_blue(color)
        )

    assert blue(partly) < blue(whole)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(answers(most=12))
def test_any_answer_can_be_drawn(any_answer: CostAnswer) -> None:
    """Whatever is in it; a warning of matplotlib would fail this test."""
    made = chart_of(any_answer)
    if made is None:
        return
    assert len(made.alt) <= 2000
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert draw(made).startswith(b"\x89PNG")


def test_figures_of_the_alt_text_are_those_of_the_answer() -> None:
    given_answer = by_service(*SERVICES)
    alt = chart(given_answer).alt
    for each in given_answer.lines:
        assert f"{each.group[SERVICE]} {display(each.amount, 'USD')}" in alt
    assert display(sum((x.amount for x in given_answer.lines), Decimal(0)), "USD") in alt
