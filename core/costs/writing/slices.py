"""The SQL of sources and of their slices' own rows."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Date, Row, case, cast, func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from core.costs.slices import Listing, Slice
from core.costs.tables import retention, slices, sources
from core.database import Connection
from core.errors import ConflictError, NotFoundError


class UnknownSourceError(NotFoundError):
    """There is no such source."""


class SharedAccountError(ConflictError):
    """Two sources hold the same billing account's month; its charges would count twice."""


@dataclass(frozen=True, slots=True)
class Source:
    """A registered source. Days from `held_since` to `complete_until` have been published."""

    id: int
    name: str
    provider: str
    held_since: date | None
    complete_until: date | None
    through: datetime | None
    resources: str


@dataclass(frozen=True, slots=True)
class Held:
    """What is stored of a slice; `first_day` None: no facts. `fingerprint` '': it is new."""

    id: int
    fingerprint: str
    read_at: datetime
    first_day: date | None
    last_day: date | None
    matches_export: bool
    resources_since: date | None


_SOURCE = (
    sources.c.id,
    sources.c.name,
    sources.c.provider,
    sources.c.held_since,
    sources.c.complete_until,
    sources.c.through,
    sources.c.resources,
)
_HELD = (
    slices.c.id,
    slices.c.fingerprint,
    slices.c.read_at,
    slices.c.first_day,
    slices.c.last_day,
    slices.c.matches_export,
    slices.c.resources_since,
)


async def find_source(tx: Connection, name: str, *, lock: bool = False) -> Source:
    """A registered source; with `lock`, its row locked until the transaction's end.

    Raises:
        UnknownSourceError: with the names of those there are.
    """
    statement = select(*_SOURCE).where(sources.c.name == name)
    row = (
        await tx.execute(statement.with_for_update(key_share=True) if lock else statement)
    ).one_or_none()
    if row is None:
        names = (await tx.execute(select(sources.c.name).order_by(sources.c.name))).scalars()
        raise UnknownSourceError(f"No source {name!r} has been synced.", suggestions=tuple(names))
    return Source(*row)


async def find(tx: Connection, source: Source, key: str, *, lock: bool = False) -> Held | None:
    """What is stored of a slice, if anything is; with `lock`, its row locked."""
    statement = select(*_HELD).where(slices.c.source_id == source.id, slices.c.key == key)
    statement = statement.with_for_update() if lock else statement
    return _held((await tx.execute(statement)).one_or_none())


async def lock(tx: Connection, source: Source, item: Slice) -> Held:
    """Lock a slice's row until the transaction's end, making it if it is new."""
    statement = insert(slices).values(
        source_id=source.id,
        key=item.key,
        fingerprint="",
        read_at=item.read_at,
        matches_export=False,
    )
    locked = statement.on_conflict_do_update(
        index_elements=[slices.c.source_id, slices.c.key], set_={"key": item.key}
    )
    row = (await tx.execute(locked.returning(*_HELD))).one()
    return Held(*row)


def _held(row: Row[*tuple[object, ...]] | None) -> Held | None:
    return None if row is None else Held(**row._asdict())


async def is_newest(tx: Connection, source: Source, key: str) -> bool:
    """Whether no slice with a greater key is stored."""
    greatest = select(func.max(slices.c.key.collate("C"))).where(slices.c.source_id == source.id)
    found = (await tx.execute(greatest)).scalar_one()
    return found is None or found <= key


async def first_day(tx: Connection, source: Source) -> date | None:
    """The first day of which any slice holds facts."""
    statement = select(func.min(slices.c.first_day)).where(slices.c.source_id == source.id)
    found: date | None = (await tx.execute(statement)).scalar_one()
    return found


async def mark(tx: Connection, source: Source, listing: Listing, now: datetime) -> None:
    """Mark slices as behind whose fingerprint moved, and as archived those that vanished."""
    statement = text(
        "UPDATE slices s SET behind = t.behind, archived_at = t.archived_at FROM (SELECT s.id,"
        " coalesce(l.fingerprint <> s.fingerprint, false) AS behind,"
        " CASE WHEN l.key IS NULL AND :whole THEN coalesce(s.archived_at, :now)"
        " WHEN l.key IS NULL THEN s.archived_at END AS archived_at"
        " FROM slices s LEFT JOIN unnest(CAST(:keys AS text[]), CAST(:fingerprints AS text[]))"
        " l(key, fingerprint) ON l.key = s.key WHERE s.source_id = :source) t"
        " WHERE t.id = s.id"
        " AND (s.behind, s.archived_at) IS DISTINCT FROM (t.behind, t.archived_at)"
    )
    parameters = {
        "source": source.id,
        "whole": listing.whole,
        "keys": list(listing.fingerprints),
        "fingerprints": list(listing.fingerprints.values()),
        "now": now,
    }
    await tx.execute(statement, parameters)


async def remove(tx: Connection, held: Held) -> None:
    """Delete a slice's own row, and with it its control totals."""
    await tx.execute(slices.delete().where(slices.c.id == held.id))


async def release(tx: Connection, source: Source) -> None:
    """Let go of the months that a source holds nothing of."""
    await tx.execute(
        text(
            "DELETE FROM billing_claims b WHERE b.source_id = :source AND NOT EXISTS"
            " (SELECT FROM control_totals c JOIN slices s ON s.id = c.slice_id"
            " WHERE s.source_id = :source AND c.billing_period = b.billing_period)"
        ),
        {"source": source.id},
    )


async def seen(tx: Connection, held: Held, item: Slice) -> None:
    """Keep that a slice was found unchanged: a reading from before has nothing to say."""
    await tx.execute(
        update(slices)
        .where(slices.c.id == held.id)
        .values(
            read_at=func.greatest(slices.c.read_at, item.read_at), behind=False, archived_at=None
        )
    )


async def stored(
    tx: Connection,
    held: Held,
    item: Slice,
    days: tuple[date, ...],
    *,
    matches: bool,
    resources_since: date | None,
    now: datetime,
) -> None:
    """Keep what a slice holds now; `days` in order.

    Days whose facts were dropped for their age stay among those held: rollups have them.
    """
    facts_from = select(retention.c.facts_from).scalar_subquery()
    older = slices.c.first_day < facts_from
    first, last = (days[0], days[-1]) if days else (None, None)
    await tx.execute(
        update(slices)
        .where(slices.c.id == held.id)
        .values(
            fingerprint=item.fingerprint,
            read_at=item.read_at,
            matches_export=matches,
            behind=False,
            archived_at=None,
            first_day=func.least(cast(first, Date), case((older, slices.c.first_day))),
            last_day=func.greatest(
                cast(last, Date), case((older, func.least(slices.c.last_day, facts_from - 1)))
            ),
            stored_at=now,
            resources_since=resources_since,
        )
    )


async def claim(tx: Connection, source: Source, months: Iterable[tuple[int, date]]) -> None:
    """Claim months (billing account's id, billing period) for a source.

    Raises:
        SharedAccountError: another source has claimed one of them.
    """
    ordered = sorted(set(months))
    parameters = {
        "source": source.id,
        "accounts": [account for account, _ in ordered],
        "periods": [period for _, period in ordered],
    }
    months_of = "unnest(CAST(:accounts AS integer[]), CAST(:periods AS date[])) w(account, period)"
    await tx.execute(
        text(
            "INSERT INTO billing_claims (billing_account_id, billing_period, source_id)"
            f" SELECT account, period, :source FROM {months_of} ORDER BY 1, 2"
            " ON CONFLICT DO NOTHING"
        ),
        parameters,
    )
    others = text(
        "SELECT a.account_id, c.billing_period, s.name"
        f" FROM billing_claims c JOIN {months_of}"
        " ON c.billing_account_id = w.account AND c.billing_period = w.period"
        " JOIN billing_accounts a ON a.id = c.billing_account_id"
        " JOIN sources s ON s.id = c.source_id"
        " WHERE c.source_id <> :source ORDER BY c.billing_period LIMIT 1"
    )
    if other := (await tx.execute(others, parameters)).one_or_none():
        account, period, name = other
        raise SharedAccountError(
            f"The sources {name!r} and {source.name!r} both hold {period:%Y-%m} of the billing"
            f" account {account!r}; its charges would count twice.",
            fix="Keep one of the two in sources.toml. To change over to the other: "
            f"cost-tracker sync {source.name} --take-over {name}",
        )
