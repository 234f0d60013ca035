"""Restatements in words and rows; plain text.

Whoever puts it into Slack's markup escapes it.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from bot.render import words
from core.costs.listings import Restatement
from core.costs.proving.model import exact
from core.money import display

HEADER: Final = ("Day", "Project", "Service", "Before", "After", "Change")
NAMES: Final = 3
"""So many columns are names; the others are figures."""
_NOTHING: Final = "\N{EN DASH}"


@dataclass(frozen=True, slots=True)
class Group:
    """What one source told anew on one day, by day of the charges; rows as HEADER."""

    title: str
    rows: tuple[tuple[str, ...], ...]


def groups(found: Sequence[Restatement]) -> Iterator[Group]:
    """Restatements by when they were recorded and by source, the latest first."""
    told = defaultdict[tuple[date, str], list[Restatement]](list)
    for each in found:
        told[each.recorded_at.date(), each.source].append(each)
    for (recorded, source), same in sorted(told.items(), key=_latest_first):
        yield Group(
            f"{words.day(recorded, year=True)}, {source}: {summed_up(same)}", tuple(rows(same))
        )


def _latest_first(told: tuple[tuple[date, str], object]) -> tuple[int, str]:
    (recorded, source), _ = told
    return -recorded.toordinal(), source


def summed_up(found: Sequence[Restatement]) -> str:
    """How many there are, and what they come to: `3 changes, +$2.50 in all`."""
    changes = defaultdict[str, list[Decimal]](list)
    for each in found:
        changes[each.currency].append(_change(each))
    amounts = [words.signed(exact(by), currency) for currency, by in sorted(changes.items())]
    return f"{words.plural(len(found), 'change')}, {words.listing(amounts, most=5)} in all"


def rows(found: Sequence[Restatement]) -> list[tuple[str, ...]]:
    """Before and after, the latest days first; as HEADER."""
    ordered = sorted(found, key=lambda each: (-each.day.toordinal(), each.project or "~"))
    return [
        (
            words.day(each.day, year=True),
            each.project or "unassigned",
            each.service or _NOTHING,
            display(each.before, each.currency),
            display(each.after, each.currency),
            words.signed(_change(each), each.currency),
        )
        for each in ordered
    ]


def _change(each: Restatement) -> Decimal:
    return exact((each.after, -each.before))
