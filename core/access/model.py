"""Who asks, and what that lets them see and do."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from core.errors import ForbiddenError, InvalidError, NotFoundError


class Role(StrEnum):
    """What a person or token may do; each holds what those before it hold."""

    VIEWER = "viewer"
    FINANCE = "finance"
    ADMIN = "admin"


class RoleNeededError(ForbiddenError):
    """That needs another role."""


class NotAMemberError(ForbiddenError):
    """You have no access to costs here; ask an administrator for it."""


class UnknownTokenError(NotFoundError):
    """No such token has been issued."""


class UnknownRoleError(InvalidError):
    """A role is viewer, finance, admin or none."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """Somebody who asks: a Slack person, a token's bearer, or the command line.

    `projects` are the slugs that they may see; None is all of them, and what is unassigned.
    `guest`: of Slack's, whom an entry of their own lets in, and nothing else.
    """

    subject: str
    role: Role = Role.VIEWER
    projects: frozenset[str] | None = None
    workspace: str = ""
    guest: bool = False

    def may_see(self, slug: str | None) -> bool:
        """Whether the project (None: unassigned spend) may be seen."""
        return self.projects is None or (slug is not None and slug in self.projects)

    def may_see_whole(self, projects: Collection[str]) -> bool:
        """Whether all may be seen of what is confined to some projects; to none: of everything."""
        return self.projects is None or (bool(projects) and all(map(self.may_see, projects)))

    def may_set(self, projects: Collection[str], owned: Collection[str]) -> bool:
        """Whether what is confined to some projects is theirs to set, who own some.

        Their owner's, finance's and administrators'.
        """
        owns = bool(projects) and all(slug in owned for slug in projects)
        return self.may_see_whole(projects) and (owns or self.may(Role.FINANCE))

    def may(self, role: Role) -> bool:
        """Whether the viewer's role holds another."""
        order = list(Role)
        return order.index(self.role) >= order.index(role)

    def require(self, role: Role) -> None:
        """Refuse those whose role doesn't hold the one needed.

        Raises:
            RoleNeededError: naming the role that does.
        """
        if not self.may(role):
            raise RoleNeededError(
                f"That needs the role {role}; yours is {self.role}.",
                fix="An administrator can change it.",
            )


@dataclass(frozen=True, slots=True)
class Maker:
    """Whoever made what goes on without them, with their rights.

    `workspace` '': not a person of Slack's, but a token's bearer or the command line; `role` and
    `projects` are what they had then, and count where the subject's tokens weren't issued here.
    `guest`: they were one then, and count as one.
    """

    subject: str
    workspace: str = ""
    role: Role = Role.VIEWER
    projects: frozenset[str] | None = None
    guest: bool = False

    @classmethod
    def of(cls, viewer: Viewer) -> "Maker":
        """Somebody who makes such a thing."""
        return cls(
            viewer.subject, viewer.workspace, viewer.role, viewer.projects, guest=viewer.guest
        )


OPERATOR = Viewer(subject="operator", role=Role.ADMIN)
"""Whoever has the shell of the machine."""


@dataclass(frozen=True, slots=True)
class Member:
    """A person of a workspace and their role; None: shut out. `projects` as a viewer's."""

    workspace: str
    user_id: str
    role: Role | None
    projects: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Token:
    """What is kept of a token that was issued: everything but the token itself."""

    jti: str
    subject: str
    role: Role
    projects: frozenset[str] | None
    issued_at: datetime
    expires_at: datetime
    revoked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Deed:
    """Who did what to what, for the audit."""

    at: datetime
    actor: str
    action: str
    subject: str
    detail: dict[str, object]
