"""Every operation's reply fits the schema that the document has for it."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from openapi_schema_validator import OAS31Validator

from bot.rest.openapi import OPERATIONS, document
from core.access.model import OPERATOR, Role
from core.anomalies.found import Event
from core.budgets.model import Terms
from core.costs.proving.invoices import Invoice
from core.period import Period
from core.projects.rules import LabelMatch
from tests.support.alerts import raised
from tests.support.anomalies import RUNAWAY, find
from tests.support.outbox import put, told
from tests.support.product import Product, bill

DOCUMENT = document()
AUGUST = Invoice("0123AB", date(2026, 8, 1), Decimal(104), "USD")
PLANNED = Event(0, "checkout", Period(date(2026, 12, 1), date(2026, 12, 6)), note="load test")
BUDGET = Terms("checkout", "USD", amount=Decimal(5000))
NOVEMBER = "2026-11-01..2026-11-10"
WEEKLY = {"kind": "weekly", "weekdays": ["mon"], "channels": ["C0FINANCE"]}
MONTHLY = {"kind": "monthly", "business_days": [2], "emails": ["fin@northwind.example"]}
CALLS: Mapping[str, tuple[str, Any]] = {
    "projects.list_projects": ("/v1/projects?archived=true&limit=1", None),
    "projects.create": ("/v1/projects", {"slug": "ml", "team": "data"}),
    "projects.show": ("/v1/projects/search", None),
    "projects.change": ("/v1/projects/search", {"slug": "lookup", "owner": "ada@acme.example"}),
    "projects.merge": ("/v1/projects/search/merge", {"into": "checkout"}),
    "projects.accounts": ("/v1/projects/checkout/accounts", None),
    "projects.link": ("/v1/projects/search/accounts", {"provider": "aws", "id": "1234"}),
    "projects.labels": ("/v1/projects/checkout/labels", None),
    "projects.place": ("/v1/projects/checkout/labels/1", {"place": 1}),
    "projects.unlink_label": ("/v1/projects/checkout/labels/1?history=true", None),
    "projects.unlink": ("/v1/projects/search/accounts/gcp/acme-search", None),
    "dimensions.values": ("/v1/dimensions/service?prefix=c", None),
    "data.sources": ("/v1/sources", None),
    "data.reconciliations": ("/v1/reconciliations?period=2026&source=gcp", None),
    "data.reconcile": ("/v1/reconciliations", {"period": "2026-08"}),
    "data.restatements": ("/v1/restatements?period=2026-10", None),
    "invoices.list_invoices": ("/v1/invoices", None),
    "invoices.record": (
        "/v1/invoices",
        {"account": "0123AB", "month": "2026-08", "amount": "-1.50", "currency": "USD"},
    ),
    "invoices.remove": ("/v1/invoices/1", None),
    "syncs.list_syncs": ("/v1/syncs", None),
    "syncs.start": ("/v1/syncs", {"source": "gcp"}),
    "deliveries.list_deliveries": ("/v1/deliveries?state=queued&limit=1", None),
    "deliveries.retry": ("/v1/deliveries/1/retry", None),
    "deliveries.drop": ("/v1/deliveries/1", None),
    "costs.rows": ("/v1/costs?period=last-7d&limit=5", None),
    "costs.summary": ("/v1/costs/summary?period=last-7d&group_by=project&limit=1", None),
    "costs.trend": ("/v1/costs/trend?period=mtd&compare=previous&group_by=service", None),
    "anomalies.list_anomalies": ("/v1/anomalies?project=checkout&period=last-30d&limit=1", None),
    "anomalies.judge": ("/v1/anomalies/1/feedback", {"verdict": "not_useful"}),
    "anomalies.list_planned": ("/v1/anomalies/planned", None),
    "anomalies.plan": (
        "/v1/anomalies/planned",
        {"project": "search", "start": "2026-12-01", "end": "2026-12-03", "amount": "-1.50"},
    ),
    "anomalies.cancel": ("/v1/anomalies/planned/1", None),
    "budgets.list_budgets": ("/v1/budgets?subject=checkout", None),
    "budgets.create": ("/v1/budgets", {"subject": "search", "amount": "8000.50"}),
    "budgets.show": ("/v1/budgets/1", None),
    "budgets.change": ("/v1/budgets/1", {"months": {"2026-12": "9000"}}),
    "budgets.remove": ("/v1/budgets/1", None),
    "budgets.status": ("/v1/budgets/1/status", None),
    "budgets.changes": ("/v1/budgets/1/changes", None),
    "alerts.list_alerts": ("/v1/alerts?limit=1", None),
    "alerts.show": ("/v1/alerts/1", None),
    "alerts.acknowledge": ("/v1/alerts/1/acknowledge", {}),
    "alerts.snooze": ("/v1/alerts/1/snooze", {"lasting": "day"}),
    "schedules.list_schedules": ("/v1/schedules?limit=1", None),
    "schedules.create": ("/v1/schedules", MONTHLY),
    "schedules.show": ("/v1/schedules/1", None),
    "schedules.change": ("/v1/schedules/1", {"time": "08:30", "formats": ["xlsx"]}),
    "schedules.remove": ("/v1/schedules/1", None),
    "schedules.pause": ("/v1/schedules/1/pause", None),
    "schedules.resume": ("/v1/schedules/1/resume", None),
    "schedules.run": ("/v1/schedules/1/run", None),
    "schedules.preview": ("/v1/schedules/1/preview", None),
    "schedules.runs": ("/v1/schedules/1/runs?limit=1", None),
    "subscriptions.list_subscriptions": ("/v1/subscriptions?limit=1", None),
    "subscriptions.create": ("/v1/subscriptions", {"subject": "search", "address": "C0OTHER"}),
    "subscriptions.show": ("/v1/subscriptions/1", None),
    "subscriptions.change": ("/v1/subscriptions/1", {"pace": "digest"}),
    "subscriptions.remove": ("/v1/subscriptions/1", None),
    "reports.weekly": ("/v1/reports/weekly", None),
    "reports.monthly": ("/v1/reports/monthly?project=checkout&period=2026-10", None),
    "exports.charges": ("/v1/export/costs?period=last-7d&format=json", None),
    "foresight.forecast": ("/v1/costs/forecast?project=checkout&period=qtd", None),
    "foresight.drivers": (f"/v1/costs/drivers?period=2026-10&compare={NOVEMBER}", None),
}


def schema_of(operation: str, status: int, content_type: str) -> Any:
    """The schema of a reply, as the document has it."""
    [described] = [
        one
        for path in DOCUMENT["paths"].values()
        for one in path.values()
        if one["operationId"] == operation
    ]
    return described["responses"][str(status)]["content"][content_type]["schema"]


def check(body: Any, schema: Any) -> None:
    within = {**schema, "components": DOCUMENT["components"]}
    OAS31Validator(within, format_checker=OAS31Validator.FORMAT_CHECKER).validate(body)


@pytest.mark.parametrize(
    "operation", [one for one in OPERATIONS if one.reply], ids=lambda operation: operation.id
)
async def test_a_reply_fits_its_schema(product: Product, operation: Any) -> None:
    await bill(product)
    await product.services.proof.record_invoice(AUGUST, by=OPERATOR)
    await product.services.rules.link("checkout", LabelMatch("team", "pay"), by=OPERATOR)
    await put(product.services.database, told("a"))
    await find(product.services.database, product.services.anomalies, *RUNAWAY)
    await product.services.anomalies.plan(PLANNED, by=OPERATOR)
    await raised(product.services, BUDGET)
    for there, terms in (
        ("/v1/schedules", WEEKLY),
        ("/v1/subscriptions", {"subject": "checkout", "address": "C0CHECKOUT"}),
    ):
        made = await product.call("POST", there, role=Role.ADMIN, json=terms)
        assert made.status == 201, await made.text()
    path, body = CALLS[operation.id]
    reply = await product.call(operation.method, path, role=Role.ADMIN, json=body)
    assert reply.status == operation.status, await reply.text()
    check(await reply.json(), schema_of(operation.id, reply.status, reply.content_type))


@pytest.mark.parametrize(
    ("operation", "path", "status"),
    [
        ("costs.summary", "/v1/costs/summary?perod=mtd", 400),
        ("costs.summary", "/v1/costs/summary?project=chekout", 404),
        ("projects.show", "/v1/projects/chekout", 404),
    ],
)
async def test_a_problem_fits_its_schema(
    product: Product, operation: str, path: str, status: int
) -> None:
    reply = await product.call("GET", path)
    assert reply.status == status
    problem = await reply.json()
    check(problem, schema_of(operation, status, reply.content_type))
    assert problem["suggestions"][0] in ("period", "checkout")
