"""Exports over REST."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

from bot.render import focus as render
from bot.render.focus import Format
from bot.rest.operations import Call, Operation, Reply
from bot.rest.parameters import ExportParameters
from bot.rest.streams import CSV, stream
from core.access.model import Role

PARQUET = "application/vnd.apache.parquet"


async def focus(call: Call) -> Reply:
    """Every charge of a period as FOCUS 1.2 has it, a day's charge a row, streamed.

    Parquet by `format=parquet` or `Accept`, else CSV. On the invoice basis: whole billing
    months. See docs/focus-export.md.
    """
    asked: ExportParameters = call.parameters
    form = _format(call, asked.format)
    names = await call.services.costs.vocabulary(call.viewer)
    query = asked.query(call.services.today(), names)
    days = f"{query.period.start}-to-{query.period.last_day}"

    async def parts() -> AsyncGenerator[bytes]:
        async with (
            call.services.costs.export(query, call.viewer) as export,
            aclosing(render.written(export, form)) as written,
        ):
            async for part in written:
                yield part

    return await stream(
        call,
        parts(),
        name=f"focus-{days}.{form}",
        content_type=CSV if form is Format.CSV else PARQUET,
        compressed=form is Format.CSV,
    )


def _format(call: Call, said: str | None) -> Format:
    if said is not None:
        return Format(said)
    return Format.PARQUET if PARQUET in call.request.headers.get("Accept", "") else Format.CSV


OPERATIONS = (
    Operation(
        "GET",
        "/v1/export/focus",
        focus,
        "Export charges as FOCUS",
        "Costs",
        parameters=ExportParameters,
        role=Role.FINANCE,
        files=(CSV, PARQUET),
    ),
)
