"""Who somebody is, what they may see and do, and who did what."""

import secrets
from collections.abc import Collection, Iterable, Mapping
from datetime import timedelta
from time import monotonic

from cachetools import LRUCache

from core import data_version
from core.access import store
from core.access.model import (
    Deed,
    Maker,
    Member,
    NotAMemberError,
    Role,
    Token,
    UnknownTokenError,
    Viewer,
)
from core.clock import Clock
from core.database import Connection, Database

_REVOCATION_SECONDS = 5
_UNKNOWN = (False, float("-inf"))


class AccessService:
    """The verbs of access.

    `admins` are Slack user ids that are administrators whatever their entry says;
    `default_role` is that of workspace members without an entry (None: they are shut out).
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        *,
        admins: Iterable[str] = (),
        default_role: Role | None = Role.VIEWER,
    ) -> None:
        self._database = database
        self._clock = clock
        self._admins = frozenset(admins)
        self._default_role = default_role
        # A token is looked up at every request; that it was revoked is known seconds later.
        # By hand, and until when: a cache that tells time by itself costs five times as much.
        self._revoked: LRUCache[str, tuple[bool, float]] = LRUCache(10_000)

    async def slack_viewer(self, workspace: str, user_id: str, *, guest: bool = False) -> Viewer:
        """A person of a Slack workspace.

        Raises:
            NotAMemberError: their role is none, or they are a guest without an entry.
        """
        async with self._database.read() as tx:
            entry = await store.member(tx, workspace, user_id)
        viewer = self._viewer(Maker(user_id, workspace, guest=guest), entry)
        if viewer is None:
            raise NotAMemberError
        return viewer

    async def present(
        self, connection: Connection, makers: Collection[Maker]
    ) -> Mapping[Maker, Viewer]:
        """Some who made things, with the rights that they have now; without those shut out."""
        entries = {
            (each.workspace, each.user_id): each for each in await store.all_members(connection)
        }
        issued: dict[str, list[Token]] = {}
        for token in await store.all_tokens(connection):
            issued.setdefault(token.subject, []).append(token)
        found = {
            maker: self._viewer(maker, entries.get((maker.workspace, maker.subject)))
            if maker.workspace
            else _of_tokens(maker, issued.get(maker.subject, ()))
            for maker in makers
        }
        return {maker: viewer for maker, viewer in found.items() if viewer is not None}

    def _viewer(self, person: Maker, entry: Member | None) -> Viewer | None:
        """A person with their entry, if any; None: shut out."""
        usual = None if person.guest else self._default_role
        role, projects = (entry.role, entry.projects) if entry else (usual, None)
        if person.subject in self._admins:
            role, projects = Role.ADMIN, None
        if role is None:
            return None
        return Viewer(person.subject, role, projects, person.workspace, guest=person.guest)

    async def members(self) -> tuple[Member, ...]:
        """Everybody with an entry of their own."""
        async with self._database.read() as tx:
            return await store.all_members(tx)

    async def set_member(self, entry: Member, *, by: Viewer) -> None:
        """Give a person a role, or none."""
        by.require(Role.ADMIN)
        async with self._database.begin() as tx:
            await store.put_member(tx, entry)
            detail = {"role": entry.role, "projects": sorted(entry.projects or ()) or None}
            await store.record(tx, by.subject, "member.set", entry.user_id, detail)
            await data_version.bump(tx)

    async def issue(
        self,
        *,
        subject: str,
        role: Role,
        ttl: timedelta,
        by: Viewer,
        projects: frozenset[str] | None = None,
    ) -> Token:
        """Keep that a token is issued, and give its claims; signing it is the surface's part."""
        by.require(Role.ADMIN)
        now = self._clock().replace(microsecond=0)
        token = Token(secrets.token_hex(12), subject, role, projects, now, now + ttl)
        async with self._database.begin() as tx:
            await store.add_token(tx, token)
            await store.record(tx, by.subject, "token.issue", token.jti, {"subject": subject})
        return token

    async def tokens(self) -> tuple[Token, ...]:
        """Every token issued, the newest first."""
        async with self._database.read() as tx:
            return await store.all_tokens(tx)

    async def revoke(self, jti: str, *, by: Viewer) -> None:
        """Make a token worthless, within seconds in every replica.

        Raises:
            UnknownTokenError: none of that id was issued.
        """
        by.require(Role.ADMIN)
        async with self._database.begin() as tx:
            if not await store.revoke(tx, jti, self._clock()):
                raise UnknownTokenError(f"No token with the id {jti!r} has been issued.")
            await store.record(tx, by.subject, "token.revoke", jti, {})
        self._revoked.pop(jti, None)

    async def is_revoked(self, jti: str) -> bool:
        """Whether a token has been revoked; may lag by some seconds."""
        revoked, until = self._revoked.get(jti, _UNKNOWN)
        if (now := monotonic()) >= until:
            async with self._database.read() as tx:
                revoked = await store.revoked(tx, jti)
            self._revoked[jti] = revoked, now + _REVOCATION_SECONDS
        return revoked

    async def deeds(self, *, limit: int = 100) -> tuple[Deed, ...]:
        """The latest deeds, the newest first."""
        async with self._database.read() as tx:
            return await store.deeds(tx, limit)


def _of_tokens(maker: Maker, issued: Collection[Token]) -> Viewer | None:
    """By the latest token that counts; where none were issued here, as they were."""
    if not issued:
        return Viewer(maker.subject, maker.role, maker.projects)
    latest = next((each for each in issued if each.revoked_at is None), None)
    return None if latest is None else Viewer(latest.subject, latest.role, latest.projects)


async def follow(tx: Connection, slug: str, present: str) -> None:
    """Let members see a project that is renamed or merged, within the transaction that does it."""
    await store.follow(tx, slug, present)


async def record(
    tx: Connection, actor: Viewer, action: str, subject: str, **detail: object
) -> None:
    """Write down a deed within the transaction that does it."""
    await store.record(tx, actor.subject, action, subject, detail)


async def record_each(
    tx: Connection, actor: Viewer, action: str, deeds: Mapping[str, Mapping[str, object]]
) -> None:
    """Write down many deeds of a kind, by their subjects, with their details."""
    await store.record_each(tx, actor.subject, action, deeds)
