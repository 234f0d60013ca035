"""`projects`: list and change them."""

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Annotated

import typer

from bot.cli import console
from bot.render import json, words
from bot.services import Services
from core.access.model import OPERATOR
from core.costs.assigning.service import RulesChanged
from core.errors import InvalidError
from core.projects.model import PROVIDERS, UNCHANGED, NewProject, Project, ProjectChange
from core.projects.rules import LabelMatch, check_match

app = typer.Typer(help="List and change projects.", invoke_without_command=True)

Slug = Annotated[str, typer.Argument(help="The project's slug, or a former one.")]
Field = Annotated[str | None, typer.Option()]


@app.callback()
def listing(
    context: typer.Context,
    *,
    archived: Annotated[bool, typer.Option(help="Archived ones too.")] = False,
    as_json: console.AsJson = False,
) -> None:
    """List the projects, when nothing else is said."""
    if context.invoked_subcommand is not None:
        return

    async def work(services: Services) -> None:
        found = await services.projects.list(OPERATOR, archived=archived)
        console.print_list(
            found,
            as_json=as_json,
            json=json.project,
            columns=("Project", "Name", "Owner", "Team", "Defined by"),
            row=_row,
            empty="No projects yet: the first sync makes one of every account that it meets.",
        )

    console.with_services(work)


def _row(project: Project) -> tuple[str, ...]:
    owner, team = project.owner or "-", project.team or "-"
    return (project.slug, project.name, owner, team, _defined_by(project))


def _do(verb: Callable[[Services], Awaitable[Project]]) -> None:
    """Do one thing to a project and print what it is now."""
    project = console.with_services(verb)
    defined = _defined_by(project) or "nothing yet"
    console.out.print(f"{project.slug}: {project.name}; defined by: {defined}", markup=False)


def _defined_by(project: Project) -> str:
    """Its labels, which go before accounts, and its accounts."""
    labels = (str(placed.rule.match) for placed in project.rules)
    accounts = (f"{account.provider}:{account.id}" for account in project.accounts)
    return ", ".join((*labels, *accounts))


@app.command()
def create(
    slug: str,
    *,
    name: str = "",
    owner: Field = None,
    team: Field = None,
    cost_center: Field = None,
    channel: Field = None,
) -> None:
    """Make a project before its first spend."""
    new = NewProject(slug, name, owner, team, cost_center, channel)
    _do(lambda services: services.projects.create(new, by=OPERATOR))


@app.command(name="set")
def change(
    slug: Slug,
    *,
    name: Field = None,
    owner: Field = None,
    team: Field = None,
    cost_center: Field = None,
    channel: Field = None,
) -> None:
    """Change its name, owner, team, cost centre or channel; an empty value clears."""

    def said(value: str | None) -> str | None:
        return value or None

    changes = ProjectChange(
        name=name or UNCHANGED,
        owner=UNCHANGED if owner is None else said(owner),
        team=UNCHANGED if team is None else said(team),
        cost_center=UNCHANGED if cost_center is None else said(cost_center),
        channel=UNCHANGED if channel is None else said(channel),
    )
    _do(lambda services: services.projects.change(slug, changes, by=OPERATOR))


@app.command()
def rename(slug: Slug, new_slug: str) -> None:
    """Give it another slug; the present one goes on finding it."""
    _do(lambda services: services.projects.rename(slug, new_slug, by=OPERATOR))


@app.command()
def merge(slug: Slug, into: str) -> None:
    """Hand all that it holds to another project."""
    _do(lambda services: services.projects.merge(slug, into, by=OPERATOR))


@app.command()
def archive(
    slug: Slug, *, back: Annotated[bool, typer.Option(help="Bring it back.")] = False
) -> None:
    """Take it out of the lists; its costs stay."""
    _do(lambda services: services.projects.archive(slug, archived=not back, by=OPERATOR))


Provider = Annotated[str | None, typer.Argument(help="gcp, aws or azure.")]
AccountId = Annotated[str | None, typer.Argument(help="The provider's own id of the account.")]
Label = Annotated[
    list[str] | None,
    typer.Option(help="Charges with this label, as team=payments; repeatable."),
]
OfProvider = Annotated[str | None, typer.Option("--provider", help="Only this provider's.")]
OfAccount = Annotated[str | None, typer.Option("--account", help="Only this account's.")]
History = Annotated[
    bool, typer.Option("--history", help="In closed months too; restatements are recorded.")
]


class LinkError(InvalidError):
    """An account or a label is linked."""


@app.command()
def link(
    slug: Slug,
    provider: Provider = None,
    account: AccountId = None,
    *,
    label: Label = None,
    of_provider: OfProvider = None,
    of_account: OfAccount = None,
    history: History = False,
    move: Annotated[bool, typer.Option(help="Take it from the project that holds it.")] = False,
) -> None:
    """Let it hold a provider's account, all past spend included; or the charges with a label.

    A label holds from the first month that isn't closed, and goes before whole accounts.
    """
    if label is None:
        held = _account(provider, account, of_provider, of_account, history=history)
        _do(lambda services: services.projects.link(slug, *held, move=move, by=OPERATOR))
        return
    matches = _matches(label, provider or of_provider, account or of_account)

    async def work(services: Services) -> None:
        for match in matches:
            done = await services.rules.link(
                slug, match, history=history, move=move, by=OPERATOR, told=_told
            )
            _say(f"{match} is {slug}'s", done)

    console.with_services(work)


@app.command()
def unlink(
    slug: Slug,
    provider: Provider = None,
    account: AccountId = None,
    *,
    label: Label = None,
    of_provider: OfProvider = None,
    of_account: OfAccount = None,
    history: History = False,
) -> None:
    """Take an account from it; or a label, whose charges then go by what follows."""
    if label is None:
        held = _account(provider, account, of_provider, of_account, history=history)
        _do(lambda services: services.projects.unlink(slug, *held, by=OPERATOR))
        return
    matches = _matches(label, provider or of_provider, account or of_account)

    async def work(services: Services) -> None:
        for match in matches:
            done = await services.rules.unlink(
                slug, match, history=history, by=OPERATOR, told=_told
            )
            _say(f"{match} is no longer {slug}'s", done)

    console.with_services(work)


@app.command()
def rules(*, as_json: console.AsJson = False) -> None:
    """List the labels that define projects, in order: the first that matches a charge wins."""
    found = console.with_services(lambda services: services.projects.rules(OPERATOR))
    console.print_list(
        found,
        as_json=as_json,
        json=json.rule,
        columns=("Place", "Label", "Project", "Since", "Rule"),
        row=lambda placed: (
            str(placed.place),
            str(placed.rule.match),
            placed.rule.slug,
            "ever" if placed.since is None else f"{placed.since:%Y-%m}",
            str(placed.rule.id),
        ),
        empty="No labels define projects: accounts do."
        " Link one with `cost-tracker projects link PROJECT --label team=payments`.",
    )


@app.command()
def order(
    rule: Annotated[int, typer.Argument(help="The rule, as `projects rules` numbers it.")],
    place: Annotated[int, typer.Argument(min=1, help="Its new place; 1 is first.")],
    *,
    history: History = False,
) -> None:
    """Put a rule at another place: the first that matches a charge wins."""

    async def work(services: Services) -> None:
        done = await services.rules.place(rule, place, history=history, by=OPERATOR, told=_told)
        _say("Order now: " + ", ".join(str(each.rule.match) for each in done.rules), done)

    console.with_services(work)


def _account(
    provider: str | None,
    account: str | None,
    of_provider: str | None,
    of_account: str | None,
    *,
    history: bool,
) -> tuple[str, str]:
    provider, account = provider or of_provider, account or of_account
    if provider is None or account is None:
        raise LinkError(
            "Neither an account nor a label is given.",
            fix="Write a provider and an account, as gcp acme-shop, or --label team=payments.",
        )
    if history:
        raise LinkError("An account takes all its past along: --history is for labels.")
    return provider, account


def _matches(labels: list[str], provider: str | None, account: str | None) -> list[LabelMatch]:
    found = []
    for said in labels:
        key, _, value = said.partition("=")
        found.append(check_match(LabelMatch(key, value, provider, account), PROVIDERS))
    return found


def _told(month: date, moved: int, left: int) -> None:
    console.err.print(
        f"  {month:%Y-%m}: {words.plural(moved, 'charge')} moved"
        + (f", {words.plural(left, 'month')} to go" if left else ""),
        markup=False,
    )


def _say(what: str, done: RulesChanged) -> None:
    since = "always" if done.since is None else f"from {words.month(done.since)} on"
    moved = words.plural(done.moved, "charge")
    console.out.print(f"{what}, {since}; {moved} moved.", markup=False, soft_wrap=True)
