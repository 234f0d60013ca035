"""Messages as Slack takes them and as people read them."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.render import blocks
from bot.render.blocks import ChartFile, ChartImage, ChartNative, ChartPlace, Look, Message
from core.costs.model import (
    PROJECT,
    SERVICE,
    SKU,
    CostAnswer,
    Filter,
    Form,
    Freshness,
    Granularity,
    Note,
    NoteKind,
)
from core.costs.question import write
from core.money import display
from core.period import Period
from tests.support.answers import answer, answers, by_service, daily, line
from tests.support.messages import block, buttons, check, table, words_of

SERVICES = (("Compute Engine", "5120.25", "4800"), ("Cloud SQL", "3292.48", "3190.10"))
IMAGE = ChartImage("https://costs.example.com/charts/abc.png")
PLACES = (None, IMAGE, ChartFile("F0123456789"), ChartNative())


def cost_answer(given: CostAnswer, **look: Any) -> Message:
    """The message of an answer that looks so."""
    return blocks.cost_answer(given, Look(**look))


def test_the_answer_reads_from_top_to_bottom() -> None:
    """Sentence, question as understood, picture, figures, what to know, what next."""
    credit = Note(NoteKind.PROMOTION_EXCLUDED, Decimal("-120.5"), "USD")
    message = check(
        cost_answer(
            by_service(*SERVICES, notes=[credit], text="checkout last-7d by service"), chart=IMAGE
        )
    )
    assert [each["block_id"] for each in message.blocks] == [
        "answer",
        "question",
        "chart",
        "table",
        "notes",
        "freshness",
        "actions",
    ]
    assert message.text.replace("\N{EN DASH}", "-") == (
        "*checkout* cost $8,412.73 in the last 7 days (15-21 Nov), up 5.3% on the 7 days before."
    )
    assert words_of(message, "question").startswith("Understood as `checkout last-7d by service` ·")
    assert "Promotional credits of $120.50" in words_of(message, "notes")
    assert words_of(message, "freshness") == (
        "Data through 21 Nov 22:00 UTC · days complete up to 21 Nov · matches the export"
    )
    assert table(message) == [
        ["Service", "Amount", "Before", "Change", "Share"],
        ["Compute Engine", "$5,120.25", "$4,800.00", "+6.7%", "60.9%"],
        ["Cloud SQL", "$3,292.48", "$3,190.10", "+3.2%", "39.1%"],
        ["Total", "$8,412.73", "$7,990.10", "+5.3%", "100.0%"],
    ]


def test_percentages_of_fewer_days_say_of_which() -> None:
    """The amounts are of all days, the change only of those complete on both sides."""
    whole = by_service(*SERVICES)
    first = Period(date(2026, 11, 15), date(2026, 11, 18))
    then = Period(date(2026, 11, 8), date(2026, 11, 11))
    message = check(cost_answer(replace(whole, comparable=(first, then)), chart=IMAGE))
    assert table(message)[0][3].replace("\N{EN DASH}", "-") == "Change, 15-17 Nov"
    assert message.text.replace("\N{EN DASH}", "-").endswith(
        ", with 15-17 Nov up 5.3% on 8-10 Nov."
    )


def test_figures_stand_on_the_right() -> None:
    settings = block(cost_answer(by_service(*SERVICES)), "table")["column_settings"]
    assert [each["align"] for each in settings] == ["left", "right", "right", "right", "right"]


def test_buttons_hold_whole_questions() -> None:
    """Pressed next week they mean the same; what is shown already isn't offered."""
    given_answer = by_service(*SERVICES)
    offered = buttons(cost_answer(given_answer))
    assert [label for label, _ in offered.values()] == [
        "Share to channel",
        "By SKU",
        "By region",
        "Daily",
        "Previous period",
        "Forecast",
        "CSV",
    ]
    assert offered[f"{blocks.ASK}.forecast"][1] == "forecast checkout mtd"
    assert offered[blocks.SHARE][1] == write(given_answer.query)
    assert offered[f"{blocks.ASK}.sku"][1] == write(replace(given_answer.query, group_by=(SKU,)))
    shown_daily = replace(given_answer.query, granularity=Granularity.DAILY)
    assert offered[f"{blocks.ASK}.time"][1] == write(shown_daily)
    assert "2026-11-08" in offered[f"{blocks.ASK}.previous"][1]


def test_daily_offers_the_whole_instead() -> None:
    offered = buttons(cost_answer(daily("1", "2", "3")))
    assert offered[f"{blocks.ASK}.total"][0] == "In total"
    assert f"{blocks.ASK}.time" not in offered


def test_a_button_too_long_for_slack_is_left_out() -> None:
    long = (Filter(PROJECT, tuple(f"project-{i:03}-{'x' * 40}" for i in range(60))),)
    asked = by_service(*SERVICES, where=long)
    message = check(cost_answer(replace(asked, text=write(asked.query))))
    assert buttons(message) == {}


def test_shared_it_says_who_asked_and_is_not_shared_again() -> None:
    message = check(cost_answer(by_service(*SERVICES), shared_by="U123"))
    assert words_of(message, "question").startswith(
        "`checkout last-7d by service` asked by <@U123>"
    )
    assert blocks.SHARE not in buttons(message)
    assert f"{blocks.ASK}.sku" in buttons(message)


def test_the_chart_is_offered_only_where_there_is_one() -> None:
    offered = buttons(cost_answer(by_service(*SERVICES), send_chart=True))
    assert offered[blocks.SEND_CHART][0] == "Send me the chart"
    single = cost_answer(by_service(("A", "1")), chart=IMAGE, send_chart=True)
    assert blocks.SEND_CHART not in buttons(single)
    assert "chart" not in [each["block_id"] for each in single.blocks]


def test_pictures_have_their_figures_in_words() -> None:
    for place in (IMAGE, ChartFile("F0123456789")):
        alt = block(cost_answer(by_service(*SERVICES), chart=place), "chart")["alt_text"]
        assert "Compute Engine $5,120.25" in alt


def test_the_native_chart_has_the_amounts() -> None:
    native = block(cost_answer(by_service(*SERVICES), chart=ChartNative()), "chart")
    cost, before = native["chart"]["series"]
    assert cost["data"][0] == {"label": "Compute Engine", "value": 5120.25}
    assert (before["name"], before["data"][1]["value"]) == ("Before", 3190.1)


def test_the_native_chart_joins_days_to_twenty_points() -> None:
    given_answer = daily(*["1"] * 31, start=date(2026, 10, 1), period=_october())
    native = block(cost_answer(given_answer, chart=ChartNative()), "chart")
    points = native["chart"]["series"][0]["data"]
    assert len(points) == 16
    assert sum(each["value"] for each in points) == 31


def test_the_native_chart_leaves_out_what_is_not_in_yet() -> None:
    early = Freshness(datetime(2026, 11, 21, tzinfo=UTC), date(2026, 11, 17), matches_export=True)
    given_answer = daily("1", "2", "3", freshness=early)
    native = block(cost_answer(given_answer, chart=ChartNative()), "chart")
    assert native["chart"]["series"][0]["data"] == [
        {"label": "15 Nov", "value": 1},
        {"label": "16 Nov", "value": 2},
        {"label": "17 Nov so far", "value": 3},
    ]


def test_the_native_chart_of_too_many_bars_is_of_totals() -> None:
    days = [
        line(f"S{i}", "1.5", start=date(2026, 10, 1) + timedelta(days=day))
        for day in range(20)
        for i in range(4)
    ]
    given_answer = answer(days, granularity=Granularity.DAILY, period=_october())
    native = block(cost_answer(given_answer, chart=ChartNative()), "chart")
    (only,) = native["chart"]["series"]
    assert only["name"] == "Total"
    assert sum(each["value"] for each in only["data"]) == 120


def _october() -> Period:
    return Period(date(2026, 10, 1), date(2026, 11, 1), "2026-10")


def test_asked_for_as_table_or_chart_it_is_just_that() -> None:
    as_table = cost_answer(by_service(*SERVICES, form=Form.TABLE), chart=IMAGE)
    as_chart = cost_answer(by_service(*SERVICES, form=Form.CHART), chart=IMAGE)
    assert [each["block_id"] for each in as_table.blocks][2:3] == ["table"]
    assert "table" not in [each["block_id"] for each in as_chart.blocks]


def test_days_of_services_are_a_row_a_day() -> None:
    days = [
        line(name, amount, start=date(2026, 11, 15) + timedelta(days=i))
        for i in range(7)
        for name, amount in (("A", "2"), ("B", "1.50"))
    ]
    rows = table(check(cost_answer(answer(days, granularity=Granularity.DAILY))))
    assert rows[0] == ["Day", "A", "B", "Total"]
    assert rows[1] == ["Sun 15 Nov", "$2.00", "$1.50", "$3.50"]
    assert rows[-1] == ["Total", "$14.00", "$10.50", "$24.50"]


def test_days_have_their_moving_average_beside_them() -> None:
    """From the seventh on; two of them are a course, one is none."""
    weeks = Period(date(2026, 11, 8), date(2026, 11, 22), "last-14d")
    told = daily(*["1"] * 7, *["8"] * 7, start=weeks.start, period=weeks)
    rows = table(cost_answer(told, chart=None))
    assert rows[0][-1] == "7-day average"
    assert [row[-1] for row in rows[1:9]] == [*["\N{EN DASH}"] * 6, "$1.00", "$2.00"]
    assert rows[-2][-1] == "$8.00"
    week = table(cost_answer(daily(*["1"] * 7), chart=None))
    assert "7-day average" not in week[0]


def test_days_of_services_have_the_average_of_their_total() -> None:
    weeks = Period(date(2026, 11, 8), date(2026, 11, 22), "last-14d")
    days = [
        line(name, "2", start=weeks.start + timedelta(days=i))
        for i in range(14)
        for name in ("A", "B")
    ]
    told = answer(days, granularity=Granularity.DAILY, period=weeks)
    rows = table(cost_answer(told, chart=None))
    assert rows[0] == ["Day", "A", "B", "Total", "7-day average"]
    assert rows[-2][-1] == "$4.00"


def test_days_not_in_yet_are_not_zero() -> None:
    early = Freshness(datetime(2026, 11, 21, tzinfo=UTC), date(2026, 11, 17), matches_export=True)
    rows = table(cost_answer(daily("1", "2", "3", freshness=early)))
    assert rows[3] == ["Tue 17 Nov (so far)", "$3.00"]
    assert rows[4] == ["Wed 18 Nov (not in yet)", "\N{EN DASH}"]


def test_of_very_many_lines_the_largest_are_shown_and_the_rest_summed() -> None:
    lines = [(f"Service {i:03}", str(1000 - i)) for i in range(500)]
    message = check(cost_answer(by_service(*lines), chart=ChartNative()))
    shown = table(message)
    hidden = sum(1000 - i for i in range(len(shown) - 2, 500))
    assert shown[1][0] == "Service 000"
    assert words_of(message, "more") == (
        f"and {500 - len(shown) + 2} more lines, ${hidden:,}.00; the CSV has all"
    )


def test_of_very_many_days_the_newest_are_shown() -> None:
    period = replace(_october(), start=date(2025, 11, 22), end=date(2026, 11, 22), name="")
    message = check(cost_answer(daily(*["1"] * 365, start=period.start, period=period)))
    assert table(message)[-2][0] == "Sat 21 Nov"
    assert "earlier rows left out; the CSV has all" in words_of(message, "more")


def test_currencies_have_a_total_each() -> None:
    mixed = answer([line("A", "10"), line("A", "7", currency="EUR")])
    assert [row[:2] for row in table(check(cost_answer(mixed)))[-2:]] == [
        ["Total", "$10.00"],
        ["Total", "€7.00"],
    ]


def test_no_name_pings_or_breaks_the_markup() -> None:
    wicked = by_service(
        ("<!channel>", "5"),
        ("*_~`&", "4"),
        where=(Filter(PROJECT, ("<!here>*",)), Filter(SERVICE, ("<@U1>",), negated=True)),
        text="<!everyone> `x`",
    )
    message = check(cost_answer(wicked, chart=IMAGE))
    said = message.text + "".join(
        words_of(message, each) for each in ("answer", "question", "freshness")
    )
    assert re.findall(r"<[!@#]", said) == []
    assert message.text.startswith("*&lt;!here&gt;\N{ASTERISK OPERATOR}* (service not &lt;@U1&gt;)")


def test_nothing_found_has_no_table_and_says_so() -> None:
    message = check(cost_answer(answer([]), chart=ChartNative(), send_chart=True))
    assert message.text.startswith("No cost of *checkout* was found in the last 7 days")
    assert [each["block_id"] for each in message.blocks][:3] == ["answer", "question", "freshness"]


def test_what_is_missing_is_apologised_for() -> None:
    message = cost_answer(by_service(*SERVICES), apology="The chart could not be drawn.")
    assert "The chart could not be drawn." in words_of(message, "notes")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    any_answer=answers(),
    place=st.sampled_from(PLACES),
    shared_by=st.none() | st.just("U1"),
    send_chart=st.booleans(),
)
def test_slack_takes_any_answer(
    *, any_answer: CostAnswer, place: ChartPlace | None, shared_by: str | None, send_chart: bool
) -> None:
    message = check(
        cost_answer(any_answer, chart=place, shared_by=shared_by, send_chart=send_chart)
    )
    assert re.findall(r"<[!#]", message.text) == []


@settings(max_examples=40, deadline=None)
@given(answers(most=8).filter(lambda a: a.query.granularity is None and len(a.lines) > 1))
def test_the_table_has_the_figures_of_the_answer(any_answer: CostAnswer) -> None:
    rows = table(cost_answer(any_answer))
    column = rows[0].index("Amount")
    assert [row[column] for row in rows[1:]] == [
        *(display(each.amount, each.currency) for each in any_answer.lines),
        *(display(each.amount, each.currency) for each in any_answer.totals),
    ]
