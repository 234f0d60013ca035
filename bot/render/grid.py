"""An answer of one currency laid out by time and group: what tables and charts are made from."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from bot.render import words
from core.costs.model import CostAnswer, Granularity, Line
from core.costs.trends import points
from core.money import ZERO

type Key = tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """One group's amounts along the slots, and their sum; `rest`: several groups in one."""

    name: str
    amounts: tuple[Decimal, ...]
    total: Decimal
    rest: bool = False


@dataclass(frozen=True, slots=True)
class Grid:
    """Amounts by slot of time and by group, largest group first, the rest summed last.

    `slots` are first days. `previous` is each slot's amount in the period compared with.
    `missing`: nothing is in yet; `incomplete`: more is to come. `averages`: of each slot and those
    before it, all groups together, as `core.costs.trends` has them.
    """

    currency: str
    granularity: Granularity
    slots: tuple[date, ...]
    groups: tuple[Group, ...]
    previous: tuple[Decimal | None, ...]
    missing: frozenset[int]
    incomplete: frozenset[int]
    averages: tuple[Decimal | None, ...] = ()

    @property
    def averaged(self) -> bool:
        """Whether there are averages enough to show their course."""
        return sum(each is not None for each in self.averages) > 1

    @property
    def totals(self) -> tuple[Decimal, ...]:
        """Each slot's amount, all groups together."""
        return tuple(
            sum((group.amounts[i] for group in self.groups), ZERO) for i in range(len(self.slots))
        )


def grid(answer: CostAnswer, currency: str, *, most: int) -> Grid | None:
    """Lay an answer out by time; None where it isn't cut along time.

    Args:
        answer: what was answered.
        currency: whose lines.
        most: groups at most, the rest included.
    """
    granularity = answer.query.granularity
    if granularity is None:
        return None
    lines = [line for line in answer.lines if line.currency == currency and line.start]
    slots = _slots(answer, granularity, lines)
    known = {_slot(line.start, granularity) for line in lines if line.start and line.amount}
    return Grid(
        currency,
        granularity,
        slots,
        _groups(answer, lines, slots, granularity, most),
        _previous(lines, slots, granularity),
        frozenset(i for i, start in enumerate(slots) if _is_missing(answer, start, known)),
        frozenset(i for i, start in enumerate(slots) if _is_incomplete(answer, start, granularity)),
        tuple(point.average for point in points(answer, currency))[: len(slots)],
    )


def following(start: date, granularity: Granularity) -> date:
    """The first day of the next day, week or month."""
    match granularity:
        case Granularity.DAILY:
            return start + timedelta(days=1)
        case Granularity.WEEKLY:
            return start + timedelta(days=7)
        case Granularity.MONTHLY:
            return (start.replace(day=1) + timedelta(days=32)).replace(day=1)


def _slot(start: date, granularity: Granularity) -> date:
    """The first day of the day, week (from Monday) or month that a day is in."""
    match granularity:
        case Granularity.DAILY:
            return start
        case Granularity.WEEKLY:
            return start - timedelta(days=start.weekday())
        case Granularity.MONTHLY:
            return start.replace(day=1)


def _slots(answer: CostAnswer, granularity: Granularity, lines: list[Line]) -> tuple[date, ...]:
    """Every slot of the period, but those after the data's end: they have yet to happen."""
    through = answer.freshness.through
    reached = [line.start for line in lines if line.start] + ([through.date()] if through else [])
    last = min(answer.query.period.last_day, max(reached, default=answer.query.period.last_day))
    slots, start = [], _slot(answer.query.period.start, granularity)
    while start <= last:
        slots.append(start)
        start = following(start, granularity)
    return tuple(slots)


def _groups(
    answer: CostAnswer,
    lines: list[Line],
    slots: tuple[date, ...],
    granularity: Granularity,
    most: int,
) -> tuple[Group, ...]:
    at = {start: i for i, start in enumerate(slots)}
    amounts: dict[Key, list[Decimal]] = defaultdict(lambda: [ZERO] * len(slots))
    names: dict[Key, str] = {}
    left_out: list[Decimal] | None = None
    for line in lines:
        position = at[_slot(line.start, granularity)] if line.start else 0
        if line.other:
            left_out = left_out or [ZERO] * len(slots)
            left_out[position] += line.amount
            continue
        key = tuple(line.group.get(dimension) for dimension in answer.query.group_by)
        amounts[key][position] += line.amount
        names.setdefault(key, " · ".join(words.group(line, answer.query.group_by)))
    order = sorted(amounts, key=lambda key: (-abs(sum(amounts[key], ZERO)), names[key]))
    room = most if len(order) + (left_out is not None) <= most else most - 1
    named = [_group(names[key], amounts[key]) for key in order[:room]]
    rest = [amounts[key] for key in order[room:]] + ([left_out] if left_out else [])
    if not rest:
        return tuple(named)
    summed = [sum(column, ZERO) for column in zip(*rest, strict=True)]
    hidden = len(order[room:])
    name = words.OTHER if left_out or not hidden else f"{words.OTHER} ({hidden:,})"
    return (*named, _group(name, summed, rest=True))


def _group(name: str, amounts: list[Decimal], *, rest: bool = False) -> Group:
    return Group(name, tuple(amounts), sum(amounts, ZERO), rest)


def _previous(
    lines: list[Line], slots: tuple[date, ...], granularity: Granularity
) -> tuple[Decimal | None, ...]:
    found: dict[date, list[Decimal | None]] = defaultdict(list)
    for line in lines:
        if line.start is not None:
            found[_slot(line.start, granularity)].append(line.previous)
    return tuple(_sum(found.get(start, [])) for start in slots)


def _sum(amounts: list[Decimal | None]) -> Decimal | None:
    known = [amount for amount in amounts if amount is not None]
    return sum(known, ZERO) if known and len(known) == len(amounts) else None


def _is_missing(answer: CostAnswer, start: date, known: set[date]) -> bool:
    complete = answer.freshness.complete_until
    return start not in known and (complete is None or start >= complete)


def _is_incomplete(answer: CostAnswer, start: date, granularity: Granularity) -> bool:
    complete = answer.freshness.complete_until
    end = min(following(start, granularity), answer.query.period.end)
    return complete is None or end > complete
