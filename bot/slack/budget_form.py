"""The form of a budget: made, read, and what is wrong told at its fields."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from bot.slack.modals import (
    View,
    channels,
    choice,
    field,
    form,
    person,
    text_input,
    values_of,
)
from core.budgets.model import (
    BudgetAddressError,
    BudgetAmountError,
    BudgetCurrencyError,
    BudgetDatesError,
    BudgetForecastThresholdsError,
    BudgetThresholdsError,
    Cycle,
    Terms,
)
from core.budgets.said import read_money
from core.costs.model import Measure
from core.money import AmountError, plain
from core.period import PeriodError

FORM: Final = "budget.form"
TITLE: Final = "Budget"
SUBJECT: Final = "subject"
AMOUNT: Final = "amount"
CYCLE: Final = "cycle"
DATES: Final = "dates"
MEASURE: Final = "measure"
CURRENCY: Final = "currency"
THRESHOLDS: Final = "thresholds"
FORECAST: Final = "forecast"
OWNER: Final = "owner"
CHANNELS: Final = "channels"
EMAILS: Final = "emails"
_CYCLES: Final = {each.value: each.value.capitalize() for each in Cycle}
_MEASURES: Final = {"cost": "Cost: what usage costs", "net": "Net: what will be paid"}
_FIELDS: Final[Mapping[type[Exception], str]] = {
    BudgetAmountError: AMOUNT,
    AmountError: AMOUNT,
    BudgetDatesError: DATES,
    PeriodError: DATES,
    BudgetCurrencyError: CURRENCY,
    BudgetForecastThresholdsError: FORECAST,
    BudgetThresholdsError: THRESHOLDS,
    BudgetAddressError: EMAILS,
}


@dataclass(frozen=True, slots=True)
class Filled:
    """What was said in the form, as it was typed; `number` 0: of a new budget.

    `seen`: what the form was opened with was as of this.
    """

    number: int
    seen: str
    subject: str
    amount: str
    cycle: Cycle
    dates: str
    measure: Measure
    currency: str
    thresholds: str
    forecast: str
    owner: str
    channels: tuple[str, ...]
    emails: str


def view(terms: Terms, number: int, *, seen: str = "") -> View:
    """The form with what a budget has; `number` 0: a new one. `seen` comes back with it."""
    months = f" ({len(terms.months)} months have their own)" if terms.months else ""
    dates = str(terms.dates or "")
    fields = [
        field(SUBJECT, "Of what: checkout, team=payments, all", text_input(terms.subject, 1000)),
        field(
            AMOUNT,
            f"Amount, as 8000 or 8k{months}",
            text_input(None if terms.amount is None else plain(terms.amount), 40),
            optional=True,
        ),
        field(CYCLE, "How often", choice(_CYCLES, terms.cycle.value)),
        field(
            DATES,
            "Days of a custom one: 2026-10-01..2026-12-31",
            text_input(dates, 40),
            optional=True,
        ),
        field(MEASURE, "Measure", choice(_MEASURES, terms.measure.value)),
        field(CURRENCY, "Currency", text_input(terms.currency, 3)),
        field(
            THRESHOLDS,
            "Thresholds: % of it spent",
            text_input(", ".join(map(str, terms.thresholds)), 100),
            optional=True,
        ),
        field(
            FORECAST,
            "Thresholds: % of it expected",
            text_input(", ".join(map(str, terms.forecast_thresholds)), 100),
            optional=True,
        ),
        field(OWNER, "Owner", person(terms.owner), optional=True),
        field(
            CHANNELS,
            "Channels that are told; invite me to those that I am not in",
            channels(terms.channels),
            optional=True,
        ),
        field(
            EMAILS,
            "E-mail addresses that are told: ada@example.com, ben@example.com",
            text_input(", ".join(terms.emails), 1000),
            optional=True,
        ),
    ]
    return form(FORM, TITLE, fields, about=f"{number} {seen}")


def read(submitted: Mapping[str, Any]) -> Filled:
    """What the submitted form says."""
    values = {name: value or "" for name, value in values_of(submitted).items()}
    number, _, seen = submitted["private_metadata"].partition(" ")
    return Filled(
        number=int(number),
        seen=seen,
        subject=values.get(SUBJECT, ""),
        amount=values.get(AMOUNT, ""),
        cycle=Cycle(values.get(CYCLE) or Cycle.MONTHLY),
        dates=values.get(DATES, ""),
        measure=Measure(values.get(MEASURE) or Measure.COST),
        currency=values.get(CURRENCY, "").upper(),
        thresholds=values.get(THRESHOLDS, ""),
        forecast=values.get(FORECAST, ""),
        owner=values.get(OWNER, ""),
        channels=tuple(filter(None, values.get(CHANNELS, "").split(","))),
        emails=values.get(EMAILS, ""),
    )


def amount(said: Filled) -> Decimal | None:
    """How much, in the currency of the form's own field; None where nothing is typed.

    Raises:
        BudgetAmountError, AmountError: it is none, or said in another currency.
    """
    if not said.amount:
        return None
    found, currency = read_money(said.amount)
    if currency not in (None, said.currency):
        raise BudgetAmountError(
            f"{said.amount!r} is in {currency}, and the budget in {said.currency}.",
            fix="Write the amount alone, and its currency below.",
        )
    return found


def percents(
    text: str, wrong: type[BudgetThresholdsError] = BudgetThresholdsError
) -> tuple[int, ...]:
    """Thresholds as they are typed: `80, 100%`.

    Raises:
        BudgetThresholdsError: they are none; of the class that is given.
    """
    said = [each.strip().removesuffix("%") for each in text.replace(";", ",").split(",")]
    odd = next((each for each in said if each and not each.isdecimal()), None)
    if odd is not None:
        raise wrong(f"{odd!r} is no per cent.", fix="Write them as 80, 100.")
    return tuple(int(each[:6]) for each in said if each)


def at_field(error: Exception) -> str:
    """The field where an error is told: where it was made, else at what the budget is of."""
    return next((name for kind, name in _FIELDS.items() if isinstance(error, kind)), SUBJECT)
