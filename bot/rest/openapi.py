"""The OpenAPI 3.1 document, made from the same operations as the routes."""

import re
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from importlib.metadata import version
from inspect import cleandoc
from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from bot.rest import (
    alerts,
    anomalies,
    budgets,
    costs,
    data,
    deliveries,
    dimensions,
    exports,
    foresight,
    invoices,
    projects,
    repeats,
    reports,
    schedules,
    subscriptions,
    syncs,
)
from bot.rest.models import SLUG_RULE, Parameters, Problem
from bot.rest.operations import Operation
from core.access.model import Role
from core.costs.model import DIMENSIONS
from core.projects.model import PROVIDERS

OPERATIONS: Final = (
    *projects.OPERATIONS,
    *dimensions.OPERATIONS,
    *costs.OPERATIONS,
    *foresight.OPERATIONS,
    *anomalies.OPERATIONS,
    *budgets.OPERATIONS,
    *alerts.OPERATIONS,
    *reports.OPERATIONS,
    *schedules.OPERATIONS,
    *subscriptions.OPERATIONS,
    *data.OPERATIONS,
    *invoices.OPERATIONS,
    *exports.OPERATIONS,
    *syncs.OPERATIONS,
    *deliveries.OPERATIONS,
)

_SCHEMAS: Final = "#/components/schemas/{model}"
_PATH: Final[Mapping[str, Mapping[str, Any]]] = {
    "slug": {
        "type": "string",
        "pattern": SLUG_RULE,
        "description": "A project's; a former one finds it, too.",
        "examples": ["checkout"],
    },
    "provider": {"type": "string", "enum": list(PROVIDERS), "description": "The account's."},
    "id": {
        "type": "string",
        "minLength": 1,
        "description": "The account's: a project, account or subscription.",
        "examples": ["acme-checkout"],
    },
    "number": {
        "type": "integer",
        "minimum": 1,
        "description": "Its `id`, as listed.",
        "examples": [1],
    },
    "dimension": {
        "type": "string",
        "description": "Of questions; of a label `label:KEY`.",
        "pattern": f"^({'|'.join(map(str, DIMENSIONS))}|label[.:].+)$",
        "examples": ["service"],
    },
}
_ERRORS: Final = {
    304: "What the entity tag in If-None-Match stands for is still right.",
    400: "A parameter or the body can't be read.",
    401: "A bearer token is needed, or isn't accepted.",
    403: "The token's role doesn't hold that.",
    404: "There is no such thing, or not for this token.",
    409: "That clashes with what is there.",
    413: "The body is too large.",
    422: "The Idempotency-Key was used for another write.",
    429: "Too many requests with this token.",
    503: "Something that is needed can't be reached.",
}
_TEXT: Final = {"schema": {"type": "string"}}
_KEY: Final = {
    "name": repeats.HEADER,
    "in": "header",
    "required": False,
    "description": "A new one for every write, a UUID say. Sent again with the same key, for a day "
    "it is not done again: the first reply is given.",
    "schema": {"type": "string", "pattern": repeats.RULE},
}
_HELD: Final = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "description": "The entity tag of the answer that is held already.",
    **_TEXT,
}
_TAG: Final = {"ETag": {"description": "For If-None-Match.", **_TEXT}}


def document() -> dict[str, Any]:
    """The whole document; the same at every call."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Cloud Cost Tracker",
            "version": version("cloud-cost-tracker"),
            "description": "What the cloud costs: exact decimals as text, days half-open, "
            "errors as RFC 9457 problems. Issue a token with `cost-tracker token issue`.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "security": [{"bearer": []}],
        "tags": [{"name": name} for name in dict.fromkeys(one.tag for one in OPERATIONS)],
        "paths": _paths(OPERATIONS),
        "components": {
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
            },
            "schemas": _schemas(OPERATIONS),
        },
    }


def _paths(operations: Iterable[Operation]) -> dict[str, Any]:
    paths: dict[str, Any] = {}
    for operation in operations:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation)
    return paths


def _operation(operation: Operation) -> dict[str, Any]:
    written: dict[str, Any] = {
        "operationId": operation.id,
        "summary": operation.summary,
        "description": f"{cleandoc(operation.verb.__doc__ or '')}\n\nRole: {operation.role}.",
        "tags": [operation.tag],
        "parameters": [*_path_parameters(operation.path), *_query(operation.parameters)],
        "responses": {str(operation.status): _reply(operation), **_problems(operation)},
    }
    if operation.tagged:
        written["parameters"].append(_HELD)
    if operation.writes:
        written["parameters"].append(_KEY)
    if operation.body is not None:
        written["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": _ref(operation.body)}},
        }
    return written


def _reply(operation: Operation) -> dict[str, Any]:
    content: dict[str, Any] = {}
    if operation.reply is not None:
        content["application/json"] = {"schema": _ref(operation.reply)}
    content |= {media: _file(media) for media in operation.files}
    reply: dict[str, Any] = {"description": "Done.", "content": content}
    if operation.tagged:
        reply["headers"] = _TAG
    return reply


def _file(media: str) -> Mapping[str, Any]:
    """What a file holds: text, or bytes of which no schema tells."""
    return _TEXT if media.startswith("text/") else {}


def _problems(operation: Operation) -> dict[str, Any]:
    """What else an operation may answer: problems, and that nothing has changed."""
    possible = {
        304: operation.tagged,
        403: operation.role is not Role.VIEWER,
        404: "{" in operation.path or "project" in operation.parameters.model_fields,
        409: operation.writes,
        413: operation.body is not None,
        422: operation.writes,
    }
    return {
        str(status): {"description": words, **_details(status)}
        for status, words in _ERRORS.items()
        if possible.get(status, True) or status in operation.also
    }


def _details(status: int) -> dict[str, Any]:
    if status == HTTPStatus.NOT_MODIFIED:
        return {"headers": _TAG}
    details: dict[str, Any] = {
        "content": {"application/problem+json": {"schema": _ref(Problem)}},
    }
    if status == HTTPStatus.UNAUTHORIZED:
        details["headers"] = {"WWW-Authenticate": _TEXT}
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        seconds = {"type": "integer", "minimum": 1}
        details["headers"] = {"Retry-After": {"description": "Seconds.", "schema": seconds}}
    return details


def _path_parameters(path: str) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, **_described(_PATH[name])}
        for name in re.findall(r"{(\w+)}", path)
    ]


def _described(field: Mapping[str, Any]) -> dict[str, Any]:
    """A parameter's schema, its description beside it where pages and clients look for it."""
    schema = {name: value for name, value in field.items() if name != "description"}
    said = {"description": field["description"]} if "description" in field else {}
    return {**said, "schema": schema}


def _query(model: type[Parameters]) -> list[dict[str, Any]]:
    schema = model.model_json_schema(ref_template=_SCHEMAS)
    parameters = [_parameter(name, field) for name, field in schema["properties"].items()]
    return [*parameters, _open(model.open_prefix)] if model.open_prefix else parameters


def _parameter(name: str, field: dict[str, Any]) -> dict[str, Any]:
    """A parameter that may be left out, or (an array) be given several times."""
    field.pop("title", None)
    if field.get("default", ...) is None or field.get("default") == []:
        del field["default"]
    kinds = [kind for kind in field.pop("anyOf", ()) if kind != {"type": "null"}]
    schema = kinds[0] | field if kinds else field
    repeated = {"style": "form", "explode": True} if schema.get("type") == "array" else {}
    return {"name": name, "in": "query", "required": False, **_described(schema), **repeated}


def _open(prefix: str) -> dict[str, Any]:
    """Parameters whose names aren't known before, as OpenAPI has them: the members of an object.

    With `form` and `explode` each member is a parameter of its own: `label.team=shop`.
    """
    return {
        "name": f"{prefix}KEY",
        "in": "query",
        "required": False,
        "description": f"By a label: `{prefix}team=shop`, each repeatable; '!' before a value "
        "excludes it, `none` is what has no such label.",
        "style": "form",
        "explode": True,
        "schema": {
            "type": "object",
            "propertyNames": {"pattern": f"^{re.escape(prefix)}.+$"},
            "additionalProperties": {"type": "array", "items": {"type": "string"}},
        },
        "example": {f"{prefix}team": ["shop"]},
    }


def _ref(model: type[BaseModel]) -> dict[str, str]:
    return {"$ref": _SCHEMAS.format(model=model.__name__)}


def _schemas(operations: Iterable[Operation]) -> dict[str, Any]:
    """Every model that is referred to, as it is read or as it is written."""
    wanted: dict[type[BaseModel], JsonSchemaMode] = {Problem: "serialization"}
    parameters: dict[str, Any] = {}
    for operation in operations:
        if operation.reply is not None:
            wanted[operation.reply] = "serialization"
        if operation.body is not None:
            wanted[operation.body] = "validation"
        schema = operation.parameters.model_json_schema(ref_template=_SCHEMAS)
        parameters |= schema.get("$defs", {})
    _, made = models_json_schema(list(wanted.items()), ref_template=_SCHEMAS)
    return dict(sorted({**parameters, **made["$defs"]}.items()))
