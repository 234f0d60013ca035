"""Budgets over REST: listed, set, removed, and how far they are."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any, Final

from bot.render import budget_json
from bot.rest import budget_models as models
from bot.rest.operations import Call, Operation, Reply, created
from bot.rest.pages import by_number, page
from core.budgets.model import BudgetDatesError, Cycle, Terms, UnknownBudgetError
from core.costs.model import Measure
from core.costs.question import parse_cost_query
from core.period import Period

_CLEARED: Final = {"amount", "months", "start", "end", "owner", "channels", "emails"}


async def list_budgets(call: Call) -> Reply:
    """The budgets that the token may see all of, by number."""
    asked: models.ListedBudgets = call.parameters
    where = None
    if asked.subject is not None:
        names = await call.services.costs.vocabulary(call.viewer)
        where = parse_cost_query(asked.subject, today=call.services.today(), names=names).where
    found = sorted(
        await call.services.budgets.list(call.viewer, where=where), key=lambda each: each.id
    )
    shown, next_ = page(found, by_number, asked)
    return {"items": [budget_json.budget(each) for each in shown], "next": next_}


async def create(call: Call) -> Reply:
    """Make a budget: finance of anything, a project's owner of that."""
    body: models.NewBudget = call.body
    currency = body.currency or call.services.settings.default_currency
    said = body.model_dump() | {"currency": currency}
    made = await call.services.budgets.add(_terms(Terms(body.subject, ""), said), by=call.viewer)
    return created(budget_json.budget(made), f"/v1/budgets/{made.id}")


async def show(call: Call) -> Reply:
    """One budget."""
    return budget_json.budget(await call.services.budgets.get(_number(call), call.viewer))


async def change(call: Call) -> Reply:
    """Change some of a budget; what isn't mentioned stays."""
    body: models.BudgetChange = call.body
    found = await call.services.budgets.get(_number(call), call.viewer)
    said = {
        name: value
        for name, value in body.model_dump(include=body.model_fields_set).items()
        if value is not None or name in _CLEARED
    }
    changed = await call.services.budgets.change(
        found.id, _terms(found.terms, said), by=call.viewer
    )
    return budget_json.budget(changed)


async def remove(call: Call) -> Reply:
    """Remove a budget; its history stays."""
    return budget_json.budget(await call.services.budgets.remove(_number(call), by=call.viewer))


async def status(call: Call) -> Reply:
    """How far it is: used, left, expected, and when it will not do."""
    asked: models.StatusParameters = call.parameters
    told = await call.services.budgets.status(_number(call), call.viewer, on=asked.on)
    return budget_json.status(told)


async def changes(call: Call) -> Reply:
    """Who changed it, when, from what to what; the latest first."""
    found = await call.services.budgets.changes(_number(call), call.viewer)
    return {"items": [budget_json.change(each) for each in found], "next": None}


def _number(call: Call) -> int:
    return call.number(UnknownBudgetError)


def _terms(terms: Terms, said: Mapping[str, Any]) -> Terms:
    """Terms as a body changes them."""
    values = {name: said[name] for name in ("subject", "currency", "owner") if name in said}
    if "amount" in said:
        values["amount"] = None if said["amount"] is None else Decimal(said["amount"])
    if "months" in said:
        values["months"] = {
            date.fromisoformat(f"{month}-01"): Decimal(amount)
            for month, amount in (said["months"] or {}).items()
        }
    if "cycle" in said:
        values["cycle"] = Cycle(said["cycle"])
    if "measure" in said:
        values["measure"] = Measure(said["measure"])
    for name in ("thresholds", "forecast_thresholds", "channels", "emails"):
        if name in said:
            values[name] = tuple(said[name] or ())
    return replace(terms, **values, dates=_dates(terms, said))


def _dates(terms: Terms, said: Mapping[str, Any]) -> Period | None:
    start = said.get("start", terms.dates and terms.dates.start)
    end = said.get("end", terms.dates and terms.dates.end)
    if (start is None) != (end is None):
        raise BudgetDatesError("It has a start and an end, or neither.")
    return None if start is None else Period(start, end)


_ONE: Final = "/v1/budgets/{number}"

OPERATIONS = (
    Operation(
        "GET",
        "/v1/budgets",
        list_budgets,
        "List budgets",
        "Budgets",
        reply=models.BudgetList,
        parameters=models.ListedBudgets,
        also=(404,),
    ),
    Operation(
        "POST",
        "/v1/budgets",
        create,
        "Make a budget",
        "Budgets",
        reply=models.Budget,
        body=models.NewBudget,
        status=201,
        also=(403, 404, 409),
    ),
    Operation("GET", _ONE, show, "Show a budget", "Budgets", reply=models.Budget),
    Operation(
        "PATCH",
        _ONE,
        change,
        "Change a budget",
        "Budgets",
        reply=models.Budget,
        body=models.BudgetChange,
        also=(403, 409),
    ),
    Operation(
        "DELETE", _ONE, remove, "Remove a budget", "Budgets", reply=models.Budget, also=(403,)
    ),
    Operation(
        "GET",
        f"{_ONE}/status",
        status,
        "How far a budget is",
        "Budgets",
        reply=models.BudgetStatus,
        parameters=models.StatusParameters,
    ),
    Operation(
        "GET",
        f"{_ONE}/changes",
        changes,
        "List a budget's changes",
        "Budgets",
        reply=models.Changes,
    ),
)
