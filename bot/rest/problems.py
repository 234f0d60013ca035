"""Errors as RFC 9457 problem details: the one place that maps a class to a status.

A problem's `type` is a stable address of its own page in the docs: scripts tell errors by
it, people read `detail`.
"""

import re
import secrets
from typing import Final

import orjson
import structlog
from aiohttp import web
from aiohttp.typedefs import Handler

from bot.rest.limit import TooManyRequestsError
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


@web.middleware
async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn whatever a handler raises into a problem; nothing inside is told to the outside."""
    try:
        return await handler(request)
    except CostTrackerError as error:
        return of(error)
    except web.HTTPException as error:
        if error.status < web.HTTPBadRequest.status_code:
            raise
        response = _problem(error.status, "http", title=error.reason, detail=_said(request, error))
        if isinstance(error, web.HTTPMethodNotAllowed):
            response.headers["Allow"] = ", ".join(sorted(error.allowed_methods))
        return response
    except Exception:  # noqa: BLE001 - the last resort: logged, and owned up to
        reference = secrets.token_hex(4)
        _log.exception("rest.crash", reference=reference, path=request.path)
        return _problem(
            500,
            "crash",
            title="Something went wrong here.",
            detail=f"It is in the log under the reference {reference}.",
        )


def _said(request: web.Request, error: web.HTTPException) -> str:
    if isinstance(error, web.HTTPNotFound):
        return f"There is nothing at {request.path!r}; /openapi.json lists what there is."
    if isinstance(error, web.HTTPMethodNotAllowed):
        return f"{request.path!r} doesn't take {request.method}."
    return error.text or error.reason


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
