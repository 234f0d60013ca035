"""The bodies of what is known about the data: sources, proofs, restatements."""

from datetime import date, datetime
from typing import Literal

from pydantic import Field

from bot.rest.models import Amount, Closed, Paged, Text, example
from core.costs.left_out import Reason


class BillingPeriod(Closed):
    """A month of a source: whether it matches the export, and whether more may come."""

    month: str
    matches_export: bool
    final: bool


class Unfinished(Closed):
    """What is still being written at a source, and so was left as it is stored."""

    key: str
    why: str
    since: datetime


class LeftOut(Closed):
    """Lines of a month that were left out, or (`kept`) counted under a catch-all, and why."""

    billing_period: str
    reason: Reason
    kept: bool
    lines: int


class Archived(Closed):
    """What vanished at a source and is kept and counted; `since`: the first of it was missed."""

    slices: int
    since: datetime
    lines: int
    billing_periods: list[str]


class Source(Closed):
    """A source of charges. `behind`: slices that moved at it since they were read.

    `configured`: sources.toml lists it still.
    """

    name: str
    kind: str
    provider: str
    configured: bool
    through: datetime | None
    complete_until: date | None
    synced_at: datetime | None
    matches_export: bool
    behind: int
    currencies: list[str]
    unfinished: list[Unfinished]
    left_out: list[LeftOut]
    archived: Archived | None
    billing_periods: list[BillingPeriod]


class SourceList(Closed):
    """Sources, a page of them."""

    items: list[Source]
    next: str | None


class Sums(Closed):
    """BilledCost, EffectiveCost, and how many of the source's lines they add up."""

    billed: Amount
    effective: Amount
    lines: int


class Proof(Closed):
    """Source beside store; `difference` is what is stored too much."""

    matches: bool
    source: Sums
    stored: Sums
    difference: Sums


class KindProof(Proof):
    """The same of one kind: FOCUS ChargeCategory, and the source's own cost or credit type."""

    category: str
    type: str


class Part(Closed):
    """A part of what is invoiced; `type` is the credit's."""

    part: Literal["gross", "credit", "tax", "adjustment", "rounding"]
    type: str
    amount: Amount


class OtherMonth(Closed):
    """What was used in one month and invoiced in another; the other one."""

    month: str
    amount: Amount


class Bill(Closed):
    """What an account owes as stored, and as the invoice says; null where none is recorded.

    `invoice_id` '': all of the account's month, or what has no InvoiceId.
    """

    account: str
    invoice_id: str
    stored: Amount
    invoice: Amount | None
    agrees: bool | None


class Reconciliation(Closed):
    """The proof of one source, billing period and currency.

    `invoiced` is the month's total by invoice, `used` by day of use; `used_elsewhere` and
    `invoiced_elsewhere` are what lies between them. `matches_invoice`: null where not every
    invoice is recorded.
    """

    id: int | None
    checked_at: datetime | None
    asked_by: str
    source: str
    provider: str
    month: str
    currency: str
    matches_export: bool
    matches_rollups: bool
    matches_invoice: bool | None
    final: bool
    behind: int
    archived: int
    total: Proof
    kinds: list[KindProof]
    parts: list[Part]
    invoiced: Amount
    used: Amount
    used_elsewhere: list[OtherMonth]
    invoiced_elsewhere: list[OtherMonth]
    bills: list[Bill]


class ReconciliationList(Closed):
    """Proofs, a page of them."""

    items: list[Reconciliation]
    next: str | None


class NewReconciliation(Closed):
    """What to prove; null is everything."""

    model_config = example(source="gcp", period="2026-10")

    source: Text | None = None
    period: Text | None = Field(
        default=None, description="The months that it touches.", examples=["2026-10"]
    )


class Restatement(Closed):
    """A day that changed after it was published: the measure `cost`, before and after."""

    id: int
    recorded_at: datetime
    source: str
    date: date
    project: str | None
    account: str | None
    service: str | None
    currency: str
    before: Amount
    after: Amount


class RestatementList(Closed):
    """Restatements, a page of them."""

    items: list[Restatement]
    next: str | None


class Listed(Paged):
    """Which of a list, newest first."""

    period: str | None = Field(
        default=None, max_length=100, description="As in questions.", examples=["2026-10"]
    )
    source: str | None = Field(default=None, max_length=200, description="Only of this one.")


class ListedByPeriod(Paged):
    """Which of a list, newest first."""

    period: str | None = Field(
        default=None, max_length=100, description="As in questions.", examples=["2026-10"]
    )


class ListedRestatements(ListedByPeriod):
    """Which days that changed, newest record first."""

    project: tuple[str, ...] = Field(default=(), description="Repeatable.", examples=[["checkout"]])
