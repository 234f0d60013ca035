"""`token` and `members`: who may ask."""

import re
from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Annotated

import typer

from bot.cli import console
from bot.services import Services
from core.access.model import OPERATOR, Member, Role, Token, UnknownRoleError
from core.errors import InvalidError

token = typer.Typer(help="Tokens of the REST API.", no_args_is_help=True)
members = typer.Typer(help="The people of the workspace.", invoke_without_command=True)

_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


class BadDurationError(InvalidError):
    """A duration is a number and m, h or d."""


def duration(words: str) -> timedelta:
    """Read `30m`, `12h` or `90d`.

    Raises:
        BadDurationError: it is none of these.
    """
    found = re.fullmatch(r"([1-9][0-9]{0,5})([mhd])", words)
    if found is None:
        raise BadDurationError(f"{words!r} is no duration.", fix="Write 30m, 12h or 90d.")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


@token.command()
def issue(
    *,
    sub: Annotated[str, typer.Option(help="Who will use it.")],
    role: Annotated[Role, typer.Option(help="What it may do.")] = Role.VIEWER,
    project: Annotated[
        list[str] | None, typer.Option(help="Show it this project only; repeatable.")
    ] = None,
    ttl: Annotated[str, typer.Option(help="How long it holds: 30m, 12h, 90d.")] = "90d",
    as_json: console.AsJson = False,
) -> None:
    """Issue a token and print it; it can't be shown again."""
    from bot.rest.tokens import Keys  # noqa: PLC0415  # on use: 0.2 s

    async def work(services: Services) -> None:
        issued = await services.access.issue(
            subject=sub,
            role=role,
            ttl=duration(ttl),
            by=OPERATOR,
            projects=await _slugs(services, project),
        )
        signed = Keys(services.settings).sign(issued)
        if as_json:
            console.print_json({"token": signed, "jti": issued.jti, "expires": issued.expires_at})
        else:
            typer.echo(signed)

    console.with_services(work)


async def _slugs(services: Services, named: list[str] | None) -> frozenset[str] | None:
    """The present slugs of projects, each of which there is; None: all."""
    if not named:
        return None
    return frozenset([(await services.projects.get(slug, OPERATOR)).slug for slug in named])


@token.command(context_settings=console.DASHED_VALUES)
def revoke(jti: str) -> None:
    """Make a token worthless, within seconds everywhere."""
    console.with_services(lambda services: services.access.revoke(jti, by=OPERATOR))
    console.out.print(f"Revoked {jti}.", markup=False)


@token.command(name="list")
def list_tokens(*, as_json: console.AsJson = False) -> None:
    """List the tokens that were issued."""
    found = console.with_services(lambda services: services.access.tokens())
    console.print_list(
        found,
        as_json=as_json,
        json=_token_json,
        columns=("Id", "For", "Role", "Expires", "Revoked"),
        row=_token_row,
        empty="No tokens yet: cost-tracker token issue --sub NAME --role viewer",
    )


def _token_json(token: Token) -> Mapping[str, object]:
    return {
        "jti": token.jti,
        "sub": token.subject,
        "role": token.role,
        "projects": _projects(token.projects),
        "expires": token.expires_at,
        "revoked": token.revoked_at,
    }


def _token_row(token: Token) -> tuple[str, ...]:
    expires, revoked = token.expires_at.date(), token.revoked_at and token.revoked_at.date()
    return (token.jti, token.subject, token.role, f"{expires}", f"{revoked or '-'}")


def _projects(held_to: Collection[str] | None) -> list[str] | None:
    return None if held_to is None else sorted(held_to)


@members.callback()
def list_members(context: typer.Context, *, as_json: console.AsJson = False) -> None:
    """List those who were given a role of their own, when nothing else is said."""
    if context.invoked_subcommand is not None:
        return
    found = console.with_services(lambda services: services.access.members())
    console.print_list(
        found,
        as_json=as_json,
        json=_member_json,
        columns=("Workspace", "Person", "Role", "Projects"),
        row=_member_row,
        empty="Nobody has a role of their own; everybody has SLACK_DEFAULT_ROLE.",
    )


def _member_json(member: Member) -> Mapping[str, object]:
    return {
        "workspace": member.workspace,
        "user": member.user_id,
        "role": member.role or "none",
        "projects": _projects(member.projects),
    }


def _member_row(member: Member) -> tuple[str, ...]:
    projects = _projects(member.projects)
    held = "all" if projects is None else ", ".join(projects)
    return (member.workspace, member.user_id, member.role or "none", held)


@members.command(name="set")
def set_member(
    workspace: Annotated[str, typer.Argument(help="The Slack workspace's id: T…")],
    user: Annotated[str, typer.Argument(help="The person's id: U…")],
    role: Annotated[str, typer.Argument(help="viewer, finance, admin or none.")],
    *,
    project: Annotated[
        list[str] | None, typer.Option(help="Show them this project only; repeatable.")
    ] = None,
) -> None:
    """Give a person a role of their own."""
    if role not in {*Role, "none"}:
        raise UnknownRoleError(f"{role!r} is no role.", suggestions=[*Role, "none"])

    async def work(services: Services) -> None:
        entry = Member(
            workspace,
            user,
            None if role == "none" else Role(role),
            await _slugs(services, project),
        )
        await services.access.set_member(entry, by=OPERATOR)

    console.with_services(work)
    console.out.print(f"{user}: {role}.", markup=False)
