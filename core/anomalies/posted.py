"""The SQL of what channels were told of anomalies."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from pydantic import TypeAdapter
from sqlalchemy import ARRAY, BigInteger, Select, all_, bindparam, delete, func, select
from sqlalchemy.dialects.postgresql import insert

from core.anomalies.tables import anomaly_channels, anomaly_posts
from core.anomalies.telling import Post
from core.database import Connection
from core.outbox.model import Destination
from core.subscriptions.model import OwnChannel, Reason

_REASON: Final[TypeAdapter[Reason | None]] = TypeAdapter(Reason | None)


async def lock(tx: Connection) -> None:
    """Let one transaction at a time tell of anomalies, to its end."""
    await tx.execute(select(func.pg_advisory_xact_lock(func.hashtext("anomaly_posts"))))


async def lately(connection: Connection, since: datetime) -> Mapping[Destination, Sequence[Post]]:
    """What each destination was told from an instant on."""
    found: defaultdict[Destination, list[Post]] = defaultdict(list)
    for each in await _read(
        connection, select(anomaly_posts).where(anomaly_posts.c.posted_at >= since)
    ):
        found[each.to].append(each)
    return found


async def of_anomaly(connection: Connection, number: int) -> Sequence[Post]:
    """Who was told of one."""
    return await _read(
        connection, select(anomaly_posts).where(anomaly_posts.c.anomaly_id == number)
    )


async def _read(connection: Connection, statement: Select[Any]) -> list[Post]:
    return [
        Post(
            row.anomaly_id,
            row.posted_at,
            row.said,
            row.digest,
            Destination(row.channel, row.address),
            row.revision,
            _REASON.validate_python(row.reason),
        )
        for row in await connection.execute(statement)
    ]


async def put(tx: Connection, posts: Iterable[Post]) -> None:
    """Keep that destinations were told, or what their messages say now."""
    rows = [
        {
            "channel": each.to.channel,
            "address": each.to.address,
            "anomaly_id": each.anomaly,
            "posted_at": each.at,
            "digest": each.digest,
            "said": each.said,
            "revision": each.revision,
            "reason": _REASON.dump_python(each.reason, mode="json"),
        }
        for each in posts
    ]
    if rows:
        fresh = insert(anomaly_posts)
        said = {"said": fresh.excluded.said, "revision": fresh.excluded.revision}
        key = [anomaly_posts.c.channel, anomaly_posts.c.address, anomaly_posts.c.anomaly_id]
        await tx.execute(fresh.on_conflict_do_update(index_elements=key, set_=said), rows)


async def listen(tx: Connection, own: Sequence[OwnChannel], now: datetime) -> None:
    """Keep from when on projects' own channels are told; one that is new, from now on."""
    there = [each.reason.id for each in own]
    gone = anomaly_channels.c.project_id != all_(bindparam("there", there, ARRAY(BigInteger)))
    await tx.execute(delete(anomaly_channels).where(gone))
    if own:
        fresh = insert(anomaly_channels)
        moved = fresh.on_conflict_do_update(
            index_elements=[anomaly_channels.c.project_id],
            set_={"address": fresh.excluded.address, "since": fresh.excluded.since},
            where=anomaly_channels.c.address != fresh.excluded.address,
        )
        rows = [
            {"project_id": each.reason.id, "address": each.to.address, "since": now} for each in own
        ]
        await tx.execute(moved, rows)


async def since(connection: Connection) -> Mapping[int, datetime]:
    """From when on each project's own channel is told."""
    rows = await connection.execute(select(anomaly_channels))
    return {row.project_id: row.since for row in rows}
