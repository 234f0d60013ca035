"""How budgets read in Slack: one in a sentence, many in a table."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from bot.render import budgeting
from bot.render.blocks import budgets
from bot.render.blocks.message import MOST_TEXT, Message, size
from core.budgets.model import Budget, Change, Terms
from core.budgets.status import State, Status
from core.costs.model import PROJECT, SERVICE, CostQuery, Dimension, Filter
from core.period import Period
from sandbox.slack.blocks import message_problems
from tests.bot.slack.reading import Json, rows, words

NOVEMBER = Period(date(2026, 11, 1), date(2026, 12, 1))
NOW = datetime(2026, 11, 22, 18, tzinfo=UTC)


def status(
    subject: str = "checkout",
    state: State = State.ON_PLAN,
    where: Iterable[tuple[Dimension, tuple[str, ...]]] | None = None,
    used: str = "4215.75",
) -> Status:
    """A budget of 5000, by the 21st of November."""
    kept = [(PROJECT, (subject,))] if where is None else where
    query = CostQuery(
        period=NOVEMBER, where=tuple(Filter(dimension, values) for dimension, values in kept)
    )
    budget = Budget(7, Terms(subject, "USD", amount=Decimal(5000)), query=query)
    return Status(
        budget=budget,
        period=NOVEMBER,
        amount=Decimal(5000),
        used=Decimal(used),
        complete_until=date(2026, 11, 21),
        used_complete=Decimal(used),
        planned=Decimal(3333),
        expected=Decimal(4900),
        at80=None,
        breach=None,
        state=state,
        final=False,
    )


def shown(message: Message) -> Json:
    """The message as Slack has it."""
    return {"text": message.text, "blocks": message.blocks}


@pytest.mark.parametrize(
    ("where", "begins"),
    [
        ([], "all projects have used $4,215.75"),
        ([(PROJECT, ("checkout",))], "checkout has used"),
        ([(PROJECT, ("checkout", "search"))], "checkout and search have used"),
        ([(SERVICE, ("BigQuery",)), (PROJECT, ("a", "b"))], "BigQuery of a and b has used"),
    ],
)
def test_one_and_many_are_told_apart(
    where: list[tuple[Dimension, tuple[str, ...]]], begins: str
) -> None:
    told = status(where=where)
    assert budgeting.headline(told).startswith(begins)
    be = "are" if " have used" in begins else "is"
    assert f" and {be} expected to end at $4,900: on plan." in budgeting.headline(told)
    ahead = budgeting.headline(replace(told, state=State.NOT_BEGUN))
    assert (" have a budget of " in ahead) == (" have used" in begins)


def test_those_over_are_never_among_the_rest() -> None:
    """However many there are: what is in trouble comes first."""
    calm = [status(f"a-{n:03}") for n in range(60)]
    dire = [status("y", State.HEADING_OVER), status("z", State.OVER, used="6000")]
    message = budgets.budgets([*calm, *dire], command="/spend")
    assert [row[0] for row in rows(shown(message))[1:4]] == ["z", "y", "a-000"]
    assert message.text == "62 budgets: 1 over, 1 heading over."
    assert "and 22 more; /spend budget and a name shows any of them" in words(shown(message))


def test_long_names_fit() -> None:
    """Slack refuses a message that is too long as a whole."""
    found = [status(f"{n} {'ü' * 900}") for n in range(60)]
    lost = [replace(each.budget, query=None) for each in found]
    message = budgets.budgets(found, lost, command="/cost")
    assert message_problems(message.blocks) == []
    assert size(message.blocks) <= MOST_TEXT
    assert "and 41 more" in words(shown(message))


def test_credits_larger_than_cost_are_said() -> None:
    assert budgeting.headline(status(used="-120.5")).startswith(
        "checkout has used -$120.50 of $5,000.00 (-2.4%) in November 2026"
    )
    assert dict(budgeting.figures(status(used="-120.5")))["Left"] == "$5,120.50"


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ({"months": {}}, {"months": {"2026-12": "9000"}}, "months - → 2026-12 9000"),
        ({"emails": ["a@b.example"]}, {"emails": []}, "emails a@b.example → -"),
        ({"owner": None}, {"owner": "U1"}, "owner - → U1"),
    ],
)
def test_what_a_change_did_is_told_in_words(
    before: dict[str, object], after: dict[str, object], said: str
) -> None:
    assert budgeting.difference(Change(NOW, "U1", before, after)) == said
