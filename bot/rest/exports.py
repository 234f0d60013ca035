"""Exports over REST."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing

from bot.render import focus as render
from bot.render.charges import Format as Rows
from bot.render.focus import Format
from bot.rest.cost_models import CostRows
from bot.rest.operations import Call, Operation, Reply
from bot.rest.parameters import AllRowsParameters, ExportParameters
from bot.rest.streams import CSV, XLSX, accepted, charges_file, stream, wanted
from core.access.model import Role

PARQUET = "application/vnd.apache.parquet"
_MEDIA: Mapping[str, str] = {Format.PARQUET: PARQUET, Format.CSV: CSV}


async def focus(call: Call) -> Reply:
    """Every charge of a period as FOCUS 1.2 has it, a day's charge a row, streamed.

    Parquet by `format=parquet` or `Accept`, else CSV. On the invoice basis: whole billing
    months. See docs/focus-export.md.
    """
    asked: ExportParameters = call.parameters
    form = Format(asked.format or accepted(call, _MEDIA, unsaid=Format.CSV))
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


async def charges(call: Call) -> Reply:
    """Every charge of a question by day, streamed: what `/v1/costs` lists, all at once.

    CSV, XLSX or JSON by `format` or `Accept`, else CSV. See docs/exports.md.
    """
    asked: AllRowsParameters = call.parameters
    names = await call.services.costs.vocabulary(call.viewer)
    query = asked.query(call.services.today(), names)
    form = Rows(wanted(call, asked.format, unsaid=Rows.CSV))
    return await charges_file(call, query, form)


OPERATIONS = (
    Operation(
        "GET",
        "/v1/export/costs",
        charges,
        "Export charges by day",
        "Costs",
        reply=CostRows,
        parameters=AllRowsParameters,
        files=(CSV, XLSX),
    ),
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
