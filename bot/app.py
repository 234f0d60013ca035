"""The composition root: settings → database → services → Slack, REST, scheduler, delivery."""

import asyncio
import signal
from collections.abc import Collection
from contextlib import AsyncExitStack

import structlog
from aiohttp import web

from bot import process, rest
from bot.notify import open_notifier
from bot.opening import open_services
from bot.process import RunRole
from bot.render import scratch
from bot.scheduler import Scheduler
from bot.services import Services
from bot.settings import Settings
from bot.slack import SlackApp

_log = structlog.get_logger()


async def serve(settings: Settings, roles: Collection[RunRole]) -> None:
    """Run until told to stop by SIGTERM or SIGINT."""
    scratch.clear()
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
