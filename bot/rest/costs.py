"""Costs over REST: rows, summaries, trends."""

from collections.abc import Mapping
from typing import Any

from bot import asking
from bot.render import json
from bot.render.charges import Format
from bot.rest import cost_models as models
from bot.rest.operations import Call, Operation, Reply
from bot.rest.parameters import AnswerParameters, RowParameters, TrendParameters
from bot.rest.streams import CSV, XLSX, charges_file, told, wanted


async def rows(call: Call) -> Reply:
    """Rows of charges, a page at a time; as CSV or XLSX all of them, streamed.

    A sheet has room for a million rows; what is beyond goes on in another. See docs/exports.md.
    """
    asked: RowParameters = call.parameters
    names = await call.services.costs.vocabulary(call.viewer)
    query = asked.query(call.services.today(), names)
    if (form := Format(wanted(call, asked.format))) is not Format.JSON:
        return await charges_file(call, query, form)
    page = await call.services.costs.rows(
        query, call.viewer, after=asked.cursor or None, limit=asked.limit
    )
    return {"items": [json.cost_row(row) for row in page.items], "next": page.next}


async def answer(call: Call) -> Reply:
    """What it cost: totals and lines, compared; the same for the summary and the trend."""
    asked: AnswerParameters = call.parameters
    names = await call.services.costs.vocabulary(call.viewer)
    query = asked.query(call.services.today(), names)
    return await told(call, asked.format, await asking.cost(call.services, query, call.viewer))


_ANSWER: Mapping[str, Any] = {
    "tag": "Costs",
    "reply": models.Answer,
    "files": (CSV, XLSX),
    "tagged": True,
}

OPERATIONS = (
    Operation(
        "GET",
        "/v1/costs",
        rows,
        "List charges by day",
        "Costs",
        reply=models.CostRows,
        parameters=RowParameters,
        files=(CSV, XLSX),
    ),
    Operation(
        "GET",
        "/v1/costs/summary",
        answer,
        "Summarise costs",
        parameters=AnswerParameters,
        **_ANSWER,
    ),
    Operation(
        "GET",
        "/v1/costs/trend",
        answer,
        "Follow costs along time",
        parameters=TrendParameters,
        **_ANSWER,
    ),
)
