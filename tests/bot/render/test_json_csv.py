"""Answers and rows for machines: exact, complete, harmless to spreadsheets."""

import csv as reader
import io
from decimal import Decimal

import pytest
from hypothesis import given

from bot.render import csv, figures, json
from core.costs.model import SERVICE, CostAnswer, Note, NoteKind
from tests.support.answers import answer, answers, by_service, daily, line


def test_the_answer_of_the_documentation() -> None:
    """The fields and values that scripts depend on."""
    said = json.cost_answer(
        by_service(
            ("Compute Engine", "5120.2500", "4800.00"),
            ("Cloud SQL", "3292.48", "3190.1"),
            text="checkout last-7d by service",
            notes=[Note(NoteKind.PROMOTION_EXCLUDED, Decimal("-120.50"), "USD")],
        )
    )
    assert said["query"] == {
        "text": "checkout last-7d by service",
        "projects": ["checkout"],
        "start": "2026-11-15",
        "end": "2026-11-22",
        "measure": "cost",
        "basis": "usage",
        "group_by": ["service"],
        "granularity": None,
    }
    assert said["totals"] == [{"currency": "USD", "amount": "8412.73", "previous": "7990.1"}]
    assert said["lines"][0] == {
        "group": {"service": "Compute Engine"},
        "date": None,
        "currency": "USD",
        "amount": "5120.25",
        "previous": "4800",
        "share": "0.6086",
    }
    assert said["notes"] == [{"kind": "promotion_excluded", "currency": "USD", "amount": "-120.5"}]
    assert said["data"] == {
        "through": "2026-11-21T22:00:00Z",
        "complete_until": "2026-11-22",
        "matches_export": True,
        "final": False,
    }


def test_display_names_stand_beside_identities() -> None:
    named = answer([line("6F81-5844-456A", "1", names={SERVICE: "Compute Engine"})])
    said = json.cost_answer(named)["lines"][0]
    assert said["group"] == {"service": "6F81-5844-456A"}
    assert said["names"] == {"service": "Compute Engine"}
    header, row = _read(csv.written(figures.cost_answer(named)))
    assert header[1:3] == ["service", "service name"]
    assert row[1:3] == ["6F81-5844-456A", "Compute Engine"]


def test_days_have_dates() -> None:
    assert [each["date"] for each in json.cost_answer(daily("1", "2"))["lines"]] == [
        "2026-11-15",
        "2026-11-16",
    ]


@given(answers())
def test_no_digit_is_lost(any_answer: CostAnswer) -> None:
    """JSON and CSV hold the very amounts of the answer, in plain notation."""
    exact = [each.amount for each in any_answer.lines]
    written = json.cost_answer(any_answer)["lines"]
    assert [Decimal(each["amount"]) for each in written] == exact
    table = list(_read(csv.written(figures.cost_answer(any_answer))))
    column = table[0].index("amount")
    assert [Decimal(row[column]) for row in table[1:]] == exact
    assert not any("E" in each["amount"] for each in written)


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@x", "\tx", "\rx", "\nx", "'=1", "'s"])
def test_text_that_looks_like_a_formula_is_guarded_and_numbers_are_not(name: str) -> None:
    _, row = _read(csv.written(figures.cost_answer(by_service((name, "-12.5")))))
    assert row[1] == f"'{name}"
    assert row[3] == "-12.5"


@pytest.mark.parametrize(
    ("amount", "shown"), [("1E+3", "1000"), ("5.10", "5.1"), ("-1E-7", "-0.0000001")]
)
def test_amounts_are_plain_however_they_are_held(amount: str, shown: str) -> None:
    _, row = _read(csv.written(figures.cost_answer(by_service(("A", amount)))))
    assert row[3] == shown


def test_the_file_is_named_for_what_it_holds() -> None:
    named = figures.cost_answer(by_service(("A", "1"))).name
    assert named == "costs-checkout-2026-11-15-to-2026-11-21"


def _read(content: bytes) -> list[list[str]]:
    return list(reader.reader(io.StringIO(content.decode(), newline="")))
