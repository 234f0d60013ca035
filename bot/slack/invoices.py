"""Invoices in Slack: recorded, corrected and removed by finance, in forms that only they see."""

from dataclasses import replace
from typing import Any

from bot.render import proofs
from bot.slack import forms, invoice_form, modals
from bot.slack.asked import Asked
from bot.slack.desk import Desk
from core.access.model import Role, Viewer
from core.costs.proving.invoices import (
    Invoice,
    InvoiceError,
    UnknownBillingAccountError,
)
from core.money import AmountError, read_amount


async def open_new(desk: Desk, asked: Asked) -> None:
    """Open the form to record an invoice; the value of what was pressed is its month."""

    async def make() -> modals.View:
        viewer = await desk.viewer(asked)
        viewer.require(Role.FINANCE)
        states = await desk.services.costs.data_state(viewer)
        return invoice_form.new(
            asked.text,
            accounts=await desk.services.proof.accounts(viewer),
            months={each.month for state in states for each in state.billing_periods},
            currencies=sorted({currency for state in states for currency in state.currencies}),
        )

    await forms.open_form(desk, asked, invoice_form.NEW_TITLE, make)


async def accounts(desk: Desk, asked: Asked) -> dict[str, str]:
    """The billing accounts of the form's menu, where they are many."""
    viewer = await desk.viewer(asked)
    viewer.require(Role.FINANCE)
    return invoice_form.account_options(await desk.services.proof.accounts(viewer))


async def months(desk: Desk, asked: Asked) -> dict[str, str]:
    """The months of the form's menu, where they are many."""
    viewer = await desk.viewer(asked)
    viewer.require(Role.FINANCE)
    states = await desk.services.costs.data_state(viewer)
    return invoice_form.month_options(
        {each.month for state in states for each in state.billing_periods}
    )


async def open_old(desk: Desk, asked: Asked) -> None:
    """Open the form to correct or remove an invoice; what was pressed has its number."""

    async def make() -> modals.View:
        viewer = await desk.viewer(asked)
        viewer.require(Role.FINANCE)
        return invoice_form.old(await desk.services.proof.invoice(viewer, int(asked.text)))

    await forms.open_form(desk, asked, invoice_form.OLD_TITLE, make)


async def save_new(desk: Desk, body: dict[str, Any]) -> forms.Errors | str:
    """Record what was submitted, and say how it compares with what is stored."""
    asked, said = Asked.of_view(body), invoice_form.read_new(body["view"])
    try:
        viewer = await desk.viewer(asked)
        provider, account = await _account(desk, viewer, said.account)
        invoice = Invoice(
            account=account,
            month=said.month,
            amount=read_amount(said.amount),
            currency=said.currency,
            invoice_id=said.invoice_id,
            provider=provider,
        )
        _, bill = await desk.services.proof.record_invoice(invoice, by=viewer)
    except AmountError as error:
        return {invoice_form.AMOUNT: str(error)}
    except InvoiceError as error:
        return {invoice_form.CURRENCY: str(error)}
    except UnknownBillingAccountError as error:
        return {invoice_form.ACCOUNT: str(error)}
    except Exception as error:  # noqa: BLE001 - the last resort: logged, and owned up to
        return {invoice_form.AMOUNT: desk.regret(error, asked)}
    return proofs.recorded(bill, said.currency)


async def _account(desk: Desk, viewer: Viewer, key: str) -> tuple[str, str]:
    for account in await desk.services.proof.accounts(viewer):
        if invoice_form.account_key(*account) == key:
            return account
    raise UnknownBillingAccountError


async def save_old(desk: Desk, body: dict[str, Any]) -> forms.Errors | str:
    """Correct the invoice, or remove it."""
    asked, said = Asked.of_view(body), invoice_form.read_old(body["view"])
    try:
        viewer = await desk.viewer(asked)
        if said.remove:
            await desk.services.proof.remove_invoice(said.number, by=viewer)
            return "Removed."
        invoice = await desk.services.proof.invoice(viewer, said.number)
        corrected = replace(invoice, amount=read_amount(said.amount))
        _, bill = await desk.services.proof.record_invoice(corrected, by=viewer)
    except AmountError as error:
        return {invoice_form.AMOUNT: str(error)}
    except Exception as error:  # noqa: BLE001 - the last resort: logged, and owned up to
        return {invoice_form.AMOUNT: desk.regret(error, asked)}
    return proofs.recorded(bill, invoice.currency)
