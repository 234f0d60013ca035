"""What an export is of."""

from datetime import date

import pytest

from bot.exporting import has_lines
from core.costs.model import Vocabulary
from core.costs.question import parse_command


@pytest.mark.parametrize(
    ("text", "lines"),
    [("export all mtd", False), ("export all by team", True), ("export all in EUR", True)],
)
def test_an_answers_lines_are_exported_where_they_are_said(text: str, *, lines: bool) -> None:
    """Charges are in the currency that they were billed in; those of an answer in any."""
    asked = parse_command(text, today=date(2026, 11, 22), names=Vocabulary())
    assert has_lines(asked) is lines
