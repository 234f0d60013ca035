"""What a picture shows, in plain values that cross to the worker process.

Whoever makes a chart has already written every word of it and turned amounts into lengths;
drawing knows no money. Nothing is imported here, so that the worker starts fast.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scale:
    """The axis of amounts: from `low` to `high`, with the places that are marked and named."""

    low: float
    high: float
    ticks: tuple[tuple[float, str], ...]


@dataclass(frozen=True, slots=True)
class Bar:
    """One ranked bar; `text` and, paler, `change` stand at its end, `previous` is marked on it."""

    name: str
    value: float
    text: str
    color: str
    change: str = ""
    previous: float | None = None


@dataclass(frozen=True, slots=True)
class Ranked:
    """Horizontal bars, largest first; `previous_name` explains the mark on them."""

    bars: tuple[Bar, ...]
    previous_name: str = ""


@dataclass(frozen=True, slots=True)
class Slot:
    """One day, week or month along the axis of time.

    `text` stands above its bars. `incomplete`: more is still to come in; `missing`: nothing
    has come in yet, which is not the same as zero.
    """

    text: str = ""
    incomplete: bool = False
    missing: bool = False


@dataclass(frozen=True, slots=True)
class Series:
    """One part of every stack, bottom first; a value a slot. `text` follows its name."""

    name: str
    text: str
    color: str
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Stacks:
    """Bars along time, stacked by group; one series without a name is a plain total.

    `marks` names slots on the axis, by their position. `previous` is the total of the period
    compared with, slot by slot; `average` a moving one, likewise; `limit` a horizontal line, such
    as a budget.
    """

    slots: tuple[Slot, ...]
    marks: tuple[tuple[float, str], ...]
    series: tuple[Series, ...]
    scale: Scale
    previous: tuple[float | None, ...] = ()
    previous_name: str = ""
    average: tuple[float | None, ...] = ()
    average_name: str = ""
    limit: float | None = None
    limit_name: str = ""


@dataclass(frozen=True, slots=True)
class Band:
    """Between which amounts each slot is expected to lie; None where nothing is expected."""

    name: str
    low: tuple[float | None, ...]
    high: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Course:
    """What was spent along time, and what is expected.

    A value a slot in each: `bars` what a slot cost, `spent` and `expected` lines. `bands`:
    the widest first, two at most. `ends`: words beside the last values. `plan` what should have
    been spent by each slot, `limit` a horizontal line: a budget's.
    """

    slots: tuple[Slot, ...]
    marks: tuple[tuple[float, str], ...]
    scale: Scale
    bars: tuple[float | None, ...] = ()
    spent: tuple[float | None, ...] = ()
    expected: tuple[float | None, ...] = ()
    expected_name: str = ""
    bands: tuple[Band, ...] = ()
    ends: tuple[tuple[float, str], ...] = ()
    plan: tuple[float | None, ...] = ()
    plan_name: str = ""
    limit: float | None = None
    limit_name: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One line along time: a value a slot, None where there is none.

    `name` and `text` stand beside its end. `quiet`: what another is compared with, or an average:
    thin, without dots; `dashed` tells two such apart.
    """

    name: str
    text: str
    color: str
    values: tuple[float | None, ...]
    quiet: bool = False
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines along time, the most important last, over the others.

    A slot that is incomplete ends its lines dashed; the words of a slot stand above the last line.
    """

    slots: tuple[Slot, ...]
    marks: tuple[tuple[float, str], ...]
    lines: tuple[Line, ...]
    scale: Scale
    limit: float | None = None
    limit_name: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table: its cells, and the values of a small line at its end; `bold`: a sum."""

    cells: tuple[str, ...]
    spark: tuple[float | None, ...] = ()
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Listed:
    """A table: names in the first column, figures in the others. `spark`: the small lines' head."""

    header: tuple[str, ...]
    rows: tuple[Row, ...]
    spark: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One bar of a waterfall, from where the one before ended; `whole`: a sum, from zero."""

    name: str
    start: float
    end: float
    text: str
    color: str
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Steps:
    """A waterfall. `cut`: the amount at which bars begin, where that isn't zero."""

    steps: tuple[Step, ...]
    cut: float | None = None


type Body = Ranked | Stacks | Lines | Course | Steps | Listed


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture: the answer as its title, the question below it, how fresh it is at its foot.

    `alt` says the same figures in words, in at most 2000 characters.
    """

    title: str
    subtitle: str
    footer: str
    alt: str
    body: Body


@dataclass(frozen=True, slots=True)
class Page:
    """Several pictures as one, below each other, with a sentence or two as its head."""

    title: str
    subtitle: str
    footer: str
    alt: str
    parts: tuple[Chart, ...]
    words: tuple[str, ...] = ()
