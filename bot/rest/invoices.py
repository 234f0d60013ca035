"""Invoices over REST: recorded by finance, compared with what is stored."""

from datetime import date
from decimal import Decimal

from bot.render import data_json
from bot.rest import invoice_models as models
from bot.rest.data import days
from bot.rest.data_models import ListedByPeriod
from bot.rest.operations import Call, Operation, Reply
from bot.rest.pages import before, following
from core.access.model import Role
from core.costs.proving.invoices import Invoice
from core.costs.proving.service import UnknownInvoiceError


async def list_invoices(call: Call) -> Reply:
    """The invoices recorded, newest record first; not for a token that is held to projects."""
    asked: ListedByPeriod = call.parameters
    found = await call.services.proof.invoices(
        call.viewer, period=days(call, asked.period), before=before(asked), limit=asked.limit + 1
    )
    items = [data_json.invoice(each) for each in found[: asked.limit]]
    return {"items": items, "next": following(found, asked)}


async def record(call: Call) -> Reply:
    """Record what an invoice says, or correct it; `agrees` if what is stored is exactly that."""
    body: models.NewInvoice = call.body
    invoice, bill = await call.services.proof.record_invoice(
        Invoice(
            account=body.account,
            month=date.fromisoformat(f"{body.month}-01"),
            amount=Decimal(body.amount),
            currency=body.currency,
            invoice_id=body.invoice_id,
            provider=body.provider or "",
        ),
        by=call.viewer,
    )
    compared = data_json.bill(bill)
    return data_json.invoice(invoice) | {name: compared[name] for name in ("stored", "agrees")}


async def remove(call: Call) -> Reply:
    """Remove an invoice that was recorded by mistake."""
    found = call.number(UnknownInvoiceError)
    await call.services.proof.remove_invoice(found, by=call.viewer)
    return {"id": found}


OPERATIONS = (
    Operation(
        "GET",
        "/v1/invoices",
        list_invoices,
        "List recorded invoices",
        "Invoices",
        reply=models.InvoiceList,
        parameters=ListedByPeriod,
        also=(403,),
    ),
    Operation(
        "POST",
        "/v1/invoices",
        record,
        "Record an invoice",
        "Invoices",
        reply=models.RecordedInvoice,
        body=models.NewInvoice,
        role=Role.FINANCE,
        also=(404,),
        status=201,
    ),
    Operation(
        "DELETE",
        "/v1/invoices/{number}",
        remove,
        "Remove an invoice",
        "Invoices",
        reply=models.Removed,
        role=Role.FINANCE,
    ),
)
