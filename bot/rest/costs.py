"""Costs over REST: rows, summaries, trends."""

from collections.abc import Mapping
from typing import Any

from bot import asking
from bot.render import csv, json
from bot.rest import models
from bot.rest.operations import Call, Operation, Reply
from bot.rest.parameters import AnswerParameters, RowParameters, TrendParameters
from bot.rest.streams import CSV, XLSX, stream, told, wanted


async def rows(call: Call) -> Reply:
    """Rows of charges, a page at a time; as CSV all of them, streamed."""
    asked: RowParameters = call.parameters
    names = await call.services.costs.vocabulary(call.viewer)
    query = asked.query(call.services.today(), names)
    if wanted(call, asked.format) == "csv":
        found = csv.rows(call.services.costs.stream(query, call.viewer))
        return await stream(call, found, name="costs.csv", content_type=CSV)
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
        files=(CSV,),
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
