"""The SQL of members, tokens and the audit."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Row, any_, func, literal, select, update
from sqlalchemy.dialects.postgresql import insert

from core.access.model import Deed, Member, Role, Token
from core.access.tables import audit, members, tokens
from core.database import Connection

NO_ROLE = "none"


def _seen(projects: list[str] | None) -> frozenset[str] | None:
    return None if projects is None else frozenset(projects)


def _listed(projects: frozenset[str] | None) -> list[str] | None:
    return None if projects is None else sorted(projects)


def _member(row: Row[*tuple[object, ...]]) -> Member:
    values = row._asdict()
    role = None if values["role"] == NO_ROLE else Role(values["role"])
    return Member(values["workspace"], values["user_id"], role, _seen(values["projects"]))


_MEMBER = (members.c.workspace, members.c.user_id, members.c.role, members.c.projects)


async def member(tx: Connection, workspace: str, user_id: str) -> Member | None:
    """The member's entry, if somebody made one."""
    statement = select(*_MEMBER).where(
        members.c.workspace == workspace, members.c.user_id == user_id
    )
    row = (await tx.execute(statement)).one_or_none()
    return None if row is None else _member(row)


async def all_members(tx: Connection) -> tuple[Member, ...]:
    """Everybody who has an entry."""
    rows = await tx.execute(select(*_MEMBER).order_by(members.c.workspace, members.c.user_id))
    return tuple(_member(row) for row in rows)


async def put_member(tx: Connection, entry: Member) -> None:
    """Make or replace a member's entry."""
    values = {
        "role": entry.role or NO_ROLE,
        "projects": _listed(entry.projects),
        "changed_at": func.now(),
    }
    statement = insert(members).values(workspace=entry.workspace, user_id=entry.user_id, **values)
    await tx.execute(
        statement.on_conflict_do_update(
            index_elements=[members.c.workspace, members.c.user_id], set_=values
        )
    )


async def follow(tx: Connection, slug: str, present: str) -> None:
    """Let those who may see a project see it under the slug that it has now."""
    kept = func.array_remove(func.array_remove(members.c.projects, slug), present)
    await tx.execute(
        update(members)
        .where(literal(slug) == any_(members.c.projects))
        .values(projects=func.array_append(kept, present))
    )


async def add_token(tx: Connection, token: Token) -> None:
    """Keep that a token was issued."""
    await tx.execute(
        insert(tokens).values(
            jti=token.jti,
            subject=token.subject,
            role=token.role,
            projects=_listed(token.projects),
            issued_at=token.issued_at,
            expires_at=token.expires_at,
        )
    )


async def all_tokens(tx: Connection) -> tuple[Token, ...]:
    """Every token issued, the newest first."""
    rows = await tx.execute(select(tokens).order_by(tokens.c.issued_at.desc(), tokens.c.jti))
    return tuple(
        Token(
            jti=row.jti,
            subject=row.subject,
            role=Role(row.role),
            projects=_seen(row.projects),
            issued_at=row.issued_at,
            expires_at=row.expires_at,
            revoked_at=row.revoked_at,
        )
        for row in rows
    )


async def revoke(tx: Connection, jti: str, at: datetime) -> bool:
    """Revoke a token, keeping the first instant if it is already; False if there is none."""
    statement = (
        update(tokens)
        .where(tokens.c.jti == jti)
        .values(revoked_at=func.coalesce(tokens.c.revoked_at, at))
    )
    return bool((await tx.execute(statement)).rowcount)


async def revoked(tx: Connection, jti: str) -> bool:
    """Whether a token has been revoked."""
    statement = select(tokens.c.jti).where(tokens.c.jti == jti, tokens.c.revoked_at.is_not(None))
    return (await tx.execute(statement)).one_or_none() is not None


async def record(
    tx: Connection, actor: str, action: str, subject: str, detail: Mapping[str, object]
) -> None:
    """Write down a deed."""
    await record_each(tx, actor, action, {subject: detail})


async def record_each(
    tx: Connection, actor: str, action: str, deeds: Mapping[str, Mapping[str, object]]
) -> None:
    """Write down deeds of a kind, by their subjects."""
    values = [
        {"actor": actor, "action": action, "subject": subject, "detail": dict(detail)}
        for subject, detail in deeds.items()
    ]
    if values:
        await tx.execute(insert(audit), values)


async def deeds(tx: Connection, limit: int) -> tuple[Deed, ...]:
    """The latest deeds, the newest first."""
    statement = (
        select(audit.c.at, audit.c.actor, audit.c.action, audit.c.subject, audit.c.detail)
        .order_by(audit.c.id.desc())
        .limit(limit)
    )
    return tuple(Deed(**row._asdict()) for row in await tx.execute(statement))
