"""`projects`: list and change them."""

from collections.abc import Awaitable, Callable
from typing import Annotated

import typer

from bot.cli import console
from bot.render import json
from bot.services import Services
from core.access.model import OPERATOR
from core.projects.model import UNCHANGED, NewProject, Project, ProjectChange

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
        if as_json:
            console.print_json([json.project(project) for project in found])
            return
        console.print_table(
            ("Project", "Name", "Owner", "Team", "Accounts"),
            [
                (
                    project.slug,
                    project.name,
                    project.owner or "-",
                    project.team or "-",
                    ", ".join(f"{account.provider}:{account.id}" for account in project.accounts),
                )
                for project in found
            ],
            empty="No projects yet: the first sync makes one of every account that it meets.",
        )

    console.with_services(work)


def _do(verb: Callable[[Services], Awaitable[Project]]) -> None:
    """Do one thing to a project and print what it is now."""
    project = console.with_services(verb)
    held = ", ".join(f"{account.provider}:{account.id}" for account in project.accounts)
    console.out.print(f"{project.slug}: {project.name}; accounts: {held or 'none'}", markup=False)


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


@app.command()
def link(
    slug: Slug,
    provider: str,
    account: str,
    *,
    move: Annotated[bool, typer.Option(help="Take it from the project that holds it.")] = False,
) -> None:
    """Let it hold a provider's account, all past spend included."""
    _do(lambda services: services.projects.link(slug, provider, account, move=move, by=OPERATOR))


@app.command()
def unlink(slug: Slug, provider: str, account: str) -> None:
    """Take an account from it."""
    _do(lambda services: services.projects.unlink(slug, provider, account, by=OPERATOR))
