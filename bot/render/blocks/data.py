"""What is known about the data, as Slack messages: its state, restatements, reconciliation."""

from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Final

from slackblocks import Block, ColumnSettings, RawText, RichTextObject, TableBlock

from bot.render import proofs, restated, words
from bot.render.blocks.message import (
    MOST_TEXT,
    Message,
    bold,
    code,
    context,
    cut,
    escape,
    message,
    section,
    text_size,
)
from bot.render.blocks.places import data_state
from core.costs.listings import Restatement, SourceState
from core.costs.proving.model import Reconciliation

_ROWS: Final = 99
_CELL: Final = 60
_PROOFS: Final = 20
_SPARE: Final = 300


def data_page(
    sources: Sequence[SourceState],
    changed: Sequence[Restatement],
    *,
    more: bool = False,
    retired: Sequence[str] = (),
    command: str = "/cost",
) -> Message:
    """How fresh and well proved the data is, and which published days have changed of late.

    Args:
        sources: the state of each.
        changed: the latest restatements.
        more: there are others.
        retired: sources that are kept, and read no more.
        command: the slash command as installed.
    """
    state = data_state(sources)
    if not sources:
        return state
    lines = state.text.split("\n")
    page: list[Block] = [section(line, f"data.{n}") for n, line in enumerate(lines[:40])]
    text = state.text
    if retired:
        told = f"No longer in sources.toml, and kept: {words.listing(retired, most=10)}."
        page.append(section(escape(told), "retired"))
        text += f"\n{escape(told)}"
    if changed:
        latest = "The latest of more changes" if more else "Changes"
        changes = f"{latest} of days that were published before: {restated.summed_up(changed)}."
        page.append(section(escape(changes), "restated"))
        page += _table(
            restated.HEADER, restated.rows(changed), names=restated.NAMES, taken=text_size(page)
        )
        text += f"\n{escape(changes)} {_first(changed)}"
    if any(not each.matches_export or each.unfinished or each.through is None for each in sources):
        typed = code("cost-tracker doctor")
        page.append(
            context(f"{typed} says what is wrong with a source, and how to mend it.", "fix")
        )
    months = [period.month for source in sources for period in source.billing_periods]
    if months:
        typed = code(f"{command} data {max(months):%Y-%m}")
        page.append(context(f"{typed} compares a month with its export and invoices.", "next"))
    return message(text, page)


def _first(changed: Sequence[Restatement]) -> str:
    """The first few in words, for who can't see the table."""
    return escape(
        "; ".join(
            f"{day} {project} {service}: {before} to {after}"
            for day, project, service, before, after, _ in restated.rows(changed)[:3]
        )
    )


def reconciled(found: Sequence[Reconciliation], asked: str) -> Message:
    """Whether what is stored is what the export says and the invoices say, month by month.

    Args:
        found: the proofs.
        asked: the months as they were asked for.
    """
    if not found:
        text = f"Nothing is stored of {asked}."
        return message(escape(text), [section(escape(text), "nothing")])
    said = [
        f"{bold(proofs.title(each))}\n" + escape("\n".join(proofs.sentences(each)))
        for each in found
    ]
    page: list[Block] = [section(part, f"proof.{n}") for n, part in enumerate(said[:_PROOFS])]
    if (hidden := len(said) - _PROOFS) > 0:
        page.append(context(f"and {words.plural(hidden, 'more proof')}", "more"))
    page += _table(proofs.HEADER, proofs.rows(found), names=3, taken=text_size(page))
    return message("\n".join(said), page)


def _table(
    header: Sequence[str], rows: Sequence[Sequence[str]], *, names: int, taken: int
) -> Iterator[Block]:
    """As many rows as there is room for, and how many were left out."""
    room = MOST_TEXT - taken - _SPARE - sum(map(len, header))
    sizes = accumulate(sum(map(len, row)) for row in rows[:_ROWS])
    shown = [row for row, size in zip(rows, sizes, strict=False) if size <= room]
    settings = [
        ColumnSettings(align="left" if n < names else "right", is_wrapped=False)
        for n in range(len(header))
    ]
    cells: list[list[RawText | RichTextObject]]
    cells = [[RawText(cut(cell, _CELL)) for cell in row] for row in (header, *shown)]
    yield TableBlock(rows=cells, column_settings=settings, block_id="table")
    if hidden := len(rows) - len(shown):
        yield context(f"{words.plural(hidden, 'more row')} over REST and in a terminal", "rest")
