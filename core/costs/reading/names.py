"""The names that questions can mention, restricted to what their viewer may see."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Select,
    Text,
    case,
    cast,
    func,
    select,
    true,
)

from core.access.model import Viewer
from core.costs.listings import DimensionValue
from core.costs.model import (
    ACCOUNT,
    CATEGORY,
    PROJECT,
    PROVIDER,
    REGION,
    SERVICE,
    SKU,
    TEAM,
    CostQuery,
    Dimension,
    Filter,
    Versus,
    Vocabulary,
)
from core.costs.reading.sql.conditions import OF_PROJECTS
from core.costs.tables import (
    ABSENT,
    charge_daily,
    cost_by_month_service,
    regions,
    services,
    skus,
    tag_sets,
)
from core.database import Connection
from core.many import one_of
from core.projects.model import UnknownProjectError
from core.projects.tables import project_aliases, projects, scopes

_EVERY: Final = true()
_WORD: Final = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Slugs:
    """The projects that there are, and what they were called."""

    present: frozenset[str]
    former: Mapping[str, str]

    def resolve(self, slug: str, viewer: Viewer) -> str:
        """The present slug of a project.

        Raises:
            UnknownProjectError: there is none, or none that the viewer may see: no telling which.
        """
        found = slug if slug in self.present else self.former.get(slug)
        if found is not None and viewer.may_see(found):
            return found
        visible = [known for known in self.present if viewer.may_see(known)]
        raise UnknownProjectError(
            f"There is no project {slug!r}.",
            suggestions=get_close_matches(slug, sorted(visible), n=3),
        )


def mentions_projects(query: CostQuery) -> bool:
    """Whether a question names any."""
    return any(f.dimension == PROJECT for f in query.where) or (
        query.versus is not None and query.versus.project is not None
    )


def resolved_filter(item: Filter, slugs: Slugs, viewer: Viewer) -> Filter:
    """A filter with the present slugs of its projects; others stay as they are."""
    if item.dimension != PROJECT:
        return item
    values = (None if value is None else slugs.resolve(value, viewer) for value in item.values)
    return Filter(PROJECT, tuple(dict.fromkeys(values)), item.negated)


def resolved_versus(versus: Versus | None, slugs: Slugs, viewer: Viewer) -> Versus | None:
    """A comparison with the present slug of its project."""
    if versus is None or versus.project is None:
        return versus
    return Versus(versus.kind, versus.period, slugs.resolve(versus.project, viewer))


async def read_slugs(connection: Connection) -> Slugs:
    """Those of every project, whoever asks."""
    present = (await connection.execute(select(projects.c.slug))).scalars()
    former = await connection.execute(
        select(project_aliases.c.slug, projects.c.slug).join(
            projects, projects.c.id == project_aliases.c.project_id
        )
    )
    return Slugs(frozenset(present), {old: new for old, new in former})  # noqa: C416 - rows aren't pairs to mypy


async def read_vocabulary(connection: Connection, visible: frozenset[str] | None) -> Vocabulary:
    """Every name that a viewer of these projects (None: all) can mention."""
    seen = _EVERY if visible is None else projects.c.slug.in_(visible)
    known = (await connection.execute(_projects(seen))).all()
    accounts = (await connection.execute(_accounts(seen))).all()
    held = _EVERY if visible is None else await _scopes_held(connection, seen)
    offered = (await connection.execute(_services(held))).all()
    used = None if visible is None else await _used(connection, held)
    aliases = (await connection.execute(_aliases(seen))).all()
    channels: defaultdict[str, list[str]] = defaultdict(list)
    for slug, _, _, channel in known:
        if channel:
            channels[channel].append(slug)
    return Vocabulary(
        projects={slug: name if name != slug else "" for slug, name, _, _ in known},
        aliases={old: new for old, new in aliases},  # noqa: C416 - rows aren't pairs to mypy
        accounts={id_: (name, slug) for _, id_, name, slug in accounts if id_},
        teams=frozenset(team for _, _, team, _ in known if team),
        services=frozenset(name for name, _ in offered if name),
        skus=await _named(connection, skus.c.sku_id, skus.c.name, skus.c.id, used and used[0]),
        regions=await _named(
            connection, regions.c.region_id, cast("", Text), regions.c.id, used and used[1]
        ),
        providers=frozenset(provider for provider, _, _, _ in accounts),
        categories=frozenset(category for _, category in offered if category),
        labels=await _labels(connection, used and used[2]),
        channels={channel: tuple(slugs) for channel, slugs in channels.items()},
    )


def _projects(seen: ColumnElement[bool]) -> Select[Any]:
    columns = projects.c
    return (
        select(columns.slug, columns.name, columns.team, columns.channel)
        .where(seen)
        .order_by(columns.slug)
    )


def _aliases(seen: ColumnElement[bool]) -> Select[Any]:
    return (
        select(project_aliases.c.slug, projects.c.slug)
        .join(projects, projects.c.id == project_aliases.c.project_id)
        .where(seen)
    )


def _accounts(seen: ColumnElement[bool]) -> Select[Any]:
    return (
        select(
            scopes.c.provider,
            scopes.c.account_id,
            scopes.c.account_name,
            # An account stands for the project that holds it, not for those of its labels.
            case((scopes.c.rule_id.is_(None), projects.c.slug)),
        )
        .select_from(OF_PROJECTS)
        .where(seen)
        .order_by(scopes.c.account_id, scopes.c.rule_id.desc().nulls_last(), scopes.c.id)
    )


async def _scopes_held(connection: Connection, seen: ColumnElement[bool]) -> Any:
    """The ids of visible scopes, for a condition on tables of charges."""
    ids = await connection.execute(select(scopes.c.id).select_from(OF_PROJECTS).where(seen))
    return list(ids.scalars())


def _services(held: Any) -> Select[Any]:
    statement = select(services.c.name, services.c.category)
    if held is _EVERY:
        return statement
    used = select(cost_by_month_service.c.service_id).where(
        one_of(cost_by_month_service.c.scope_id, held)
    )
    return statement.where(services.c.id.in_(used))


async def _used(connection: Connection, held: Any) -> tuple[set[int], set[int], set[int]]:
    """The ids of SKUs, regions and tag sets that visible scopes have charges of."""
    columns = (charge_daily.c.sku_id, charge_daily.c.region_id, charge_daily.c.tag_set_id)
    if not held:
        return set(), set(), set()
    rows = await connection.execute(
        select(*columns).where(one_of(charge_daily.c.scope_id, held)).distinct()
    )
    used: tuple[set[int], set[int], set[int]] = (set(), set(), set())
    for row in rows:
        for ids, value in zip(used, row, strict=True):
            ids.add(value)
    return used


async def _named(
    connection: Connection,
    value: ColumnElement[str],
    name: ColumnElement[str],
    id_: ColumnElement[int],
    used: set[int] | None,
) -> dict[str, str]:
    rows = await connection.execute(
        select(value, name).where(id_ != ABSENT, _among(id_, used)).order_by(value, name)
    )
    return {value: name if name != value else "" for value, name in rows}


async def _labels(connection: Connection, used: set[int] | None) -> dict[str, frozenset[str]]:
    each = func.jsonb_each_text(tag_sets.c.tags).table_valued("key", "value").lateral()
    rows = await connection.execute(
        select(each.c.key, each.c.value)
        .select_from(tag_sets.join(each, true()))
        .where(_among(tag_sets.c.id, used))
        .distinct()
    )
    found: defaultdict[str, set[str]] = defaultdict(set)
    for key, value in rows:
        found[key].add(value)
    return {key: frozenset(values - {""}) for key, values in sorted(found.items())}


def _among(id_: ColumnElement[int], used: set[int] | None) -> ColumnElement[bool]:
    if used is None:
        return _EVERY
    return one_of(id_, used)


def known_values(vocabulary: Vocabulary, dimension: Dimension) -> list[DimensionValue]:
    """All that a dimension is known to have."""
    return [DimensionValue(*item) for item in _known(vocabulary, dimension).items()]


def matching(
    values: Iterable[DimensionValue], *, prefix: str = "", limit: int | None = None
) -> tuple[DimensionValue, ...]:
    """Those that have a word beginning so, in order; unassigned or absent last."""
    found = (v for v in values if _has(v.value or "", prefix) or _has(v.name, prefix))
    return tuple(sorted(found, key=_reading)[:limit])


def _reading(value: DimensionValue) -> tuple[bool, str, str]:
    return (value.value is None, (value.name or value.value or "").casefold(), value.value or "")


def _has(text: str, prefix: str) -> bool:
    """Whether the text, or a word in it, begins so."""
    folded, wanted = text.casefold(), prefix.casefold()
    return folded.startswith(wanted) or any(
        word.startswith(wanted) for word in _WORD.findall(folded)
    )


def _known(vocabulary: Vocabulary, dimension: Dimension) -> Mapping[str, str]:
    named: dict[str, Mapping[str, str]] = {
        PROJECT.name: vocabulary.projects,
        ACCOUNT.name: {id_: name for id_, (name, _) in vocabulary.accounts.items()},
        SKU.name: vocabulary.skus,
        REGION.name: vocabulary.regions,
    }
    plain = {
        TEAM.name: vocabulary.teams,
        SERVICE.name: vocabulary.services,
        PROVIDER.name: vocabulary.providers,
        CATEGORY.name: vocabulary.categories,
        "label": vocabulary.labels.get(dimension.key, frozenset()),
    }
    if dimension.name in named:
        return named[dimension.name]
    return dict.fromkeys(plain[dimension.name], "")
