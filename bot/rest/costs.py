"""Costs over REST: rows, summaries, trends."""

from collections.abc import Mapping
from hashlib import blake2b
from typing import Any

from aiohttp import web

from bot.render import csv, json
from bot.rest import models
from bot.rest.operations import Call, Operation, Reply, json_response
from bot.rest.parameters import AnswerParameters, RowParameters, TrendParameters
from core.access.model import Viewer

_CSV = "text/csv"


async def rows(call: Call) -> Reply:
    """Rows of charges, a page at a time; as CSV all of them, streamed."""
    asked: RowParameters = call.parameters
    names = await call.services.costs.vocabulary(call.viewer)
    query = asked.query(call.services.today(), names)
    if _wants_csv(call, asked.format):
        return await _stream(call, csv.rows(call.services.costs.stream(query, call.viewer)))
    page = await call.services.costs.rows(query, call.viewer, after=asked.cursor, limit=asked.limit)
    return {"items": [json.cost_row(row) for row in page.items], "next": page.next}


async def answer(call: Call) -> Reply:
    """What it cost: totals and lines, compared; the same for the summary and the trend."""
    asked: AnswerParameters = call.parameters
    tag = _etag(call, await call.services.costs.data_version())
    if tag in call.request.headers.get("If-None-Match", ""):
        return web.Response(status=304, headers={"ETag": tag})
    names = await call.services.costs.vocabulary(call.viewer)
    found = await call.services.costs.answer(asked.query(call.services.today(), names), call.viewer)
    if _wants_csv(call, asked.format):
        response = web.Response(body=csv.cost_answer(found), content_type=_CSV, charset="utf-8")
        response.headers["Content-Disposition"] = f'attachment; filename="{csv.file_name(found)}"'
    else:
        response = json_response(json.cost_answer(found))
    response.headers["ETag"] = tag
    return response


def _wants_csv(call: Call, form: str | None) -> bool:
    if form is not None:
        return form == "csv"
    accepted = call.request.headers.get("Accept", "")
    return _CSV in accepted and "application/json" not in accepted


def _etag(call: Call, version: int) -> str:
    """Changes with the data, the day, the question, and what the caller may see."""
    said = (version, call.services.today(), call.request.path_qs, _sight(call.viewer),
            call.request.headers.get("Accept", ""))  # fmt: skip
    return f'"{blake2b(repr(said).encode(), digest_size=12).hexdigest()}"'


def _sight(viewer: Viewer) -> list[str] | None:
    return None if viewer.projects is None else sorted(viewer.projects)


async def _stream(call: Call, chunks: Any) -> web.StreamResponse:
    """Send a file as it is made; nothing is sent if the first of it can't be made."""
    first = await anext(chunks)
    response = web.StreamResponse(
        headers={
            "Content-Type": f"{_CSV}; charset=utf-8",
            "Content-Disposition": 'attachment; filename="costs.csv"',
        }
    )
    await response.prepare(call.request)
    await response.write(first)
    async for chunk in chunks:
        await response.write(chunk)
    await response.write_eof()
    return response


_SHARED: Mapping[str, Any] = {"tag": "Costs", "csv": True}

OPERATIONS = (
    Operation(
        "GET",
        "/v1/costs",
        rows,
        "List charges by day",
        reply=models.CostRows,
        parameters=RowParameters,
        **_SHARED,
    ),
    Operation(
        "GET",
        "/v1/costs/summary",
        answer,
        "Summarise costs",
        reply=models.Answer,
        parameters=AnswerParameters,
        **_SHARED,
    ),
    Operation(
        "GET",
        "/v1/costs/trend",
        answer,
        "Follow costs along time",
        reply=models.Answer,
        parameters=TrendParameters,
        **_SHARED,
    ),
)
