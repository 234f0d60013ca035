"""The document is valid, and the server keeps to it whatever it is sent."""

import asyncio
import sys
from datetime import datetime, timedelta
from pathlib import Path
from time import monotonic

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from bot.rest.openapi import document
from core.access.model import Role
from tests.support.clock import FakeClock
from tests.support.product import Product

SEED = "1"
EXAMPLES = "8"
# A project can be merged away once: what is tried after that is refused, and rightly. Of billing
# accounts, invoices, parked deliveries, anomalies, budgets, alerts, schedules, subscriptions and
# planned days there are none, and not every text is what one of them can be of. While a sync is
# under way, a further one is a conflict. A generator that likes the same few keys meets an
# Idempotency-Key again and again that stands for another write.
CONFIG = """
[warnings]
fail-on = true

[[operations]]
include-operation-id = [
  "projects.create", "projects.link", "projects.merge", "projects.place", "projects.unlink",
  "projects.unlink_label", "deliveries.drop", "deliveries.retry", "anomalies.judge",
  "anomalies.plan", "anomalies.cancel", "budgets.create", "budgets.change", "budgets.remove",
  "alerts.show", "alerts.acknowledge", "alerts.snooze", "schedules.create", "schedules.show",
  "schedules.change", "schedules.remove", "schedules.pause", "schedules.resume", "schedules.run",
  "schedules.preview", "schedules.runs", "subscriptions.create", "subscriptions.show",
  "subscriptions.change", "subscriptions.remove", "syncs.start",
]
warnings = false

[[operations]]
include-operation-id = ["invoices.record", "invoices.remove", "deliveries.retry", "deliveries.drop"]
warnings = false
"""
UNFIT = (
    # Not every text is a period and not every slug a project: 400 and 404 to a request that fits
    # its schema are right.
    "positive_data_acceptance",
)


class RunningClock(FakeClock):
    """Begins where the fixed one stands and runs twenty times as fast: limits refill."""

    def __init__(self, now: datetime) -> None:
        super().__init__(now)
        self._began = monotonic()

    def __call__(self) -> datetime:
        return self.now + 20 * timedelta(seconds=monotonic() - self._began)


@pytest.fixture
def clock(clock: FakeClock) -> FakeClock:
    return RunningClock(clock.now)


def test_the_document_is_valid_openapi() -> None:
    OpenAPIV31SpecValidator(document()).validate()


def tags() -> list[str]:
    """What the document calls its parts."""
    operations = [each for path in document()["paths"].values() for each in path.values()]
    return sorted({tag for each in operations if isinstance(each, dict) for tag in each["tags"]})


@pytest.mark.timeout(600)
@pytest.mark.parametrize("tag", tags())
async def test_whatever_is_sent_is_answered_as_documented(
    product: Product, tmp_path: Path, tag: str
) -> None:
    config = tmp_path / "schemathesis.toml"
    config.write_text(CONFIG)
    token = await product.token(Role.ADMIN, ttl=timedelta(days=7))  # its clock is a fast one
    process = await asyncio.create_subprocess_exec(
        *(Path(sys.executable).parent / "schemathesis", "--config-file", config, "run"),
        f"{product.url}/openapi.json",
        *("--header", f"Authorization: Bearer {token}"),
        *(
            "--include-tag",
            tag,
            "--seed",
            SEED,
            "--max-examples",
            EXAMPLES,
            "--exclude-checks",
            ",".join(UNFIT),
        ),
        *("--no-color", "--continue-on-failure"),
        cwd=tmp_path,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    told, _ = await process.communicate()
    assert process.returncode == 0, told.decode()
