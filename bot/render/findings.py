"""Findings in a terminal: a mark a line, and below what isn't right the way to mend it."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final

from rich.console import Console, ConsoleOptions, ConsoleRenderable, Group, RenderResult
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from bot.render import words
from core.findings import Finding, State

_MARKS: Final = {
    State.OK: ("✓", "green"),
    State.WARNING: ("!", "yellow"),
    State.FAILURE: ("✗", "red"),
}
_WORST: Final = list(State)
_INDENT: Final = 4


def findings(found: Sequence[Finding]) -> ConsoleRenderable:
    """Every part with what was found of it, and how many things are to be mended."""
    parts = [(name, list(same)) for name, same in groupby(found, key=lambda each: each.part)]
    wide = max((len(name) for name, same in parts if _is_plain(same)), default=0)
    return Group(*(line for name, same in parts for line in _part(name, same, wide)), _sum(found))


def _is_plain(same: Sequence[Finding]) -> bool:
    return len(same) == 1 and not same[0].check


def _part(name: str, same: Sequence[Finding], wide: int) -> Iterator[ConsoleRenderable]:
    if _is_plain(same):
        yield from _line(same[0], name, wide, indent=0)
        return
    worst = max((each.state for each in same), key=_WORST.index)
    yield Text.assemble(_MARKS[worst], " ", (name, "bold"))
    longest = max(len(each.check) for each in same)
    for each in same:
        yield from _line(each, each.check, longest, indent=_INDENT)


def _line(each: Finding, name: str, wide: int, *, indent: int) -> Iterator[ConsoleRenderable]:
    line = Table.grid(padding=(0, 1))
    line.add_column(width=1)
    line.add_column(width=wide, style="bold" if not indent else "")
    line.add_column(overflow="fold")
    line.add_row(Text(*_MARKS[each.state]), Text(name), Text(each.words))
    yield Padding(line, (0, 0, 0, indent), expand=False)
    if each.fix:
        yield _Command(f"{' ' * (indent + 2)}→ {each.fix}")


class _Command:
    """A line that is never broken, so that what is copied from it can be pasted."""

    def __init__(self, line: str) -> None:
        self._text = Text(line, style="cyan", no_wrap=True, overflow="ignore")

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield from console.render(self._text, options.update(width=len(self._text.plain) + 1))


def _sum(found: Sequence[Finding]) -> Text:
    failures = sum(each.state is State.FAILURE for each in found)
    warnings = sum(each.state is State.WARNING for each in found)
    nouns = ((failures, "failure"), (warnings, "warning"))
    told = words.listing([words.plural(count, noun) for count, noun in nouns if count])
    colour = "red" if failures else "yellow" if warnings else "green"
    return Text(f"\n{told or 'All is well'}.", style=f"bold {colour}")
