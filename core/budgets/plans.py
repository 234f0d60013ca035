"""Plans by month as a file of comma-separated values: `budget,month,amount[,currency]`."""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from io import StringIO
from typing import Final

from core.budgets.known import meant_by
from core.budgets.model import BudgetError
from core.budgets.said import Said, parse_budget, read_money
from core.costs.model import Vocabulary
from core.costs.question import write_subject
from core.errors import CostTrackerError

_NEEDED: Final = ("budget", "month", "amount")
_KNOWN: Final = (*_NEEDED, "currency")
_MONTH: Final = re.compile(r"(\d{4})-(\d\d)(?:-01)?")

type Plan = tuple[Said, Mapping[date, Decimal]]
type Plans = Iterable[Plan]


class PlanFileError(BudgetError):
    """A file of plans has the columns budget, month and amount."""


def read_plans(text: str, *, today: date, names: Vocabulary) -> Sequence[Plan]:
    """Read a file of plans: what each budget may cost in some months.

    `budget` is what it is of, as after `budget` in Slack: `checkout`, `team=payments yearly`.

    Raises:
        PlanFileError: it can't be read; with each line that can't.
    """
    reader = csv.DictReader(StringIO(text.removeprefix("\ufeff")), skipinitialspace=True)
    columns = [name.strip().lower() for name in reader.fieldnames or ()]
    if not set(_NEEDED) <= set(columns) <= set(_KNOWN) or len(set(columns)) < len(columns):
        raise PlanFileError(
            f"The file's columns are {', '.join(columns) or 'none'}.",
            fix="It needs budget, month and amount, and may have currency.",
        )
    reader.fieldnames = columns
    found: dict[tuple[str, str], tuple[Said, dict[date, Decimal]]] = {}
    wrong = list(_lines(reader, found, today, names))
    if wrong:
        raise PlanFileError(" ".join(wrong), fix="Nothing was imported.")
    if not found:
        raise PlanFileError("The file has no lines.")
    return [*found.values()]


def together(plans: Plans, currency: str) -> Mapping[object, Plan]:
    """Plans by the budget that they mean, in whichever words; in `currency` if they say none.

    Raises:
        PlanFileError: two amounts are said of a month.
    """
    found: dict[object, Plan] = {}
    for said, months in plans:
        key = meant_by(said, said.currency or currency)
        _, before = found.get(key, (said, {}))
        if twice := before.keys() & months.keys():
            subject = write_subject(said.query.where)
            raise PlanFileError(
                f"{min(twice):%Y-%m} of {subject} is there twice.", fix="Nothing was imported."
            )
        found[key] = said, {**before, **months}
    return found


def _lines(
    reader: "csv.DictReader[str]",
    found: dict[tuple[str, str], tuple[Said, dict[date, Decimal]]],
    today: date,
    names: Vocabulary,
) -> Iterator[str]:
    """Put the lines together by budget; what is wrong with those that can't be read."""
    for line in reader:
        try:
            _line(line, found, today, names)
        except CostTrackerError as error:
            yield f"Line {reader.line_num}: {error}"


def _line(
    line: Mapping[str, str | None],
    found: dict[tuple[str, str], tuple[Said, dict[date, Decimal]]],
    today: date,
    names: Vocabulary,
) -> None:
    budget, month, amount = ((line.get(name) or "").strip() for name in _NEEDED)
    value, currency = read_money(amount)
    unit = (line.get("currency") or "").strip().upper() or currency or ""
    if not budget:
        raise PlanFileError("It says no budget.")
    if (budget, unit) not in found:
        said = parse_budget(budget, today=today, names=names)
        if said.dates is not None:
            raise PlanFileError(f"{budget!r} has dates; plans are of budgets that begin anew.")
        found[budget, unit] = replace(said, currency=unit or None), {}
    months = found[budget, unit][1]
    if _month(month) in months:
        raise PlanFileError(f"{month} of {budget} is there twice.")
    months[_month(month)] = value


def _month(text: str) -> date:
    match = _MONTH.fullmatch(text)
    if match is None or not 1 <= int(match[2]) <= 12:  # noqa: PLR2004 - of a year
        raise PlanFileError(f"{text!r} is no month.", fix="Write it as 2026-10.")
    return date(int(match[1]), int(match[2]), 1)
