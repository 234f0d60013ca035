"""What is known about the data, over REST: sources, proofs, restatements."""

from typing import Any

from bot.render import data_json
from bot.rest import data_models
from bot.rest.models import Paged
from bot.rest.operations import Call, Operation, Reply
from bot.rest.pages import before, following, page
from core.access.model import Role
from core.named_period import parse_period
from core.period import Period


def days(call: Call, words: str | None) -> Period | None:
    """A period as questions name it."""
    return parse_period(words, call.services.today()) if words else None


async def sources(call: Call) -> Reply:
    """The sources that the token's projects draw on: how fresh, how complete, how well proved."""
    asked: Paged = call.parameters
    found = await call.services.costs.data_state(call.viewer)
    shown, next_ = page(found, lambda each: each.name, asked)
    listed = {each.name for each in call.services.ingest.sources}
    items = [data_json.source(each, configured=each.name in listed) for each in shown]
    return {"items": items, "next": next_}


async def reconciliations(call: Call) -> Reply:
    """Proofs of months, newest first: the source beside the store, exactly, kind by kind.

    They are of the whole bill: a token that is held to projects may not see them.
    """
    asked: data_models.Listed = call.parameters
    found = await call.services.proof.kept(
        call.viewer,
        source=asked.source,
        period=days(call, asked.period),
        before=before(asked),
        limit=asked.limit + 1,
    )
    items = [data_json.reconciliation(each) for each in found[: asked.limit]]
    return {"items": items, "next": following(found, asked)}


async def reconcile(call: Call) -> Reply:
    """Prove months now, and keep what that shows."""
    body: data_models.NewReconciliation = call.body
    found = await call.services.proof.prove(
        call.viewer, source=body.source, period=days(call, body.period)
    )
    return {"items": [data_json.reconciliation(each) for each in found], "next": None}


async def restatements(call: Call) -> Reply:
    """Days that changed after they were published, of the token's projects; newest first."""
    asked: data_models.ListedRestatements = call.parameters
    found = await call.services.costs.restatements(
        call.viewer,
        period=days(call, asked.period),
        projects=asked.project,
        before=before(asked),
        limit=asked.limit + 1,
    )
    items = [data_json.restatement(each) for each in found[: asked.limit]]
    return {"items": items, "next": following(found, asked)}


_PROOFS: Any = {"tag": "Data", "reply": data_models.ReconciliationList}

OPERATIONS = (
    Operation(
        "GET",
        "/v1/sources",
        sources,
        "List the sources",
        "Data",
        reply=data_models.SourceList,
        parameters=Paged,
    ),
    Operation(
        "GET",
        "/v1/reconciliations",
        reconciliations,
        "List reconciliations",
        parameters=data_models.Listed,
        also=(403,),
        **_PROOFS,
    ),
    Operation(
        "POST",
        "/v1/reconciliations",
        reconcile,
        "Reconcile now",
        body=data_models.NewReconciliation,
        role=Role.FINANCE,
        also=(404,),
        **_PROOFS,
    ),
    Operation(
        "GET",
        "/v1/restatements",
        restatements,
        "List restatements",
        "Data",
        reply=data_models.RestatementList,
        parameters=data_models.ListedRestatements,
        also=(404,),
    ),
)
