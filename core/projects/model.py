"""Projects, and the scopes of spend that they hold."""

import re
import unicodedata
from collections.abc import Container
from dataclasses import dataclass, field, fields
from enum import Enum
from itertools import chain, count
from typing import Final

from core.errors import ConflictError, InvalidError, NotFoundError
from core.projects.rules import PlacedRule

PROVIDERS: Final = ("gcp", "aws", "azure")
SLUG: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")


class UnknownProjectError(NotFoundError):
    """There is no such project."""


class UnknownAccountError(NotFoundError):
    """No spend of such an account has been seen."""


class SlugTakenError(ConflictError):
    """A project of that name exists already."""


class AccountTakenError(ConflictError):
    """That account belongs to another project."""


class BadSlugError(InvalidError):
    """A project's slug is 1 to 63 lower-case letters, digits and hyphens."""


class UnknownProviderError(InvalidError):
    """A provider is gcp, aws or azure."""


class SelfMergeError(ConflictError):
    """A project can't be merged into itself."""


@dataclass(frozen=True, slots=True)
class Account:
    """A provider's sub-account: a GCP project, an AWS account, an Azure subscription."""

    provider: str
    id: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Project:
    """Ours: a name, who answers for it, and the accounts and labels that define it.

    `owner` is a Slack user id or an e-mail address, `channel` a Slack channel id.
    `aliases` are slugs it used to have (renamed or merged), which still find it.
    """

    slug: str
    name: str
    owner: str | None = None
    team: str | None = None
    cost_center: str | None = None
    channel: str | None = None
    archived: bool = False
    accounts: tuple[Account, ...] = ()
    aliases: tuple[str, ...] = field(default=())
    rules: tuple[PlacedRule, ...] = ()


@dataclass(frozen=True, slots=True)
class NewProject:
    """What is needed to make a project; `name` empty: the slug."""

    slug: str
    name: str = ""
    owner: str | None = None
    team: str | None = None
    cost_center: str | None = None
    channel: str | None = None


class Unchanged(Enum):
    """Stands for 'leave it as it is', where None means 'none'."""

    UNCHANGED = "unchanged"


UNCHANGED: Final = Unchanged.UNCHANGED


@dataclass(frozen=True, slots=True)
class ProjectChange:
    """What to change of a project; None clears."""

    name: str | Unchanged = UNCHANGED
    owner: str | Unchanged | None = UNCHANGED
    team: str | Unchanged | None = UNCHANGED
    cost_center: str | Unchanged | None = UNCHANGED
    channel: str | Unchanged | None = UNCHANGED

    def values(self) -> dict[str, str | None]:
        """Only what changes, by field."""
        return {
            field.name: value
            for field in fields(self)
            if not isinstance(value := getattr(self, field.name), Unchanged)
        }


def check_slug(slug: str, reserved: frozenset[str] = frozenset()) -> str:
    """Give back a slug that is one.

    Raises:
        BadSlugError: it has other characters, or is a word of the question language.
    """
    if SLUG.fullmatch(slug) is None:
        nearest = slug_of(slug)
        raise BadSlugError(
            f"{slug!r} can't be a project's slug: those have 1 to 63 lower-case letters, digits "
            "and hyphens, and begin and end with a letter or digit.",
            fix=f"Try {nearest!r}.",
            suggestions=(nearest,),
        )
    if slug in reserved:
        raise BadSlugError(
            f"{slug!r} has a meaning of its own in questions, so it can't be a project's slug.",
            fix=f"Try {slug + '-project'!r}.",
            suggestions=(f"{slug}-project",),
        )
    return slug


def slug_of(name: str) -> str:
    """The slug nearest to a name: 'Acme Checkout (prod)' gives `acme-checkout-prod`."""
    folded = unicodedata.normalize("NFKD", name.lower()).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", folded).strip("-")[:63].rstrip("-") or "project"


def free_slug(name: str, taken: Container[str], reserved: frozenset[str] = frozenset()) -> str:
    """A slug for a new project that is neither taken nor reserved: `web`, else `web-2`."""
    base = slug_of(name)
    candidates = chain((base,), (f"{base[:58]}-{n}" for n in count(2)))
    return next(slug for slug in candidates if slug not in taken and slug not in reserved)
