"""The forms of invoices: one to record, one to correct or remove; made, and read."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from bot.render import words
from bot.slack.modals import (
    MOST,
    Element,
    View,
    checkbox,
    choice,
    field,
    form,
    menu,
    note,
    text_input,
    values_of,
)
from core.costs.model import PROVIDER
from core.costs.proving.invoices import Invoice
from core.money import plain

NEW: Final = "invoice.new"
NEW_TITLE: Final = "Record invoice"
OLD: Final = "invoice.old"
OLD_TITLE: Final = "Edit invoice"
ACCOUNT: Final = "account"
MONTH: Final = "month"
INVOICE_ID: Final = "invoice_id"
AMOUNT: Final = "amount"
CURRENCY: Final = "currency"
REMOVE: Final = "remove"
ACCOUNTS: Final = "menu.accounts"
MONTHS: Final = "menu.months"
_ROOM: Final = 75


@dataclass(frozen=True, slots=True)
class NewInvoice:
    """What was said of an invoice: its account by `account_key`, its amount as it was typed."""

    account: str
    month: date
    invoice_id: str
    amount: str
    currency: str


@dataclass(frozen=True, slots=True)
class OldInvoice:
    """What shall become of an invoice."""

    number: int
    amount: str
    remove: bool


def new(
    month: str,
    *,
    accounts: Iterable[tuple[str, str]],
    months: Iterable[date],
    currencies: Sequence[str],
) -> View:
    """The form to record an invoice.

    Args:
        month: the one that is chosen at first, as `2026-07`.
        accounts: provider and id of the billing accounts.
        months: those that can be chosen.
        currencies: those that can be chosen; none, or too many: it is typed.
    """
    listed = 0 < len(currencies) <= MOST
    currency = choice({each: each for each in currencies}) if listed else text_input(None, 3)
    fields = [
        field(ACCOUNT, "Billing account", menu(account_options(accounts), ACCOUNTS)),
        field(MONTH, "Invoice month", menu(month_options(months), MONTHS, month)),
        field(
            INVOICE_ID,
            "InvoiceId: empty for all of the account's month",
            text_input(None, 200),
            optional=True,
        ),
        _amount(None),
        field(CURRENCY, "Currency", currency),
    ]
    return form(NEW, NEW_TITLE, fields, submit="Record")


def account_options(accounts: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Billing accounts for a menu."""
    return {account_key(*each): _account(*each) for each in accounts}


def month_options(months: Iterable[date]) -> dict[str, str]:
    """Invoice months for a menu, the latest first."""
    return {f"{each:%Y-%m}": words.month(each) for each in sorted(months, reverse=True)}


def old(invoice: Invoice) -> View:
    """The form to correct an invoice, or to remove it."""
    of = filter(None, (_account(invoice.provider, invoice.account), invoice.invoice_id))
    told = f"{' · '.join(of)} · {words.month(invoice.month)}, in {invoice.currency}"
    remove = checkbox(REMOVE, "Remove it: it was recorded by mistake")
    fields = [
        note("of", told),
        _amount(plain(invoice.amount)),
        field(REMOVE, "Or", remove, optional=True),
    ]
    return form(OLD, OLD_TITLE, fields, about=str(invoice.id))


def read_new(submitted: Mapping[str, Any]) -> NewInvoice:
    """What the submitted form says."""
    values = values_of(submitted)
    return NewInvoice(
        account=values.get(ACCOUNT) or "",
        month=date.fromisoformat(f"{values.get(MONTH)}-01"),
        invoice_id=values.get(INVOICE_ID) or "",
        amount=values.get(AMOUNT) or "",
        currency=(values.get(CURRENCY) or "").upper(),
    )


def read_old(submitted: Mapping[str, Any]) -> OldInvoice:
    """Of the submitted form: which invoice, and what shall become of it."""
    values = values_of(submitted)
    number = int(submitted["private_metadata"])
    return OldInvoice(number, values.get(AMOUNT) or "", remove=values.get(REMOVE) == REMOVE)


def account_key(provider: str, account: str) -> str:
    """A billing account as a menu's value, which Slack keeps short; ids of Azure's are long."""
    return hashlib.sha256(f"{provider}:{account}".encode()).hexdigest()[:24]


def _account(provider: str, account: str) -> str:
    """A billing account in a menu; of a long id its end, by which they differ."""
    of = f" ({words.identity(provider, PROVIDER)})"
    room = _ROOM - len(of)
    return (account if len(account) <= room else f"…{account[1 - room :]}") + of


def _amount(value: str | None) -> Element:
    return field(AMOUNT, "Amount to be paid, as 8412.73", text_input(value, 40))
