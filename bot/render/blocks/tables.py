"""The figures of an answer as a table in Slack: exact to the cent, the total last."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import accumulate
from typing import Final

from slackblocks import (
    Block,
    ColumnSettings,
    RawText,
    RichText,
    RichTextObject,
    RichTextSection,
    TableBlock,
)

from bot.render import sentences, words
from bot.render.blocks.message import MOST_TEXT, context, cut
from bot.render.grid import Grid, grid
from core.costs.model import Comparable, CostAnswer, Granularity, Line, Total
from core.money import ZERO, display

type Row = tuple[str, ...]

_LINES: Final = 49
_DAYS: Final = 99
_NAME: Final = 60
_COLUMN: Final = 30
ACROSS: Final = 6
_UNITS: Final = {
    Granularity.DAILY: "Day",
    Granularity.WEEKLY: "Week",
    Granularity.MONTHLY: "Month",
}
_NOTHING: Final = "\N{EN DASH}"
_SPARE: Final = 200


@dataclass(frozen=True, slots=True)
class Table:
    """Cells as text; the first `names` columns are no figures; `by_time`: a row a slot."""

    header: Row
    rows: tuple[Row, ...]
    totals: tuple[Row, ...]
    names: int
    by_time: bool = False


def of_answer(answer: CostAnswer, *, taken: int) -> Iterator[Block]:
    """The table of an answer, and below it how many lines had to be left out.

    The first lines are the largest and the last days the newest: those are kept.

    Args:
        answer: what was answered.
        taken: characters of the message that are used already.
    """
    if not answer.lines:
        return
    table = table_of(answer)
    room = MOST_TEXT - taken - _SPARE - sum(map(_length, (table.header, *table.totals)))
    most = (_DAYS if table.by_time else _LINES) - len(table.totals)
    rows = table.rows[::-1] if table.by_time else table.rows
    sizes = accumulate(map(_length, rows[:most]))
    kept = sum(size <= room for size in sizes)
    yield block(replace(table, rows=rows[:kept][::-1] if table.by_time else rows[:kept]))
    if hidden := len(rows) - kept:
        yield context(_more(answer, hidden, by_time=table.by_time), "more")


def _more(answer: CostAnswer, hidden: int, *, by_time: bool) -> str:
    if by_time:
        return f"{words.plural(hidden, 'earlier row')} left out; the CSV has all"
    left_out = answer.lines[-hidden:]
    sums = [
        display(sum((x.amount for x in left_out if x.currency == currency), ZERO), currency)
        for currency in dict.fromkeys(line.currency for line in left_out)
    ]
    return f"and {words.plural(hidden, 'more line')}, {words.listing(sums)}; the CSV has all"


def block(table: Table) -> TableBlock:
    """A table as Slack shows it."""
    rows: list[list[RawText | RichTextObject]]
    rows = [[RawText(cell or _NOTHING) for cell in row] for row in (table.header, *table.rows)]
    rows += [[_bold(cell or _NOTHING) for cell in row] for row in table.totals]
    settings = [
        ColumnSettings(align="left", is_wrapped=True)
        if column < table.names
        else ColumnSettings(align="right", is_wrapped=False)
        for column in range(len(table.header))
    ]
    return TableBlock(rows=rows, column_settings=settings, block_id="table")


def table_of(answer: CostAnswer, *, across: int = ACROSS) -> Table:
    """The figures of an answer, all of them: by time where one currency is cut along it.

    Args:
        answer: what was answered.
        across: columns of groups at most beside each day, week or month.
    """
    layout = grid(answer, answer.totals[0].currency, most=across) if answer.totals else None
    if layout is None or len(answer.totals) > 1:
        return _by_line(answer)
    return _by_time(layout) if len(layout.groups) > 1 else _one_by_time(answer, layout)


def _by_time(layout: Grid) -> Table:
    """A row a day, week or month; a column a group."""
    totals = layout.totals
    rows = [
        (
            _slot(layout, i),
            *(_cell(layout, i, group.amounts[i]) for group in layout.groups),
            _cell(layout, i, totals[i]),
            *_smooth(layout, i),
        )
        for i in range(len(layout.slots))
    ]
    sums = (*(group.total for group in layout.groups), sum(totals, ZERO))
    last = ("Total", *(display(each, layout.currency) for each in sums))
    names = (cut(group.name, _COLUMN) for group in layout.groups)
    header = (_UNITS[layout.granularity], *names, "Total")
    if layout.averaged:
        header, last = (*header, words.average(layout.granularity)), (*last, "")
    return Table(header, tuple(rows), (last,), 1, by_time=True)


def _smooth(layout: Grid, i: int) -> Row:
    """The moving average of the total, in a column of its own where there are some."""
    if not layout.averaged:
        return ()
    average = layout.averages[i]
    return ("" if average is None else display(average, layout.currency),)


def _one_by_time(answer: CostAnswer, layout: Grid) -> Table:
    """A row a day, week or month, beside it what it was before and how it changed."""
    before = any(amount is not None for amount in layout.previous)

    def beside(i: int, amount: Decimal) -> Row:
        previous = layout.previous[i]
        if not before:
            return ()
        if previous is None or i in layout.missing:
            return (_NOTHING, _NOTHING)
        both = None if i in layout.incomplete else Comparable(amount, previous)
        return (display(previous, layout.currency), words.change(both, layout.currency))

    rows = [
        (_slot(layout, i), _cell(layout, i, amount), *beside(i, amount), *_smooth(layout, i))
        for i, amount in enumerate(layout.totals)
    ]
    header = (_UNITS[layout.granularity], "Amount", *(("Before", "Change") if before else ()))
    last = ("Total", *_figures(answer.totals[0], before=before))
    if layout.averaged:
        header, last = (*header, words.average(layout.granularity)), (*last, "")
    return Table(header, tuple(rows), (last,), 1, by_time=True)


def _slot(layout: Grid, i: int) -> str:
    state = " (so far)" if i in layout.incomplete else ""
    state = " (not in yet)" if i in layout.missing else state
    return words.slot(layout.slots[i], layout.granularity) + state


def _cell(layout: Grid, slot: int, amount: Decimal) -> str:
    return _NOTHING if slot in layout.missing else display(amount, layout.currency)


def _by_line(answer: CostAnswer) -> Table:
    """A row a line, beside it what it was before, how it changed, and its share."""
    query = answer.query
    before = any(total.previous is not None or total.comparable for total in answer.totals)
    time = (_UNITS[query.granularity],) if query.granularity else ()
    names = tuple(words.title(dimension) for dimension in query.group_by)
    names = names or (() if time else ("Cost",))
    left = len(time) + len(names)

    def of_line(line: Line) -> Row:
        when = (words.slot(line.start, query.granularity),) if time and line.start else ()  # type: ignore[arg-type] # `time` says so
        named = words.group(line, query.group_by) or (() if when else ("Total",))
        name_cells = (cut(name, _NAME) for name in named)
        return (*when, *name_cells, *_figures(line, before=before), words.share(line.share))

    def of_total(total: Total) -> Row:
        whole = words.share(Decimal(1)) if total.amount > 0 else ""
        blank = (" " for _ in range(left - 1))
        return ("Total", *blank, *_figures(total, before=before), whole)

    of = sentences.part(answer)
    change = f"Change, {words.days(of)}" if of else "Change"
    header = (*time, *names, "Amount", *(("Before", change) if before else ()), "Share")
    rows, totals = map(of_line, answer.lines), map(of_total, answer.totals)
    return Table(header, tuple(rows), tuple(totals), left)


def _figures(value: Line | Total, *, before: bool) -> Row:
    amount = display(value.amount, value.currency)
    if not before:
        return (amount,)
    previous = "" if value.previous is None else display(value.previous, value.currency)
    return (amount, previous, words.change(value.comparable, value.currency))


def _length(row: Row) -> int:
    return sum(map(len, row))


def _bold(cell: str) -> RichTextSection:
    return RichTextSection([RichText(cell, bold=True)])
