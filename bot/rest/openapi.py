"""The OpenAPI 3.1 document, made from the same operations as the routes."""

import re
from collections.abc import Iterable
from importlib.metadata import version
from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from bot.rest import costs, dimensions, projects
from bot.rest.models import Problem
from bot.rest.operations import Operation

OPERATIONS: Final = (*projects.OPERATIONS, *dimensions.OPERATIONS, *costs.OPERATIONS)

_SCHEMAS: Final = "#/components/schemas/{model}"
_ERRORS: Final = {
    "400": "A parameter or the body can't be read.",
    "401": "A bearer token is needed, or isn't accepted.",
    "403": "The token's role doesn't hold that.",
    "404": "There is no such thing, or not for this token.",
    "409": "That clashes with what is there.",
    "503": "Something that is needed can't be reached.",
}


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
    verb = operation.verb
    written: dict[str, Any] = {
        "operationId": f"{verb.__module__.rpartition('.')[2]}.{_name(operation)}",
        "summary": operation.summary,
        "description": f"{(verb.__doc__ or '').strip()}\n\nRole: {operation.role}.",
        "tags": [operation.tag],
        "parameters": [*_path_parameters(operation.path), *_query(operation.parameters)],
        "responses": {str(operation.status): _reply(operation), **_problems()},
    }
    if operation.body is not None:
        written["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": _ref(operation.body)}},
        }
    return written


def _name(operation: Operation) -> str:
    return (
        operation.path.rpartition("/")[2] if operation.tag == "Costs" else (operation.verb.__name__)
    )


def _reply(operation: Operation) -> dict[str, Any]:
    content: dict[str, Any] = {}
    if operation.reply is not None:
        content["application/json"] = {"schema": _ref(operation.reply)}
    if operation.csv:
        content["text/csv"] = {"schema": {"type": "string"}}
    return {"description": "Done.", "content": content}


def _problems() -> dict[str, Any]:
    schema = {"application/problem+json": {"schema": _ref(Problem)}}
    return {status: {"description": words, "content": schema} for status, words in _ERRORS.items()}


def _path_parameters(path: str) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in re.findall(r"{(\w+)}", path)
    ]


def _query(model: type[BaseModel] | None) -> list[dict[str, Any]]:
    """The parameters of a query; labels, whose names aren't known before, by their pattern."""
    if model is None:
        return []
    schema = model.model_json_schema(ref_template=_SCHEMAS)
    parameters = []
    for name, field in schema["properties"].items():
        parameter = {"name": name, "in": "query", "required": False}
        if "description" in field:
            parameter["description"] = field.pop("description")
        field.pop("title", None)
        parameters.append(parameter | {"schema": field})
    return parameters


def _ref(model: type[BaseModel]) -> dict[str, str]:
    return {"$ref": _SCHEMAS.format(model=model.__name__)}


def _schemas(operations: Iterable[Operation]) -> dict[str, Any]:
    wanted: dict[type[BaseModel], JsonSchemaMode] = {Problem: "serialization"}
    parameters: dict[str, Any] = {}
    for operation in operations:
        if operation.reply is not None:
            wanted[operation.reply] = "serialization"
        if operation.body is not None:
            wanted.setdefault(operation.body, "validation")
        if operation.parameters is not None:
            schema = operation.parameters.model_json_schema(ref_template=_SCHEMAS)
            parameters |= schema.get("$defs", {})
    _, made = models_json_schema(
        list(wanted.items()),
        ref_template=_SCHEMAS,
    )
    return dict(sorted({**parameters, **made["$defs"]}.items()))
