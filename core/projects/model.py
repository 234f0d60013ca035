"""Projects, and the scopes of spend that they hold."""

import re
from dataclasses import dataclass, field
from typing import Final

from core.errors import ConflictError, InvalidError, NotFoundError

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
    """A project's name is 1 to 63 lower-case letters, digits and hyphens."""


@dataclass(frozen=True, slots=True)
class Account:
    """A provider's sub-account: a GCP project, an AWS account, an Azure subscription."""

    provider: str
    id: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Project:
    """Ours: a name, who answers for it, and the accounts it holds.

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
