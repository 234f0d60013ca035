"""What an operation of the API is: one entry makes the route, its checks and its document."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

import orjson
from aiohttp import hdrs, web
from pydantic import BaseModel, RootModel, ValidationError
from pydantic_core import ErrorDetails

from bot.rest.models import Closed, Parameters
from bot.services import Services
from core.access.model import Role, Viewer
from core.errors import InvalidError, NotFoundError

LARGEST_BODY = 100_000
_LONGEST_NUMBER = 18


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

    def number(self, unknown: type[NotFoundError]) -> int:
        """The number that the path names.

        Raises:
            NotFoundError: it can't be anything's; the kind that is given.
        """
        found = number(self.path["number"])
        if found is None:
            raise unknown
        return found


type Reply = web.StreamResponse | Mapping[str, Any]
type Verb = Callable[[Call], Awaitable[Reply]]


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one path.

    `parameters` and `body` check what comes in, `reply` documents what goes out; `files` are the
    media types in which it can be had as a file, beside the reply or in place of it. `role` is the
    least that may call it. `tagged`: the reply depends on nothing but the data, the day, the
    address and what the caller may see, so it has an entity tag and is made once. `also`: statuses
    of problems that its kind of operation doesn't have by itself.
    """

    method: str
    path: str
    verb: Verb
    summary: str
    tag: str
    reply: type[BaseModel] | None = None
    parameters: type[Parameters] = Parameters
    body: type[Closed | RootModel[Any]] | None = None
    role: Role = Role.VIEWER
    status: int = 200
    files: tuple[str, ...] = ()
    tagged: bool = False
    also: tuple[int, ...] = ()

    @property
    def writes(self) -> bool:
        """Whether it changes anything, and may be sent with an Idempotency-Key."""
        return self.method != hdrs.METH_GET

    @property
    def id(self) -> str:
        """What the document and the metrics call it: `projects.create`, `costs.summary`."""
        noun = self.verb.__module__.rpartition(".")[2]
        name = self.path.rpartition("/")[2] if self.tagged else self.verb.__name__
        return f"{noun}.{name}"


async def answer(
    operation: Operation, services: Services, viewer: Viewer, request: web.Request
) -> web.StreamResponse:
    """Read the request, call the verb, give its reply.

    Raises:
        CostTrackerError: it can't be read, or the verb refuses it.
    """
    viewer.require(operation.role)
    if "%00" in request.raw_path:
        raise ParameterError("The address holds a character NUL.")
    call = Call(
        services=services,
        viewer=viewer,
        request=request,
        path=request.match_info,
        parameters=_parameters(operation, request),
        body=await _body(operation.body, request),
    )
    reply = await operation.verb(call)
    if isinstance(reply, web.StreamResponse):
        return reply
    return json_response(reply, status=operation.status)


def number(text: str) -> int | None:
    """The number that a path or cursor holds, if it is one that there can be."""
    digits = text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER
    return int(text) if digits else None


def json_response(body: Mapping[str, Any], *, status: int = 200) -> web.Response:
    """A JSON response."""
    return web.Response(body=orjson.dumps(body), status=status, content_type="application/json")


def created(body: Mapping[str, Any], location: str) -> web.Response:
    """What was made, and where it is from now on."""
    response = json_response(body, status=web.HTTPCreated.status_code)
    response.headers["Location"] = location
    return response


def _parameters(operation: Operation, request: web.Request) -> Parameters:
    model = operation.parameters
    given: dict[str, Any] = {}
    for name in request.query:
        if not model.knows(name):
            raise _unknown(operation, name)
        values = request.query.getall(name)
        given[name] = values if model.repeats(name) else _single(name, values)
    try:
        return model.model_validate(given)
    except ValidationError as error:
        raise ParameterError(told(error, "The parameter", model)) from None


def _unknown(operation: Operation, name: str) -> ParameterError:
    known = [*operation.parameters.model_fields, operation.parameters.open_prefix]
    near = get_close_matches(name, known, n=3)
    return ParameterError(
        f"{operation.method} {operation.path} has no parameter {name[:80]!r}.",
        fix=f"Did you mean {near[0]!r}?" if near else None,
        suggestions=near,
    )


def _single(name: str, values: list[str]) -> str:
    if len(values) > 1:
        raise ParameterError(f"The parameter {name!r} is given {len(values)} times; it takes one.")
    return values[0]


async def _body(
    model: type[Closed | RootModel[Any]] | None, request: web.Request
) -> Closed | RootModel[Any] | None:
    if model is None:
        return None
    content = await request.read()
    if len(content) > LARGEST_BODY:
        raise web.HTTPRequestEntityTooLarge(LARGEST_BODY, len(content))
    if rb"\u0000" in content:
        raise BodyError("The body holds a character NUL.")
    try:
        return model.model_validate_json(content, strict=True)
    except ValidationError as error:
        raise BodyError(told(error, "The member", model)) from None


def told(error: ValidationError, what: str, model: type[BaseModel]) -> str:
    """Every complaint of pydantic's in one line, quoting what was given."""
    complaints = []
    for problem in error.errors(include_url=False):
        if problem["type"] == "json_invalid":
            return f"The body is not JSON: {problem['ctx']['error']}."
        where = ".".join(str(part) for part in problem["loc"]) or "body"
        given = problem["input"]
        quoted = "" if isinstance(given, Mapping) else f" ({str(given)[:80]!r})"
        complaints.append(f"{what} {where!r}{quoted}: {_wish(problem, model)}")
    return "; ".join(complaints) + "."


def _wish(problem: ErrorDetails, model: type[BaseModel]) -> str:
    """What is wanted instead: an example says more than a regular expression."""
    if problem["type"] == "string_pattern_mismatch":
        example = _example(model.model_json_schema(), problem["ctx"]["pattern"])
        if example is not None:
            return f"Input should be written as {example!r}"
    return problem["msg"]


def _example(schema: Any, pattern: str) -> str | None:
    """How somebody writes what has a pattern, as the schema says."""
    if isinstance(schema, list):
        return next((each for s in schema if (each := _example(s, pattern))), None)
    if not isinstance(schema, dict):
        return None
    if schema.get("pattern") == pattern and schema.get("examples"):
        return str(schema["examples"][0])
    return _example([*schema.values()], pattern)
