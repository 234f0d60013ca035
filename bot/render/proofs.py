"""Reconciliations and invoices in words and rows; plain text.

Whoever puts it into Slack's markup escapes it.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from bot.render import words
from core.costs.proving.model import (
    Bill,
    Crossing,
    InvoiceState,
    KindProof,
    Part,
    PartName,
    Reconciliation,
    exact,
)
from core.money import display, plain

HEADER: Final = ("Source", "Month", "Kind", "Export", "Stored", "Difference", "Currency")
_NOTHING: Final = "\N{EN DASH}"
_PARTS: Final = {
    PartName.GROSS: "before credits",
    PartName.TAX: "tax",
    PartName.ADJUSTMENT: "adjustments",
    PartName.ROUNDING: "rounding",
}


def title(found: Reconciliation) -> str:
    """Which proof it is: `gcp, October 2026, USD`."""
    return f"{found.source}, {words.month(found.month)}, {found.currency}"


def sentences(found: Reconciliation) -> Iterator[str]:
    """What a proof shows, what matters most first."""
    yield _export(found)
    if found.rollup_errors:
        rows = words.plural(found.rollup_errors, "row")
        yield f"Warning: {rows} of the summaries don't add up to the charges stored."
    yield from _moved(found)
    yield _invoice(found)
    yield " ".join((_whole(found), *_crossings(found)))


def _export(found: Reconciliation) -> str:
    if found.matches_export:
        lines = words.plural(found.total.stored.lines, "line")
        return f"What is stored matches the export, to the last digit and all of {lines}."
    wrong = [_wrong(kind, found.currency) for kind in found.kinds if not kind.matches]
    return f"Warning: what is stored differs from the export: {words.listing(wrong, most=5)}."


def _wrong(kind: KindProof, currency: str) -> str:
    return f"{kind_name(kind)} by {_difference(kind)} {currency}"


def _difference(kind: KindProof) -> str:
    """The difference in what is billed; in what is effective, or in lines, where that's all."""
    by = kind.difference
    if by.billed:
        return plain(by.billed)
    return f"{plain(by.effective)} effective" if by.effective else f"{by.lines} lines"


def kind_name(kind: KindProof) -> str:
    """A kind of charge: `Usage`, `Credit FREE_TIER`; its total is `Total`."""
    if not kind.charge_category:
        return "Total"
    plain_kind = kind.source_type in ("", "regular", kind.charge_category.lower())
    return kind.charge_category if plain_kind else f"{kind.charge_category} {kind.source_type}"


def _moved(found: Reconciliation) -> Iterator[str]:
    if found.behind:
        slices = words.plural(found.behind, "slice")
        yield f"{slices} changed at the source since; the next sync brings that in."
    if found.archived:
        slices = words.plural(found.archived, "slice")
        yield f"{slices} vanished at the source and stay here until they are pruned."


def _invoice(found: Reconciliation) -> str:
    match found.invoice_state:
        case InvoiceState.MATCHES:
            return "It matches the invoice, to the last digit."
        case InvoiceState.DIFFERS:
            wrong = [bill_words(b, found.currency) for b in found.bills if b.agrees is False]
            return f"Warning: {words.listing(wrong, most=5)}."
        case InvoiceState.PARTIAL:
            open_ = [_bill_name(bill) for bill in found.bills if bill.agrees is None]
            return f"The invoices recorded agree; not recorded: {words.listing(open_, most=5)}."
    return "No invoice is recorded to compare with." + ("" if found.final else " It isn't final.")


def bill_words(bill: Bill, currency: str) -> str:
    """How a recorded invoice compares: `the invoice of 0123AB says 10 USD, stored is 9 USD`."""
    name = _bill_name(bill)
    if bill.invoice is None:
        return f"no invoice of {name} is recorded"
    said = f"{plain(bill.invoice)} {currency}"
    if bill.agrees:
        return f"the invoice of {name} matches what is stored, {said}"
    return f"the invoice of {name} says {said}, what is stored {plain(bill.billed)} {currency}"


def recorded(bill: Bill, currency: str) -> str:
    """What recording an invoice has shown: whether it agrees, else the difference exactly."""
    said = f"Recorded: {bill_words(bill, currency)}"
    if bill.invoice is None or bill.agrees:
        return f"{said}."
    by = exact((bill.invoice, -bill.billed))
    more = "more" if by > 0 else "less"
    return f"{said}: the invoice is {plain(abs(by))} {currency} {more}."


def _bill_name(bill: Bill) -> str:
    account = bill.account or "no account"
    return f"{account} ({bill.invoice_id})" if bill.invoice_id else account


def _whole(found: Reconciliation) -> str:
    parts = [_part(part, found.currency) for part in found.parts]
    total = display(found.invoiced, found.currency)
    return f"Invoiced: {total}" + (f", of it {words.listing(parts, most=20)}." if parts else ".")


def _part(part: Part, currency: str) -> str:
    name = _PARTS.get(part.part) or part.type or "credits"
    return f"{name} {display(part.billed, currency)}"


def _crossings(found: Reconciliation) -> Iterator[str]:
    """How the invoice's total comes from that of the month's usage."""
    used = display(found.used, found.currency)
    if not (found.used_elsewhere or found.invoiced_elsewhere):
        yield f"The month's usage is the same {used}."
        return
    yield f"The month's usage: {used};"
    parts = []
    if found.used_elsewhere:
        parts.append(f"this invoice has {_crossed(found.used_elsewhere, found.currency)} as well")
    if found.invoiced_elsewhere:
        elsewhere = _crossed(found.invoiced_elsewhere, found.currency)
        parts.append(f"not on it, but on the invoices of other months: {elsewhere}")
    yield f"{'; '.join(parts)}."


def _crossed(found: Sequence[Crossing], currency: str) -> str:
    return words.listing(
        [f"{display(each.billed, currency)} ({words.month(each.month)})" for each in found], most=4
    )


def rows(proofs: Sequence[Reconciliation]) -> list[tuple[str, ...]]:
    """The figures of proofs, exactly: a row a kind of charge, and a total for each; as HEADER."""
    return [
        (
            found.source,
            f"{found.month:%Y-%m}",
            kind_name(kind),
            plain(kind.source.billed),
            plain(kind.stored.billed),
            _NOTHING if kind.matches else _difference(kind),
            found.currency,
        )
        for found in proofs
        for kind in (*found.kinds, found.total)
    ]
