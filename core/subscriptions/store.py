"""The SQL of subscriptions and of what was declined."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final

from pydantic import TypeAdapter
from sqlalchemy import Row, Select, delete, exists, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from core.access.model import Maker
from core.database import Connection
from core.outbox.model import SLACK, Destination
from core.projects.tables import projects
from core.subscriptions.model import (
    Kind,
    Of,
    OwnChannel,
    Pace,
    Reason,
    Subscription,
    Terms,
    UnknownSubscriptionError,
)
from core.subscriptions.tables import declined, subscriptions

_MAKER: Final[TypeAdapter[Maker]] = TypeAdapter(Maker)
_PRESENT: Final = subscriptions.c.removed_at.is_(None)


async def lock(tx: Connection) -> None:
    """Let one transaction at a time make or change subscriptions."""
    await tx.execute(select(func.pg_advisory_xact_lock(func.hashtext("subscriptions"))))


async def read(connection: Connection) -> Sequence[Subscription]:
    """Every subscription there is, in the order they were made."""
    statement = _known().where(_PRESENT).order_by(subscriptions.c.id)
    return [_subscription(row) for row in await connection.execute(statement)]


async def one(connection: Connection, number: int) -> Subscription:
    """A subscription.

    Raises:
        UnknownSubscriptionError: there is none of that number.
    """
    statement = _known().where(_PRESENT, subscriptions.c.id == number)
    row = (await connection.execute(statement)).one_or_none()
    if row is None:
        raise UnknownSubscriptionError(f"There is no subscription {number}.")
    return _subscription(row)


def _known() -> Select[Any]:
    """Subscriptions, and whether their readers declined them."""
    by_reader = exists().where(
        declined.c.channel == subscriptions.c.channel,
        declined.c.address == subscriptions.c.address,
        declined.c.of == Of.SUBSCRIPTION,
        declined.c.of_id == subscriptions.c.id,
    )
    return select(subscriptions, by_reader.label("declined"))


async def add(tx: Connection, terms: Terms, maker: Maker, now: datetime) -> int:
    """Keep a new one; its number."""
    values = {**_values(terms, maker), "created_at": now}
    made = insert(subscriptions).values(values).returning(subscriptions.c.id)
    number: int = (await tx.execute(made)).scalar_one()
    return number


async def change(tx: Connection, number: int, terms: Terms, maker: Maker) -> None:
    """Keep what it is from now on, and with whose rights."""
    statement = update(subscriptions).where(subscriptions.c.id == number)
    await tx.execute(statement.values(_values(terms, maker)))


async def remove(tx: Connection, number: int, now: datetime) -> None:
    """It is there no more."""
    statement = update(subscriptions).where(subscriptions.c.id == number)
    await tx.execute(statement.values(removed_at=now))


async def teams(connection: Connection) -> dict[str, str | None]:
    """Which team each project is of."""
    rows = await connection.execute(select(projects.c.slug, projects.c.team))
    return {row.slug: row.team for row in rows}


async def own_channels(connection: Connection) -> Sequence[OwnChannel]:
    """The channels of projects, which are told of their anomalies."""
    statement = select(projects.c.id, projects.c.slug, projects.c.channel).where(
        projects.c.channel.is_not(None), projects.c.archived_at.is_(None)
    )
    return [
        OwnChannel(row.slug, Destination(SLACK, row.channel), Reason(Of.PROJECT, row.id))
        for row in await connection.execute(statement.order_by(projects.c.slug))
    ]


async def decline(tx: Connection, to: Destination, of: Reason, now: datetime) -> bool:
    """Keep that a place declines something; False where it does already."""
    values = {**_place(to), "of": of.of, "of_id": of.id, "declined_at": now}
    statement = upsert(declined).values(values).on_conflict_do_nothing()
    return bool((await tx.execute(statement)).rowcount)


async def accept(tx: Connection, to: Destination, of: Collection[Reason]) -> int:
    """Forget that a place declined some things; how many of them it had."""
    gone = 0
    for each in of:
        statement = delete(declined).where(
            declined.c.channel == to.channel,
            declined.c.address == to.address,
            declined.c.of == each.of,
            declined.c.of_id == each.id,
        )
        gone += (await tx.execute(statement)).rowcount
    return gone


async def declined_all(
    connection: Connection, of: Of | None = None
) -> frozenset[tuple[Destination, Reason]]:
    """What was declined, by whom."""
    statement = select(declined)
    if of is not None:
        statement = statement.where(declined.c.of == of)
    return frozenset(
        (Destination(row.channel, row.address), Reason(Of(row.of), row.of_id))
        for row in await connection.execute(statement)
    )


def _place(to: Destination) -> dict[str, str]:
    return {"channel": to.channel, "address": to.address}


def _values(terms: Terms, maker: Maker) -> dict[str, Any]:
    return {
        "subject": terms.subject,
        "kinds": [each.value for each in terms.kinds],
        **_place(terms.to),
        "pace": terms.pace,
        "maker": _MAKER.dump_python(maker, mode="json"),
    }


def _subscription(row: Row[Any]) -> Subscription:
    terms = Terms(
        row.subject,
        tuple(Kind(each) for each in row.kinds),
        Destination(row.channel, row.address),
        Pace(row.pace),
    )
    maker = _MAKER.validate_python(row.maker)
    return Subscription(row.id, terms, maker, row.created_at, declined=row.declined)
