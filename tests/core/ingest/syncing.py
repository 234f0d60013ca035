"""Syncs of a BigQuery export, on a day that stays."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from core.database import Database
from core.ingest.config import BigQuerySource
from core.ingest.model import SyncReport
from core.ingest.service import IngestService
from core.projects.service import ProjectService
from tests.support.bigquery import Emulator, Table

FIRST = date(2026, 9, 24)
NOW = datetime(2026, 11, 22, 18, tzinfo=UTC)


def source(table: Table, name: str = "gcp", labels: Sequence[str] = ()) -> BigQuerySource:
    return BigQuerySource(name=name, kind="bigquery", table=table.id, labels=tuple(labels))


def ingest(database: Database, emulator: Emulator, *sources: BigQuerySource) -> IngestService:
    def clock() -> datetime:
        return NOW

    projects = ProjectService(database, clock)
    return IngestService(database, projects, clock, sources, bigquery_endpoint=emulator.endpoint)


async def synced(service: IngestService, **how: Any) -> SyncReport:
    """The report of the only source, which must have worked."""
    (report,) = await service.sync(**how)
    assert report.error is None
    return report
