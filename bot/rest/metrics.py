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
        """`GET /metrics`; the data version is NaN where the database can't tell it."""
        try:
            self._version.set(await self._services.costs.data_version())
        except CostTrackerError:
            self._version.set(math.nan)
        body = generate_latest(self._registry) + generate_latest(REGISTRY)
        return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE_LATEST})
