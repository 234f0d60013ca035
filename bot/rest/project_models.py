"""The bodies of projects."""

from datetime import date
from typing import Annotated

from pydantic import ConfigDict, Field, RootModel

from bot.rest.models import Closed, Flag, Paged, Parameters, Provider, Slug, Text, example


class Account(Closed):
    """A provider's sub-account."""

    provider: Provider
    id: str = Field(min_length=1, max_length=200)
    name: str = ""


class Rule(Closed):
    """A label that defines a project: the first that matches a charge, by place, wins.

    `provider` and `account` null: of any. `since`: the first day it holds; null: ever.
    """

    id: int
    place: int
    key: str
    value: str
    provider: str | None
    account: str | None
    project: str
    since: date | None


class Project(Closed):
    """A project, and the labels and accounts that define it; labels go before accounts.

    `aliases` are slugs that it used to have.
    """

    slug: str
    name: str
    owner: str | None
    team: str | None
    cost_center: str | None
    channel: str | None
    archived: bool
    accounts: list[Account]
    labels: list[Rule]
    aliases: list[str]


class ProjectList(Closed):
    """Projects, a page of them."""

    items: list[Project]
    next: str | None


class Labels(Closed):
    """The labels that define a project; never so many that there is a second page."""

    items: list[Rule]
    next: str | None


class Accounts(Closed):
    """The accounts of a project; never so many that there is a second page."""

    items: list[Account]
    next: str | None


class NewProject(Closed):
    """What is needed to make a project."""

    model_config = example(
        slug="checkout", name="Checkout", owner="ada@example.com", team="payments"
    )

    slug: Slug
    name: str = Field(default="", max_length=200)
    owner: Text | None = None
    team: Text | None = None
    cost_center: Text | None = None
    channel: Text | None = None


class ProjectChange(Closed):
    """What to change of a project; null clears; `slug` renames."""

    model_config = example(owner="ada@example.com", channel="C0123ABCD")

    slug: Slug | None = None
    name: Text | None = None
    owner: Text | None = None
    team: Text | None = None
    cost_center: Text | None = None
    channel: Text | None = None
    archived: bool | None = None


class Merge(Closed):
    """The project that gets everything."""

    model_config = example(into="checkout")

    into: Slug


class Label(Closed):
    """A label's key and value; the key is one that `sources.toml` lists."""

    key: Text = Field(examples=["team"])
    value: Text = Field(examples=["payments"])


class NewLabel(Closed):
    """A label to link: the charges with it, of a provider or one of its accounts, or of any.

    `history`: in closed months too, with restatements. `move` takes it from the project that it
    defines.
    """

    model_config = example(label={"key": "team", "value": "payments"})

    label: Label
    provider: Provider | None = None
    account: Annotated[str | None, Field(max_length=200)] = None
    history: bool = False
    move: bool = False


class NewAccount(Closed):
    """An account to link; `move` takes it from the project that holds it."""

    model_config = example(provider="gcp", id="acme-shop-prod")

    provider: Provider
    id: str = Field(min_length=1, max_length=200)
    move: bool = False


class NewLink(RootModel[NewAccount | NewLabel]):
    """An account, or a label."""

    model_config = ConfigDict(frozen=True)


class Place(Closed):
    """Where a rule shall stand: 1 is first, past the end is last. `history`: closed months too."""

    model_config = example(place=1)

    place: int = Field(ge=1, le=10_000)
    history: bool = False


class ListedProjects(Paged):
    """Which projects, and how many at once."""

    archived: Flag = Field(default=False, description="Archived ones too.")


class UnlinkParameters(Parameters):
    """Since when."""

    history: Flag = Field(default=False, description="In closed months too.")
