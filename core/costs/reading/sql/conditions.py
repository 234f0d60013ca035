"""Which charges a question is about: its filters, and what its viewer may see."""

from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    FromClause,
    Select,
    Table,
    Text,
    bindparam,
    func,
    literal_column,
    or_,
    select,
)

from core.costs.model import (
    ACCOUNT,
    CATEGORY,
    PROJECT,
    PROVIDER,
    REGION,
    RESOURCE,
    SERVICE,
    SKU,
    TEAM,
)
from core.costs.reading.sql.shape import OF_SCOPES
from core.costs.tables import (
    ABSENT,
    regions,
    resources,
    services,
    skus,
    slices,
    sources,
    tag_sets,
)
from core.projects.tables import projects, scopes


def constant(value: str | int) -> ColumnElement[Any]:
    """A value that is part of the statement's text, and never one that somebody gave."""
    return literal_column(f"'{value}'" if isinstance(value, str) else str(value))


OF_PROJECTS = scopes.outerjoin(projects, projects.c.id == scopes.c.project_id)

_VALUES: dict[str, ColumnElement[str]] = {
    PROJECT.name: func.coalesce(projects.c.slug, constant("")),
    TEAM.name: func.coalesce(projects.c.team, constant("")),
    PROVIDER.name: scopes.c.provider,
    ACCOUNT.name: scopes.c.account_id,
    SERVICE.name: services.c.name,
    CATEGORY.name: services.c.category,
    SKU.name: skus.c.sku_id,
    # There are thousands: bytes compare faster than words.
    RESOURCE.name: resources.c.resource_id.collate("C"),
    REGION.name: regions.c.region_id,
}
_TABLES: dict[str, tuple[str, Table]] = {
    SERVICE.name: ("service_id", services),
    CATEGORY.name: ("service_id", services),
    SKU.name: ("sku_id", skus),
    RESOURCE.name: ("resource_id", resources),
    REGION.name: ("region_id", regions),
    "label": ("tag_set_id", tag_sets),
}

type Filters = tuple[tuple[str, bool], ...]


def value_of(dimension: str, key: str) -> ColumnElement[str]:
    """A dimension's value in its own table, '' where there is none; `key` names a parameter."""
    if dimension == "label":
        return func.coalesce(tag_sets.c.tags.op("->>")(bindparam(key, type_=Text)), constant(""))
    return _VALUES[dimension]


def texts(name: str) -> ColumnElement[Any]:
    """A parameter that is a list of texts: however many there are, the statement is the same."""
    return bindparam(name, type_=ARRAY(Text))


def conditions(
    table: FromClause, filters: Filters, *, restricted: bool, other_project: bool = False
) -> list[ColumnElement[bool]]:
    """What the charges of a fact or rollup table have to meet.

    Args:
        table: where they are.
        filters: name and negation of each, in the order of its parameters.
        restricted: only those of the viewer's projects.
        other_project: of the project compared with, whichever were asked for.
    """
    found: list[ColumnElement[bool]] = []
    scoped = scopes_where(filters, restricted=restricted, other_project=other_project)
    if scoped is not None:
        found.append(table.c.scope_id.in_(scoped))
    for index, (name, negated) in enumerate(filters):
        if name in _TABLES:
            column, dimension = _TABLES[name]
            kept = select(dimension.c.id).where(_one_of(name, index, negated=negated))
            found.append(table.c[column].in_(kept))
    return found


def scopes_where(
    filters: Filters, *, restricted: bool, other_project: bool = False
) -> Select[int] | None:
    """The ids of the scopes that may be seen and are asked for; None: every one."""
    wanted = [
        _one_of(name, index, negated=negated)
        for index, (name, negated) in enumerate(filters)
        if name in OF_SCOPES and not (other_project and name == PROJECT.name)
    ]
    if other_project:
        wanted.append(projects.c.slug == bindparam("other_project", type_=Text))
    if restricted:
        wanted.append(visible())
    return select(scopes.c.id).select_from(OF_PROJECTS).where(*wanted) if wanted else None


def visible() -> ColumnElement[bool]:
    """That a scope's project is one of the viewer's."""
    return projects.c.slug == func.any(texts("visible"))


def drawn_on(filters: Filters, *, restricted: bool) -> list[ColumnElement[bool]]:
    """What a row of `sources` has to meet for the question's charges to be able to come from it."""
    held = select(slices.c.id).where(slices.c.source_id == sources.c.id)
    found: list[ColumnElement[bool]] = [held.exists()]
    if (scoped := scopes_where(filters, restricted=restricted)) is not None:
        found.append(sources.c.provider.in_(scoped.with_only_columns(scopes.c.provider)))
    for index, (name, negated) in enumerate(filters):
        if name in _TABLES and name != "label":
            table = _TABLES[name][1]
            of_provider = or_(table.c.provider == sources.c.provider, table.c.id == ABSENT)
            wanted = _one_of(name, index, negated=negated)
            found.append(select(table.c.id).where(wanted, of_provider).exists())
    return found


def _one_of(name: str, index: int, *, negated: bool) -> ColumnElement[bool]:
    value = value_of(name, f"key_{index}")
    met = value == func.any(texts(f"values_{index}"))
    return ~met if negated else met
