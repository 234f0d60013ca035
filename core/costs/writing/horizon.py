"""The retention horizon: what is older than the facts that are kept stays out, and is counted."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, localcontext
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from core.costs.left_out import LeftOut, Reason
from core.costs.slices import ControlTotal
from core.money import EXACT

type _Key = tuple[date, str, str, str]

_KEY: Final = ("billing_period", "charge_category", "source_type", "currency")


@dataclass(frozen=True, slots=True)
class Divided:
    """The charges that are kept, what those add up to by the source, and what was left out."""

    charges: pa.Table
    totals: Sequence[ControlTotal]
    left_out: tuple[LeftOut, ...] = ()


def divided(charges: pa.Table, totals: Sequence[ControlTotal], facts_from: date | None) -> Divided:
    """Divide a reading at the horizon.

    The source's totals are less by exactly what was left out: what is stored matches them only
    if all that was read, older days too, adds up to what the source says.

    Args:
        charges: a slice's rows.
        totals: what the source says they add up to.
        facts_from: the first day kept; None: all are.
    """
    if facts_from is None or not len(charges):
        return Divided(charges, totals)
    kept = pc.greater_equal(charges["day"], pa.scalar(facts_from, pa.date32()))
    return keeping(Divided(charges, totals), kept, Reason.BEFORE_HORIZON)


def keeping(within: Divided, kept: pa.ChunkedArray, reason: Reason) -> Divided:
    """Only some of the rows; what is left out, and why, beside what was before."""
    gone_rows = within.charges.filter(pc.invert(kept))
    if not len(gone_rows):
        return within
    gone = _added_up(gone_rows)
    lines: defaultdict[date, int] = defaultdict(int)
    for (period, *_), (_, _, count) in gone.items():
        lines[period] += count
    counted = (LeftOut(period, reason, count) for period, count in sorted(lines.items()))
    return Divided(
        within.charges.filter(kept), _less(within.totals, gone), (*within.left_out, *counted)
    )


def _added_up(rows: pa.Table) -> dict[_Key, tuple[Decimal, Decimal, int]]:
    sums: defaultdict[_Key, tuple[Decimal, Decimal, int]] = defaultdict(
        lambda: (Decimal(0), Decimal(0), 0)
    )
    columns = [rows[name].to_pylist() for name in (*_KEY, "billed", "effective", "lines")]
    with localcontext(EXACT):
        for period, category, type_, currency, billed, effective, lines in zip(
            *columns, strict=True
        ):
            key = (period, category, type_, currency)
            sofar = sums[key]
            sums[key] = (
                sofar[0] + Decimal(billed),
                sofar[1] + Decimal(effective),
                sofar[2] + lines,
            )
    return sums


def _less(
    totals: Sequence[ControlTotal], gone: dict[_Key, tuple[Decimal, Decimal, int]]
) -> list[ControlTotal]:
    """Totals without what has gone; a key whose lines have all gone is one no more."""
    said: defaultdict[_Key, list[ControlTotal]] = defaultdict(list)
    for each in totals:
        said[each.billing_period, each.charge_category, each.source_type, each.currency].append(
            each
        )
    found: list[ControlTotal] = []
    for key in said.keys() | gone.keys():
        first, *more = said[key] or [ControlTotal(*key, Decimal(0), Decimal(0), 0)]
        found += more
        billed, effective, lines = gone.get(key, (Decimal(0), Decimal(0), 0))
        with localcontext(EXACT):
            rest = replace(
                first,
                billed=first.billed - billed,
                effective=first.effective - effective,
                lines=first.lines - lines,
            )
        if key not in gone or rest.billed or rest.effective or rest.lines:
            found.append(rest)
    return sorted(found, key=lambda t: (t.billing_period, t.charge_category, t.source_type))
