"""What finance can do about invoices, below a month's proof."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

from slackblocks import Block, SectionBlock, Text, TextType

from bot.render import words
from bot.render.blocks import actions
from bot.render.blocks.message import Message, bold, context, escape, message
from core.costs.proving.invoices import Invoice
from core.money import plain

RECORD: Final = "invoice.record"
"""Open the form to record an invoice of the month that is the value: `2026-07`."""
EDIT: Final = "invoice.edit"
"""Open the form to correct or remove the invoice whose number is the value; followed by it."""

_MOST: Final = 10


def with_invoices(proof: Message, month: date, recorded: Sequence[Invoice]) -> Message:
    """A month's proof with what is recorded of it, each one to be changed, and a way to add."""
    below: list[Block] = list(_recorded(recorded))
    below += actions.row([actions.button("Record invoice", RECORD, f"{month:%Y-%m}")], "invoice")
    return Message(proof.text, proof.blocks + message("", below).blocks)


def _recorded(recorded: Sequence[Invoice]) -> Iterator[Block]:
    for invoice in recorded[:_MOST]:
        name = " ".join(filter(None, (invoice.account, invoice.invoice_id)))
        amount = escape(f"{plain(invoice.amount)} {invoice.currency}")
        yield SectionBlock(
            text=Text(
                f"Recorded of {bold(name)}, {words.month(invoice.month)}: {amount}",
                TextType.MARKDOWN,
            ),
            block_id=f"invoice.{invoice.id}",
            accessory=actions.button("Edit", f"{EDIT}.{invoice.id}", str(invoice.id)),
        )
    if (hidden := len(recorded) - _MOST) > 0:
        yield context(f"and {words.plural(hidden, 'more invoice')}", "invoices.more")
