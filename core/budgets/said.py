"""A budget as people type it: `checkout 8000 monthly`, `team=payments net $90k a quarter`.

    BUDGET = QUESTION AMOUNT [CURRENCY] [CYCLE | PERIOD]      in any order
    AMOUNT = [$ € £] 8000 | 8,000.50 | 8k | 1.2m
    CYCLE  = monthly | quarterly | yearly, also a month, per quarter, each year, annually

What is left is the question; its period, if it names one, is that of a custom budget.
"""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from core.budgets.model import BudgetAmountError, BudgetDatesError, BudgetSubjectError, Cycle
from core.costs.language.text import clean, quote
from core.costs.model import Asker, CostQuery, Granularity, Vocabulary
from core.costs.question import BUDGET, FORECAST, RESERVED, parse_command, write_subject
from core.errors import CostTrackerError
from core.money import is_currency, plain, read_amount
from core.period import Period

_NOBODY: Final = Asker()
_SIGNS: Final = {"€": "EUR", "£": "GBP", "¥": "JPY"}
_TIMES: Final = {"": 1, "k": 10**3, "m": 10**6, "b": 10**9}
_MONTH: Final = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_AMOUNT: Final = re.compile(
    r"(?<![^\s])(?:(?P<before>[A-Za-z]{3})\s?)?(?P<sign>[$€£¥])?\s?(?P<number>-?\d[\d.,']*)"
    r"(?P<size>[kKmMbB])?(?P<sign2>[$€£¥])?(?:\s?(?P<after>[A-Za-z]{3}))?(?![^\s])"
)
_BARE: Final = re.compile(
    r"(?<![^\s])(?P<before>(?!))?(?P<sign>[$€£¥])?\s?(?P<number>-?\d[\d.,']*)"
    r"(?P<size>[kKmMbB])?(?P<sign2>[$€£¥])?(?P<after>(?!))?(?![^\s])"
)
_GROUPED: Final = re.compile(r"-?\d{1,3},\d{3}")
_DAY_OF: Final = re.compile(rf"\s*(?:days?|weeks?|months|quarters|years|{_MONTH})\b")
_AFTER: Final = re.compile(rf"\b(?:{_MONTH}|q[1-4])$")
_CYCLE: Final = re.compile(
    r"(?<![^\s=])(?:(?:per|each|every|a|an)[\s-]+)?"
    r"(?:(?P<monthly>monthly|months?)|(?P<quarterly>quarterly|quarters?)"
    r"|(?P<yearly>yearly|annual(?:ly)?|years?)|(?P<custom>custom))(?![^\s])",
    re.IGNORECASE,
)
_NOT_ALONE: Final = re.compile(r"(?:this|last|next|\d)[\s-]*$", re.IGNORECASE)
_SET: Final = re.compile(r"(?<![^\s])(?:set|to|of|at|=)(?![^\s])", re.IGNORECASE)
_COUNT: Final = 2
_POINT: Final = 4
_YEAR: Final = re.compile(r"20\d\d")


@dataclass(frozen=True, slots=True)
class Said:
    """What was said of a budget; None where nothing was.

    `query` says what it is of, and by which measure. `dates`: of a custom one.
    """

    query: CostQuery
    amount: Decimal | None = None
    currency: str | None = None
    cycle: Cycle | None = None
    dates: Period | None = None


def parse_budget(text: str, *, today: date, names: Vocabulary, asker: Asker = _NOBODY) -> Said:
    """Read what somebody typed after `budget`.

    Raises:
        BudgetAmountError, AmountError: an amount can't be read, or two are said, or currencies.
        BudgetDatesError: two cycles are said, or one and dates, or an amount by the day or week.
        BudgetSubjectError: beside an amount it says how an answer is laid out: `by service`.
        CostTrackerError: the rest is no question.
    """
    rest, amount, currency = _amount(clean(text))
    rest, cycle = _one_cycle(rest)
    if amount is not None:
        rest = _SET.sub(" ", rest)
    try:
        query, laid_out = _query(rest, today=today, names=names, asker=asker)
    except CostTrackerError as error:
        raise error.suggesting(lambda near: _again(near, amount, currency, cycle)) from error
    if currency and query.currency not in (None, currency):
        raise BudgetAmountError(
            f"{currency} and {query.currency} are two currencies.", fix="Write one, as 8000 EUR."
        )
    currency = currency or query.currency
    if amount is not None and query.granularity in (Granularity.DAILY, Granularity.WEEKLY):
        raise BudgetDatesError(
            f"There are no {query.granularity} budgets.",
            fix="A budget is monthly, quarterly, yearly or for dates, as 2026-10-01..2026-12-31.",
        )
    if amount is not None and laid_out:
        raise BudgetSubjectError(
            f"{quote(rest.strip())} says how an answer is laid out, and a budget has one amount.",
            fix="Leave that out.",
            suggestions=[_again(write_subject(query.where), amount, currency, cycle)],
        )
    dates = _dates(query, cycle)
    return Said(query, amount, currency, Cycle.CUSTOM if dates else cycle, dates)


def _dates(query: CostQuery, cycle: Cycle | None) -> Period | None:
    """The days of a custom budget, if any are said."""
    if query.period.name == "mtd":
        return None
    if cycle not in (None, Cycle.CUSTOM):
        raise BudgetDatesError(
            f"A budget is {cycle} or for {quote(str(query.period))}, not both.",
            fix="Leave one out.",
        )
    return query.period


def _query(rest: str, *, today: date, names: Vocabulary, asker: Asker) -> tuple[CostQuery, bool]:
    """What a budget is of, and whether it says how an answer's lines are laid out.

    It is read as a forecast's question, whose days may be to come.
    """
    read = parse_command(f"{FORECAST} {rest}", today=today, names=names, asker=asker)
    if (query := read.query) is None:
        raise read.problem or BudgetSubjectError
    return query, read.cut or query.form is not None


def _again(near: str, amount: Decimal | None, currency: str | None, cycle: Cycle | None) -> str:
    """A question that could be meant, as a whole command with what else was said."""
    said = (plain(amount) if amount is not None else None, currency, cycle)
    of = near.removeprefix(f"{FORECAST} ")
    return " ".join([BUDGET, of, *(str(each) for each in said if each)])


def read_money(text: str) -> tuple[Decimal, str | None]:
    """An amount with the currency it is said in, if any: `$8k`, `8000 EUR`.

    Raises:
        BudgetAmountError, AmountError: it is none.
    """
    said = clean(text).strip()
    found = _in(said)
    if len(found) != 1 or found[0][0].strip() != said:
        raise BudgetAmountError(f"{quote(text)} is no amount.", fix="Write it as 8000 or 8k.")
    return _money(found[0])


def _in(text: str) -> list[re.Match[str]]:
    """The amounts in a text, each with its currency if it has one."""
    found, at = [], 0
    while match := _BARE.search(text, at):
        found.append(_with_currency(text, match))
        at = found[-1].end()
    return found


def _with_currency(text: str, bare: re.Match[str]) -> re.Match[str]:
    """An amount with the currency before or after it."""
    before = re.search(r"(?<![^\s])([A-Za-z]{3})\s$", text[: bare.start()])
    for start in [bare.start(), *([before.start()] if before else [])]:
        match = _AMOUNT.match(text, start)
        code = match and (match["before"] or match["after"])
        if match and code and _is_currency(code):
            return match
    return bare


def _is_currency(code: str) -> bool:
    """Whether a word is a currency's code, and nothing else: the lek's is ALL."""
    return is_currency(code.upper()) and code.lower() not in RESERVED


def _amount(text: str) -> tuple[str, Decimal | None, str | None]:
    """The text without its amount; a year is none beside another amount."""
    found = [each for each in _in(text) if not _of_a_period(text, each)]
    chosen = [each for each in found if not _YEAR.fullmatch(each[0])] or found
    if not chosen:
        return text, None, None
    if len(chosen) > 1:
        raise BudgetAmountError(
            f"{quote(chosen[0][0])} and {quote(chosen[1][0])} are two amounts.",
            fix="Write one, as 8000 or 8k.",
        )
    (only,) = chosen
    amount, currency = _money(only)
    return f"{text[: only.start()]} {text[only.end() :]}", amount, currency


def _of_a_period(text: str, found: re.Match[str]) -> bool:
    """Whether a number belongs to a period: `last 7 days`, `3 oct`, `oct 2026`."""
    digits = len(found["number"])
    counts = digits <= _COUNT and _DAY_OF.match(text.lower(), found.end())
    follows = digits <= _POINT and _AFTER.search(text[: found.start()].rstrip().lower())
    return bool(counts or follows)


def _money(found: re.Match[str]) -> tuple[Decimal, str | None]:
    amount = read_amount(_told(found)) * _TIMES[(found["size"] or "").lower()]
    sign = _SIGNS.get(found["sign"] or found["sign2"] or "")
    code = found["before"] or found["after"]
    return amount, code.upper() if code else sign


def _told(found: re.Match[str]) -> str:
    """The digits; before `k` a point or comma begins decimals, else a comma groups thousands.

    `1.25k`, `8,5k`, `8,000`: no currency has three decimals that a budget would be said in.
    """
    number = found["number"]
    if not found["size"] and _GROUPED.fullmatch(number):
        return number.replace(",", "")
    decimals = re.fullmatch(r"(-?\d+)[.,](\d+)", number) if found["size"] else None
    return f"{decimals[1]}.{decimals[2]}0000" if decimals else number


def _one_cycle(text: str) -> tuple[str, Cycle | None]:
    """The text without its cycle, of which there is one at most."""
    rest, cycle = _cycle(text)
    _, other = _cycle(rest)
    if other not in (None, cycle):
        raise BudgetDatesError(f"A budget is {cycle} or {other}, not both.", fix="Leave one out.")
    return rest, cycle


def _cycle(text: str) -> tuple[str, Cycle | None]:
    """The text without its cycle."""
    for found in _CYCLE.finditer(text):
        if _NOT_ALONE.search(text[: found.start()]):
            continue
        name = next(name for name, said in found.groupdict().items() if said)
        return f"{text[: found.start()]} {text[found.end() :]}", Cycle(name)
    return text, None
