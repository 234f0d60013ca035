"""The figures of an answer as a table in Slack: exact to the cent, the total last."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
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

from bot.render import words
from bot.render.blocks.message import MOST_TEXT, context, cut
from bot.render.grid import Grid, grid
from core.costs.model import CostAnswer, Line, Total
from core.money import display

type Row = tuple[str, ...]

ROWS: Final = 100
_NAME: Final = 60
_ACROSS: Final = 6
_NOTHING: Final = "\N{EN DASH}"
_SPARE: Final = 200


def of_answer(answer: CostAnswer, *, taken: int) -> list[Block]:
    """The table of an answer, and below it how many lines had to be left out.

    Args:
        answer: what was answered.
        taken: characters of the message that are used already.
    """
    if not answer.lines:
        return []
    header, body, totals, left = table_of(answer)
    room = MOST_TEXT - taken - _SPARE - sum(map(_length, (header, *totals)))
    shown: list[Row] = []
    for row in body[: ROWS - 1 - len(totals)]:
        room -= _length(row)
        if room < 0:
            break
        shown.append(row)
    return list(_blocks(header, shown, totals, left, len(body) - len(shown)))


def _blocks(
    header: Row, shown: Sequence[Row], totals: Sequence[Row], left: int, hidden: int
) -> Iterator[Block]:
    rows: list[list[RawText | RichTextObject]]
    rows = [[RawText(cell or _NOTHING) for cell in row] for row in (header, *shown)]
    rows += [[_bold(cell or _NOTHING) for cell in row] for row in totals]
    settings = [
        ColumnSettings(align="left" if column < left else "right", is_wrapped=column < left)
        for column in range(len(header))
    ]
    yield TableBlock(rows=rows, column_settings=settings, block_id="table")
    if hidden:
        yield context(f"and {words.plural(hidden, 'more line')}; the CSV has all", "more")


def table_of(answer: CostAnswer) -> tuple[Row, list[Row], list[Row], int]:
    """Header, rows, total rows, and how many columns on the left are names."""
    layouts = [grid(answer, total.currency, most=_ACROSS) for total in answer.totals]
    across = [layout for layout in layouts if layout is not None and len(layout.groups) > 1]
    if len(answer.totals) == 1 and across:
        return _by_time(across[0])
    return _by_line(answer)


def _by_time(layout: Grid) -> tuple[Row, list[Row], list[Row], int]:
    """A row a day, week or month; a column a group."""
    names = tuple(cut(group.name, 30) for group in layout.groups)
    money = layout.currency
    totals = layout.totals
    rows = [
        (
            words.slot(start, layout.granularity) + _state(layout, i),
            *(_cell(layout, i, group.amounts[i]) for group in layout.groups),
            _cell(layout, i, totals[i]),
        )
        for i, start in enumerate(layout.slots)
    ]
    last = (
        "Total",
        *(display(group.total, money) for group in layout.groups),
        display(sum(totals, Decimal(0)), money),
    )
    return (layout.granularity.value.capitalize(), *names, "Total"), rows, [last], 1


def _cell(layout: Grid, slot: int, amount: Decimal) -> str:
    return _NOTHING if slot in layout.missing else display(amount, layout.currency)


def _state(layout: Grid, slot: int) -> str:
    if slot in layout.missing:
        return " (not in yet)"
    return " (so far)" if slot in layout.incomplete else ""


def _by_line(answer: CostAnswer) -> tuple[Row, list[Row], list[Row], int]:
    """A row a line; what it was before and how it changed beside it, where that is known."""
    query = answer.query
    names = tuple(
        words.dimension(each).capitalize() if str(each) != "sku" else "SKU"
        for each in query.group_by
    ) or ("Cost",)
    cut_names = (query.granularity.value.capitalize(),) if query.granularity else ()
    before = any(total.previous is not None for total in answer.totals)
    header = (*cut_names, *names, "Amount", *(("Before", "Change") if before else ()), "Share")
    left = len(cut_names) + len(names)

    def figures(line: Line | Total, share: str) -> Row:
        previous = line.previous
        beside: Row = ()
        if before:
            beside = (
                _NOTHING if previous is None else display(previous, line.currency),
                words.change(line.comparable, line.currency) or _NOTHING,
            )
        return (display(line.amount, line.currency), *beside, share or _NOTHING)

    def of_line(line: Line) -> Row:
        time = (
            (words.slot(line.start, query.granularity),) if query.granularity and line.start else ()
        )
        named = words.group(line, query.group_by) or ("Total",)
        return (
            *time,
            *(cut(name, _NAME) or _NOTHING for name in named),
            *figures(line, words.share(line.share)),
        )

    def of_total(total: Total) -> Row:
        one = "100.0%" if total.amount > 0 else ""
        return ("Total", *(" " for _ in range(left - 1)), *figures(total, one))

    return (
        header,
        [of_line(line) for line in answer.lines],
        list(map(of_total, answer.totals)),
        left,
    )


def _length(row: Row) -> int:
    return sum(map(len, row))


def _bold(cell: str) -> RichTextSection:
    return RichTextSection([RichText(cell, bold=True)])
