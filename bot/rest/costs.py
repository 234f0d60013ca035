"""Costs over REST: rows, summaries, trends."""

from collections.abc import Mapping
from typing import Any

from aiohttp import hdrs, web

from bot.render import csv, json
from bot.rest import models
from bot.rest.operations import Call, Operation, Reply
from bot.rest.parameters import AnswerParameters, RowParameters, TrendParameters

_CSV = "text/csv"


async def rows(call: Call) -> Reply:
    """Rows of charges, a page at a time; as CSV all of them, streamed."""
    asked: RowParameters = call.parameters
    names = await call.services.costs.vocabulary(call.viewer)
    query = asked.query(call.services.today(), names)
    if _wants_csv(call, asked.format):
        return await _stream(call, csv.rows(call.services.costs.stream(query, call.viewer)))
    page = await call.services.costs.rows(
        query, call.viewer, after=asked.cursor or None, limit=asked.limit
    )
    return {"items": [json.cost_row(row) for row in page.items], "next": page.next}


async def answer(call: Call) -> Reply:
    """What it cost: totals and lines, compared; the same for the summary and the trend."""
    asked: AnswerParameters = call.parameters
    names = await call.services.costs.vocabulary(call.viewer)
    found = await call.services.costs.answer(asked.query(call.services.today(), names), call.viewer)
    if not _wants_csv(call, asked.format):
        return json.cost_answer(found)
    headers = {"Content-Disposition": f'attachment; filename="{csv.file_name(found)}"'}
    body = csv.cost_answer(found)
    return web.Response(body=body, content_type=_CSV, charset="utf-8", headers=headers)


def _wants_csv(call: Call, form: str | None) -> bool:
    if form is not None:
        return form == "csv"
    accepted = call.request.headers.get("Accept", "")
    return _CSV in accepted and "application/json" not in accepted


async def _stream(call: Call, chunks: Any) -> web.StreamResponse:
    """Send a file as it is made; nothing is sent if the first of it can't be made."""
    first = await anext(chunks)
    response = web.StreamResponse(
        headers={
            "Content-Type": f"{_CSV}; charset=utf-8",
            "Content-Disposition": 'attachment; filename="costs.csv"',
        }
    )
    response.headers["Vary"] = "Accept, Accept-Encoding"
    if call.request.method == hdrs.METH_HEAD:
        return response  # a compressor would end a body that there isn't
    response.enable_compression()
    await response.prepare(call.request)
    await response.write(first)
    async for chunk in chunks:
        await response.write(chunk)
    await response.write_eof()
    return response


_ANSWER: Mapping[str, Any] = {
    "tag": "Costs",
    "reply": models.Answer,
    "csv": True,
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
        csv=True,
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
