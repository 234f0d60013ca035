"""The composition root: settings → database → services → Slack, REST, scheduler, delivery."""

import asyncio
import os
import secrets
import signal
import socket
from collections.abc import AsyncGenerator, Collection
from contextlib import AsyncExitStack, asynccontextmanager
from enum import StrEnum
from pathlib import Path

import structlog
from aiohttp import web
from pydantic import SecretStr

from bot import process, rest
from bot.notify import open_notifier
from bot.render.charts.worker import ChartWorker
from bot.scheduler import Scheduler
from bot.services import Services
from bot.settings import Settings
from bot.slack import SlackApp
from bot.slack_web.zones import Zones
from core import embedded_postgres
from core.access.model import Role
from core.access.service import AccessService
from core.alerts.service import AlertService
from core.anomalies.posting import AnomalyPoster
from core.anomalies.service import AnomalyService
from core.budgets.catalogue import Catalogue
from core.budgets.evaluating import EvaluationService
from core.budgets.service import BudgetService
from core.cache import open_cache
from core.clock import Clock, utc_now
from core.costs.assigning.service import RuleService
from core.costs.drivers.service import DriverService
from core.costs.keeping.model import Keep
from core.costs.keeping.service import RetentionService
from core.costs.proving.service import ProofService
from core.costs.question import RESERVED
from core.costs.service import CostService
from core.database import Database
from core.exports.service import ExportService
from core.forecasts.service import ForecastService
from core.incidents.service import IncidentService
from core.ingest.config import read_sources
from core.ingest.rates import read_rates
from core.ingest.service import IngestService
from core.jobs.service import JobService
from core.outbox.service import OutboxService
from core.projects.service import ProjectService
from core.reports.service import ReportService
from core.schedules.corrector import ReportCorrector
from core.schedules.parts import Parts
from core.schedules.poster import SchedulePoster
from core.schedules.service import ScheduleService
from core.subscriptions.service import SubscriptionService
from migrations import upgrade

_log = structlog.get_logger()


class RunRole(StrEnum):
    """A part of the product that a process can take on; all of them by default."""

    BOT = "bot"
    API = "api"
    SCHEDULER = "scheduler"
    WORKER = "worker"


@asynccontextmanager
async def open_database(settings: Settings, *, migrate: bool = True) -> AsyncGenerator[Database]:
    """The configured database, else the embedded one, with the present schema."""
    if settings.database_url is None:
        url = await embedded_postgres.ensure(settings.data_dir)
    else:
        url = settings.database_url.get_secret_value()
    database = await Database.connect(url)
    try:
        if migrate:
            await upgrade(database)
        yield database
    finally:
        await database.close()


@asynccontextmanager
async def open_services(
    settings: Settings, *, clock: Clock = utc_now, migrate: bool = True
) -> AsyncGenerator[Services]:
    """Everything that a surface or a command needs; closed at the end.

    Args:
        settings: as they are configured.
        clock: tells the present instant.
        migrate: bring the schema up to date first.
    """
    settings = with_own_secret(settings)
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(open_database(settings, migrate=migrate))
        cache = await open_cache(_secret(settings.redis_url))
        stack.push_async_callback(cache.close)
        charts = ChartWorker()
        stack.push_async_callback(charts.close)
        projects = ProjectService(database, clock, reserved=RESERVED)
        zone = settings.report_timezone
        sources = read_sources(settings.sources_file)
        keep = Keep(settings.keep_charges_months, settings.keep_days_months)
        retention = RetentionService(database, clock, keep, zone=zone)
        costs = CostService(database, cache, clock, zone=zone)
        drivers = DriverService(database, costs)
        forecasts = ForecastService(database, costs, clock)
        anomalies = AnomalyService(database, costs, drivers, projects, clock)
        access = AccessService(
            database,
            clock,
            admins=settings.slack_admins,
            default_role=_role(settings.slack_default_role),
        )
        subscriptions = SubscriptionService(database, access, costs, clock)
        evaluation = EvaluationService(
            database,
            Catalogue(database, costs, projects),
            costs,
            drivers,
            clock,
            zone=zone,
            zones=Zones(settings).of,
            listeners=subscriptions,
        )
        budgets = BudgetService(database, costs, projects, clock, changed=evaluation.evaluate)
        proof = ProofService(database, clock)
        reports = ReportService(
            costs=costs,
            drivers=drivers,
            forecasts=forecasts,
            anomalies=anomalies,
            budgets=budgets,
            proof=proof,
            clock=clock,
        )
        scheduling = Parts(database, access, costs, projects, reports, clock)
        worker = f"{socket.gethostname()}:{os.getpid()}"
        yield Services(
            settings=settings,
            clock=clock,
            database=database,
            access=access,
            projects=projects,
            rules=RuleService(
                database,
                projects,
                clock,
                kept={source.name: source.labels for source in sources},
                zone=zone,
            ),
            costs=costs,
            drivers=drivers,
            forecasts=forecasts,
            anomalies=anomalies,
            anomaly_poster=AnomalyPoster(database, subscriptions, clock, zone=zone),
            subscriptions=subscriptions,
            budgets=budgets,
            evaluation=evaluation,
            alerts=AlertService(database, budgets, clock),
            reports=reports,
            schedules=ScheduleService(scheduling),
            poster=SchedulePoster(scheduling, worker=worker),
            corrector=ReportCorrector(scheduling),
            retention=retention,
            proof=proof,
            jobs=JobService(database, worker=worker),
            ingest=IngestService(
                database,
                projects,
                clock,
                sources,
                rates=read_rates(settings.sources_file),
                bigquery_endpoint=settings.bigquery_api_endpoint,
                retention=retention,
            ),
            outbox=OutboxService(database),
            exports=ExportService(database),
            incidents=IncidentService(database, clock),
            charts=charts,
        )


async def serve(settings: Settings, roles: Collection[RunRole]) -> None:
    """Run until told to stop by SIGTERM or SIGINT."""
    async with open_services(settings) as services, AsyncExitStack() as stack:
        stopping = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stopping.set)
        if RunRole.SCHEDULER in roles:
            scheduler = Scheduler(services)
            await scheduler.start()
            stack.push_async_callback(scheduler.close)
        if RunRole.WORKER in roles:
            notifier = await stack.enter_async_context(open_notifier(services))
            await notifier.start()
        application = await _application(services, roles, stack)
        await _listen(application, settings, stack)
        process.settle()
        _log.info("ready", roles=sorted(roles), host=settings.http_host, port=settings.http_port)
        await stopping.wait()
        _log.info("stopping")


async def _application(
    services: Services, roles: Collection[RunRole], stack: AsyncExitStack
) -> web.Application:
    """The aiohttp application of a process: health always, REST and Slack by role."""
    application = rest.build(services, api=RunRole.API in roles)
    if RunRole.BOT in roles:
        await services.charts.start()
        if services.settings.slack_bot_token is None:
            _log.warning("without Slack: SLACK_BOT_TOKEN is not set")
        else:
            slack = SlackApp(services)
            slack.mount(application)
            stack.push_async_callback(slack.close)
            await slack.start()
    return application


async def _listen(application: web.Application, settings: Settings, stack: AsyncExitStack) -> None:
    runner = web.AppRunner(application, access_log=None, handle_signals=False)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    await web.TCPSite(runner, settings.http_host, settings.http_port).start()


def with_own_secret(settings: Settings) -> Settings:
    """Settings with a signing key: where the database is embedded, one is made and kept.

    Replicas must share their key, so beside a database that others can reach it has to be set.
    """
    if settings.jwt_secrets is not None or settings.database_url is not None:
        return settings
    path = settings.data_dir / "jwt-secrets"
    return settings.model_copy(update={"jwt_secrets": SecretStr(_kept_secret(path))})


def _kept_secret(path: Path) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(descriptor, "w") as file:
        text = f"own:{secrets.token_urlsafe(48)}"
        file.write(text)
    return text


def _secret(value: SecretStr | None) -> str | None:
    return None if value is None else value.get_secret_value()


def _role(name: str) -> Role | None:
    return None if name == "none" else Role(name)
