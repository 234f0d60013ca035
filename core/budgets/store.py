"""The SQL of budgets."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Row,
    any_,
    bindparam,
    delete,
    exists,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.dialects.postgresql import insert as upsert

from core.alerts.tables import watched
from core.budgets.foreseen import Foreseen, Key
from core.budgets.model import Budget, Change, Cycle, Terms, UnknownBudgetError
from core.budgets.tables import budget_changes, budget_forecasts, budgets
from core.costs.model import Measure
from core.database import Connection
from core.money import plain
from core.period import Period

_PRESENT = budgets.c.removed_at.is_(None)


async def lock(tx: Connection) -> None:
    """Let one transaction at a time make or change budgets."""
    await tx.execute(select(func.pg_advisory_xact_lock(func.hashtext("budgets"))))


async def read(connection: Connection) -> Sequence[Budget]:
    """Every budget there is, in the order they were made."""
    statement = select(budgets).where(_PRESENT).order_by(budgets.c.id)
    return [_budget(row) for row in await connection.execute(statement)]


async def one(connection: Connection, number: int) -> Budget:
    """A budget.

    Raises:
        UnknownBudgetError: there is none of that number.
    """
    statement = select(budgets).where(_PRESENT, budgets.c.id == number)
    row = (await connection.execute(statement)).one_or_none()
    if row is None:
        raise UnknownBudgetError(f"There is no budget {number}.")
    return _budget(row)


async def numbers(connection: Connection) -> frozenset[int]:
    """Those of the budgets that there are."""
    return frozenset((await connection.execute(select(budgets.c.id).where(_PRESENT))).scalars())


async def changed_by(connection: Connection, some: Collection[int]) -> Mapping[int, str]:
    """Who made or changed each of some budgets last."""
    latest = (
        select(budget_changes.c.budget_id, budget_changes.c.by)
        .ext(distinct_on(budget_changes.c.budget_id))
        .where(budget_changes.c.budget_id == any_(bindparam("some", list(some), ARRAY(BigInteger))))
        .order_by(budget_changes.c.budget_id, budget_changes.c.id.desc())
    )
    return {row.budget_id: row.by for row in await connection.execute(latest)}


async def foreseen(connection: Connection, some: Collection[int]) -> Mapping[Key, Foreseen]:
    """The forecasts that are kept of some budgets."""
    wanted = any_(bindparam("some", list(some), ARRAY(BigInteger)))
    statement = select(budget_forecasts).where(budget_forecasts.c.budget_id == wanted)
    rows = await connection.execute(statement)
    return {
        (row.budget_id, row.period_start): Foreseen(
            (row.budget_id, row.period_start),
            row.subject,
            row.complete_until,
            {date.fromisoformat(day): Decimal(amount) for day, amount in row.expected.items()},
            row.below,
            row.above,
        )
        for row in rows
    }


async def foresee(tx: Connection, found: Iterable[Foreseen]) -> None:
    """Keep forecasts in place of those of the same periods."""
    values = [
        {
            "budget_id": each.key[0],
            "period_start": each.key[1],
            "subject": each.subject,
            "complete_until": each.complete_until,
            "expected": {day.isoformat(): plain(a) for day, a in each.expected.items()},
            "below": each.below,
            "above": each.above,
        }
        for each in sorted(found, key=lambda each: each.key)
    ]
    if values:
        statement = upsert(budget_forecasts)
        fresh = {name: statement.excluded[name] for name in [*values[0]][2:]}
        keys = ["budget_id", "period_start"]
        await tx.execute(statement.on_conflict_do_update(index_elements=keys, set_=fresh), values)


async def forget_foreseen(tx: Connection, before: date) -> int:
    """Forget the forecasts that know no day from a day on; how many."""
    old = delete(budget_forecasts).where(budget_forecasts.c.complete_until < before)
    return (await tx.execute(old)).rowcount


async def unseen(connection: Connection) -> frozenset[int]:
    """Those that no evaluation has looked at since they were set; many may never be."""
    seen = exists().where(
        watched.c.budget_id == budgets.c.id, watched.c.changed_at >= budgets.c.changed_at
    )
    statement = select(budgets.c.id).where(_PRESENT, ~seen)
    return frozenset((await connection.execute(statement)).scalars())


async def add(tx: Connection, every: Sequence[Terms], by: str, now: datetime) -> Sequence[int]:
    """Keep new ones; their numbers, in order."""
    if not every:
        return []
    made = insert(budgets).returning(budgets.c.id, sort_by_parameter_order=True)
    values = [
        {**_values(terms), "created_by": by, "created_at": now, "changed_at": now}
        for terms in every
    ]
    numbers: Sequence[int] = (await tx.execute(made, values)).scalars().all()
    told = zip(numbers, every, strict=True)
    await _record(tx, [_entry(number, by, now, after=terms) for number, terms in told])
    return numbers


async def change(
    tx: Connection, every: Sequence[tuple[Budget, Terms]], by: str, now: datetime
) -> None:
    """Keep what some are from now on."""
    if not every:
        return
    values = [{**_values(terms), "changed_at": now, "number": before.id} for before, terms in every]
    names: dict[str, Any] = {name: bindparam(name) for name in values[0] if name != "number"}
    statement = update(budgets).where(budgets.c.id == bindparam("number")).values(names)
    await tx.execute(statement, values)
    await _record(
        tx, [_entry(each.id, by, now, before=each.terms, after=terms) for each, terms in every]
    )


async def remove(tx: Connection, before: Budget, by: str, now: datetime) -> None:
    """It is there no more; its history is."""
    await tx.execute(update(budgets).where(budgets.c.id == before.id).values(removed_at=now))
    await _record(tx, [_entry(before.id, by, now, before=before.terms)])


async def changes(connection: Connection, number: int) -> Sequence[Change]:
    """What became of a budget, the latest first."""
    return (await changes_of(connection, [number])).get(number, [])


async def changes_of(
    connection: Connection, some: Collection[int]
) -> Mapping[int, Sequence[Change]]:
    """What became of some budgets, the latest first."""
    wanted = any_(bindparam("some", list(some), ARRAY(BigInteger)))
    statement = (
        select(budget_changes)
        .where(budget_changes.c.budget_id == wanted)
        .order_by(budget_changes.c.id.desc())
    )
    found: defaultdict[int, list[Change]] = defaultdict(list)
    for row in await connection.execute(statement):
        found[row.budget_id].append(_change(row))
    return found


def _change(row: Row[Any]) -> Change:
    return Change(row.at, row.by, row.before, row.after)


def _entry(
    number: int,
    by: str,
    at: datetime,
    *,
    before: Terms | None = None,
    after: Terms | None = None,
) -> dict[str, Any]:
    return {
        "budget_id": number,
        "at": at,
        "by": by,
        "before": _told(before),
        "after": _told(after),
    }


async def _record(tx: Connection, every: Sequence[dict[str, Any]]) -> None:
    await tx.execute(insert(budget_changes), every)


def _told(terms: Terms | None) -> dict[str, Any] | None:
    """Terms as they are kept in the history; only what was said."""
    if terms is None:
        return None
    values = _values(terms)
    for name in ("start_day", "end_day"):
        values[name] = values[name] and values[name].isoformat()
    amount = values["amount"]
    values["amount"] = None if amount is None else plain(amount)
    return {name: value for name, value in values.items() if value not in (None, [], {})}


def _values(terms: Terms) -> dict[str, Any]:
    return {
        "subject": terms.subject,
        "currency": terms.currency,
        "cycle": terms.cycle.value,
        "amount": terms.amount,
        "months": {f"{m:%Y-%m}": plain(a) for m, a in sorted(terms.months.items())},
        "start_day": terms.dates and terms.dates.start,
        "end_day": terms.dates and terms.dates.end,
        "measure": terms.measure.value,
        "thresholds": list(terms.thresholds),
        "forecast_thresholds": list(terms.forecast_thresholds),
        "owner": terms.owner,
        "channels": list(terms.channels),
        "emails": list(terms.emails),
    }


def _budget(row: Row[Any]) -> Budget:
    return Budget(
        row.id,
        _terms(row._asdict()),
        created_by=row.created_by,
        created_at=row.created_at,
        changed_at=row.changed_at,
    )


def terms_of(kept: Mapping[str, Any]) -> Terms:
    """Terms as they were, out of the history."""
    days = {name: kept.get(name) for name in ("start_day", "end_day")}
    amount = kept.get("amount")
    return _terms(
        {"months": {}, "thresholds": [], "forecast_thresholds": [], "channels": [], "emails": []}
        | {"owner": None}
        | dict(kept)
        | {name: day and date.fromisoformat(day) for name, day in days.items()}
        | {"amount": None if amount is None else Decimal(amount)}
    )


def _terms(values: Mapping[str, Any]) -> Terms:
    start, end = values["start_day"], values["end_day"]
    months = {date.fromisoformat(f"{m}-01"): Decimal(a) for m, a in values["months"].items()}
    return Terms(
        subject=values["subject"],
        currency=values["currency"],
        cycle=Cycle(values["cycle"]),
        amount=values["amount"],
        months=months,
        dates=Period(start, end) if start and end else None,
        measure=Measure(values["measure"]),
        thresholds=tuple(values["thresholds"]),
        forecast_thresholds=tuple(values["forecast_thresholds"]),
        owner=values["owner"],
        channels=tuple(values["channels"]),
        emails=tuple(values["emails"]),
    )
