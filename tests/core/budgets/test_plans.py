"""Plans by month, read from a file."""

from datetime import date
from decimal import Decimal

import pytest

from core.budgets.model import Cycle
from core.budgets.plans import PlanFileError, read_plans
from core.costs.question import write_subject
from tests.core.budgets.test_said import NAMES, TODAY


def test_lines_are_put_together_by_budget() -> None:
    """In any order; with a byte order mark, as spreadsheets write it."""
    text = (
        "\ufeffBudget,Month,Amount,Currency\n"
        "checkout,2026-11,8000,USD\n"
        'team=payments yearly,2026-12,"$1,200.50",\n'
        "checkout,2026-12-01,9k,usd\n"
    )
    (checkout, first), (team, second) = read_plans(text, today=TODAY, names=NAMES)
    assert write_subject(checkout.query.where) == "checkout"
    assert first == {date(2026, 11, 1): Decimal(8000), date(2026, 12, 1): Decimal(9000)}
    assert (checkout.currency, checkout.cycle) == ("USD", None)
    assert (team.currency, team.cycle) == (None, Cycle.YEARLY)
    assert second == {date(2026, 12, 1): Decimal("1200.50")}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "columns are none"),
        ("budget,month\n", "columns are budget, month"),
        ("budget,month,amount\n", "no lines"),
        ("budget,month,amount\ncheckout,2026-13,1\n", "Line 2: '2026-13' is no month"),
        ("budget,month,amount\nchekout,2026-12,1\n", "Line 2:"),
        ("budget,month,amount\ncheckout,2026-12,much\n", "Line 2: 'much' is no amount"),
        ("budget,month,amount\n,2026-12,1\n", "Line 2: It says no budget"),
        ("budget,month,amount\ncheckout 2026-Q4,2026-12,1\n", "Line 2: 'checkout 2026-Q4' has"),
        ("budget,month,amount\ncheckout,2026-12,1\ncheckout,2026-12,2\n", "Line 3: 2026-12 of"),
    ],
)
def test_what_cant_be_read_is_said_line_by_line(text: str, said: str) -> None:
    """And nothing is taken of it."""
    with pytest.raises(PlanFileError) as error:
        read_plans(text, today=TODAY, names=NAMES)
    assert said in str(error.value)
