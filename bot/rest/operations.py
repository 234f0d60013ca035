"""What an operation of the API is: one entry makes the route, its checks and its document."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from aiohttp import web
from pydantic import BaseModel, ValidationError

from bot.rest.authentication import Gate
from bot.services import Services
from core.access.model import Role, Viewer
from core.errors import InvalidError

LARGEST_BODY = 100_000


class ParameterError(InvalidError):
    """A parameter can't be read."""


class BodyError(InvalidError):
    """The body can't be read."""


@dataclass(frozen=True, slots=True)
class Call:
    """A request that may be made and can be read."""

    services: Services
    viewer: Viewer
    request: web.Request
    path: Mapping[str, str]
    parameters: Any
    body: Any


type Reply = web.StreamResponse | Mapping[str, Any] | None
type Verb = Callable[[Call], Awaitable[Reply]]


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one path.

    `parameters` and `body` check what comes in, `reply` documents what goes out; `csv` says
    that it can be had as CSV too. `role` is the least that may call it.
    """

    method: str
    path: str
    verb: Verb
    summary: str
    tag: str
    reply: type[BaseModel] | None = None
    parameters: type[BaseModel] | None = None
    body: type[BaseModel] | None = None
    role: Role = Role.VIEWER
    status: int = 200
    csv: bool = False


def route(operation: Operation, services: Services, gate: Gate) -> web.RouteDef:
    """The aiohttp route of an operation."""

    async def handle(request: web.Request) -> web.StreamResponse:
        viewer = await gate.admit(request)
        viewer.require(operation.role)
        call = Call(
            services=services,
            viewer=viewer,
            request=request,
            path=request.match_info,
            parameters=_parameters(operation.parameters, request),
            body=await _body(operation.body, request),
        )
        reply = await operation.verb(call)
        if isinstance(reply, web.StreamResponse):
            return reply
        if reply is None:
            return web.Response(status=204)
        return json_response(reply, status=operation.status)

    return web.route(operation.method, operation.path, handle)


def json_response(body: Mapping[str, Any], *, status: int = 200) -> web.Response:
    """A JSON response."""
    return web.Response(body=orjson.dumps(body), status=status, content_type="application/json")


def _parameters(model: type[BaseModel] | None, request: web.Request) -> BaseModel | None:
    if model is None:
        if request.query:
            name = next(iter(request.query))
            raise ParameterError(f"{request.path} takes no parameter {name!r}.")
        return None
    given: dict[str, Any] = {}
    for name in request.query:
        values = request.query.getall(name)
        given[name] = values if _repeatable(model, name) else _single(name, values)
    try:
        return model.model_validate(given)
    except ValidationError as error:
        raise ParameterError(told(error, "The parameter")) from None


def _repeatable(model: type[BaseModel], name: str) -> bool:
    field = model.model_fields.get(name)
    return name.startswith("label.") or (field is not None and field.default == ())


def _single(name: str, values: list[str]) -> str:
    if len(values) > 1:
        raise ParameterError(f"The parameter {name!r} is given {len(values)} times; it takes one.")
    return values[0]


async def _body(model: type[BaseModel] | None, request: web.Request) -> BaseModel | None:
    if model is None:
        return None
    content = await request.read()
    if len(content) > LARGEST_BODY:
        raise BodyError(f"The body has {len(content)} bytes; at most {LARGEST_BODY} are taken.")
    try:
        return model.model_validate(orjson.loads(content))
    except orjson.JSONDecodeError as error:
        raise BodyError(f"The body is not JSON: {error}.") from None
    except ValidationError as error:
        raise BodyError(told(error, "The member")) from None


def told(error: ValidationError, what: str) -> str:
    """Every complaint of pydantic's in one line, quoting what was given."""
    complaints = []
    for problem in error.errors(include_url=False):
        where = ".".join(str(part) for part in problem["loc"]) or "body"
        given = (
            "" if isinstance(problem["input"], Mapping) else f" ({str(problem['input'])[:80]!r})"
        )
        complaints.append(f"{what} {where!r}{given}: {problem['msg']}")
    return "; ".join(complaints) + "."
