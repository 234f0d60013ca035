"""The SQL of alerts."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from pydantic import TypeAdapter
from sqlalchemy import (
    ARRAY,
    BigInteger,
    Date,
    Row,
    Select,
    any_,
    bindparam,
    column,
    delete,
    exists,
    func,
    insert,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import insert as upsert

from core.alerts.kept import Kept, Key
from core.alerts.model import (
    AlertState,
    Deed,
    Figures,
    Snoozed,
    Subject,
    Threshold,
    UnknownAlertError,
    Why,
)
from core.alerts.reading import Mark, Memory, Watched
from core.alerts.tables import alerts, digests, watched
from core.database import Connection
from core.outbox.model import Destination

_PERIOD: Final = tuple_(alerts.c.budget_id, alerts.c.period_start)
_ENDED: Final = (AlertState.CLOSED, AlertState.REMOVED, AlertState.WITHDRAWN)

_SUBJECT: Final = TypeAdapter(Subject)
_FIGURES: Final = TypeAdapter(Figures)
_WHY: Final = TypeAdapter(Why | None)
_PLACES: Final = TypeAdapter(tuple[Destination, ...])
_THRESHOLDS: Final = TypeAdapter(tuple[Threshold, ...])


@dataclass(frozen=True, slots=True)
class _Remembered:
    """`Memory` as JSON."""

    marks: tuple[Mark, ...] = ()
    acknowledged: Deed | None = None
    snoozed: Snoozed | None = None


_MEMORY: Final = TypeAdapter(_Remembered)


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits for a destination's digest: since when, which alert, what of it was crossed."""

    to: Destination
    alert: int
    at: datetime
    crossed: tuple[Threshold, ...]


async def lock(tx: Connection) -> None:
    """Let one transaction at a time judge."""
    await tx.execute(select(func.pg_advisory_xact_lock(func.hashtext("alerts"))))


async def known(connection: Connection, budgets: Collection[int]) -> Mapping[int, Watched]:
    """What the evaluations before knew, by budget."""
    wanted = func.unnest(bindparam("budgets", list(budgets), ARRAY(BigInteger)))
    rows = await connection.execute(select(watched).where(watched.c.budget_id.in_(select(wanted))))
    return {
        row.budget_id: Watched(
            row.budget_id,
            row.period_start,
            row.amount,
            row.complete_until,
            row.used_complete,
            row.terms,
            row.changed_at,
            row.data_version,
        )
        for row in rows
    }


async def is_behind(connection: Connection, version: int) -> bool:
    """Whether a budget was evaluated last by older data than of a version."""
    older = exists().where(watched.c.data_version < version)
    return bool((await connection.execute(select(older))).scalar_one())


async def forget(tx: Connection, budget: int) -> None:
    """Forget what an evaluation knew of a budget."""
    await tx.execute(delete(watched).where(watched.c.budget_id == budget))


async def forget_others(tx: Connection, budgets: Collection[int], version: int) -> None:
    """Forget what older evaluations knew of all budgets but some."""
    known = func.unnest(bindparam("budgets", list(budgets), ARRAY(BigInteger)))
    older = watched.c.data_version < version
    await tx.execute(delete(watched).where(older, watched.c.budget_id.not_in(select(known))))


async def know(tx: Connection, found: Collection[Watched]) -> None:
    """Keep what an evaluation knew."""
    if not found:
        return
    values = [
        {
            "budget_id": each.budget,
            "period_start": each.period_start,
            "amount": each.amount,
            "complete_until": each.complete_until,
            "used_complete": each.used_complete,
            "terms": each.terms,
            "changed_at": each.changed_at,
            "data_version": each.data_version,
        }
        for each in sorted(found, key=lambda each: each.budget)
    ]
    statement = upsert(watched)
    fresh = {name: statement.excluded[name] for name in values[0] if name != "budget_id"}
    await tx.execute(
        statement.on_conflict_do_update(index_elements=["budget_id"], set_=fresh), values
    )


async def of(connection: Connection, keys: Collection[Key], *, locked: bool) -> Mapping[Key, Kept]:
    """What is kept of some budgets' periods; `locked`: to the end of the transaction."""
    statement = select(alerts).where(_PERIOD.in_(_unnested(keys))).order_by(alerts.c.id)
    found = await _read(connection, statement.with_for_update() if locked else statement)
    return {each.key: each for each in found}


async def others(tx: Connection, budgets: Collection[int], keys: Collection[Key]) -> Sequence[Kept]:
    """Those of some budgets that go on, but for some periods; to be changed."""
    wanted = func.unnest(bindparam("of", list(budgets), ARRAY(BigInteger)))
    statement = (
        select(alerts)
        .where(
            alerts.c.raised_at.is_not(None),
            alerts.c.state.not_in(_ENDED),
            alerts.c.budget_id.in_(select(wanted)),
            _PERIOD.not_in(_unnested(keys)),
        )
        .order_by(alerts.c.id)
    )
    return await _read(tx, statement.with_for_update())


def _unnested(keys: Collection[Key]) -> Select[Any]:
    wanted = (
        func.unnest(
            bindparam("budgets", [budget for budget, _ in keys], ARRAY(BigInteger)),
            bindparam("starts", [start for _, start in keys], ARRAY(Date)),
        )
        .table_valued(column("budget", BigInteger), column("start", Date))
        .render_derived()
    )
    return select(wanted.c.budget, wanted.c.start)


async def one(connection: Connection, number: int, *, locked: bool = False) -> Kept:
    """One that was raised.

    Raises:
        UnknownAlertError: there is none of that number.
    """
    statement = select(alerts).where(alerts.c.id == number, alerts.c.raised_at.is_not(None))
    found = await _read(connection, statement.with_for_update() if locked else statement)
    if not found:
        raise UnknownAlertError(f"There is no alert {number}.")
    return found[0]


async def listed(
    connection: Connection,
    *,
    budgets: Collection[int],
    state: AlertState | None,
    before: int | None,
    limit: int,
) -> Sequence[Kept]:
    """Those that were raised, of some budgets, the newest first."""
    # As one array, so that of thousands of budgets the newest are found from the newest on.
    wanted = any_(bindparam("budgets", list(budgets), ARRAY(BigInteger)))
    statement = (
        select(alerts)
        .where(alerts.c.raised_at.is_not(None), alerts.c.budget_id == wanted)
        .order_by(alerts.c.id.desc())
        .limit(limit)
    )
    if state is not None:
        statement = statement.where(alerts.c.state == state)
    if before is not None:
        statement = statement.where(alerts.c.id < before)
    return await _read(connection, statement)


async def of_budget(tx: Connection, budget: int) -> Sequence[Kept]:
    """All of a budget's, to be changed."""
    statement = select(alerts).where(alerts.c.budget_id == budget).order_by(alerts.c.id)
    return await _read(tx, statement.with_for_update())


async def snoozed_until(tx: Connection, now: datetime) -> Sequence[Kept]:
    """Those whose snooze has ended, to be changed."""
    statement = select(alerts).where(alerts.c.snoozed_until <= now).order_by(alerts.c.id)
    return await _read(tx, statement.with_for_update())


async def raised(connection: Connection, *, locked: bool = False) -> Sequence[Kept]:
    """Those that nobody has done anything about."""
    statement = select(alerts).where(alerts.c.state == AlertState.RAISED).order_by(alerts.c.id)
    return await _read(connection, statement.with_for_update() if locked else statement)


async def add(tx: Connection, found: Collection[Kept]) -> Mapping[Key, int]:
    """Keep new ones; their numbers."""
    if not found:
        return {}
    statement = insert(alerts).returning(alerts.c.id, alerts.c.budget_id, alerts.c.period_start)
    values = [_values(each) for each in sorted(found, key=lambda each: each.key)]
    rows = await tx.execute(statement, values)
    return {(row.budget_id, row.period_start): row.id for row in rows}


async def change(tx: Connection, found: Collection[Kept]) -> None:
    """Keep what became of some."""
    if not found:
        return
    statement = update(alerts).where(alerts.c.id == bindparam("number"))
    values = [{**_values(each), "number": each.id} for each in sorted(found, key=lambda k: k.id)]
    names: dict[str, Any] = {name: bindparam(name) for name in values[0] if name != "number"}
    await tx.execute(statement.values(names), values)


async def collect(tx: Connection, waiting: Iterable[Waiting]) -> None:
    """Keep for digests what is to be told; of an alert that waits already, what it is now."""
    values = [
        {
            "channel": each.to.channel,
            "address": each.to.address,
            "alert_id": each.alert,
            "at": each.at,
            "crossed": _THRESHOLDS.dump_python(each.crossed, mode="json"),
        }
        for each in waiting
    ]
    if values:
        statement = upsert(digests)
        kept = statement.on_conflict_do_update(
            index_elements=["channel", "address", "alert_id"],
            set_={"crossed": statement.excluded.crossed},
        )
        await tx.execute(kept, values)


async def due_digests(tx: Connection, before: datetime) -> Sequence[Waiting]:
    """Take out what waits for those destinations where something has waited since an instant."""
    place = (digests.c.channel, digests.c.address)
    due = select(*place).where(digests.c.at < before)
    taken = delete(digests).where(tuple_(*place).in_(due)).returning(digests)
    rows = await tx.execute(taken)
    found = [
        Waiting(
            Destination(row.channel, row.address),
            row.alert_id,
            row.at,
            _THRESHOLDS.validate_python(row.crossed),
        )
        for row in rows
    ]
    return sorted(found, key=lambda each: (each.to.channel, each.to.address, each.alert))


async def of_numbers(tx: Connection, numbers: Collection[int]) -> Mapping[int, Kept]:
    """Some, by their numbers."""
    found = await _read(tx, select(alerts).where(alerts.c.id.in_(numbers)))
    return {each.id: each for each in found}


async def _read(connection: Connection, statement: Select[Any]) -> Sequence[Kept]:
    return [_kept(row) for row in await connection.execute(statement)]


def _kept(row: Row[Any]) -> Kept:
    memory = _MEMORY.validate_python(row.memory)
    return Kept(
        subject=_SUBJECT.validate_python(row.subject),
        figures=_FIGURES.validate_python(row.figures),
        changed_at=row.changed_at,
        memory=Memory(
            {mark.threshold: mark for mark in memory.marks}, memory.acknowledged, memory.snoozed
        ),
        id=row.id,
        version=row.version,
        revision=row.revision,
        raised_at=row.raised_at,
        why=_WHY.validate_python(row.why),
        to=_PLACES.validate_python(row.destinations),
        places=_PLACES.validate_python(row.places),
        reminded_on=row.reminded_on,
        removed=row.state == AlertState.REMOVED,
        withdrawn=row.state == AlertState.WITHDRAWN,
    )


def _values(kept: Kept) -> dict[str, Any]:
    memory = _Remembered(
        tuple(kept.memory.marks.values()), kept.memory.acknowledged, kept.memory.snoozed
    )
    return {
        "budget_id": kept.subject.budget,
        "period_start": kept.subject.period.start,
        "version": kept.version,
        "revision": kept.revision,
        "raised_at": kept.raised_at,
        "changed_at": kept.changed_at,
        "state": kept.alert().state.value,
        "snoozed_until": kept.memory.snoozed and kept.memory.snoozed.until,
        "reminded_on": kept.reminded_on,
        "subject": _SUBJECT.dump_python(kept.subject, mode="json"),
        "figures": _FIGURES.dump_python(kept.figures, mode="json"),
        "memory": _MEMORY.dump_python(memory, mode="json"),
        "why": _WHY.dump_python(kept.why, mode="json"),
        "destinations": _PLACES.dump_python(kept.to, mode="json"),
        "places": _PLACES.dump_python(kept.places, mode="json"),
    }
