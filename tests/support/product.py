"""The whole product in this process, on a small company: REST and Slack through real HTTP."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from pydantic import SecretStr
from sqlalchemy import text

from bot import rest
from bot.render.charts.worker import ChartWorker
from bot.rest.tokens import Keys
from bot.services import Services
from bot.settings import Settings
from bot.slack import SlackApp
from bot.wiring import wired
from core.access.model import OPERATOR, Role
from core.cache import open_cache
from core.database import Database
from core.ingest.config import BigQuerySource
from core.ingest.model import SyncReport
from core.ingest.service import IngestService
from tests.support.charges import Writer, charge
from tests.support.clock import FakeClock
from tests.support.facts import Charge, World, store
from tests.support.ports import free_port
from tests.support.slack import ADA, Slackbox

SIGNING: Final = "k1:" + "s" * 48
TODAY: Final = date(2026, 11, 22)
_DAILY: Final = {
    ("checkout", "Compute Engine"): Decimal("120.5"),
    ("checkout", "Cloud SQL"): Decimal("80.25"),
    ("search", "Compute Engine"): Decimal(40),
    ("", "Support"): Decimal(5),
}


def company() -> World:
    """Two projects and project-less support, the same every day from 1 October to 21 November.

    Checkout costs 200.75 a day, 1,405.25 in the last seven days; the days to the 20th are
    complete.
    """
    days = [date(2026, 10, 1) + timedelta(n) for n in range(52)]
    charges = [
        Charge(
            day,
            amount,
            account=f"acme-{project}" if project else "",
            service=service,
            sku=f"{service} unit",
            region="us-east1",
        )
        for day in days
        for (project, service), amount in _DAILY.items()
    ]
    return World(
        charges=tuple(charges),
        projects={"checkout": "shop", "search": None},
        accounts={("gcp", "acme-checkout"): "checkout", ("gcp", "acme-search"): "search"},
        complete_until={"gcp": date(2026, 11, 22)},
    )


BILLED: Final = [
    charge("2026-08-05", "100.125"),
    charge("2026-08-05", "-0.125", charge_category="Credit", source_type="FREE_TIER"),
    charge("2026-07-31", "4", billing_period=date(2026, 8, 1)),
]
"""August 2026 by invoice: 104, of it 4 used in July."""
SOURCE: Final = BigQuerySource(
    name="gcp", kind="bigquery", table="acme.billing.export", labels=("team",)
)


class StillIngest(IngestService):
    """Syncs without a cloud: a source that never changes."""

    async def sync(self, source: str | None = None, **_: object) -> tuple[SyncReport, ...]:
        return tuple(SyncReport(each.name, matches=True) for each in self.chosen(source))


@dataclass(frozen=True)
class Product:
    """The running product: its address, its services, a Slack it is installed in."""

    url: str
    services: Services
    slack: Slackbox
    session: aiohttp.ClientSession
    app: SlackApp

    async def token(
        self,
        role: Role = Role.VIEWER,
        projects: frozenset[str] | None = None,
        *,
        ttl: timedelta = timedelta(hours=1),
    ) -> str:
        """Issue a token of a role."""
        issued = await self.services.access.issue(
            subject="test", role=role, ttl=ttl, by=OPERATOR, projects=projects
        )
        return Keys(self.services.settings).sign(issued)

    async def call(
        self,
        method: str,
        path: str,
        *,
        role: Role = Role.VIEWER,
        projects: frozenset[str] | None = None,
        **options: Any,
    ) -> aiohttp.ClientResponse:
        """Call the API with a token of a role; the body has been read."""
        headers = {"Authorization": f"Bearer {await self.token(role, projects)}"}
        headers |= options.pop("headers", {})
        reply = await self.session.request(method, self.url + path, headers=headers, **options)
        await reply.read()
        return reply


async def leave_out(product: Product) -> None:
    """Some lines that could not be mapped, and a slice that is still being written."""
    async with product.services.database.begin() as tx:
        await tx.execute(
            text(
                "INSERT INTO left_out (slice_id, billing_period, reason, lines)"
                " SELECT min(id), '2026-10-01', 'unknown_kind', 3 FROM slices"
            )
        )
        await tx.execute(
            text(
                "INSERT INTO unfinished (source_id, key, why, since) SELECT id, '2026-12',"
                " 'part 2 of 3 isn''t there', '2026-11-22T16:30:00Z' FROM sources"
            )
        )


async def bill(product: Product) -> None:
    """Let the product hold a slice of a billing account '0123AB', with its control totals."""
    await Writer(product.services.database).write("late", BILLED)


@pytest.fixture(scope="session")
async def charts() -> AsyncIterator[ChartWorker]:
    """One chart worker for all tests; it takes a second to warm."""
    worker = ChartWorker(timeout=60)
    yield worker
    await worker.close()


@pytest.fixture(autouse=True)
def in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine too: what is shown instead of what comes late has tests of its own."""
    for waiting in ("answers", "forms", "menus"):
        monkeypatch.setattr(f"bot.slack.{waiting}._PATIENCE_SECONDS", 30)


@pytest.fixture
def public() -> bool:
    """Whether Slack reaches the product by a public address; a test module may say so."""
    return False


@pytest.fixture
def settings(slackbox: Slackbox, public: bool) -> Settings:  # noqa: FBT001 - a fixture
    """Settings of a product that is installed in the local Slack, over HTTP."""
    port = free_port()
    return Settings(
        http_port=port,
        public_url=f"http://127.0.0.1:{port}" if public else None,
        slack_bot_token=SecretStr(slackbox.config.bot_token),
        slack_signing_secret=SecretStr(slackbox.config.signing_secret),
        slack_api_url=slackbox.api_url,
        slack_admins=(ADA,),
        jwt_secrets=SecretStr(SIGNING),
    )


@pytest.fixture
async def services(
    fresh_database: Database, settings: Settings, charts: ChartWorker, clock: FakeClock
) -> AsyncIterator[Services]:
    """The services on the small company."""
    await store(fresh_database, company())
    cache = await open_cache(None)
    yield wired(
        settings,
        fresh_database,
        cache,
        charts,
        clock,
        sources=(SOURCE,),
        ingesting=StillIngest,
    )
    await cache.close()


@pytest.fixture
async def product(services: Services, slackbox: Slackbox) -> AsyncIterator[Product]:
    """The product behind a real HTTP server, connected with the local Slack."""
    async with AsyncExitStack() as stack:
        application: web.Application = rest.build(services)
        slack = SlackApp(services)
        slack.mount(application)
        stack.push_async_callback(slack.close)
        server = TestServer(application, port=services.settings.http_port)
        await server.start_server()
        stack.push_async_callback(server.close)
        await slack.start()
        url = f"http://127.0.0.1:{server.port}"
        slackbox.connect(f"{url}/slack/events")
        session = await stack.enter_async_context(aiohttp.ClientSession())
        yield Product(url, services, slackbox, session, slack)
