"""What those who run it read in OPS_CHANNEL."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from pydantic import SecretStr

from bot.notify import Notifier, open_notifier
from bot.services import Services
from bot.settings import Settings
from core.database import Database
from core.incidents.model import Facts, IncidentKind
from core.incidents.service import found, over
from core.outbox.model import DeliveryState
from core.outbox.service import OutboxService
from tests.support.slack import PLATFORM, Slackbox

MORNING = datetime(2026, 11, 22, 14, tzinfo=UTC)
FACTS = {
    IncidentKind.SYNC: Facts(
        "BigQuery doesn't let us read acme.billing.export <!channel>.",
        "Grant roles/bigquery.dataViewer.",
        through=MORNING - timedelta(hours=9),
    ),
    IncidentKind.LATE: Facts(through=MORNING - timedelta(hours=40)),
    IncidentKind.MISMATCH: Facts(months=(date(2026, 10, 1), date(2026, 11, 1))),
    IncidentKind.ROLLUPS: Facts(months=(date(2026, 10, 1),)),
    IncidentKind.DUTY: Facts("OSError: No space left on device"),
    IncidentKind.SCHEDULE: Facts("U-ada, who set it, may not see or schedule that any more."),
}
NEXT = {
    IncidentKind.SYNC: "`cost-tracker sync gcp`",
    IncidentKind.LATE: "`cost-tracker sync gcp`",
    IncidentKind.MISMATCH: "`cost-tracker reconcile`",
    IncidentKind.ROLLUPS: "`cost-tracker reconcile 2026-10`",
    IncidentKind.DUTY: "`cost-tracker doctor`",
    IncidentKind.SCHEDULE: "`cost-tracker schedules history 3`",
}


@asynccontextmanager
async def notifier(
    database: Database, slackbox: Slackbox, channel: str | None = PLATFORM
) -> AsyncGenerator[Notifier]:
    settings = Settings(
        slack_bot_token=SecretStr(slackbox.config.bot_token),
        slack_api_url=slackbox.api_url,
        ops_channel=channel,
    )
    unused: Any = dict.fromkeys(Services.__slots__)
    services = Services(**unused | {"settings": settings, "outbox": OutboxService(database)})
    async with open_notifier(services) as made:
        yield made


async def find(database: Database, kind: IncidentKind, **later: float) -> None:
    subjects = {IncidentKind.ROLLUPS: "", IncidentKind.DUTY: "upkeep", IncidentKind.SCHEDULE: "3"}
    subject = subjects.get(kind, "gcp")
    async with database.begin() as tx:
        await found(tx, kind, subject, FACTS[kind], now=MORNING + timedelta(**later))


async def end(database: Database, kind: IncidentKind, **later: float) -> None:
    async with database.begin() as tx:
        await over(tx, kind, "gcp", now=MORNING + timedelta(**later))


def shown(message: Any) -> str:
    return f"{message['text']} {message['blocks']}"


@pytest.fixture
async def ops(slackbox: Slackbox) -> Slackbox:
    await slackbox.invite(PLATFORM)
    return slackbox


async def delivered(database: Database, slackbox: Slackbox) -> list[Any]:
    """Deliver all there is; what the app has said in the channel."""
    async with notifier(database, slackbox) as worker:
        await worker.start()
        outbox = OutboxService(database)

        async def told() -> bool:
            return (await outbox.backlog()).queued == 0

        await slackbox.until(told)
    return [
        m for m in await slackbox.messages(PLATFORM) if m["user"] == "U0CLOUDCOST" and m["blocks"]
    ]


@pytest.mark.parametrize("kind", list(IncidentKind))
async def test_it_says_what_happened_what_it_means_and_what_to_do(
    fresh_database: Database, ops: Slackbox, kind: IncidentKind
) -> None:
    await find(fresh_database, kind)
    [message] = await delivered(fresh_database, ops)
    assert message["text"].startswith("Open: ")
    assert NEXT[kind] in message["text"]
    assert NEXT[kind] in str(message["blocks"])
    assert "*Figures:*" in str(message["blocks"])
    assert "Since" in str(message["blocks"])
    assert "<!channel>" not in shown(message)
    assert "None" not in message["text"]


async def test_one_message_as_long_as_it_lasts_and_a_reply_at_its_end(
    fresh_database: Database, ops: Slackbox
) -> None:
    await find(fresh_database, IncidentKind.SYNC)
    [opened] = await delivered(fresh_database, ops)
    for hours in (1, 2):
        await find(fresh_database, IncidentKind.SYNC, hours=hours)
    [updated] = await delivered(fresh_database, ops)
    assert updated["ts"] == opened["ts"]
    assert "found 3 times" in updated["text"]
    await end(fresh_database, IncidentKind.SYNC, hours=3, minutes=10)
    closed, reply = await delivered(fresh_database, ops)
    assert closed["ts"] == reply["thread_ts"] == opened["ts"]
    assert "Resolved" in closed["text"]
    assert "Open" not in shown(closed)
    assert "Resolved after 3 h 10 min: gcp can be read again." in reply["text"]
    await find(fresh_database, IncidentKind.SYNC, hours=4)
    *_, anew = await delivered(fresh_database, ops)
    assert anew["ts"] > reply["ts"]
    assert anew["text"].startswith("Open: ")


async def test_without_a_channel_it_is_logged_and_a_later_one_gets_what_lasts(
    fresh_database: Database, ops: Slackbox
) -> None:
    await find(fresh_database, IncidentKind.LATE)
    async with notifier(fresh_database, ops, None) as worker:
        assert await worker.drain() == 1
    [told] = await OutboxService(fresh_database).listed()
    assert told.state is DeliveryState.DELIVERED
    await find(fresh_database, IncidentKind.LATE, hours=1)
    [message] = await delivered(fresh_database, ops)
    assert "late" in message["text"]


async def test_a_channel_the_app_is_not_in_is_said_to_need_an_invitation(
    fresh_database: Database, slackbox: Slackbox
) -> None:
    await slackbox.invite(PLATFORM, joins=False)
    await find(fresh_database, IncidentKind.SYNC)
    async with notifier(fresh_database, slackbox) as worker:
        await worker.drain()
    [parked] = await OutboxService(fresh_database).listed(DeliveryState.PARKED)
    assert "/invite" in (parked.reason or "")
