"""A report in Slack, as its readers see it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from bot.render import words
from bot.render.blocks.message import Message
from bot.render.blocks.picture import ChartNative, Look, shown
from bot.render.enclosed import Picture
from bot.render.reports import mail, post
from bot.render.reports.charts import charts
from core.costs.model import PROJECT, Comparable, CostQuery, Filter, Freshness, Vocabulary
from core.costs.question import parse_command
from core.period import Period, previous
from core.reports.correcting import Corrections, corrections
from core.reports.model import Reason, Report, ReportKind, ReportStatus
from core.reports.sections import Against, Bridge
from tests.support.reports import ANOMALIES, FRESH, WEEK, monthly, report, rows, sheet

FINAL = {"status": ReportStatus.FINAL, "reason": Reason.SETTLED}


def posted(made: Report, **more: Any) -> Message:
    drawn = {name: shown(Picture(name, each.alt, b"")) for name, each in charts(made).items()}
    return post.post(made, drawn, **more)


def texts(message: Message) -> Iterator[str]:
    """What is read in sections and small print."""
    for block in message.blocks:
        for part in (block.get("text"), *block.get("fields", ()), *block.get("elements", ())):
            if isinstance(part, dict) and isinstance(part.get("text"), str):
                yield part["text"]


def said(message: Message) -> str:
    return "\n".join(texts(message))


def buttons(message: Message) -> dict[str, tuple[str, str]]:
    return {
        each["text"]["text"]: (each["action_id"], each["value"])
        for block in message.blocks
        if block["type"] == "actions"
        for each in block["elements"]
    }


def test_the_answer_comes_first_and_says_whether_it_may_change() -> None:
    message = posted(report())
    assert message.text == (
        "*All projects* cost $8,412.73 in the week 9–15 Nov 2026, up 3.9% on the week before."  # noqa: RUF001
        " Provisional: later charges may still come."
    )
    first, second, *_ = texts(message)
    assert message.text.startswith(first)
    assert second == "Weekly report · *Provisional*: later charges may still come"


@pytest.mark.parametrize("reason", list(Reason))
def test_every_state_is_in_words(reason: Reason) -> None:
    final = reason is Reason.SETTLED
    status = ReportStatus.FINAL if final else ReportStatus.PROVISIONAL
    badge = list(texts(posted(report(status=status, reason=reason))))[1]
    assert f"*{'Final' if final else 'Provisional'}*: " in badge


def test_three_pictures_and_one_table() -> None:
    kinds = [block["type"] for block in posted(report()).blocks]
    assert (kinds.count("image"), kinds.count("table")) == (3, 1)


def test_movers_say_why_and_services_their_course() -> None:
    words = said(posted(report()))
    assert "• *checkout*: +$320.25 (+6.7%): mostly Cloud SQL in us-east1 (+$310.00)" in words
    assert "• Compute Engine $4,700.50 (+4.5%) ▄▅▆▇█▄█" in words


def test_buttons_ask_what_is_behind() -> None:
    """Each question can be read, and is of the report's own days."""
    pressed = buttons(posted(report()))
    assert list(pressed) == ["Why", "Movers", "By service", "Daily", "CSV", "XLSX"]
    for label in ("Why", "Movers", "By service", "Daily"):
        action, text = pressed[label]
        assert action.startswith("cost.ask.")
        understood = parse_command(text, today=WEEK.end, names=Vocabulary())
        assert understood.query is not None
        period = understood.query.period
        assert (period.start, period.end) == (WEEK.start, WEEK.end)
    assert pressed["XLSX"] == ("report.file.xlsx", "report weekly 2026-11-09..2026-11-15")


def test_a_scope_is_in_the_questions() -> None:
    query = CostQuery(WEEK, (Filter(PROJECT, ("checkout",)),))
    assert buttons(posted(report(query=query)))["Why"][1] == "why checkout 2026-11-09..2026-11-15"


def test_a_corrected_post_says_so_with_its_day() -> None:
    made = report(made_at=datetime(2026, 11, 20, 8, tzinfo=UTC))
    assert "*Corrected on 20 Nov 2026*: what changed is in the thread." in said(
        posted(made, corrected=True)
    )
    assert "Corrected" not in said(posted(made))


def test_who_had_it_run_and_the_schedule_stand_below() -> None:
    words = said(posted(report(), scheduled="weekly mon 09:00 #finance", by="U0123"))
    assert "Schedule: `weekly mon 09:00 #finance` run by <@U0123>" in words
    assert "run by ada@example.com" in said(posted(report(), scheduled="x", by="ada@example.com"))


def test_one_that_had_waited_long_enough_says_so() -> None:
    late = report(complete=False, reason=Reason.INCOMPLETE)
    assert "Posted before all of its days were in" in said(posted(late, waited=True))
    assert "Posted before" not in said(posted(report(), waited=True))


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({}, "No cost of all projects was found in the week"),
        ({"complete": False}, "is in yet: the data reaches to 16 Nov 2026"),
        ({"freshness": Freshness()}, "There is no data yet"),
    ],
)
def test_nothing_is_said_plainly(more: dict[str, Any], words: str) -> None:
    nothing = report(sheets=(), **{"freshness": FRESH} | more)
    message = posted(nothing)
    assert words in message.text.replace("*", "")
    assert "Why" not in buttons(message)
    assert words in mail.mail(nothing, {}, scheduled="weekly").text.replace("\n", " ")


def test_a_months_invoice_and_what_is_still_to_come_are_figures() -> None:
    words = said(posted(monthly()))
    for line in (
        "*On its invoice, net*\n$8,437.73",
        "*Recorded invoices*\nagree",
        "*By day of use, net*\n$8,412.73",
        "*Expected final cost*\n$8,472.73",
        "*Accrual, still to come*\n+$60.00",
        "*Final cost between (83.3% of the time)*\n$8,432.73 to $8,502.73",
    ):
        assert line in words


def test_rounded_parts_that_do_not_add_up_have_a_line() -> None:
    thirds = rows(("a", "1.114", "0"), ("b", "1.114", "0"), ("c", "1.114", "0"))
    of = sheet(WEEK, total=Decimal("3.342"), projects=thirds, services=thirds)
    (table,) = [b for b in posted(report(ReportKind.WEEKLY, of)).blocks if b["type"] == "table"]
    cells = [[cell.get("text") for cell in row] for row in table["rows"]]
    assert [row[:2] for row in cells[1:5]] == [
        ["a", "$1.11"],
        ["b", "$1.11"],
        ["c", "$1.11"],
        ["rounding", "+$0.01"],
    ]


def test_a_table_says_of_which_days_its_changes_are() -> None:
    here, there = (
        Period(WEEK.start, date(2026, 11, 14)),
        Period(date(2026, 11, 2), date(2026, 11, 7)),
    )
    both = Comparable(Decimal(1000), Decimal(800))
    week = Against(previous(WEEK), Decimal(8100), both, (here, there), cut=True)
    cut = report(ReportKind.WEEKLY, sheet(WEEK, previous=week))
    head = f"Change, {words.days(here)}"
    assert head in str(posted(cut).blocks)
    assert head in mail.mail(cut, {}, scheduled="weekly").text
    assert "Change," not in str(posted(report()).blocks)


def test_what_there_is_nothing_to_compare_with_says_so() -> None:
    """No percentage of nothing, and no gap that is left to the reader."""
    of = sheet(WEEK)
    unknown = replace(
        of, previous=Against(of.previous.period), last_year=Against(of.last_year.period)
    )
    made = posted(report(ReportKind.WEEKLY, unknown))
    assert "*The week before*\nnot known" in said(made)
    assert "*The same week a year before*\nnot known" in said(made)
    assert "∞" not in made.text


def test_services_that_are_added_up_have_their_line() -> None:
    """Lines of a post come to the total, too."""
    listed = rows(*((f"service-{n}", "10", "8") for n in range(10)))
    others = replace(listed[0], value=None, name="others", of=5)
    of = sheet(WEEK, total=Decimal(110), services=(*listed, others))
    assert "• others (5) $10.00" in said(posted(report(ReportKind.WEEKLY, of)))


def test_what_leads_from_cost_to_net_adds_up_as_it_is_shown() -> None:
    """1.004 + 1.004 + 1.004 = 3.012: 1.00 + 1.00 + 1.00, and a cent of rounding."""
    part = Decimal("1.004")
    bridge = Bridge(part, part, Decimal(0), part, part, 3 * part)
    of = sheet(WEEK, total=part, bridge=bridge)
    words = said(posted(report(ReportKind.WEEKLY, of)))
    assert "*Rounding*\n+$0.01" in words
    assert "*Net, as billed*\n$3.01" in words
    assert "*Rounding*" not in said(posted(report()))


def test_a_private_answer_has_slacks_own_chart() -> None:
    made = report()
    message = post.answer(made, Look(ChartNative()), drawn=charts(made)["days"])
    kinds = [block["type"] for block in message.blocks]
    assert kinds.count("data_visualization") == 1
    assert next(iter(buttons(message))) == "Share to channel"


def test_an_anomaly_tells_what_was_expected_from_what_was_before() -> None:
    why = "Up $250.00 (69%) to $610.75: Cloud SQL +$250.00."
    made = report(anomalies=(replace(ANOMALIES[0], why=why),))
    assert (
        "Cloud SQL of checkout*, 12–13 Nov: +$310.75 ($610.75 instead of the $300.00 expected). "  # noqa: RUF001
        "Against the same days a week before: up $250.00 (69%) to $610.75: Cloud SQL +$250.00."
    ) in said(posted(made))
    coming = report(anomalies=(replace(ANOMALIES[0], why=why, provisional=True),))
    assert "Its complete days against the same weekdays before: up $250.00" in said(posted(coming))


def changed() -> tuple[Report, Corrections]:
    after = sheet(
        WEEK,
        total=Decimal("8512.733"),
        projects=rows(("checkout", "5220.25", "4800"), ("web", "2410.5", "2600")),
    )
    now = report(ReportKind.WEEKLY, after, **FINAL)
    found = corrections(report(), now)
    assert found is not None
    return now, found


def test_the_thread_says_what_changed() -> None:
    now, found = changed()
    words = said(post.correction(now, found))
    assert "*Corrected*: Weekly report: all projects" in words
    assert "• The figures are final now." in words
    assert "• The total: $8,512.73 instead of $8,412.73 (+$100.00, +1.2%)." in words
    assert "• *checkout*: $5,220.25 instead of $5,120.25 (+$100.00, +2.0%)." in words


def test_a_corrected_mail_is_a_reply_that_says_what_changed_first() -> None:
    now, found = changed()
    made = mail.mail(now, {}, scheduled="weekly", changes=found)
    first = mail.mail(report(), {}, scheduled="weekly")
    assert made.subject == f"Re: {first.subject}"
    assert made.text.index("What changed") < made.text.index("Figures")
    assert "The total: $8,512.73 instead of $8,412.73 (+$100.00, +1.2%)." in made.text
    assert "Final: no further charge is expected." in made.text
