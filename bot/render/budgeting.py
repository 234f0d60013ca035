"""What a budget says, sentence by sentence, and its figures.

Text here is plain; whoever puts it into Slack's markup escapes it.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from bot.render import foresight, sentences, words
from bot.render.sentences import Mark
from core.budgets.model import Budget, Change, Cycle
from core.budgets.status import State, Status
from core.costs.model import Measure
from core.money import display
from core.period import Period

STATES: Final[Mapping[State, str]] = {
    State.OVER: "over",
    State.HEADING_OVER: "heading over",
    State.AHEAD: "ahead of plan",
    State.ON_PLAN: "on plan",
    State.NO_AMOUNT: "no amount",
    State.NOT_BEGUN: "not begun",
}
_CYCLES: Final = {
    Cycle.MONTHLY: "a month",
    Cycle.QUARTERLY: "a quarter",
    Cycle.YEARLY: "a year",
}


def subject(budget: Budget, mark: Mark = str) -> str:
    """What a budget is of, for people."""
    if budget.query is None:
        return mark(budget.terms.subject)
    of = sentences.subject(budget.query, mark)
    return f"{of} (net)" if budget.terms.measure is Measure.NET else of


def terms(budget: Budget) -> str:
    """How much, how often: `$8,000.00 a month`."""
    said, dates = budget.terms, budget.terms.dates
    often = f"for {words.days(dates, year=True)}" if dates else _CYCLES[said.cycle]
    if said.amount is not None:
        also = ", some months their own" if said.months else ""
        return f"{display(said.amount, said.currency)} {often}{also}"
    if said.months:
        return f"{words.plural(len(said.months), 'month')} with amounts, in {said.currency}"
    return f"what its projects have {often}, in {said.currency}"


def untold(budget: Budget) -> Iterator[str]:
    """That nobody is told of its alerts by the budget itself, if so."""
    if not budget.terms.channels and not budget.terms.emails:
        yield "It has no channel or e-mail address: only who subscribed is told of its alerts."


def another(budget: Budget) -> str:
    """What says that there is this budget besides, of the same."""
    return f"There is another: {terms(budget)}."


def headline(told: Status, mark: Mark = str) -> str:
    """The status in one sentence, or two."""
    of, when = subject(told.budget, mark), words.when(told.period)
    if told.amount is None:
        return f"The budget of {of} has no amount {when}; {_spent(told)} is spent."
    amount = display(told.amount, told.currency)
    query = told.budget.query
    have = "have" if query is not None and sentences.several(query) else "has"
    if told.state is State.NOT_BEGUN:
        return f"{of} {have} a budget of {amount} {when}, which hasn't begun."
    share = f" ({words.share(told.share)})" if told.share is not None else ""
    return f"{of} {have} used {_spent(told)} of {amount}{share} {when}{_outcome(told, have)}."


def _spent(told: Status) -> str:
    return display(told.used, told.currency)


def _outcome(told: Status, have: str) -> str:
    """What comes of it."""
    if told.state is State.OVER:
        on = f" since {words.day(told.breach)}" if told.breach else ""
        return f": over budget{on}"
    if told.final:
        return ", and kept to it"
    if told.expected is None:
        return f": {STATES[told.state]}"
    expected, be = words.rounded(told.expected, told.currency), "are" if have == "have" else "is"
    if told.state is State.HEADING_OVER:
        on = f" from {words.day(told.breach)} on" if told.breach else ""
        return f" and {be} expected to reach {expected}: over budget{on}"
    return f" and {be} expected to end at {expected}: on plan"


def is_of(told: Status, period: Period) -> bool:
    """Whether a status is of what a forecast is of: these days, at cost, with an amount."""
    same = (told.period.start, told.period.end) == (period.start, period.end)
    return same and told.amount is not None and told.budget.terms.measure is Measure.COST


def beside(told: Status) -> str:
    """What a budget says beside a forecast of the same."""
    amount = "" if told.amount is None else f" of {display(told.amount, told.currency)}"
    if told.breach is None:
        return f"The budget{amount} is expected to do."
    verb = "was" if told.state is State.OVER else "is expected to be"
    return f"The budget{amount} {verb} exceeded on {words.day(told.breach)}."


def figures(told: Status) -> Iterator[tuple[str, str]]:
    """The parts of a status, named."""
    currency = told.currency
    if told.amount is not None:
        yield "Budget", display(told.amount, currency)
    if told.allotted is not None and not told.budget.terms.rolls_up:
        yield "Its projects' budgets", display(told.allotted, currency)
    yield "Used", display(told.used, currency)
    if told.remaining is not None:
        name = "Left" if told.remaining >= 0 else "Over by"
        yield name, display(abs(told.remaining), currency)
    if told.planned is not None and told.period.start < told.complete_until < told.period.end:
        last = words.day(told.complete_until)
        yield f"Planned before {last}", display(told.planned, currency)
        pace = f" ({words.share(told.pace)})" if told.pace is not None else ""
        yield f"Used before {last}", f"{display(told.used_complete, currency)}{pace}"
    if told.expected is not None and not told.final:
        yield "Expected at the end", display(told.expected, currency)
    if told.at80 is not None and told.at80.lower != told.at80.upper:
        lower, upper = (display(each, currency) for each in told.at80)
        yield f"Likely ({foresight.LIKELY})", f"{lower} to {upper}"


def notes(told: Status) -> Iterator[str]:
    """What must be said beside the figures."""
    if told.incomplete is not None:
        days = words.days(told.incomplete)
        yield f"Not all of {days} is in yet: the pace and what is expected go by earlier days."
    if told.refused:
        yield f"No forecast yet. {told.refused}"
    for currency, amount in sorted(told.others.items()):
        yield f"{display(amount, currency)} more is in {currency}, and doesn't count here."
    if told.budget.terms.measure is Measure.NET:
        yield "Counted is net: what will be paid, with tax and every credit."
    yield from untold(told.budget)


def urgent(told: Status) -> tuple[int, str]:
    """By what statuses are in order: those over first, those that nothing is said of last."""
    return [*STATES].index(told.state), told.budget.terms.subject


def row(told: Status) -> tuple[str, ...]:
    """A status as a line of a table: what, period, budget, used, share, expected, state."""
    return (
        subject(told.budget),
        words.period_name(told.period),
        "-" if told.amount is None else display(told.amount, told.currency),
        display(told.used, told.currency),
        "-" if told.share is None else words.share(told.share),
        "-" if told.expected is None else display(told.expected, told.currency),
        STATES[told.state],
    )


COLUMNS: Final = ("Budget of", "Period", "Budget", "Used", "%", "Expected", "State")


def difference(change: Change) -> str:
    """What a change did: `amount 300 → 400`."""
    before, after = change.before, change.after
    if before is None:
        said = after or {}
        return f"made: {said.get('subject')}, {said.get('amount', 'by month')} {said['currency']}"
    if after is None:
        return "removed"
    names = sorted(name for name in {*before, *after} if before.get(name) != after.get(name))
    return "; ".join(
        f"{name.replace('_', ' ')} {_value(before.get(name))} → {_value(after.get(name))}"
        for name in names
    )


def _value(kept: Any) -> str:
    """A value of a budget as it is kept, in words: amounts of months, lists."""
    if isinstance(kept, Mapping):
        kept = [f"{name} {value}" for name, value in kept.items()]
    if isinstance(kept, list):
        kept = ", ".join(map(str, kept))
    return "-" if kept in (None, "") else str(kept)
