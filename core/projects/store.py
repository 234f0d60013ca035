"""The SQL of projects, their former slugs and their scopes."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import Row, func, select, update
from sqlalchemy.dialects.postgresql import insert

from core.database import Connection
from core.many import one_of_rows
from core.projects import rule_store
from core.projects.model import Account, NewProject, Project
from core.projects.rules import PlacedRule
from core.projects.tables import project_aliases, projects, scopes

type Key = tuple[str, str]
"""Provider and account id, '' for charges of a whole billing account."""


async def lock(tx: Connection) -> None:
    """Let one transaction at a time make projects or change who holds what."""
    await tx.execute(select(func.pg_advisory_xact_lock(func.hashtext("projects"))))


async def slugs(tx: Connection) -> set[str]:
    """Every slug in use, former ones included."""
    statement = select(projects.c.slug).union(select(project_aliases.c.slug))
    return set((await tx.execute(statement)).scalars())


async def id_of(tx: Connection, slug: str) -> int | None:
    """The project that has, or had, a slug."""
    own = select(projects.c.id).where(projects.c.slug == slug)
    former = select(project_aliases.c.project_id).where(project_aliases.c.slug == slug)
    return (await tx.execute(own.union(former))).scalar_one_or_none()


async def read(tx: Connection, *, archived: bool, slug: str | None = None) -> tuple[Project, ...]:
    """Projects with their accounts and former slugs, by slug; one of them if a slug is given."""
    statement = select(projects).order_by(projects.c.slug)
    if slug is not None:
        statement = statement.where(projects.c.id == (await id_of(tx, slug)))
    if not archived:
        statement = statement.where(projects.c.archived_at.is_(None))
    rows = (await tx.execute(statement)).all()
    held, former, rules = await _accounts(tx), await _aliases(tx), await _rules(tx)
    return tuple(_project(row, held, former, rules) for row in rows)


async def owned(tx: Connection, owner: str) -> tuple[str, ...]:
    """The slugs of somebody's own projects, archived ones left out."""
    statement = select(projects.c.slug).where(
        projects.c.owner == owner, projects.c.archived_at.is_(None)
    )
    return tuple((await tx.execute(statement.order_by(projects.c.slug))).scalars())


def _project(
    row: Row[*tuple[object, ...]],
    held: Mapping[int, list[Account]],
    former: Mapping[int, list[str]],
    rules: Mapping[str, list[PlacedRule]],
) -> Project:
    values = row._asdict()
    return Project(
        slug=values["slug"],
        name=values["name"],
        owner=values["owner"],
        team=values["team"],
        cost_center=values["cost_center"],
        channel=values["channel"],
        archived=values["archived_at"] is not None,
        accounts=tuple(held.get(values["id"], ())),
        aliases=tuple(former.get(values["id"], ())),
        rules=tuple(rules.get(values["slug"], ())),
    )


async def _accounts(tx: Connection) -> Mapping[int, list[Account]]:
    statement = (
        select(scopes.c.project_id, scopes.c.provider, scopes.c.account_id, scopes.c.account_name)
        .where(scopes.c.project_id.is_not(None), scopes.c.rule_id.is_(None))
        .order_by(scopes.c.provider, scopes.c.account_id)
    )
    held = defaultdict[int, list[Account]](list)
    for project_id, provider, account_id, name in await tx.execute(statement):
        held[project_id].append(Account(provider, account_id, name))
    return held


async def _aliases(tx: Connection) -> Mapping[int, list[str]]:
    statement = select(project_aliases.c.project_id, project_aliases.c.slug)
    former = defaultdict[int, list[str]](list)
    for project_id, slug in await tx.execute(statement.order_by(project_aliases.c.slug)):
        former[project_id].append(slug)
    return former


async def _rules(tx: Connection) -> Mapping[str, list[PlacedRule]]:
    of_project = defaultdict[str, list[PlacedRule]](list)
    for placed in (await rule_store.read(tx)).placed():
        of_project[placed.rule.slug].append(placed)
    return of_project


async def create(tx: Connection, new: NewProject) -> int:
    """Insert a project; its id."""
    statement = insert(projects).values(
        slug=new.slug,
        name=new.name or new.slug,
        owner=new.owner,
        team=new.team,
        cost_center=new.cost_center,
        channel=new.channel,
    )
    project_id: int = (await tx.execute(statement.returning(projects.c.id))).scalar_one()
    return project_id


async def change(tx: Connection, project_id: int, values: Mapping[str, object]) -> None:
    """Set columns of a project."""
    await tx.execute(update(projects).where(projects.c.id == project_id).values(**values))


async def archive(tx: Connection, project_id: int, at: datetime | None) -> None:
    """Archive a project, or (None) bring it back."""
    await change(tx, project_id, {"archived_at": at})


async def add_alias(tx: Connection, slug: str, project_id: int) -> None:
    """Let a slug that a project had go on finding it."""
    statement = insert(project_aliases).values(slug=slug, project_id=project_id)
    await tx.execute(
        statement.on_conflict_do_update(
            index_elements=[project_aliases.c.slug], set_={"project_id": project_id}
        )
    )


async def drop_alias(tx: Connection, slug: str) -> None:
    """Free a former slug."""
    await tx.execute(project_aliases.delete().where(project_aliases.c.slug == slug))


async def move_all(tx: Connection, source: int, target: int) -> None:
    """Hand a project's scopes, rules and former slugs to another."""
    await rule_store.move_all(tx, source, target)
    await tx.execute(update(scopes).where(scopes.c.project_id == source).values(project_id=target))
    await tx.execute(
        update(project_aliases)
        .where(project_aliases.c.project_id == source)
        .values(project_id=target)
    )


async def find_scopes(tx: Connection, keys: Iterable[Key]) -> dict[Key, tuple[int, str]]:
    """Scope id and account name of each account that has a scope of its own."""
    statement = select(
        scopes.c.provider, scopes.c.account_id, scopes.c.id, scopes.c.account_name
    ).where(
        one_of_rows((scopes.c.provider, scopes.c.account_id), list(keys)),
        scopes.c.rule_id.is_(None),
    )
    return {(row[0], row[1]): (row[2], row[3]) for row in await tx.execute(statement)}


async def add_scope(tx: Connection, account: Account, project_id: int | None) -> int:
    """Insert a scope; its id."""
    statement = insert(scopes).values(
        provider=account.provider,
        account_id=account.id,
        account_name=account.name,
        project_id=project_id,
    )
    scope_id: int = (await tx.execute(statement.returning(scopes.c.id))).scalar_one()
    return scope_id


async def name_scopes(tx: Connection, account: Account) -> None:
    """Keep the provider's present name of an account, in every scope with its charges."""
    mine = (scopes.c.provider == account.provider, scopes.c.account_id == account.id)
    await tx.execute(update(scopes).where(*mine).values(account_name=account.name))


async def holder(tx: Connection, key: Key) -> tuple[int, int | None, str | None] | None:
    """Of an account: its scope's id, and the id and slug of the project that holds it."""
    statement = (
        select(scopes.c.id, scopes.c.project_id, projects.c.slug)
        .outerjoin(projects, projects.c.id == scopes.c.project_id)
        .where(
            scopes.c.provider == key[0],
            scopes.c.account_id == key[1],
            scopes.c.rule_id.is_(None),
        )
    )
    row = (await tx.execute(statement)).one_or_none()
    return None if row is None else (row[0], row[1], row[2])


async def assign(tx: Connection, scope_id: int, project_id: int | None) -> None:
    """Give a scope to a project, or to none."""
    await tx.execute(update(scopes).where(scopes.c.id == scope_id).values(project_id=project_id))


async def remove(tx: Connection, project_id: int) -> None:
    """Delete a project that holds nothing any more."""
    await tx.execute(projects.delete().where(projects.c.id == project_id))
