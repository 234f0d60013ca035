"""Reports over REST."""

from typing import Any, Final

from pydantic import Field

from bot.asking import reported
from bot.rest import report_models as models
from bot.rest.models import Currency
from bot.rest.operations import Call, Operation, Reply
from bot.rest.parameters import AnswerForm, ChargeParameters
from bot.rest.streams import CSV, XLSX, told
from core.costs.model import CostQuery
from core.reports.model import ReportKind


class ReportParameters(ChargeParameters):
    """For reports: which costs, of which week or month."""

    period: str | None = Field(
        default=None,
        max_length=100,
        description="A week or month, or days in one: last-week, 2026-11-09, 2026-10. "
        "Default: the last that is over.",
        examples=["last-week"],
    )
    currency: Currency | None = Field(default=None, description="Convert to it.")
    format: AnswerForm = None


async def weekly(call: Call) -> Reply:
    """A week from Monday to Sunday: what it cost, against what, why, and what is to come."""
    return await _report(call, ReportKind.WEEKLY)


async def monthly(call: Call) -> Reply:
    """A month by day of use and by invoice, with what is still expected of it."""
    return await _report(call, ReportKind.MONTHLY)


async def _report(call: Call, kind: ReportKind) -> Reply:
    asked: ReportParameters = call.parameters
    services, today = call.services, call.services.today()
    names = await services.costs.vocabulary(call.viewer)
    query = CostQuery(
        asked.days(today), asked.where(names), (), basis=asked.basis, currency=asked.currency
    )
    made = await services.reports.report(kind, query, call.viewer, period=asked.said(today))
    return await told(call, asked.format, reported(made))


_REPORT: Final[dict[str, Any]] = {
    "tag": "Reports",
    "reply": models.Report,
    "parameters": ReportParameters,
    "files": (CSV, XLSX),
    "also": (409,),
}

OPERATIONS = (
    Operation("GET", "/v1/reports/weekly", weekly, "Report on a week", **_REPORT),
    Operation("GET", "/v1/reports/monthly", monthly, "Report on a month", **_REPORT),
)
