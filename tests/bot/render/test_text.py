"""The answer in a terminal."""

import io
from datetime import date

from hypothesis import given, settings
from rich.console import Console

from bot.render import text
from core.costs.model import CostAnswer, Granularity, Note, NoteKind
from tests.support.answers import answer, answers, by_service, line


def printed(given_answer: CostAnswer) -> str:
    """What a terminal of 100 columns shows."""
    console = Console(file=io.StringIO(), width=100)
    console.print(text.cost_answer(given_answer))
    file = console.file
    assert isinstance(file, io.StringIO)
    return file.getvalue()


def test_the_answer_reads_like_the_message() -> None:
    shown = printed(
        by_service(
            ("Compute Engine", "5120.25", "4800"),
            ("[bold]x", "3292.48", "3190.10"),
            notes=[Note(NoteKind.PARTIAL_ACCESS)],
        )
    ).replace("\N{EN DASH}", "-")
    assert [each.rstrip() for each in shown.splitlines()] == [
        "checkout cost $8,412.73 in the last 7 days (15-21 Nov), up 5.3% on the 7 days before.",
        "",
        "Service            Amount     Before  Change   Share",
        "Compute Engine  $5,120.25  $4,800.00   +6.7%   60.9%",
        "[bold]x         $3,292.48  $3,190.10   +3.2%   39.1%",
        "Total           $8,412.73  $7,990.10   +5.3%  100.0%",
        "",
        "- Only projects that you may see are in these figures.",
        "Data through 21 Nov 22:00 UTC · days complete up to 21 Nov · matches the export",
    ]


def test_of_many_columns_only_those_that_fit_are_shown() -> None:
    """The rest is summed; no figure is ever cut."""
    days = [
        line(f"A long service name {i}", "123456.78", start=date(2026, 11, 15 + day))
        for day in range(7)
        for i in range(9)
    ]
    shown = printed(answer(days, granularity=Granularity.DAILY))
    assert "Sun 15 Nov" in shown
    assert "other (" in shown
    assert "…" not in shown
    assert shown.count("$1,111,111.02") == 7


@settings(max_examples=30, deadline=None)
@given(answers(most=10))
def test_any_answer_can_be_printed(any_answer: CostAnswer) -> None:
    assert printed(any_answer)
