"""Replacing a slice: only what changed is written, and everything stays exact."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal

import pyarrow as pa

from core.costs.model import ControlTotal, Replacement, Slice
from core.database import Database
from core.projects.service import ProjectService


async def replace(
    database: Database,
    projects: ProjectService,
    item: Slice,
    charges: pa.Table,
    *,
    totals: Sequence[ControlTotal],
    rates: Mapping[tuple[date, str], Decimal],
    now: datetime,
) -> Replacement:
    """Let a slice hold exactly these charges, whatever it held before.

    Dimensions and partitions are made first, in short transactions of their own; then one
    transaction, with the slice's row locked. Safe to repeat, to interrupt and to run at once.

    Args:
        database: where.
        projects: adopts the accounts that are new.
        item: which slice, and the state in which it was read; its source is registered.
        charges: its rows, of the schema `core.costs.charges.CHARGES`; none: it is empty now.
            Rows equal in every identity column are added up.
        totals: what the source says the slice adds up to, asked apart from the rows.
        rates: units of a currency for one USD, by billing period and currency.
        now: the instant to record.

    Raises:
        UnknownSourceError: the source isn't registered.
        SharedAccountError: another source holds a billing account's month already.
    """
    raise NotImplementedError
