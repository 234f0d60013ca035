"""Budgets, as Slack messages."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from functools import partial
from itertools import accumulate
from typing import Final

from slackblocks import Block, DataVisualizationBlock

from bot.render import budgeting, sentences, words
from bot.render.blocks import actions, answered, tables
from bot.render.blocks.message import (
    Message,
    code,
    context,
    cut,
    escape,
    message,
    section,
    sentence,
)
from bot.render.blocks.native import bars
from bot.render.blocks.picture import Look, picture
from bot.render.blocks.tables import Table
from bot.render.charts.spec import Chart
from core.budgets.model import Budget
from core.budgets.status import State, Status
from core.money import ZERO

EDIT: Final = "budget.edit"
"""Open the form of a budget: the value is its number, or the words of what a new one is of."""
SHOWN: Final = 40
_POINTS: Final = 20
_NAME: Final = 80
_LOST: Final = 20


def budget(
    told: Status, asked: str, look: Look, *, drawn: Chart | None, also: Sequence[Budget] = ()
) -> Message:
    """How far a budget is: a sentence, chart, figures, notes, what can be done.

    Args:
        told: how far it is.
        asked: the words that ask it again.
        look: how the message looks.
        drawn: its picture.
        also: other budgets of the same.
    """
    headline = sentence(partial(budgeting.headline, told))
    shown = [] if drawn is None else list(picture(look.chart, drawn.alt, partial(_native, told)))
    name = words.period_name(told.period)
    rows = tuple(budgeting.figures(told))
    others = map(budgeting.another, also)
    change = actions.button("Change", EDIT, str(told.budget.id))
    blocks: list[Block] = [
        section(headline, "answer"),
        answered.understood(asked, look),
        *shown,
        tables.block(Table((f"{name[:1].upper()}{name[1:]}", "Amount"), rows, (), 1)),
        *answered.notes([*budgeting.notes(told), *others], look),
        context(escape(sentences.fresh(told.freshness)), "freshness"),
        *answered.what_next(asked, look, [change], drawn=drawn),
    ]
    return message(headline, blocks)


def _native(told: Status) -> Iterator[DataVisualizationBlock]:
    """Slack's own chart: what is spent by the end of some days."""
    days = [told.period.start + timedelta(n) for n in range(told.period.days)]
    sums = list(accumulate(told.days.get(day, ZERO) for day in days))
    known = [(day, total) for day, total in zip(days, sums, strict=True) if day <= max(told.days)]
    step = -(-len(known) // _POINTS)
    chosen = known[::-1][::step][::-1]
    series = [("Spent by then", [total for _, total in chosen])]
    yield bars(f"Spent, in {told.currency}", [words.day(day) for day, _ in chosen], series)


def budgets(found: Sequence[Status], unread: Sequence[Budget] = (), *, command: str) -> Message:
    """The budgets that somebody may see, with how far they are; those over first.

    Args:
        found: those that can be told of.
        unread: those of what can't be read any more.
        command: the slash command.
    """
    if not found and not unread:
        none = "There are no budgets that you may see yet."
        return message(none, [section(none, "answer"), *_set()])
    over = sum(each.state is State.OVER for each in found)
    heading = sum(each.state is State.HEADING_OVER for each in found)
    states = [f"{n} {name}" for n, name in ((over, "over"), (heading, "heading over")) if n]
    count = words.plural(len(found) + len(unread), "budget")
    head = f"{count}: {', '.join(states) or 'none over or heading there'}."
    rows = tuple(map(_row, sorted(found, key=budgeting.urgent)[:SHOWN]))
    blocks: list[Block] = [section(escape(head), "answer")]
    if rows:
        blocks.append(tables.block(Table(budgeting.COLUMNS, rows, (), 2)))
    if len(found) > SHOWN:
        more = f"and {len(found) - SHOWN:,} more; {command} budget and a name shows any of them"
        blocks.append(context(more, "more"))
    if unread:
        lost = words.listing([code(cut(each.terms.subject, _NAME)) for each in unread], most=_LOST)
        blocks.append(context(f"Of names that are there no more: {lost}", "unread"))
    return message(escape(head), [*blocks, *_set()])


def _row(told: Status) -> tuple[str, ...]:
    """A line of the table; however long names are, forty lines fit."""
    of, *figures = budgeting.row(told)
    return (cut(of, _NAME), *figures)


def _set() -> list[Block]:
    return [*actions.row([actions.button("Set a budget", EDIT, "all")], "actions")]
