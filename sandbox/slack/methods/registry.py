"""Which methods there are, and the scopes that each needs."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.slack.errors import SlackError
from sandbox.slack.model import Json
from sandbox.slack.slack import Slack

type Call = Callable[[Slack, Json], Awaitable[Json]]


@dataclass(frozen=True, slots=True)
class Method:
    """A method of the Web API; any one of `scopes` allows it."""

    call: Call
    scopes: tuple[str, ...] = ()
    app_token: bool = False


METHODS: dict[str, Method] = {}


def method(name: str, *scopes: str, app_token: bool = False) -> Callable[[Call], Call]:
    """Register a method under its name."""

    def register(call: Call) -> Call:
        METHODS[name] = Method(call, scopes, app_token)
        return call

    return register


def need(arguments: Mapping[str, Any], *names: str) -> None:
    """Arguments that a method can't do without."""
    missing = [name for name in names if arguments.get(name) in (None, "")]
    if missing:
        raise SlackError(
            "invalid_arguments", [f"missing required field: {name}" for name in missing]
        )


def flag(value: object) -> bool:
    """A boolean, which forms write as text."""
    return value in (True, 1, "1", "true", "True")


def number(arguments: Mapping[str, Any], name: str, default: int = 0) -> int:
    """A whole number, which forms write as text."""
    try:
        return int(arguments.get(name) or default)
    except (TypeError, ValueError):
        raise SlackError("invalid_arguments", [f"must be a integer: {name}"]) from None


def page[T](items: list[T], arguments: Mapping[str, Any]) -> tuple[list[T], Json]:
    """One page of a list by its cursor, and the metadata that leads to the next."""
    start = number(arguments, "cursor")
    limit = number(arguments, "limit") or len(items) or 1
    more = start + limit < len(items)
    return items[start : start + limit], {"next_cursor": str(start + limit) if more else ""}
