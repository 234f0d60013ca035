"""The bodies of invoices."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from bot.rest.models import Amount, Closed, Currency, Given, Month, Provider, Text, example


class Invoice(Closed):
    """What an invoice says. `invoice_id` '': all that the account owes for the month."""

    id: int
    provider: str
    account: str
    invoice_id: str
    month: str
    amount: Amount
    currency: str
    recorded_at: datetime
    recorded_by: str


class RecordedInvoice(Invoice):
    """The same, beside what is stored of it."""

    stored: Amount
    agrees: bool


class InvoiceList(Closed):
    """Invoices, a page of them."""

    items: list[Invoice]
    next: str | None


class NewInvoice(Closed):
    """An invoice to record, or to correct; `provider` only where two have such an account."""

    model_config = example(
        account="0123AB-4567CD-89EF01", month="2026-10", amount="8412.73", currency="USD"
    )

    account: Text
    month: Month
    amount: Given
    currency: Currency
    invoice_id: Annotated[str, Field(max_length=200)] = ""
    provider: Provider | None = None


class Removed(Closed):
    """What was removed."""

    id: int
