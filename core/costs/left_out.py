"""Lines that are not among the charges, or tell less there than they should: counted, never lost.

Of each slice, what was found when it was read; written with it, in its transaction.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final


class Reason(StrEnum):
    """Why a line was left out, or what of it could not be mapped."""

    BEFORE_HORIZON = "before_horizon"
    OTHER_PROVIDER = "other_provider"
    OTHER_SOURCE = "other_source"
    UNKNOWN_KIND = "unknown_kind"
    NO_CURRENCY = "no_currency"
    NO_DAY = "no_day"
    NO_BILLING_PERIOD = "no_billing_period"

    @property
    def kept(self) -> bool:
        """Whether the line is among the charges, under a catch-all."""
        return self not in {Reason.BEFORE_HORIZON, Reason.OTHER_PROVIDER, Reason.OTHER_SOURCE}


_WORDS: Final = {
    Reason.BEFORE_HORIZON: "left out: older than what is kept",
    Reason.OTHER_PROVIDER: "left out: of another cloud",
    Reason.OTHER_SOURCE: "left out: another source holds their month",
    Reason.UNKNOWN_KIND: "of an unknown kind, counted as usage",
    Reason.NO_CURRENCY: "without a currency, counted as XXX",
    Reason.NO_DAY: "without a day, counted on the day they arrived",
    Reason.NO_BILLING_PERIOD: "without a billing period, counted in the month of their day",
}


@dataclass(frozen=True, slots=True, order=True)
class LeftOut:
    """How many lines of a billing period (its first day) there were, for one reason."""

    billing_period: date
    reason: Reason
    lines: int

    def as_dict(self) -> dict[str, object]:
        """For JSON."""
        return {
            "billing_period": f"{self.billing_period:%Y-%m}",
            "reason": self.reason.value,
            "kept": self.reason.kept,
            "lines": self.lines,
        }


def added_up(found: Iterable[LeftOut]) -> tuple[LeftOut, ...]:
    """Those of one billing period and reason as one, in order; those of no lines dropped."""
    lines: Counter[tuple[date, Reason]] = Counter()
    for each in found:
        lines[each.billing_period, each.reason] += each.lines
    return tuple(LeftOut(*key, count) for key, count in sorted(lines.items()) if count)


def in_words(found: Iterable[LeftOut]) -> list[str]:
    """Each reason with its lines, whatever the billing period: `12 lines left out: …`."""
    lines: Counter[Reason] = Counter()
    for each in found:
        lines[each.reason] += each.lines
    return [
        f"{count:,} line{'' if count == 1 else 's'} {_WORDS[reason]}"
        for reason in Reason
        if (count := lines[reason])
    ]
