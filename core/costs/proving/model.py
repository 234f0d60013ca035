"""What a proof says of one source, billing period and currency; every amount exact."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, localcontext
from enum import StrEnum

from core.costs.model import in_gross
from core.money import EXACT, ZERO

ROUNDING = "rounding_error"
"""Google's cost type of what an invoice's rounding to cents leaves."""


def exact(amounts: Iterable[Decimal]) -> Decimal:
    """Add up without rounding."""
    with localcontext(EXACT):
        return sum(amounts, ZERO)


@dataclass(frozen=True, slots=True)
class Sums:
    """BilledCost, EffectiveCost, and how many of the source's own lines they add up."""

    billed: Decimal = ZERO
    effective: Decimal = ZERO
    lines: int = 0

    def __add__(self, other: "Sums") -> "Sums":
        with localcontext(EXACT):
            return Sums(
                self.billed + other.billed,
                self.effective + other.effective,
                self.lines + other.lines,
            )

    def __sub__(self, other: "Sums") -> "Sums":
        with localcontext(EXACT):
            return Sums(
                self.billed - other.billed,
                self.effective - other.effective,
                self.lines - other.lines,
            )


@dataclass(frozen=True, slots=True)
class KindProof:
    """One kind of charge: what the source says it adds up to, and what is stored."""

    charge_category: str
    source_type: str
    source: Sums
    stored: Sums

    @property
    def difference(self) -> Sums:
        """What is stored too much."""
        return self.stored - self.source

    @property
    def matches(self) -> bool:
        """Whether amounts and lines are the same, to the last digit."""
        return self.stored == self.source


class PartName(StrEnum):
    """The parts that an invoice consists of."""

    GROSS = "gross"
    CREDIT = "credit"
    TAX = "tax"
    ADJUSTMENT = "adjustment"
    ROUNDING = "rounding"


@dataclass(frozen=True, slots=True)
class Part:
    """One part of what is billed; `type` is the credit's, '' for the others."""

    part: PartName
    type: str
    billed: Decimal


@dataclass(frozen=True, slots=True)
class Crossing:
    """BilledCost of charges whose usage and whose invoice are of two months; the other one."""

    month: date
    billed: Decimal


class InvoiceState(StrEnum):
    """Whether what finance recorded agrees with what is stored.

    `partial`: what is recorded agrees, but not all that is billed is recorded.
    """

    MATCHES = "matches"
    DIFFERS = "differs"
    PARTIAL = "partial"
    UNRECORDED = "unrecorded"


@dataclass(frozen=True, slots=True)
class Bill:
    """What a billing account owes: by what is stored, and by the invoice if it is recorded.

    `invoice_id` '': all of the account's month (a recorded one), or what has no InvoiceId.
    """

    account: str
    invoice_id: str
    billed: Decimal
    invoice: Decimal | None = None

    @property
    def agrees(self) -> bool | None:
        """Whether the two are equal; None where no invoice is recorded."""
        return None if self.invoice is None else self.invoice == self.billed


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """The proof of one source, billing period (`month`: its first day) and currency.

    kinds: source beside store, at the instants at which the slices were read.
    used: BilledCost of the month's usage, whenever it is invoiced.
    used_elsewhere: on this invoice, of usage in other months. invoiced_elsewhere: usage of
    this month, on other invoices.
    bills: per billing account and InvoiceId, beside the invoices recorded.
    behind: slices that have moved at the source since they were read: no mismatch.
    archived: slices that are gone at the source and kept here.
    rollup_errors: rows of rollups that the facts don't add up to, of all sources together.
    """

    source: str
    month: date
    currency: str
    kinds: tuple[KindProof, ...]
    used: Decimal
    used_elsewhere: tuple[Crossing, ...]
    invoiced_elsewhere: tuple[Crossing, ...]
    bills: tuple[Bill, ...]
    provider: str = ""
    final: bool = False
    behind: int = 0
    archived: int = 0
    rollup_errors: int = 0
    checked_at: datetime | None = None
    asked_by: str = ""
    id: int = 0

    @property
    def total(self) -> KindProof:
        """All kinds together."""
        said = sum((kind.source for kind in self.kinds), Sums())
        return KindProof("", "", said, sum((kind.stored for kind in self.kinds), Sums()))

    @property
    def invoiced(self) -> Decimal:
        """The total on the invoice basis: BilledCost of every category and credit."""
        return self.total.stored.billed

    @property
    def matches_export(self) -> bool:
        """Whether every kind matches; sums alone might, where two errors cancel out."""
        return all(kind.matches for kind in self.kinds)

    @property
    def proved(self) -> bool:
        """Whether store and rollups are right."""
        return self.matches_export and not self.rollup_errors

    @property
    def parts(self) -> tuple[Part, ...]:
        """What the invoice's total consists of; they add up to it."""
        sums: defaultdict[tuple[PartName, str], list[Decimal]] = defaultdict(list)
        for kind in self.kinds:
            sums[_part(kind)].append(kind.stored.billed)
        order = list(PartName)
        return tuple(
            Part(name, type_, exact(amounts))
            for (name, type_), amounts in sorted(
                sums.items(), key=lambda item: (order.index(item[0][0]), item[0][1])
            )
        )

    @property
    def invoice_state(self) -> InvoiceState:
        """What the recorded invoices say."""
        return invoice_state(self.bills)


def invoice_state(bills: Iterable[Bill]) -> InvoiceState:
    """What recorded invoices say of some bills."""
    said = [bill.agrees for bill in bills]
    if False in said:
        return InvoiceState.DIFFERS
    if True not in said:
        return InvoiceState.UNRECORDED
    return InvoiceState.PARTIAL if None in said else InvoiceState.MATCHES


def _part(kind: KindProof) -> tuple[PartName, str]:
    if kind.source_type == ROUNDING:
        return PartName.ROUNDING, ""
    match kind.charge_category:
        case "Tax":
            return PartName.TAX, ""
        case "Adjustment":
            return PartName.ADJUSTMENT, ""
        case "Credit" if not in_gross(kind.charge_category, kind.source_type):
            return PartName.CREDIT, kind.source_type
    return PartName.GROSS, ""
