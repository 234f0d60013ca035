"""The SQL of proofs that are kept, and of what is known of the months they are of."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date

from pydantic import TypeAdapter
from sqlalchemy import func, insert, select

from core.costs.proving.model import Reconciliation
from core.costs.tables import (
    billing_periods,
    control_totals,
    reconciliations,
    slices,
    sources,
)
from core.database import Connection

_DETAIL: TypeAdapter[Reconciliation] = TypeAdapter(Reconciliation)


@dataclass(frozen=True, slots=True)
class State:
    """What is known of a source's months; counts by month."""

    provider: str
    final: frozenset[date]
    behind: Counter[date]
    archived: Counter[date]


async def states(connection: Connection) -> dict[str, State]:
    """The state of every source's months, by source."""
    named = select(sources.c.name, sources.c.provider)
    found = {
        name: State(provider, frozenset(), Counter(), Counter())
        for name, provider in await connection.execute(named)
    }
    for name, month in await connection.execute(
        select(sources.c.name, billing_periods.c.billing_period)
        .join(sources, sources.c.id == billing_periods.c.source_id)
        .where(billing_periods.c.final)
    ):
        found[name] = replace(found[name], final=found[name].final | {month})
    moved = (
        select(
            *(sources.c.name, control_totals.c.billing_period),
            func.count(slices.c.id.distinct()).filter(slices.c.behind),
            func.count(slices.c.id.distinct()).filter(slices.c.archived_at.is_not(None)),
        )
        .select_from(control_totals)
        .join(slices, slices.c.id == control_totals.c.slice_id)
        .join(sources, sources.c.id == slices.c.source_id)
        .where(slices.c.behind | slices.c.archived_at.is_not(None))
        .group_by(sources.c.name, control_totals.c.billing_period)
    )
    for name, month, behind, archived in await connection.execute(moved):
        found[name].behind[month] = behind
        found[name].archived[month] = archived
    return found


async def unsettled(connection: Connection) -> tuple[date, ...]:
    """The months that are still open, and the last closed one of each source."""
    c = billing_periods.c
    closed = select(func.max(c.billing_period)).where(c.final).group_by(c.source_id)
    statement = select(c.billing_period).where(~c.final).union(closed)
    return tuple(sorted((await connection.execute(statement)).scalars()))


async def keep(tx: Connection, proofs: Iterable[Reconciliation]) -> list[Reconciliation]:
    """Keep proofs, in order; each with its id."""
    ids = {name: id_ for id_, name in await tx.execute(select(sources.c.id, sources.c.name))}
    kept = []
    for proof in proofs:
        statement = insert(reconciliations).values(
            source_id=ids[proof.source],
            billing_period=proof.month,
            currency=proof.currency,
            checked_at=proof.checked_at,
            asked_by=proof.asked_by,
            matches=proof.proved,
            detail=_DETAIL.dump_python(proof, mode="json"),
        )
        number = (await tx.execute(statement.returning(reconciliations.c.id))).scalar_one()
        kept.append(replace(proof, id=number))
    return kept


async def read(
    connection: Connection,
    *,
    source: str | None,
    months: Collection[date] | None,
    before: int | None,
    limit: int,
) -> tuple[Reconciliation, ...]:
    """Proofs that were kept, newest first."""
    c = reconciliations.c
    statement = (
        select(c.id, c.detail)
        .join(sources, sources.c.id == c.source_id)
        .order_by(c.id.desc())
        .limit(limit)
    )
    if source is not None:
        statement = statement.where(sources.c.name == source)
    if months is not None:
        statement = statement.where(c.billing_period.in_(months))
    if before is not None:
        statement = statement.where(c.id < before)
    return tuple(
        replace(_DETAIL.validate_python(detail), id=number)
        for number, detail in await connection.execute(statement)
    )
