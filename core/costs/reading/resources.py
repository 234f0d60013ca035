"""Questions that tell resources apart: what can be asked, whom a name means, what must be said."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal, localcontext
from typing import Any, Final

from sqlalchemy import text

from core.access.model import Viewer
from core.costs.language.writer import write
from core.costs.model import RESOURCE, SKU, Basis, CostQuery, Filter, Note, NoteKind
from core.costs.reading.assemble import Layout, Row, Sums
from core.costs.reading.basis import Basis as Rests
from core.costs.reading.compare import other_period
from core.costs.resources import DAYS, OTHERS, Kept, kept_since
from core.database import Database
from core.errors import InvalidError, NotFoundError
from core.money import EXACT, ZERO
from core.named_period import parse_period
from core.period import Period

_FEW: Final = 3


class ResourceDaysError(InvalidError):
    """Resources are kept of young days only."""


class ResourceQuestionError(InvalidError):
    """Resources can't be told apart in that way."""


class NoResourcesError(InvalidError):
    """No source keeps resources."""


class UnknownResourceError(NotFoundError):
    """There is no such resource."""


def check(query: CostQuery, today: date) -> None:
    """See that a question that tells resources apart can be answered.

    Raises:
        ResourceQuestionError: it is about invoices, or about SKUs too.
        ResourceDaysError: it is about days of which no resources are kept.
    """
    if not query.by_resource:
        return
    if query.basis is Basis.INVOICE:
        raise ResourceQuestionError(
            "Resources are told apart by the day of usage, not by invoice.",
            fix="Leave 'invoice' out.",
            suggestions=[write(replace(query, basis=Basis.USAGE))],
        )
    if SKU in query.group_by or any(f.dimension == SKU for f in query.where):
        raise ResourceQuestionError(
            "Costs are kept by resource and by SKU, not by both at once.",
            fix="Leave one of the two out.",
            suggestions=[write(_without(query, RESOURCE)), write(_without(query, SKU))],
        )
    _check_days(query, kept_since(today), today)


def within(query: CostQuery, today: date) -> bool:
    """Whether all that a question is about could be told by resource."""
    about_skus = any(f.dimension == SKU for f in query.where)
    young = query.period.start >= kept_since(today)
    return young and query.basis is Basis.USAGE and not about_skus


def _check_days(query: CostQuery, since: date, today: date) -> None:
    held = f"Resources are kept for {DAYS} days, now from {since} on"
    if query.period.start < since:
        raise ResourceDaysError(
            f"{held}: {str(query.period)!r} begins before.",
            fix="Ask for younger days, or by SKU.",
            suggestions=[*_younger(query, since, today), write(_by_sku(query))],
        )
    if query.versus is not None and other_period(query).start < since:
        raise ResourceDaysError(
            f"{held}: what to compare with begins before.",
            fix="Leave the comparison out, or ask by SKU.",
            suggestions=[write(replace(query, versus=None)), write(_by_sku(query))],
        )


def _younger(query: CostQuery, since: date, today: date) -> Iterator[str]:
    if query.period.end > since:
        yield write(replace(query, period=Period(since, query.period.end)))
    yield write(replace(query, period=parse_period("last-30d", today)))


def _without(query: CostQuery, dimension: Any) -> CostQuery:
    return replace(
        query,
        group_by=tuple(d for d in query.group_by if d != dimension),
        where=tuple(f for f in query.where if f.dimension != dimension),
    )


def _by_sku(query: CostQuery) -> CostQuery:
    grouped = (SKU if d == RESOURCE else d for d in query.group_by)
    where = tuple(f for f in query.where if f.dimension != RESOURCE)
    return replace(query, group_by=tuple(dict.fromkeys(grouped)), where=where)


def everything(today: date) -> CostQuery:
    """All resources that are kept."""
    return CostQuery(Period(kept_since(today), today + timedelta(1)), group_by=(RESOURCE,))


def refuse_rows(query: CostQuery) -> None:
    """See that charges that are to be listed aren't restricted to resources.

    Raises:
        ResourceQuestionError: they are.
    """
    if any(f.dimension == RESOURCE for f in query.where):
        raise ResourceQuestionError(
            "Single charges are listed by SKU; resources are told apart in summaries only.",
            fix="Ask for the summary, grouped by resource.",
            suggestions=[write(replace(query, group_by=(RESOURCE,)))],
        )


async def resolved(database: Database, query: CostQuery, viewer: Viewer) -> CostQuery:
    """The question with the ids of the resources that it names.

    A value is an id; else a name, whatever its case; else the last part of an id, which is what
    answers show of one that has no name. Values of several resources mean them all.

    Raises:
        UnknownResourceError: there is none, or none that the viewer may see: no telling which.
    """
    where = [
        await _resolved(database, query, each, viewer) if each.dimension == RESOURCE else each
        for each in query.where
    ]
    return replace(query, where=tuple(where))


async def _resolved(database: Database, query: CostQuery, item: Filter, viewer: Viewer) -> Filter:
    found: dict[str | None, None] = {}
    for value in item.values:
        if value is None:
            found[None] = None
            continue
        alike = await _alike(database, value, viewer)
        best = min((place for place, _, _ in alike), default=_NEAR)
        if best == _NEAR:
            raise _unknown(query, item, value, [name or id_ for _, id_, name in alike])
        found |= dict.fromkeys(id_ for place, id_, _ in alike if place == best)
    return replace(item, values=tuple(sorted(found, key=lambda v: (v is None, v or ""))))


_NEAR: Final = 3
"""The place of what a text is only a part of."""

_ALIKE: Final = text("""
SELECT place, resource_id, name FROM (
  SELECT r.resource_id, r.name, CASE WHEN r.resource_id = :value THEN 0
    WHEN lower(r.name) = lower(:value) THEN 1
    WHEN right(r.resource_id, length(:value) + 1) IN ('/' || :value, ':' || :value) THEN 2
    WHEN strpos(lower(r.name || ' ' || r.resource_id), lower(:value)) > 0 THEN 3 END AS place
  FROM resources r
  WHERE r.id > 0 AND (CAST(:visible AS text[]) IS NULL OR EXISTS (
    SELECT FROM cost_by_day_resource c
    JOIN scopes s ON s.id = c.scope_id JOIN projects p ON p.id = s.project_id
    WHERE c.resource_id = r.id AND p.slug = ANY(CAST(:visible AS text[]))))
) found WHERE place IS NOT NULL
ORDER BY place, length(name || resource_id), resource_id LIMIT 1000
""")


async def _alike(database: Database, value: str, viewer: Viewer) -> list[tuple[int, str, str]]:
    visible = viewer.projects
    parameters = {"value": value, "visible": None if visible is None else sorted(visible)}
    async with database.read() as connection:
        rows = await connection.execute(_ALIKE, parameters)
        return [(place, id_, name) for place, id_, name in rows]


def _unknown(
    query: CostQuery, item: Filter, value: str, near: Sequence[str]
) -> UnknownResourceError:
    instead = [
        write(replace(query, where=tuple(_with(each, item, value, name) for each in query.where)))
        for name in dict.fromkeys(near[:_FEW])
    ]
    shown = replace(_without(query, RESOURCE), group_by=(RESOURCE,))
    return UnknownResourceError(
        f"No resource {value[:80]!r} is known of the last {DAYS} days.",
        fix="Write its id, or its name as the provider has it.",
        suggestions=[*instead, write(shown)][:_FEW],
    )


def _with(each: Filter, item: Filter, value: str, name: str) -> Filter:
    if each is not item:
        return each
    return replace(each, values=tuple(name if v == value else v for v in each.values))


def refuse_without(query: CostQuery, basis: Rests) -> None:
    """See that any source that the question draws on keeps its resources.

    Raises:
        NoResourcesError: none does; what to do about each.
    """
    if not query.by_resource or basis.keeps_resources or not basis.without_resources:
        return
    raise NoResourcesError(
        f"Resources of {_listing(basis.without_resources)} aren't kept.",
        fix=" ".join(_mend(*each) for each in basis.without_resources),
        suggestions=[write(_by_sku(query))],
    )


def _listing(sources: Iterable[tuple[str, str, str]]) -> str:
    return ", ".join(name for name, _, _ in sources)


def _mend(name: str, kind: str, kept: str) -> str:
    if kept == Kept.OFF:
        return f"{name}: write resources = true into its entry in sources.toml, and sync."
    if kept == Kept.NONE and kind == "bigquery":
        return (
            f"{name}: the standard export has no resources, the detailed one has"
            " (gcp_billing_export_resource_v1_…): name that table in sources.toml."
        )
    if kept == Kept.NONE:
        return f"{name}: its files have no column ResourceId."
    return f"{name}: not synced since resources are kept; sync."


def notes(
    query: CostQuery, rows: Sequence[Row], sums: Mapping[str, Sums], basis: Rests
) -> Iterator[Note]:
    """What must be said of resources that aren't told apart."""
    if not query.by_resource:
        return
    if RESOURCE in query.group_by:
        for currency, amount in _others(query, rows).items():
            yield Note(NoteKind.RESOURCES_OTHER, amount, currency)
    if basis.others:
        yield Note(NoteKind.RESOURCES_LEFT_OUT)
    for currency, total in sums.items():
        if total.unknown:
            named = _listing(basis.without_resources)
            yield Note(NoteKind.RESOURCES_UNKNOWN, total.unknown, currency, text=named)


def _others(query: CostQuery, rows: Iterable[Row]) -> dict[str, Decimal]:
    """What the resources that aren't kept apart add up to, by currency."""
    layout = Layout(len(query.group_by))
    at = 1 + query.group_by.index(RESOURCE)
    found: dict[str, Decimal] = {}
    with localcontext(EXACT):
        for row in rows:
            if row[at] == OTHERS:
                currency = row[layout.currency]
                found[currency] = found.get(currency, ZERO) + (row[layout.amount] or ZERO)
    return {currency: amount for currency, amount in sorted(found.items()) if amount}
