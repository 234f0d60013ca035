"""Projects: made by the first sync, then named, owned, merged and linked by people."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches

from core import data_version
from core.access.model import Role, Viewer
from core.access.service import follow, record
from core.clock import Clock
from core.database import Connection, Database
from core.projects import rule_store, store
from core.projects.model import (
    PROVIDERS,
    Account,
    AccountTakenError,
    NewProject,
    Project,
    ProjectChange,
    SelfMergeError,
    SlugTakenError,
    UnknownAccountError,
    UnknownProjectError,
    UnknownProviderError,
    check_slug,
    free_slug,
)
from core.projects.rules import PlacedRule


class ProjectService:
    """The verbs of projects. `reserved` are words that can't be slugs."""

    def __init__(
        self, database: Database, clock: Clock, *, reserved: frozenset[str] = frozenset()
    ) -> None:
        self._database = database
        self._clock = clock
        self._reserved = reserved

    async def adopt(self, accounts: Iterable[Account]) -> Mapping[store.Key, int]:
        """Give the scope id of each account, making scope and project of those never seen.

        An account's project is named as the provider names it. Charges of a whole billing
        account (id '') get a scope without a project: they are unassigned until somebody
        links them. Runs in a transaction of its own; doing it again changes nothing.
        """
        wanted = {(account.provider, account.id): account for account in accounts}
        async with self._database.begin() as tx:
            known = await store.find_scopes(tx, wanted)
            if _all_as_named(wanted, known):
                return {key: scope_id for key, (scope_id, _) in known.items()}
            await store.lock(tx)
            known = await store.find_scopes(tx, wanted)
            found = {key: scope_id for key, (scope_id, _) in known.items()}
            taken = await store.slugs(tx)
            for key, account in wanted.items():
                if key not in known:
                    found[key] = await self._take_in(tx, account, taken)
                elif account.name and account.name != known[key][1]:
                    await store.name_scopes(tx, account)
            await data_version.bump(tx)
            return found

    async def _take_in(self, tx: Connection, account: Account, taken: set[str]) -> int:
        if not account.id:
            return await store.add_scope(tx, account, None)
        name = account.name or account.id
        slug = free_slug(name, taken, self._reserved)
        taken.add(slug)
        project_id = await store.create(tx, NewProject(slug, name))
        return await store.add_scope(tx, account, project_id)

    async def list(self, viewer: Viewer, *, archived: bool = False) -> tuple[Project, ...]:
        """The projects that the viewer may see, by slug."""
        async with self._database.read() as tx:
            found = await store.read(tx, archived=archived)
        return tuple(project for project in found if viewer.may_see(project.slug))

    async def owned(self, viewer: Viewer) -> tuple[str, ...]:
        """The slugs of the viewer's own projects."""
        async with self._database.read() as tx:
            return tuple(filter(viewer.may_see, await store.owned(tx, viewer.subject)))

    async def get(self, slug: str, viewer: Viewer) -> Project:
        """One project, by its slug or a former one; archived ones too.

        Raises:
            UnknownProjectError: there is none that the viewer may see; with the nearest.
        """
        async with self._database.read() as tx:
            found = await store.read(tx, archived=True, slug=slug)
            visible = [project for project in found if viewer.may_see(project.slug)]
            if not visible:
                raise _unknown(slug, await store.read(tx, archived=False), viewer)
        return visible[0]

    async def rules(self, viewer: Viewer) -> tuple[PlacedRule, ...]:
        """The label rules of the projects that the viewer may see; the first match wins."""
        async with self._database.read() as tx:
            placed = (await rule_store.read(tx)).placed()
        return tuple(each for each in placed if viewer.may_see(each.rule.slug))

    async def create(self, new: NewProject, *, by: Viewer) -> Project:
        """Make a project.

        Raises:
            BadSlugError, SlugTakenError: the slug can't be had.
        """
        by.require(Role.ADMIN)
        check_slug(new.slug, self._reserved)
        async with self._database.begin() as tx:
            await store.lock(tx)
            await _refuse_taken(tx, new.slug)
            await store.create(tx, new)
            await _done(tx, by, "project.create", new.slug)
        return await self.get(new.slug, by)

    async def change(self, slug: str, change: ProjectChange, *, by: Viewer) -> Project:
        """Change its name, owner, team, cost centre or channel."""
        by.require(Role.ADMIN)
        project = await self.get(slug, by)
        if values := change.values():
            async with self._database.begin() as tx:
                await store.change(tx, await _id(tx, project.slug), values)
                await _done(tx, by, "project.change", project.slug, **values)
        return await self.get(project.slug, by)

    async def rename(self, slug: str, new_slug: str, *, by: Viewer) -> Project:
        """Give a project another slug; the present one goes on finding it."""
        by.require(Role.ADMIN)
        check_slug(new_slug, self._reserved)
        project = await self.get(slug, by)
        async with self._database.begin() as tx:
            await store.lock(tx)
            project_id = await _id(tx, project.slug)
            if new_slug in project.aliases:
                await store.drop_alias(tx, new_slug)
            else:
                await _refuse_taken(tx, new_slug)
            await store.change(tx, project_id, {"slug": new_slug})
            await store.add_alias(tx, project.slug, project_id)
            await follow(tx, project.slug, new_slug)
            await _done(tx, by, "project.rename", project.slug, to=new_slug)
        return await self.get(new_slug, by)

    async def merge(self, slug: str, into: str, *, by: Viewer) -> Project:
        """Hand all that a project holds to another, and let its slugs find that one."""
        by.require(Role.ADMIN)
        source, target = await self.get(slug, by), await self.get(into, by)
        if source.slug == target.slug:
            raise SelfMergeError(f"{slug!r} and {into!r} are the same project.")
        async with self._database.begin() as tx:
            await store.lock(tx)
            source_id, target_id = await _id(tx, source.slug), await _id(tx, target.slug)
            await store.move_all(tx, source_id, target_id)
            await store.remove(tx, source_id)
            await store.add_alias(tx, source.slug, target_id)
            await follow(tx, source.slug, target.slug)
            await _done(tx, by, "project.merge", source.slug, into=target.slug)
        return await self.get(target.slug, by)

    async def archive(self, slug: str, *, by: Viewer, archived: bool = True) -> Project:
        """Take a project out of the lists, or bring it back; its costs stay."""
        by.require(Role.ADMIN)
        project = await self.get(slug, by)
        async with self._database.begin() as tx:
            at = self._clock() if archived else None
            await store.archive(tx, await _id(tx, project.slug), at)
            await _done(tx, by, "project.archive", project.slug, archived=archived)
        return await self.get(project.slug, by)

    async def link(
        self, slug: str, provider: str, account_id: str, *, by: Viewer, move: bool = False
    ) -> Project:
        """Let a project hold an account, all its past spend included.

        An account not seen yet is taken in, so that its first spend already finds its project.

        Args:
            slug: the project.
            provider: gcp, aws or azure.
            account_id: the provider's own id.
            by: who does it; an administrator.
            move: take it from the project that holds it.

        Raises:
            AccountTakenError: another project holds it, and `move` isn't set.
        """
        by.require(Role.ADMIN)
        _check_provider(provider)
        project = await self.get(slug, by)
        async with self._database.begin() as tx:
            await store.lock(tx)
            project_id = await _id(tx, project.slug)
            held = await store.holder(tx, (provider, account_id))
            if held is None:
                await store.add_scope(tx, Account(provider, account_id), project_id)
            else:
                scope_id, holder_id, holder = held
                if holder_id not in (None, project_id) and not move:
                    raise AccountTakenError(
                        f"The account {account_id!r} belongs to the project {holder!r}.",
                        fix="Unlink it there first, or move it.",
                    )
                await store.assign(tx, scope_id, project_id)
            await _done(tx, by, "project.link", project.slug, provider=provider, id=account_id)
        return await self.get(project.slug, by)

    async def unlink(self, slug: str, provider: str, account_id: str, *, by: Viewer) -> Project:
        """Take an account from a project; its spend, past too, is unassigned then."""
        by.require(Role.ADMIN)
        _check_provider(provider)
        project = await self.get(slug, by)
        async with self._database.begin() as tx:
            await store.lock(tx)
            held = await store.holder(tx, (provider, account_id))
            if held is None or held[2] != project.slug:
                raise UnknownAccountError(
                    f"The project {project.slug!r} holds no {provider} account {account_id!r}.",
                    suggestions=[account.id for account in project.accounts],
                )
            await store.assign(tx, held[0], None)
            await _done(tx, by, "project.unlink", project.slug, provider=provider, id=account_id)
        return await self.get(project.slug, by)


def _all_as_named(
    wanted: Mapping[store.Key, Account], known: Mapping[store.Key, tuple[int, str]]
) -> bool:
    return all(
        key in known and (not account.name or account.name == known[key][1])
        for key, account in wanted.items()
    )


def _check_provider(provider: str) -> None:
    if provider not in PROVIDERS:
        raise UnknownProviderError(
            f"{provider!r} is no provider.",
            fix=f"Use one of {', '.join(PROVIDERS)}.",
            suggestions=PROVIDERS,
        )


def _unknown(slug: str, projects: Iterable[Project], viewer: Viewer) -> UnknownProjectError:
    names = [project.slug for project in projects if viewer.may_see(project.slug)]
    return UnknownProjectError(
        f"There is no project {slug!r}.", suggestions=get_close_matches(slug, names, n=3)
    )


async def _id(tx: Connection, slug: str) -> int:
    project_id = await store.id_of(tx, slug)
    if project_id is None:
        raise UnknownProjectError(f"There is no project {slug!r} any more.")
    return project_id


async def _refuse_taken(tx: Connection, slug: str) -> None:
    if await store.id_of(tx, slug) is not None:
        raise SlugTakenError(
            f"A project {slug!r} exists, or existed under that name.",
            fix="Choose another, or merge the two.",
        )


async def _done(tx: Connection, by: Viewer, action: str, slug: str, **detail: object) -> None:
    await record(tx, by, action, slug, **detail)
    await data_version.bump(tx)
