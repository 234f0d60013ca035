"""Errors as RFC 9457 problem details: the one place that maps a class to a status.

A problem's `type` is a stable address of its own page in the docs: scripts tell errors by
it, people read `detail`.
"""

import re
import secrets
from typing import Final

import orjson
import structlog
from aiohttp import hdrs, web
from aiohttp.typedefs import Handler

from bot.rest.limit import TooManyRequestsError
from bot.rest.repeats import KeyReusedError
from bot.rest.tokens import UnauthorizedError
from core.errors import (
    ConfigurationError,
    ConflictError,
    CostTrackerError,
    ForbiddenError,
    InvalidError,
    NotFoundError,
    UnavailableError,
)

_STATUS: Final[tuple[tuple[type[CostTrackerError], int], ...]] = (
    (UnauthorizedError, 401),
    (TooManyRequestsError, 429),
    (KeyReusedError, 422),
    (InvalidError, 400),
    (ForbiddenError, 403),
    (NotFoundError, 404),
    (ConflictError, 409),
    (UnavailableError, 503),
    (ConfigurationError, 500),
)
_TYPE: Final = "urn:cloud-cost-tracker:problem:"
_log = structlog.get_logger()


def status_of(error: CostTrackerError) -> int:
    """The HTTP status that an error means."""
    return next((status for family, status in _STATUS if isinstance(error, family)), 500)


def name_of(error: type[CostTrackerError]) -> str:
    """An error's stable name: UnknownProjectError gives `unknown-project`."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", error.__name__.removesuffix("Error")).lower()


def of(error: CostTrackerError) -> web.Response:
    """The response that tells of an error."""
    status = status_of(error)
    response = _problem(
        status,
        name_of(type(error)),
        title=(type(error).__doc__ or "").split("\n")[0],
        detail=str(error),
        suggestions=list(error.suggestions) or None,
    )
    if isinstance(error, UnauthorizedError):
        response.headers["WWW-Authenticate"] = 'Bearer realm="cloud-cost-tracker"'
    if isinstance(error, TooManyRequestsError):
        response.headers["Retry-After"] = str(error.seconds)
    return response


def told(handler: Handler) -> Handler:
    """A handler that replies with a problem where it would raise; insides stay inside.

    Not a middleware: those cost every request more than all else that is done around it.
    """

    async def telling(request: web.Request) -> web.StreamResponse:
        try:
            return await handler(request)
        except CostTrackerError as error:
            return of(error)
        except web.HTTPException as error:
            return _problem(error.status, "http", title=error.reason, detail=error.text or "")
        except Exception:  # noqa: BLE001 - the last resort: logged, and owned up to
            reference = secrets.token_hex(4)
            _log.exception("rest.crash", reference=reference, path=request.path)
            return _problem(
                500,
                "crash",
                title="Something went wrong here.",
                detail=f"It is in the log under the reference {reference}.",
            )

    return telling


async def nothing(request: web.Request) -> web.Response:
    """What is told where no handler is: that there is nothing, or nothing by that method."""
    allowed: set[str] = set()
    for resource in request.app.router.resources():
        _, methods = await resource.resolve(request)
        allowed |= methods
    allowed.discard(hdrs.METH_ANY)  # that's here
    if not allowed:
        words = f"There is nothing at {request.path!r}; /openapi.json lists what there is."
        return _problem(404, "http", title="Not Found", detail=words)
    words = f"{request.path!r} doesn't take {request.method}."
    response = _problem(405, "http", title="Method Not Allowed", detail=words)
    response.headers["Allow"] = ", ".join(sorted(allowed))
    return response


def _problem(
    status: int, name: str, *, title: str, detail: str, suggestions: list[str] | None = None
) -> web.Response:
    body: dict[str, object] = {
        "type": _TYPE + name,
        "title": title,
        "status": status,
        "detail": detail,
    }
    if suggestions:
        body["suggestions"] = suggestions
    return web.Response(
        body=orjson.dumps(body), status=status, content_type="application/problem+json"
    )
