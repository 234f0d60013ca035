"""Whether what a question is of contains what another is of, told from their filters alone."""

from collections.abc import Iterable, Mapping, Sequence

from core.costs.model import PROJECT, TEAM, Filter

type Teams = Mapping[str, str | None]
"""Which team each project is of, by slug."""


def contains(outer: Sequence[Filter], inner: Sequence[Filter], teams: Teams) -> bool:
    """Whether every charge that `inner` keeps is kept by `outer`, too.

    A team contains its projects; what else depends on data (which services a project has) isn't
    looked at, so that the answer is the same every day.
    """
    known = [*inner, *_implied(inner, teams)]
    return all(any(_within(each, wanted) for each in known) for wanted in outer)


def _implied(where: Iterable[Filter], teams: Teams) -> Iterable[Filter]:
    """What naming projects says of their teams."""
    for each in where:
        if each.dimension == PROJECT and not each.negated:
            found = (None if slug is None else teams.get(slug) for slug in each.values)
            yield Filter(TEAM, tuple(dict.fromkeys(found)))


def _within(inner: Filter, outer: Filter) -> bool:
    """Whether one filter keeps nothing that another of its dimension doesn't."""
    if inner.dimension != outer.dimension:
        return False
    some, others = set(inner.values), set(outer.values)
    match inner.negated, outer.negated:
        case False, False:
            return some <= others
        case False, True:
            return not some & others
        case True, True:
            return others <= some
    return False
