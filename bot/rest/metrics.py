"""Metrics for Prometheus: how often and how fast each operation replies, and what waits."""

import math
import time
from typing import Final

from aiohttp import web
from aiohttp.typedefs import Handler
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Gauge,
    Histogram,
    generate_latest,
)

from bot.services import Services
from core.errors import CostTrackerError

_SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class Metrics:
    """The metrics of one application, beside those of its process."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._registry = CollectorRegistry()
        self._replies = Histogram(
            "cost_tracker_http_reply_seconds",
            "Time to reply, by operation and status.",
            ("operation", "status"),
            buckets=_SECONDS,
            registry=self._registry,
        )
        self._version = Gauge(
            "cost_tracker_data_version", "Version of the data.", registry=self._registry
        )

        self._deliveries = Gauge(
            "cost_tracker_deliveries",
            "Messages to the outside that aren't delivered, by state.",
            ("state",),
            registry=self._registry,
        )
        self._oldest = Gauge(
            "cost_tracker_deliveries_oldest_seconds",
            "How long the oldest message that isn't parked has waited.",
            registry=self._registry,
        )
        self._incidents = Gauge(
            "cost_tracker_incidents", "Incidents that last.", registry=self._registry
        )
        charts = Gauge(
            "cost_tracker_charts_waiting", "Charts waiting or being drawn.", registry=self._registry
        )
        charts.set_function(lambda: services.charts.waiting)

    def observed(self, operation: str, handler: Handler) -> Handler:
        """A handler whose replies are counted and timed."""
        series: dict[int, Histogram] = {}

        async def observing(request: web.Request) -> web.StreamResponse:
            began = time.perf_counter()
            response = await handler(request)
            status = response.status
            if status not in series:
                series[status] = self._replies.labels(operation, status)
            series[status].observe(time.perf_counter() - began)
            return response

        return observing

    async def show(self, _: web.Request) -> web.Response:
        """`GET /metrics`; what the database can't tell is NaN."""
        try:
            await self._ask()
        except CostTrackerError:
            for gauge in (self._version, self._oldest, self._incidents, *self._by_state()):
                gauge.set(math.nan)
        body = generate_latest(self._registry) + generate_latest(REGISTRY)
        return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE_LATEST})

    async def _ask(self) -> None:
        """Set what the database tells."""
        self._version.set(await self._services.costs.data_version())
        backlog = await self._services.outbox.backlog()
        queued, parked = self._by_state()
        queued.set(backlog.queued)
        parked.set(backlog.parked)
        self._oldest.set(backlog.oldest.total_seconds())
        self._incidents.set(len(await self._services.incidents.open()))

    def _by_state(self) -> tuple[Gauge, Gauge]:
        return self._deliveries.labels("queued"), self._deliveries.labels("parked")
