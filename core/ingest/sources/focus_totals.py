"""Control totals: a file read a second time, and added up another way.

Nothing of how rows are made, joined and added is used here: values are told apart as the text
they are written as, and added up one by one as Python's decimals.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import MAX_PREC, Decimal, localcontext
from typing import Final

import pyarrow as pa

from core.costs.left_out import LeftOut, Reason, added_up
from core.costs.slices import ControlTotal
from core.ingest.sources import focus_columns as mapping
from core.ingest.sources.focus_columns import AMOUNTS, DAYS, KIND, PROVIDER, TEXTS, Column
from core.ingest.sources.focus_files import NULLS, Batches, wanted
from core.ingest.sources.focus_rows import SMALLEST, Wanted, texts

type _Key = tuple[date, str, str, str]

_PERIOD: Final = next(c for c in DAYS if c.name == "billing_period")
_CURRENCY: Final = next(c for c in TEXTS if c.name == "currency")
_ADDED: Final = tuple(c for c in AMOUNTS if c.name in {"billed", "effective"})
_BESIDE: Final = (_PERIOD, *KIND, _CURRENCY, Column(PROVIDER.name, PROVIDER.focus))


class Totals:
    """What files add up to by billing period, kind and currency; lines not mapped, or left out."""

    def __init__(self, item: Wanted) -> None:
        self._item = item
        self._sums: defaultdict[tuple[_Key, str], Decimal] = defaultdict(Decimal)
        self._lines: defaultdict[_Key, int] = defaultdict(int)
        self._left_out: list[LeftOut] = []
        self._keys: dict[tuple[str | None, ...], _Key | None] = {}

    def add(self, file: Batches) -> Iterator[int]:
        """Add a file, giving the number of rows of each batch as it is done."""
        names = wanted(file, (*_BESIDE, *_ADDED))
        for batch in file.read(list(dict.fromkeys(names.values()))):
            with localcontext(prec=MAX_PREC):
                self._count(batch, names)
            yield len(batch)

    def told(self) -> list[ControlTotal]:
        """All of them, in order."""
        return [
            ControlTotal(
                billing_period=key[0],
                charge_category=key[1],
                source_type=key[2],
                currency=key[3],
                billed=self._sums[key, "billed"],
                effective=self._sums[key, "effective"],
                lines=self._lines[key],
            )
            for key in sorted(self._lines)
        ]

    def left_out(self) -> tuple[LeftOut, ...]:
        """Lines of other clouds, and those of a kind that isn't known."""
        return added_up(self._left_out)

    def _count(self, batch: pa.RecordBatch, names: Mapping[str, str]) -> None:
        nothing = pa.nulls(len(batch), pa.string())
        table = {
            c.name: texts(batch.column(names[c.name])) if c.name in names else nothing
            for c in (*_BESIDE, *_ADDED)
        }
        binary = {c.name: pa.types.is_floating(batch.column(names[c.name]).type) for c in _ADDED}
        grouped = (
            pa.table(table)
            .group_by([c.name for c in _BESIDE], use_threads=False)
            .aggregate([(c.name, "list") for c in _ADDED])
        )
        for *values, billed, effective in zip(*grouped.to_pydict().values(), strict=True):
            self._note(*values, lines=len(billed))
            if key := self._key(tuple(values)):
                self._lines[key] += len(billed)
                self._sums[key, "billed"] += _sum(billed, binary=binary["billed"])
                self._sums[key, "effective"] += _sum(effective, binary=binary["effective"])

    def _key(self, values: tuple[str | None, ...]) -> _Key | None:
        """What a line counts towards; None: it is none of ours."""
        if values not in self._keys:
            self._keys[values] = self._made_key(values)
        return self._keys[values]

    def _note(self, period: str, category: str, *others: str | None, lines: int) -> None:
        month, provider = mapping.month(period), others[-1]
        if month is None or self._item.period not in {None, month}:
            return
        if not self._mine(provider):
            self._left_out.append(LeftOut(month, Reason.OTHER_PROVIDER, lines))
        elif not mapping.is_known(category):
            self._left_out.append(LeftOut(month, Reason.UNKNOWN_KIND, lines))

    def _mine(self, provider: str | None) -> bool:
        return mapping.provider(provider) in {None, self._item.provider}

    def _made_key(self, values: tuple[str | None, ...]) -> _Key | None:
        period, *kind, currency, provider = values
        month = mapping.month(period)
        if month is None or not self._mine(provider) or self._item.period not in {None, month}:
            return None
        return month, *mapping.kind(*kind), mapping.currency(currency)


def _sum(amounts: Sequence[str | None], *, binary: bool) -> Decimal:
    """The sum of amounts as they are written; by the way of C, for there are millions."""
    if binary:
        return sum((Decimal(a).quantize(SMALLEST) for a in amounts if a), Decimal(0))
    try:
        return sum(map(Decimal, filter(None, amounts)), Decimal(0))
    except ArithmeticError:
        written = (a for a in amounts if a and a.strip() not in NULLS)
        return sum(map(Decimal, written), Decimal(0))
