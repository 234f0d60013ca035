"""The document tells all that there is to know of an operation."""

from typing import Any

import pytest
from openapi_schema_validator import OAS31Validator

from bot.rest.openapi import OPERATIONS, document
from bot.rest.operations import Operation
from core.costs.model import Measure

DOCUMENT = document()
SCHEMAS = DOCUMENT["components"]["schemas"]
WITH_BODY = [each for each in OPERATIONS if each.body is not None]


def described(operation: Operation) -> dict[str, Any]:
    found: dict[str, Any] = DOCUMENT["paths"][operation.path][operation.method.lower()]
    return found


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = (
        SCHEMAS[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
    )
    return found


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda each: each.id)
def test_every_parameter_says_what_it_is(operation: Operation) -> None:
    assert [
        each["name"] for each in described(operation)["parameters"] if not each.get("description")
    ] == []


@pytest.mark.parametrize("operation", WITH_BODY, ids=lambda each: each.id)
def test_every_body_has_an_example_that_fits_it(operation: Operation) -> None:
    schema = described(operation)["requestBody"]["content"]["application/json"]["schema"]
    whole = resolved(schema)
    examples = [
        example
        for each in whole.get("anyOf", [whole])
        for example in resolved(each).get("examples", [])
    ]
    assert examples
    for example in examples:
        OAS31Validator({**schema, "components": DOCUMENT["components"]}).validate(example)


def test_a_cost_may_be_asked_for_in_every_measure() -> None:
    """Budgets know two of the four; each is documented by itself."""
    parameters = DOCUMENT["paths"]["/v1/costs/summary"]["get"]["parameters"]
    [measure] = [each for each in parameters if each["name"] == "measure"]
    assert resolved(measure["schema"])["enum"] == [*Measure]
    assert resolved(SCHEMAS["Budget"]["properties"]["measure"])["enum"] == ["cost", "net"]


def test_names_of_schemas_are_names() -> None:
    """Two models of one name would be told apart by the modules that they are in."""
    assert [name for name in SCHEMAS if not name.isalnum()] == []


def test_schemas_of_parameters_and_of_bodies_are_told_apart() -> None:
    """Both are put beside each other by name."""
    for operation in OPERATIONS:
        made = operation.parameters.model_json_schema(ref_template="#/components/schemas/{model}")
        for name, schema in made.get("$defs", {}).items():
            assert SCHEMAS[name] == schema, name
