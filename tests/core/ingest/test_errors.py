"""A source that can't be read says why, and what to do: who needs which role, which command."""

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

import pytest
from google.api_core.exceptions import (
    BadRequest,
    Forbidden,
    GoogleAPICallError,
    InternalServerError,
    NotFound,
)
from google.auth.exceptions import DefaultCredentialsError, RefreshError
from google.cloud import bigquery

from core.ingest.config import BigQuerySource
from core.ingest.errors import (
    EmptyExportError,
    NoCredentialsError,
    NoPermissionError,
    NoSuchDatasetError,
    NoSuchProjectError,
    NoSuchTableError,
    NotAnExportError,
    OverByteLimitError,
    QuotaError,
    SourceError,
    UnreachableError,
)
from core.ingest.model import Seen
from core.ingest.sources.bigquery import BigQueryExport, open_bigquery
from core.ingest.sources.google_errors import Place, explained
from tests.support.bigquery import DATASET, PROJECT, Emulator
from tests.support.export import line, written

NOW = datetime(2026, 10, 6, tzinfo=UTC)
TABLE = "acme-billing.billing.gcp_billing_export_v1_0123AB"


def named(table: str, **more: Any) -> BigQuerySource:
    return BigQuerySource(name="gcp", kind="bigquery", table=table, **more)


async def refused(emulator: Emulator, table: str) -> SourceError:
    """How a table is refused, looked at from opening to listing."""
    with pytest.raises(SourceError) as told:
        async with open_bigquery(named(table), emulator.endpoint) as opened:
            await opened.look(None)
    return told.value


async def test_no_such_table(bigquery_emulator: Emulator) -> None:
    """The exports that are there are named."""
    there = bigquery_emulator.table("standard")
    error = await refused(bigquery_emulator, f"{PROJECT}.{DATASET}.gcp_billing_export_v1_X")
    assert isinstance(error, NoSuchTableError)
    assert error.message == (
        f"BigQuery has no table '{PROJECT}.{DATASET}.gcp_billing_export_v1_X'."
    )
    assert "usually within a day" in str(error)
    assert there.id in {f"{PROJECT}.{DATASET}.{t}" for t in _tables(bigquery_emulator)}
    assert all(name.startswith(f"{PROJECT}.{DATASET}.gcp_") for name in error.suggestions)
    assert error.suggestions


def _tables(emulator: Emulator) -> Iterator[str]:
    for table in emulator.client.list_tables(DATASET):
        yield table.table_id


async def test_no_such_dataset(bigquery_emulator: Emulator) -> None:
    error = await refused(bigquery_emulator, f"{PROJECT}.nothing.here")
    assert isinstance(error, NoSuchDatasetError)
    assert error.message == f"BigQuery has no data set '{PROJECT}.nothing'."


async def test_an_export_that_is_still_empty(bigquery_emulator: Emulator) -> None:
    table = bigquery_emulator.table("detailed")
    error = await refused(bigquery_emulator, table.id)
    assert isinstance(error, EmptyExportError)
    assert str(error) == (
        f"The billing export {table.id} is still empty. Costs usually arrive within a day of "
        "enabling the export, a first backfill within five: sync again then."
    )


async def test_a_table_that_is_no_billing_export(bigquery_emulator: Emulator) -> None:
    fields = [{"name": "cost", "type": "FLOAT", "mode": "NULLABLE"}]
    error = await refused(bigquery_emulator, bigquery_emulator.make(fields, "shopping").id)
    assert isinstance(error, NotAnExportError)
    assert error.message.startswith(
        f"The table {PROJECT}.{DATASET}.shopping is no billing export: it has no column "
        "billing_account_id, service.description,"
    )


async def test_a_copy_of_an_export(bigquery_emulator: Emulator) -> None:
    """It has no ingestion days, so there is nothing to compare by."""
    table = written(bigquery_emulator.table("standard"), {})
    table.run(f"CREATE TABLE `{table.id}_copy` AS SELECT * FROM `{table.id}`")  # noqa: S608  # ours
    error = await refused(bigquery_emulator, f"{table.id}_copy")
    assert isinstance(error, NotAnExportError)
    assert "is not partitioned by the day of ingestion" in error.message
    assert error.fix == "Name the table that Google writes, not a view or a copy of it."


async def test_a_focus_table_that_google_did_not_write(bigquery_emulator: Emulator) -> None:
    """Without its credits' types nothing could tell a promotion from a discount."""
    names = ("BilledCost", "BillingAccountId", "BillingCurrency", "ChargePeriodStart")
    fields = [{"name": name, "type": "STRING", "mode": "NULLABLE"} for name in names]
    error = await refused(bigquery_emulator, bigquery_emulator.make(fields).id)
    assert isinstance(error, NotAnExportError)
    assert error.message.endswith(
        "it has no column ServiceName, x_Credits.Amount, x_Credits.Type, x_ExportTime."
    )
    assert "gcp_billing_export_focus_… (FOCUS)" in str(error.fix)


async def test_nobody_answers() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        endpoint = f"http://127.0.0.1:{closed.getsockname()[1]}"
        with pytest.raises(UnreachableError) as told:
            async with open_bigquery(named(TABLE), endpoint, patience=0.2):
                pass
    assert told.value.message.startswith(f"No BigQuery answers at {endpoint} (")
    assert told.value.fix == "Start it, or correct BIGQUERY_API_ENDPOINT."


async def test_no_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    def none_found(**_: object) -> None:
        raise DefaultCredentialsError("none found")  # type: ignore[no-untyped-call]  # of google-auth

    monkeypatch.setattr("google.auth.default", none_found)
    with pytest.raises(NoCredentialsError) as told:
        async with open_bigquery(named(TABLE), None):
            pass
    assert told.value.message == "There are no credentials for Google Cloud: none found."
    assert "GOOGLE_APPLICATION_CREDENTIALS" in str(told.value)
    assert "gcloud auth application-default login" in str(told.value)


def google(kind: type[GoogleAPICallError], message: str, reason: str) -> GoogleAPICallError:
    """An error as the client raises it."""
    return kind(
        f"GET https://bigquery.googleapis.com/…: {message}",
        errors=[{"message": message, "reason": reason}],
    )


def told(error: Exception, **place: Any) -> SourceError:
    """What is said of an error of Google's."""
    source = named(TABLE, maximum_bytes_billed=1_000_000_000)
    with pytest.raises(SourceError) as found, explained(Place(source, **place)):
        raise error
    return found.value


def test_no_permission_to_read_names_role_and_command() -> None:
    said = f"Access Denied: Table {TABLE}: Permission bigquery.tables.get denied"
    robot = "serviceAccount:costs@acme.iam.gserviceaccount.com"
    error = told(google(Forbidden, said, "accessDenied"), member=robot)
    assert isinstance(error, NoPermissionError)
    assert error.message == f"No permission to read '{TABLE}': {said}."
    assert error.fix == (
        f"Grant roles/bigquery.dataViewer on the data set to {robot}: bq query "
        "--use_legacy_sql=false 'GRANT `roles/bigquery.dataViewer` ON SCHEMA "
        f'`acme-billing.billing` TO "{robot}"\''
    )


def test_no_permission_to_run_queries_names_the_project_that_runs_them() -> None:
    said = "Access Denied: Project acme-billing: User does not have bigquery.jobs.create permission"
    error = told(google(Forbidden, said, "accessDenied"))
    assert isinstance(error, NoPermissionError)
    assert error.fix == (
        "Grant roles/bigquery.jobUser there to MEMBER (gcloud auth list shows who that is): gcloud "
        "projects add-iam-policy-binding acme-billing --member=MEMBER --role=roles/bigquery.jobUser"
    )


@pytest.mark.parametrize("kind", [BadRequest, InternalServerError])
def test_over_the_byte_limit_says_what_is_needed(kind: type[GoogleAPICallError]) -> None:
    said = "Query exceeded limit for bytes billed: 1000000000. 2345678901 or higher required."
    error = told(google(kind, said, "bytesBilledLimitExceeded"))
    assert isinstance(error, OverByteLimitError)
    assert str(error) == (
        f"One query of {TABLE} would scan 2.3 GB; the limit is 1.0 GB. Nothing was billed. "
        "Raise maximum_bytes_billed of the source 'gcp' in sources.toml to 2_345_678_901 or more, "
        "or read less: cost-tracker sync gcp --since DATE"
    )


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (google(NotFound, "Not found: Project acme-biling", "notFound"), NoSuchProjectError),
        (google(Forbidden, "Quota exceeded", "quotaExceeded"), QuotaError),
        (RefreshError("invalid_grant"), NoCredentialsError),  # type: ignore[no-untyped-call]
        (google(BadRequest, "Syntax error", "invalidQuery"), SourceError),
    ],
)
def test_other_refusals(error: Exception, kind: type[SourceError]) -> None:
    assert type(told(error)) is kind


class Billed:
    """A BigQuery that refuses what would scan more than a query allows, and keeps count."""

    def __init__(self, table: bigquery.Table, scan: int) -> None:
        self.table = table
        self.scan = scan
        self.limits: list[int | None] = []

    def get_table(self, *_: object, **__: object) -> bigquery.Table:
        return self.table

    def query(self, _: str, config: bigquery.QueryJobConfig, **__: object) -> "BilledJob":
        if not config.dry_run:
            self.limits.append(config.maximum_bytes_billed)
            limit = config.maximum_bytes_billed
            if limit is None or self.scan > limit:
                said = f"limit for bytes billed: {limit}. {self.scan} or higher required."
                raise google(BadRequest, said, "bytesBilledLimitExceeded")
        return BilledJob(self.scan)


@dataclass
class BilledJob:
    total_bytes_processed: int


@pytest.fixture
def billed(bigquery_emulator: Emulator) -> Callable[[int], Billed]:
    """A fake whose queries scan a number of bytes: the emulator knows no limit."""
    real = bigquery_emulator.table("standard")
    table = bigquery_emulator.client.get_table(real.id)
    return lambda scan: Billed(table, scan)


async def test_every_query_has_a_limit(billed: Callable[[int], Billed]) -> None:
    """A query over it is refused before it runs; the estimate itself is free."""
    fake = billed(2_345_678_901)
    place = Place(named(TABLE, maximum_bytes_billed=1_000_000_000))
    opened = BigQueryExport(cast("bigquery.Client", fake), place, 1.0)
    seen = Seen({"2026-10-06": "x"}, {"2026-10-06": 1}, NOW, None, whole=True)
    assert await opened.estimate(seen, ["2026-10-06"]) == 2 * 2_345_678_901
    assert fake.limits == []
    with pytest.raises(OverByteLimitError):
        [reading async for reading in opened.read(seen, ["2026-10-06"])]
    assert fake.limits == [1_000_000_000]


class Endless:
    """A query that runs until it is cancelled."""

    def __init__(self) -> None:
        self.begun, self.cancelled = threading.Event(), threading.Event()

    def result(self, **_: object) -> list[dict[str, object]]:
        self.begun.set()
        assert self.cancelled.wait(20)
        return []

    def cancel(self, **_: object) -> None:
        self.cancelled.set()


async def test_a_sync_that_is_stopped_stops_its_query(
    billed: Callable[[int], Billed], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing goes on being computed, and billed, for nobody."""
    fake, job = billed(1), Endless()
    monkeypatch.setattr(fake, "query", lambda *_, **__: job)
    opened = BigQueryExport(cast("bigquery.Client", fake), Place(named(TABLE)), 1.0)
    looking = asyncio.create_task(opened.look(None))
    await asyncio.to_thread(job.begun.wait, 20)
    looking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await looking
    assert job.cancelled.is_set()


async def test_a_permission_that_is_missing_is_told_through_the_client(
    bigquery_emulator: Emulator,
) -> None:
    """Whatever the client raises on the way is told in our words."""
    table = written(bigquery_emulator.table("standard"), {NOW.date(): [line()]})
    async with open_bigquery(named(table.id), bigquery_emulator.endpoint) as opened:
        table.run(f"DROP TABLE `{table.id}`")
        with pytest.raises(NoSuchTableError):
            await opened.look(None)
