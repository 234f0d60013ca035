"""A budget as people type it."""

from datetime import date
from decimal import Decimal

import pytest

from core.budgets.model import BudgetAmountError, BudgetDatesError, BudgetSubjectError, Cycle
from core.budgets.said import parse_budget, read_money
from core.costs.model import Measure, Vocabulary
from core.costs.question import write_subject
from core.errors import CostTrackerError
from core.period import Period

TODAY = date(2026, 11, 22)
NAMES = Vocabulary(
    projects={"checkout": "Checkout", "web-2": ""},
    teams=frozenset({"payments"}),
    services=frozenset({"Cloud SQL", "Compute Engine"}),
    labels={"env": frozenset({"prod"})},
)


@pytest.mark.parametrize(
    ("text", "subject", "amount", "currency", "cycle"),
    [
        ("checkout", "checkout", None, None, None),
        ("", "all", None, None, None),
        ("checkout 8000 monthly", "checkout", "8000", None, Cycle.MONTHLY),
        ("checkout $8,000 a month", "checkout", "8000", None, Cycle.MONTHLY),
        ("set checkout to 8k", "checkout", "8000", None, None),
        ("checkout 8.5k USD", "checkout", "8500", "USD", None),
        ("checkout 1,25k", "checkout", "1250", None, None),
        ("checkout 1.234k", "checkout", "1234", None, None),
        ("checkout 9000 EUR per quarter", "checkout", "9000", "EUR", Cycle.QUARTERLY),
        ("checkout EUR 9000", "checkout", "9000", "EUR", None),
        ("checkout €9000 yearly", "checkout", "9000", "EUR", Cycle.YEARLY),
        ("checkout £1.2m annually", "checkout", "1200000", "GBP", Cycle.YEARLY),
        ("8000 checkout", "checkout", "8000", None, None),
        ("team=payments 90k quarterly", "all team=payments", "90000", None, Cycle.QUARTERLY),
        ("all 2500 monthly", "all", "2500", None, Cycle.MONTHLY),
        ("web-2 2000", "web-2", "2000", None, None),
        ("service=Cloud SQL 700.50", 'all service="Cloud SQL"', "700.5", None, None),
        ("checkout label:env=prod 300", "checkout label:env=prod", "300", None, None),
    ],
)
def test_what_is_read(
    text: str, subject: str, amount: str | None, currency: str | None, cycle: Cycle | None
) -> None:
    """Amount, currency and cycle are taken out, in any order; the rest is a question."""
    said = parse_budget(text, today=TODAY, names=NAMES)
    assert write_subject(said.query.where) == subject
    assert said.amount == (None if amount is None else Decimal(amount))
    assert (said.currency, said.cycle, said.dates) == (currency, cycle, None)


@pytest.mark.parametrize(
    ("text", "dates"),
    [
        ("checkout 8000 2026-10-01..2026-12-31", Period(date(2026, 10, 1), date(2027, 1, 1))),
        ("checkout 8000 2026-Q4", Period(date(2026, 10, 1), date(2027, 1, 1), "2026-Q4")),
        ("checkout 8000 2027-Q1", Period(date(2027, 1, 1), date(2027, 4, 1), "2027-Q1")),
        ("checkout 9000 2026", Period(date(2026, 1, 1), date(2027, 1, 1), "2026")),
        ("checkout 9000 oct 2026", Period(date(2026, 10, 1), date(2026, 11, 1), "2026-10")),
    ],
)
def test_a_period_is_a_custom_budgets(text: str, dates: Period) -> None:
    """Dates of its own make it custom; a year beside an amount is one."""
    said = parse_budget(text, today=TODAY, names=NAMES)
    assert (said.cycle, said.dates) == (Cycle.CUSTOM, dates)


def test_measure_is_the_questions() -> None:
    """`net` is what will be paid."""
    said = parse_budget("checkout net 8000 monthly", today=TODAY, names=NAMES)
    assert said.query.measure is Measure.NET


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("checkout 8000 9000", BudgetAmountError),
        ("checkout 8000 monthly 2026-Q4", BudgetDatesError),
        ("chekout 8000", CostTrackerError),
        ("checkout 8.000", CostTrackerError),
    ],
)
def test_what_cant_be_read_is_said(text: str, error: type[CostTrackerError]) -> None:
    """Nothing is guessed."""
    with pytest.raises(error):
        parse_budget(text, today=TODAY, names=NAMES)


def test_money_by_itself() -> None:
    """As a form's field has it."""
    assert read_money(" $8,000.50 ") == (Decimal("8000.50"), None)
    assert read_money("8k EUR") == (Decimal(8000), "EUR")
    with pytest.raises(BudgetAmountError):
        read_money("a lot")


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("chekout 9000", "budget checkout 9000"),
        ("chekout $8.5k EUR a month", "budget checkout 8500 EUR monthly"),
        ("checkout 8000 montly", "budget checkout monthly 8000"),
        ("chekout", "budget checkout"),
    ],
)
def test_a_suggestion_is_the_whole_command(text: str, near: str) -> None:
    """Who presses it sets what they meant to set, and is not told a forecast."""
    with pytest.raises(CostTrackerError) as caught:
        parse_budget(text, today=TODAY, names=NAMES)
    assert caught.value.suggestions[0] == near


@pytest.mark.parametrize("often", ["daily", "weekly"])
def test_a_budget_by_the_day_or_week_is_refused(often: str) -> None:
    """It isn't set by the month instead."""
    with pytest.raises(BudgetDatesError, match=f"no {often} budgets"):
        parse_budget(f"checkout 8000 {often}", today=TODAY, names=NAMES)


@pytest.mark.parametrize("how", ["by region", "by service", "vs last-year", "table", "csv"])
def test_how_an_answer_is_laid_out_is_not_passed_over(how: str) -> None:
    """Who says `by service` may mean a budget for each, which there isn't."""
    with pytest.raises(BudgetSubjectError, match=f"'checkout {how}' says how") as caught:
        parse_budget(f"checkout 8000 {how} monthly", today=TODAY, names=NAMES)
    assert caught.value.suggestions == ("budget checkout 8000 monthly",)


def test_one_cycle_is_said() -> None:
    """The second isn't taken for a name."""
    with pytest.raises(BudgetDatesError, match="monthly or quarterly, not both"):
        parse_budget("checkout 8000 monthly quarterly", today=TODAY, names=NAMES)


def test_a_currency_after_in_is_the_budgets() -> None:
    """`in EUR` isn't passed over."""
    said = parse_budget("checkout 8000 in EUR", today=TODAY, names=NAMES)
    assert (said.amount, said.currency) == (Decimal(8000), "EUR")
    with pytest.raises(BudgetSubjectError, match="'checkout in EUR by service' says how") as caught:
        parse_budget("checkout 8000 in EUR by service", today=TODAY, names=NAMES)
    assert caught.value.suggestions == ("budget checkout 8000 EUR",)
    with pytest.raises(BudgetAmountError, match="USD and EUR are two currencies"):
        parse_budget("checkout 8000 USD in EUR", today=TODAY, names=NAMES)
