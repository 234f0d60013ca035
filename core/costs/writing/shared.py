"""Billing accounts' months that exports of the same bill share: one counts each, no two do.

A source that was changed over to another keeps the months that the other lacks. Neither reads
what the other holds: such rows stay out, and are counted.
"""

from collections.abc import Collection, Iterable, Iterator
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import text

from core.costs.left_out import Reason
from core.costs.resources import Resources
from core.costs.writing.horizon import Divided, keeping
from core.costs.writing.slices import Source
from core.database import Connection

type Month = tuple[str, date]
"""A billing account's own id, and the first day of a billing period."""

_KIN = (
    "WITH RECURSIVE kin(id) AS (SELECT CAST(:source AS integer) UNION"
    " SELECT CASE WHEN s.id = k.id THEN s.succeeded_by ELSE s.id END"
    " FROM kin k JOIN sources s ON s.id = k.id OR s.succeeded_by = k.id"
    " WHERE s.succeeded_by IS NOT NULL)"
)


async def held_by_kin(connection: Connection, source: Source) -> frozenset[Month]:
    """The months that the exports hold which this one was changed over from, or to."""
    statement = text(
        f"{_KIN} SELECT a.account_id, c.billing_period FROM billing_claims c"
        " JOIN billing_accounts a ON a.id = c.billing_account_id"
        " WHERE c.source_id IN (SELECT id FROM kin) AND c.source_id <> :source"
    )
    rows = await connection.execute(statement, {"source": source.id})
    return frozenset((account, period) for account, period in rows)


async def hold(tx: Connection, source: Source, months: Iterable[tuple[int, date]]) -> bool:
    """Let months (of a billing account's id) stay a source's until the transaction's end.

    Returns:
        Whether all of them are: another may have taken some over meanwhile.
    """
    wanted = sorted(set(months))
    statement = text(
        "SELECT c.source_id = :source FROM billing_claims c"
        " JOIN unnest(CAST(:accounts AS integer[]), CAST(:periods AS date[])) w(account, period)"
        " ON c.billing_account_id = w.account AND c.billing_period = w.period"
        " ORDER BY c.billing_account_id, c.billing_period FOR SHARE OF c"
    )
    parameters = {
        "source": source.id,
        "accounts": [account for account, _ in wanted],
        "periods": [period for _, period in wanted],
    }
    found = (await tx.execute(statement, parameters)).scalars().all()
    return len(found) == len(wanted) and all(found)


def without(within: Divided, months: Collection[Month]) -> Divided:
    """A reading without the rows of some months."""
    if not months or not len(within.charges):
        return within
    return keeping(within, pc.invert(among(within.charges, months)), Reason.OTHER_SOURCE)


def among(charges: pa.Table, months: Collection[Month]) -> pa.ChunkedArray:
    """Which rows are of some months."""
    found = pa.chunked_array([pa.repeat(pa.scalar(value=False), len(charges))])
    for account, period in months:
        mine = pc.equal(charges["billing_account"], account)
        found = pc.or_(found, pc.and_(mine, pc.equal(charges["billing_period"], period)))
    return found


def resources_within(resources: Resources | None, within: Divided) -> Resources | None:
    """The resources of the billing periods that a reading still has rows of."""
    if resources is None:
        return None
    periods = pc.unique(within.charges["billing_period"])
    return Resources(_Parts(resources.parts, periods), resources.since)


class _Parts:
    """Parts without the rows of other billing periods; the same each time they are asked for."""

    def __init__(self, parts: Iterable[pa.Table], periods: pa.Array) -> None:
        self._parts, self._periods = parts, periods

    def __iter__(self) -> Iterator[pa.Table]:
        for part in self._parts:
            yield part.filter(pc.is_in(part["billing_period"], self._periods))
