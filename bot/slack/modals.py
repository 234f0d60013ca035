"""Modals: opened at once, filled when the data is there, read when submitted."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from bot.render import blocks, words
from core.costs.model import PROVIDER
from core.costs.proving.invoices import Invoice
from core.money import plain
from core.projects.model import UNCHANGED, Project, ProjectChange

type View = dict[str, object]

PROJECT: Final = "project.change"
CHANGE_PROJECT: Final = "Change project"
NAME: Final = "name"
SLUG: Final = "slug"
RECORD_INVOICE: Final = "Record invoice"
EDIT_INVOICE: Final = "Edit invoice"
NEW_INVOICE: Final = "invoice.new"
OLD_INVOICE: Final = "invoice.old"
ACCOUNT: Final = "account"
MONTH: Final = "month"
INVOICE_ID: Final = "invoice_id"
AMOUNT: Final = "amount"
CURRENCY: Final = "currency"
REMOVE: Final = "remove"
PLAN_DAYS: Final = "Plan days ahead"
NEW_PLAN: Final = "anomaly.plan"
PLANNED_PROJECT: Final = "project"
FIRST_DAY: Final = "first"
LAST_DAY: Final = "last"
PLANNED_SERVICE: Final = "service"
_LONGEST: Final = 3000
_OPTIONS: Final = 100
_OPTION: Final = 75


def notice(title: str, said: str) -> View:
    """Some words in the place of a form: it is loading, it was saved, it isn't the asker's."""
    return {
        "type": "modal",
        "title": _plain(title),
        "close": _plain("Close"),
        "blocks": [{"type": "section", "block_id": "notice", "text": _plain(said[:_LONGEST])}],
    }


def project(found: Project) -> View:
    """The form to change a project."""
    return {
        "type": "modal",
        "callback_id": PROJECT,
        "title": _plain(CHANGE_PROJECT),
        "submit": _plain("Save"),
        "close": _plain("Cancel"),
        "private_metadata": found.slug,
        "blocks": [
            _input(NAME, "Name", _text(found.name, 150), optional=False),
            _input(SLUG, "Slug: what is typed in questions", _text(found.slug, 63), optional=False),
            _input("owner", "Owner", person(found.owner)),
            _input("team", "Team", _text(found.team, 80)),
            _input("cost_center", "Cost centre", _text(found.cost_center, 80)),
            _input("channel", "Channel: its questions are about this project", _channel(found)),
            *_labels(found),
        ],
    }


def _labels(found: Project) -> list[dict[str, object]]:
    """What labels define a project, and where that is changed."""
    if not found.rules:
        return []
    told = f"Labels: {blocks.labels_of(found)}. Changed by `cost-tracker projects link`."
    return [
        {
            "type": "context",
            "block_id": "labels",
            "elements": [_plain(told[:_LONGEST])],
        }
    ]


def read_project(view: Mapping[str, Any]) -> tuple[str, str, ProjectChange]:
    """Of the submitted form: the project, the slug it shall have, and what it shall be."""
    values = _values(view)
    slug = view["private_metadata"]
    change = ProjectChange(
        name=values.get(NAME) or UNCHANGED,
        owner=values.get("owner"),
        team=values.get("team"),
        cost_center=values.get("cost_center"),
        channel=values.get("channel"),
    )
    return slug, values.get(SLUG) or slug, change


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


def new_invoice(
    month: str,
    *,
    accounts: Sequence[tuple[str, str]],
    months: Sequence[date],
    currencies: Sequence[str],
) -> View:
    """The form to record an invoice.

    Args:
        month: the one that is chosen at first, as `2026-07`.
        accounts: provider and id of the billing accounts.
        months: those that can be chosen, latest first.
        currencies: those that can be chosen; none: it is typed.
    """
    choices = {account_key(*each): _account(*each) for each in accounts}
    return {
        "type": "modal",
        "callback_id": NEW_INVOICE,
        "title": _plain(RECORD_INVOICE),
        "submit": _plain("Record"),
        "close": _plain("Cancel"),
        "blocks": [
            _input(ACCOUNT, "Billing account", _choice(choices), optional=False),
            _input(
                MONTH,
                "Invoice month",
                _choice({f"{each:%Y-%m}": words.month(each) for each in months}, month),
                optional=False,
            ),
            _input(INVOICE_ID, "InvoiceId: empty for all of the account's month", _text(None, 200)),
            _amount(None),
            _input(
                CURRENCY,
                "Currency",
                _choice({each: each for each in currencies}) if currencies else _text(None, 3),
                optional=False,
            ),
        ],
    }


def old_invoice(invoice: Invoice) -> View:
    """The form to correct an invoice, or to remove it."""
    of = filter(None, (_account(invoice.provider, invoice.account), invoice.invoice_id))
    told = f"{' · '.join(of)} · {words.month(invoice.month)}, in {invoice.currency}"
    remove = {"text": _plain("Remove it: it was recorded by mistake"), "value": REMOVE}
    return {
        "type": "modal",
        "callback_id": OLD_INVOICE,
        "title": _plain(EDIT_INVOICE),
        "submit": _plain("Save"),
        "close": _plain("Cancel"),
        "private_metadata": str(invoice.id),
        "blocks": [
            {"type": "section", "block_id": "of", "text": _plain(told[:_LONGEST])},
            _amount(plain(invoice.amount)),
            _input(
                REMOVE,
                "Or",
                {"type": "checkboxes", "action_id": "choice", "options": [remove]},
            ),
        ],
    }


def read_new_invoice(view: Mapping[str, Any]) -> NewInvoice:
    """What the submitted form says."""
    values = _values(view)
    return NewInvoice(
        account=values.get(ACCOUNT) or "",
        month=date.fromisoformat(f"{values.get(MONTH)}-01"),
        invoice_id=values.get(INVOICE_ID) or "",
        amount=values.get(AMOUNT) or "",
        currency=(values.get(CURRENCY) or "").upper(),
    )


def read_old_invoice(view: Mapping[str, Any]) -> OldInvoice:
    """Of the submitted form: which invoice, and what shall become of it."""
    values = _values(view)
    number = int(view["private_metadata"])
    return OldInvoice(number, values.get(AMOUNT) or "", remove=values.get(REMOVE) == REMOVE)


@dataclass(frozen=True, slots=True)
class PlannedDays:
    """What was said of days ahead; `amount` as it was typed, '' for whatever it costs."""

    project: str
    first: date
    last: date
    service: str
    amount: str
    note: str


def plan_days(projects: Sequence[str], *, chosen: str, today: date) -> View:
    """The form to say that days will cost something else.

    Args:
        projects: those that can be chosen.
        chosen: the one that is at first; '' none.
        today: the first day at first.
    """
    slugs = list(dict.fromkeys([*([chosen] if chosen else []), *projects]))
    return {
        "type": "modal",
        "callback_id": NEW_PLAN,
        "title": _plain(PLAN_DAYS),
        "submit": _plain("Plan"),
        "close": _plain("Cancel"),
        "blocks": [
            _input(
                PLANNED_PROJECT,
                "Project",
                _choice({each: each for each in slugs}, chosen),
                optional=False,
            ),
            _input(FIRST_DAY, "First day", _day(today), optional=False),
            _input(LAST_DAY, "Last day", _day(today), optional=False),
            _input(PLANNED_SERVICE, "Service: empty for the whole project", _text(None, 200)),
            _input(AMOUNT, "How much more a day: empty for whatever it costs", _text(None, 40)),
            _input("note", "What for", _text(None, 150)),
        ],
    }


def read_plan(view: Mapping[str, Any]) -> PlannedDays:
    """What the submitted form says."""
    values = _values(view)
    return PlannedDays(
        project=values.get(PLANNED_PROJECT) or "",
        first=date.fromisoformat(values.get(FIRST_DAY) or ""),
        last=date.fromisoformat(values.get(LAST_DAY) or ""),
        service=values.get(PLANNED_SERVICE) or "",
        amount=values.get(AMOUNT) or "",
        note=values.get("note") or "",
    )


def _day(chosen: date) -> dict[str, object]:
    return {
        "type": "datepicker",
        "action_id": "choice",
        "initial_date": chosen.isoformat(),
    }


def account_key(provider: str, account: str) -> str:
    """A billing account as a menu's value, which Slack keeps short; ids of Azure's are long."""
    return hashlib.sha256(f"{provider}:{account}".encode()).hexdigest()[:24]


def _account(provider: str, account: str) -> str:
    """A billing account in a menu; of a long id its end, by which they differ."""
    of = f" ({words.identity(provider, PROVIDER)})"
    room = _OPTION - len(of)
    return (account if len(account) <= room else f"…{account[1 - room :]}") + of


def _amount(value: str | None) -> dict[str, object]:
    return _input(AMOUNT, "Amount to be paid, as 8412.73", _text(value, 40), optional=False)


def _choice(options: Mapping[str, str], chosen: str = "") -> dict[str, object]:
    """A menu, by value; where there is but one option, or one was chosen before, it is set."""
    made = {
        value: {"text": _plain(text[:_OPTION]), "value": value}
        for value, text in [*options.items()][:_OPTIONS]
    }
    first = made.get(chosen) or (next(iter(made.values())) if len(made) == 1 else None)
    element = {"type": "static_select", "action_id": "choice", "options": [*made.values()]}
    return element | ({"initial_option": first} if first else {})


def _values(view: Mapping[str, Any]) -> dict[str, str | None]:
    return {
        block: _value(next(iter(elements.values())))
        for block, elements in view["state"]["values"].items()
    }


def _value(element: Mapping[str, Any]) -> str | None:
    for key in ("selected_users", "selected_conversations"):
        if element.get(key):
            return ",".join(element[key])
    for key in ("value", "selected_user", "selected_conversation", "selected_date"):
        if element.get(key):
            return str(element[key]).strip() or None
    chosen = [element.get("selected_option"), *(element.get("selected_options") or ())]
    return next((str(option["value"]) for option in chosen if option), None)


def plain_text(text: str) -> dict[str, object]:
    """Text without markup."""
    return _plain(text)


def field(
    block: str, label: str, element: dict[str, object], *, optional: bool = False
) -> dict[str, object]:
    """A field of a form, with its label."""
    return _input(block, label, element, optional=optional)


def text_input(value: str | None, longest: int) -> dict[str, object]:
    """Where something is typed."""
    return _text(value, longest)


def choice(options: Mapping[str, str], chosen: str = "") -> dict[str, object]:
    """A menu, by value; what was chosen before is set."""
    return _choice(options, chosen)


def values_of(view: Mapping[str, Any]) -> dict[str, str | None]:
    """What was said in a submitted form, by field."""
    return _values(view)


def channels(chosen: Sequence[str]) -> dict[str, object]:
    """A menu of channels, any number of them."""
    element: dict[str, object] = {
        "type": "multi_conversations_select",
        "action_id": "channels",
        "filter": {"include": ["public", "private"], "exclude_bot_users": True},
    }
    return element | ({"initial_conversations": list(chosen)} if chosen else {})


def _plain(text: str) -> dict[str, object]:
    return {"type": "plain_text", "text": text}


def _input(
    block: str, label: str, element: dict[str, object], *, optional: bool = True
) -> dict[str, object]:
    return {
        "type": "input",
        "block_id": block,
        "optional": optional,
        "label": _plain(label),
        "element": element,
    }


def _text(value: str | None, longest: int) -> dict[str, object]:
    element: dict[str, object] = {
        "type": "plain_text_input",
        "action_id": "text",
        "max_length": max(longest, len(value or "")),
    }
    return element | ({"initial_value": value} if value else {})


def person(owner: str | None) -> dict[str, object]:
    """A menu of people; somebody known by e-mail only is kept as text."""
    if owner is not None and "@" in owner:
        return _text(owner, 254)
    element: dict[str, object] = {"type": "users_select", "action_id": "person"}
    return element | ({"initial_user": owner} if owner else {})


def _channel(found: Project) -> dict[str, object]:
    element: dict[str, object] = {
        "type": "conversations_select",
        "action_id": "channel",
        "filter": {"include": ["public", "private"], "exclude_bot_users": True},
    }
    return element | ({"initial_conversation": found.channel} if found.channel else {})
