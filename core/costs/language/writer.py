"""A question in its canonical words: what people are shown, and what buttons hold.

Read back on the same day with the same names it gives the same question, whoever asks and
wherever: nothing is left to be guessed but what is the same for everybody.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from core.costs.language.text import in_quotes
from core.costs.language.words import NONE, RESERVED, SPLIT
from core.costs.model import (
    PROJECT,
    RESOURCE,
    Basis,
    CostQuery,
    Dimension,
    Filter,
    Granularity,
    Measure,
    Versus,
)
from core.money import plain
from core.named_period import find

_PLAIN: Final = re.compile(r"[A-Za-z0-9]+(?:[-_.]+[A-Za-z0-9]+)*")
_CUT: Final = {
    Granularity.DAILY: "day",
    Granularity.WEEKLY: "week",
    Granularity.MONTHLY: "month",
}


def write(query: CostQuery, *, grouped: bool = True) -> str:
    """Put a question into its canonical words: `checkout last-7d by service daily`.

    Args:
        query: the question.
        grouped: whether to say what it is grouped by; not where that means nothing.
    """
    return " ".join(_clauses(query, grouped=grouped))


def write_subject(where: Iterable[Filter]) -> str:
    """What a question is about, whenever and however it is asked: `checkout region=us-east1`."""
    said = tuple(where)
    return " ".join([_what(said), *(_filter(each) for each in said if not _is_what(each))])


def _clauses(query: CostQuery, *, grouped: bool) -> Iterator[str]:
    yield _what(query.where)
    yield _period(query)
    if grouped:
        yield _grouping(query)
    yield from (_filter(each) for each in query.where if not _is_what(each))
    yield from _measure(query.measure, query.basis)
    if query.versus is not None:
        yield f"vs {_versus(query.versus)}"
    if query.granularity is not None and query.group_by:
        yield query.granularity.value
    if query.top is not None:
        yield f"top {query.top}"
    if query.over is not None:
        yield f"over {plain(query.over)}"
    if query.currency is not None:
        yield f"in {query.currency}"
    if query.form is not None:
        yield query.form.value


def _is_what(each: Filter) -> bool:
    return each.dimension == PROJECT and not each.negated


def _what(where: Iterable[Filter]) -> str:
    chosen = next((each for each in where if _is_what(each)), None)
    if chosen is None:
        return "all"
    if chosen.values == (None,):
        return "unassigned"
    if all(value is not None and is_bare(value) for value in chosen.values):
        return ",".join(filter(None, chosen.values))
    return _filter(chosen)


def is_bare(name: str) -> bool:
    """Whether a name can stand in a question by itself, meaning nothing else."""
    low = name.lower()
    return (
        _PLAIN.fullmatch(name) is not None
        and not name[0].isdigit()
        and low not in RESERVED
        and low.partition("-")[0] not in SPLIT
        and find(low) is None
    )


def value(name: str) -> str:
    """A name as a value of a filter: `Cloud Run` in quotes, `us-east1` without."""
    if _PLAIN.fullmatch(name) and name.lower() not in NONE:
        return name
    return in_quotes(name)


def _resource(name: str) -> str:
    """A resource, which is read as it is written: in quotes where it could mean anything else."""
    return name if is_bare(name) else in_quotes(name)


def dimension(each: Dimension) -> str:
    """A dimension; a label's key in quotes where it needs them."""
    return f"{each.name}:{value(each.key)}" if each.key else each.name


def _filter(each: Filter) -> str:
    written = _resource if each.dimension == RESOURCE else value
    values = ",".join("none" if name is None else written(name) for name in each.values)
    return f"{dimension(each.dimension)}{'!=' if each.negated else '='}{values}"


def _period(query: CostQuery) -> str:
    return str(query.period)


def _grouping(query: CostQuery) -> str:
    if query.group_by:
        return f"by {','.join(dimension(each) for each in query.group_by)}"
    return f"by {_CUT[query.granularity]}" if query.granularity else "in total"


def _measure(measure: Measure, basis: Basis) -> Iterator[str]:
    invoiced = basis is Basis.INVOICE
    if measure is Measure.COST:
        yield from ["measure=cost"] if invoiced else []
    elif not (invoiced and measure is Measure.NET):
        yield measure.value
    if invoiced:
        yield "invoice"


def _versus(versus: Versus) -> str:
    if versus.project is not None:
        bare = is_bare(versus.project)
        return versus.project if bare else f"project={value(versus.project)}"
    if versus.period is not None:
        return str(versus.period)
    return versus.kind
