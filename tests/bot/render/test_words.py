"""What an answer says, read as people read it."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given

from bot.render import sentences, words
from core.costs.model import (
    PROJECT,
    REGION,
    SERVICE,
    Basis,
    Comparable,
    Filter,
    Freshness,
    Measure,
    Note,
    NoteKind,
    Versus,
)
from core.period import Period
from tests.support.answers import CHECKOUT, answer, answers, by_service

NOVEMBER = Period(date(2026, 11, 1), date(2026, 11, 23), "mtd")


def dashed(text: str) -> str:
    """Expectations are written with hyphens for the dashes of ranges."""
    return text.replace("\N{EN DASH}", "-")


def test_headline_of_a_week() -> None:
    said = sentences.headline(by_service(("Compute Engine", "8412.73", "7990.1")))
    assert dashed(said) == (
        "checkout cost $8,412.73 in the last 7 days (15-21 Nov), up 5.3% on the 7 days before."
    )


@pytest.mark.parametrize(
    ("now", "then", "said"),
    [
        ("90", "100", "down 10.0% on the 7 days before"),
        ("100", "100.01", "level with the 7 days before"),
        ("100", "0", "up from nothing in the 7 days before"),
        ("0", "0", "the same as the 7 days before"),
        ("5", "-2.5", "$7.50 more than the 7 days before"),
        ("-5", "-2.5", "$2.50 less than the 7 days before"),
        ("1300", "100", "13.0 times the 7 days before"),
    ],
)
def test_how_a_total_moved(now: str, then: str, said: str) -> None:
    assert sentences.headline(by_service(("A", now, then))).endswith(f", {said}.")


def test_several_currencies_are_never_added() -> None:
    mixed = answer(
        [
            *by_service(("A", "10", "5")).lines,
            *by_service(("A", "7", "7"), currency="EUR").lines,
        ]
    )
    assert sentences.headline(mixed).endswith(
        "USD up 100.0% on the 7 days before; EUR level with the 7 days before."
    )
    assert "cost $10.00 and €7.00 in" in sentences.headline(mixed)


def test_percentages_of_fewer_days_name_them() -> None:
    """A month so far is compared on the days that are complete on both sides."""
    whole = by_service(("A", "100", "50"), period=NOVEMBER)
    cut = (
        Period(date(2026, 11, 1), date(2026, 11, 20)),
        Period(date(2026, 10, 1), date(2026, 10, 20)),
    )
    limited = type(whole)(
        whole.query,
        whole.text,
        whole.totals,
        whole.lines,
        compared=Period(date(2026, 10, 1), date(2026, 10, 23)),
        comparable=cut,
        freshness=whole.freshness,
    )
    assert dashed(sentences.headline(limited)) == (
        "checkout cost $100.00 this month so far (1-22 Nov), with 1-19 Nov up 100.0% on 1-19 Oct."
    )


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ((), "All projects"),
        (CHECKOUT, "checkout"),
        ((Filter(PROJECT, ("a", "b")),), "a and b"),
        ((Filter(PROJECT, tuple("abcde")),), "a, b and 3 more"),
        ((Filter(PROJECT, (None,)),), "unassigned spend"),
        ((*CHECKOUT, Filter(SERVICE, ("Cloud SQL",))), "Cloud SQL of checkout"),
        ((Filter(REGION, ("us-east1",), negated=True),), "All projects (region not us-east1)"),
    ],
)
def test_subject(where: tuple[Filter, ...], said: str) -> None:
    assert sentences.headline(by_service(("A", "1"), where=where)).startswith(f"{said} cost $1.00 ")


@pytest.mark.parametrize(
    ("period", "said"),
    [
        (Period(date(2026, 11, 22), date(2026, 11, 23), "today"), "today (22 Nov)"),
        (NOVEMBER, "this month so far (1-22 Nov)"),
        (Period(date(2026, 10, 1), date(2026, 11, 1), "last-month"), "last month (1-31 Oct)"),
        (Period(date(2026, 10, 1), date(2026, 11, 1), "2026-10"), "in October 2026"),
        (Period(date(2026, 7, 1), date(2026, 10, 1)), "in Q3 2026"),
        (Period(date(2025, 1, 1), date(2026, 1, 1)), "in 2025"),
        (Period(date(2026, 10, 3), date(2026, 10, 4)), "on 3 Oct 2026"),
        (Period(date(2026, 10, 30), date(2026, 11, 4)), "from 30 Oct to 3 Nov 2026"),
        (
            Period(date(2026, 8, 1), date(2026, 11, 1), "last-3m"),
            "in the last 3 months (1 Aug - 31 Oct)",
        ),
    ],
)
def test_periods_in_words(period: Period, said: str) -> None:
    assert dashed(words.when(period)) == said


def test_other_measures_say_so() -> None:
    said = sentences.headline(by_service(("A", "1"), measure=Measure.NET, basis=Basis.INVOICE))
    assert said.endswith("net of all credits, with tax, by invoice month.")


def test_another_project_is_named() -> None:
    compared = by_service(("A", "3", "2"), versus=Versus("project", project="web"))
    assert sentences.headline(compared).endswith("up 50.0% on web in the same days.")


@pytest.mark.parametrize(
    ("period", "before", "said"),
    [
        (
            Period(date(2026, 5, 1), date(2026, 11, 1), "last-6m"),
            Period(date(2025, 11, 1), date(2026, 5, 1)),
            "the 6 months before",
        ),
        (
            Period(date(2026, 11, 21), date(2026, 11, 22), "yesterday"),
            Period(date(2026, 11, 20), date(2026, 11, 21)),
            "the day before",
        ),
        (
            Period(date(2026, 10, 1), date(2026, 11, 1), "last-month"),
            Period(date(2026, 9, 1), date(2026, 10, 1)),
            "September 2026",
        ),
        (NOVEMBER, Period(date(2026, 10, 1), date(2026, 10, 23)), "1-22 Oct"),
        (NOVEMBER, Period(date(2025, 11, 1), date(2025, 11, 23)), "1-22 Nov 2025"),
    ],
)
def test_what_it_is_compared_with(period: Period, before: Period, said: str) -> None:
    asked = by_service(("A", "1", "1"), period=period)
    assert dashed(sentences.against(replace(asked, compared=before))) == said


def test_nothing_found_says_why() -> None:
    none = answer([])
    assert dashed(sentences.headline(none)) == (
        "No cost of checkout was found in the last 7 days (15-21 Nov)."
    )
    new = answer([], freshness=Freshness())
    told = "There is no data of checkout yet: nothing of it has been synced from a billing export"
    assert sentences.headline(new).startswith(told)
    empty = answer([], freshness=Freshness(), where=())
    assert sentences.headline(empty).startswith("There is no data yet: nothing has been synced")


def test_notes_have_their_amounts() -> None:
    credit = Note(NoteKind.PROMOTION_EXCLUDED, Decimal("-120.5"), "USD")
    assert sentences.note(credit) == (
        "Promotional credits of $120.50 are not in these figures; `net` has them."
    )
    rate = Note(NoteKind.CONVERTED, Decimal(10), "EUR", text="1 EUR = 1.0832 USD")
    assert sentences.note(rate) == "€10.00 was converted: 1 EUR = 1.0832 USD."
    wrong = Note(NoteKind.MISMATCH, days=Period(date(2026, 10, 1), date(2026, 11, 1)), text="gcp")
    assert sentences.note(wrong) == (
        "Warning: what is stored of gcp differs from its export for October 2026."
    )
    days = Note(NoteKind.MISSING_DAYS, days=Period(date(2026, 11, 21), date(2026, 11, 22)))
    assert sentences.note(days) == "21 Nov: not in yet."


@pytest.mark.parametrize("kind", NoteKind)
def test_every_note_can_be_said_without_details(kind: NoteKind) -> None:
    said = sentences.note(Note(kind))
    assert said.endswith(".")
    assert "{" not in said
    assert "None" not in said


@pytest.mark.parametrize(
    ("now", "then", "cell"),
    [("6", "5", "+20.0%"), ("5", "0", "new"), ("0", "0", ""), ("1", "-1", "+$2.00")],
)
def test_change_of_a_line(now: str, then: str, cell: str) -> None:
    assert words.change(Comparable(Decimal(now), Decimal(then)), "USD") == cell


@pytest.mark.parametrize(
    ("amount", "said"),
    [("8412.73", "$8.4k"), ("2000", "$2k"), ("5.05", "$5.05"), ("0.0021", "$0.0021"), ("0", "$0")],
)
def test_ticks_are_short(amount: str, said: str) -> None:
    assert words.tick(Decimal(amount), "USD") == said


@given(answers())
def test_any_answer_has_a_sentence(any_answer: object) -> None:
    said = sentences.headline(any_answer)  # type: ignore[arg-type] # hypothesis erases it
    assert said.endswith(".")
    assert "None" not in said
