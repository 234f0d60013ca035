"""Google Cloud's billing export in BigQuery, by Google's own client.

The client blocks, so it works in threads. What it holds of the export at any time is one page
of a result and one slice: BigQuery adds the lines up, and hands results over in slices' order.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Final

import google.auth
import pyarrow as pa
from google.api_core.exceptions import GoogleAPICallError
from google.auth.credentials import AnonymousCredentials, Credentials
from google.cloud import bigquery
from google.cloud.bigquery.retry import DEFAULT_RETRY

from core.costs.resources import Kept, Resources, read_since
from core.costs.slices import Slice, SourceInfo
from core.ingest.config import BigQuerySource
from core.ingest.errors import (
    EmptyExportError,
    NoSuchDatasetError,
    NoSuchTableError,
    NotAnExportError,
)
from core.ingest.model import Reading, Seen
from core.ingest.sources import google_lines, google_resources, google_rows, google_sql
from core.ingest.sources.google_errors import Place, explained
from core.ingest.sources.google_rows import Row
from core.ingest.sources.google_sql import Export

PATIENCE: Final = 60.0
"""How long, in seconds, a request is tried again while BigQuery doesn't answer."""

_SCOPE: Final = "https://www.googleapis.com/auth/bigquery"
_LATE: Final = timedelta(days=7)
_LINES_A_QUERY: Final = 5_000_000
_ROWS_A_PAGE: Final = 10_000
_LABELS: Final = {"application": "cloud-cost-tracker"}


@asynccontextmanager
async def open_bigquery(
    config: BigQuerySource, endpoint: str | None, *, patience: float = PATIENCE
) -> AsyncGenerator["BigQueryExport"]:
    """Connect, and see that the table is a billing export.

    Args:
        config: which table, and how to read it.
        endpoint: another BigQuery, without credentials; None: Google's.
        patience: how long an unreachable BigQuery is tried, in seconds.

    Raises:
        SourceError: one of its kinds (`core.ingest.errors`), with what to do.
    """
    source = await asyncio.to_thread(_open, config, endpoint, patience)
    try:
        yield source
    finally:
        await asyncio.to_thread(source.close)


def _open(config: BigQuerySource, endpoint: str | None, patience: float) -> "BigQueryExport":
    client, place = connect(config, endpoint)
    try:
        return BigQueryExport(client, place, patience)
    except BaseException:
        client.close()  # type: ignore[no-untyped-call]  # of google-cloud-bigquery
        raise


def connect(config: BigQuerySource, endpoint: str | None) -> tuple[bigquery.Client, Place]:
    """Google's client, with its credentials; nothing is asked of BigQuery yet.

    Raises:
        NoCredentialsError: there are none.
    """
    place = Place(config, endpoint)
    with explained(place):
        credentials = _credentials(endpoint)
        place = Place(config, endpoint, _member(credentials))
    with explained(place):
        client = bigquery.Client(
            project=place.project,
            credentials=credentials,
            client_options={"api_endpoint": endpoint} if endpoint else None,
        )
    return client, place


def _credentials(endpoint: str | None) -> Credentials:
    if endpoint:
        return AnonymousCredentials()  # type: ignore[no-untyped-call]  # of google-auth
    credentials, _ = google.auth.default(scopes=[_SCOPE])
    return credentials


def _member(credentials: Credentials) -> str | None:
    """The service account that asks, as IAM writes it; None for a person or an unknown one."""
    email = getattr(credentials, "service_account_email", None)
    return f"serviceAccount:{email}" if email and "@" in email else None


class BigQueryExport:
    """A `core.ingest.model.Source`: slices are ingestion days, keyed as `2026-11-22`."""

    zone = google_lines.PACIFIC

    def __init__(self, client: bigquery.Client, place: Place, patience: float) -> None:
        self._client = client
        self._place = place
        self._retry = DEFAULT_RETRY.with_timeout(patience)
        table = self._find_table()
        self.export = google_sql.recognise(place.table, table.schema, place.source.labels)
        self.what = f"{self.export.kind} export"
        kept = Kept.of(has=self.export.has_resources, wanted=place.source.resources)
        self.info = SourceInfo(place.source.name, place.source.kind, "gcp", place.table, kept)
        refuse_copies(table)
        self._location: str | None = table.location

    def close(self) -> None:
        """Let the connections go."""
        self._client.close()  # type: ignore[no-untyped-call]  # of google-cloud-bigquery

    def window(self, newest: str) -> date:
        """From which day on to look, when the newest slice stored has this key."""
        return date.fromisoformat(newest) - _LATE

    def outdated(self, fingerprint: str) -> bool:
        """Whether a slice was stored under other labels or an older mapping."""
        return not fingerprint.endswith(f".{self.export.mapping}")

    async def look(self, since: date | None) -> Seen:
        """List the ingestion days, from one on or all of them, at the present instant.

        Raises:
            EmptyExportError: there is none at all.
        """
        (now,) = await self._rows("SELECT CURRENT_TIMESTAMP() AS now")
        at: datetime = now["now"]
        days = await self._rows(google_sql.fingerprints(self.export, at, since))
        if not days and since is None:
            raise _empty(self.export)
        return Seen(
            fingerprints={day["slice"]: _fingerprint(day, self.export) for day in days},
            lines={day["slice"]: day["line_count"] for day in days},
            at=at,
            through=max((day["through"] for day in days if day["through"]), default=None),
            whole=since is None,
        )

    async def estimate(self, seen: Seen, keys: Sequence[str]) -> int:
        """How many bytes reading these slices would scan, as a dry run says."""
        if not keys:
            return 0
        totals = google_sql.control_totals(self.export, seen.at, keys)
        queries = (self._charges(seen, keys), totals)
        return sum([await self._dry_run(query) for query in queries])

    async def read(self, seen: Seen, keys: Sequence[str]) -> AsyncGenerator[Reading]:
        """Hand over slices as they were when seen, in the order of their keys."""
        for batch in _batches(sorted(keys), seen.lines):
            totals: defaultdict[str, list[Row]] = defaultdict(list)
            for row in await self._rows(google_sql.control_totals(self.export, seen.at, batch)):
                totals[row["slice"]].append(row)
            pages = self._pages(self._charges(seen, batch))
            async for key, table in google_rows.by_slice(pages):
                lines, by_resource = self._divided(table, seen)
                yield Reading(
                    Slice(self.info.name, key, seen.fingerprints[key], seen.at),
                    google_rows.charges(lines),
                    [google_rows.control_total(row) for row in totals[key]],
                    google_rows.rates(totals[key]),
                    google_rows.left_out(totals[key]),
                    by_resource,
                )

    def _charges(self, seen: Seen, keys: Sequence[str]) -> str:
        """The query of charges; by resource too where some are of days that are kept so."""
        since = self._resources_since(seen)
        if self.info.resources is not Kept.KEPT or max(keys) < since.isoformat():
            return google_sql.charges(self.export, seen.at, keys)
        return google_resources.charges(self.export, seen.at, keys, since)

    def _divided(self, table: pa.Table, seen: Seen) -> tuple[pa.Table, Resources | None]:
        """A slice's result: its charges, and those by resource where they are kept."""
        if self.info.resources is not Kept.KEPT:
            return table, None
        if not google_rows.has_resources(table):
            return table, Resources((), date.max)
        lines, by_resource = google_rows.divided(table)
        return lines, Resources((by_resource,), self._resources_since(seen))

    def _resources_since(self, seen: Seen) -> date:
        return read_since(seen.at.astimezone(self.zone).date())

    def _find_table(self) -> bigquery.Table:
        try:
            with explained(self._place):
                return self._client.get_table(self._place.table, retry=self._retry)
        except NoSuchTableError as error:
            raise self._better(error) from error

    def _better(self, error: NoSuchTableError) -> NoSuchTableError | NoSuchDatasetError:
        """The same with the tables that could be meant; or that there is no such data set."""
        try:
            with explained(self._place):
                tables = self._client.list_tables(self._place.dataset, retry=self._retry)
                names = sorted(f"{self._place.dataset}.{table.table_id}" for table in tables)
        except NoSuchDatasetError as missing:
            return missing
        exports = [name for name in names if "gcp_billing_export" in name]
        return NoSuchTableError(error.message, fix=error.fix, suggestions=exports[:5])

    async def _rows(self, sql: str) -> list[Row]:
        """A small result, whole."""

        def work(job: bigquery.QueryJob) -> list[Row]:
            return [dict(row.items()) for row in job.result(retry=self._retry)]

        return await self._run(sql, work)

    async def _pages(self, sql: str) -> AsyncGenerator[pa.RecordBatch]:
        """A result of any size, by the page."""

        def start(job: bigquery.QueryJob) -> Iterator[pa.RecordBatch]:
            rows = job.result(retry=self._retry, page_size=_ROWS_A_PAGE)
            return (google_rows.columns(page.raw_page, rows.schema) for page in rows.pages)

        pages = await self._run(sql, start)
        while (page := await asyncio.to_thread(self._next, pages)) is not None:
            yield page

    def _next(self, pages: Iterator[pa.RecordBatch]) -> pa.RecordBatch | None:
        with explained(self._place):
            return next(pages, None)

    async def _run[T](self, sql: str, work: Callable[[bigquery.QueryJob], T]) -> T:
        """Have a query run, and stop it if nobody waits for it any more."""
        job = await asyncio.to_thread(self._start, sql, dry_run=False)

        def wait() -> T:
            with explained(self._place):
                return work(job)

        try:
            return await asyncio.to_thread(wait)
        except asyncio.CancelledError:
            await asyncio.shield(asyncio.to_thread(_cancel, job))
            raise

    async def _dry_run(self, sql: str) -> int:
        job = await asyncio.to_thread(self._start, sql, dry_run=True)
        return int(job.total_bytes_processed or 0)

    def _start(self, sql: str, *, dry_run: bool) -> bigquery.QueryJob:
        config = bigquery.QueryJobConfig(
            dry_run=dry_run,
            maximum_bytes_billed=self._place.source.maximum_bytes_billed,
            labels=_LABELS,
            use_query_cache=False,
        )
        with explained(self._place):
            return self._client.query(sql, config, location=self._location, retry=self._retry)


def _cancel(job: bigquery.QueryJob) -> None:
    try:
        job.cancel(retry=None)
    except (GoogleAPICallError, OSError):
        return  # it ends by itself; nobody reads its result


def refuse_copies(table: bigquery.Table) -> None:
    """Slices are partitions of the day of ingestion: only the export's own table has them.

    Raises:
        NotAnExportError: it has none.
    """
    partitioning = table.time_partitioning
    if partitioning is None or partitioning.field or partitioning.type_ != "DAY":
        raise NotAnExportError(
            f"{table.full_table_id} is not partitioned by the day of ingestion, as "
            "the export's own table is.",
            fix="Name the table that Google writes, not a view or a copy of it.",
        )


def _empty(export: Export) -> EmptyExportError:
    return EmptyExportError(
        f"The billing export {export.table} is still empty.",
        fix="Costs usually arrive within a day of enabling the export, a first backfill within "
        "five: sync again then.",
    )


def _fingerprint(day: Row, export: Export) -> str:
    through: datetime = day["through"] or datetime(1970, 1, 1, tzinfo=UTC)
    return f"{through.astimezone(UTC):%Y%m%dT%H%M%S.%fZ}.{day['line_count']}.{export.mapping}"


def _batches(keys: Sequence[str], lines: Mapping[str, int]) -> Iterator[list[str]]:
    """Slices to read by one query: as many as hold a bounded number of lines, at least one."""
    batch: list[str] = []
    held = 0
    for key in keys:
        if batch and held + lines[key] > _LINES_A_QUERY:
            yield batch
            batch, held = [], 0
        batch.append(key)
        held += lines[key]
    if batch:
        yield batch
