"""Whether an export in BigQuery can be read: permission by permission, at no charge.

Each is tried by the cheapest request that needs it and no other: a table's description
(bigquery.tables.get), a page of one line (bigquery.tables.getData), a dry run of a query that
reads nothing (bigquery.jobs.create). https://cloud.google.com/bigquery/docs/access-control
"""

from collections.abc import Callable, Iterator
from contextlib import closing

from google.api_core.exceptions import BadRequest
from google.cloud import bigquery
from google.cloud.bigquery.retry import DEFAULT_RETRY

from core.findings import Finding, failure, ok, warning
from core.ingest.config import BigQuerySource
from core.ingest.errors import NoPermissionError, SourceError
from core.ingest.sources import google_sql
from core.ingest.sources.bigquery import connect, refuse_copies
from core.ingest.sources.google_errors import Place, explained
from core.sizes import size

GET, READ, QUERY = "bigquery.tables.get", "bigquery.tables.getData", "bigquery.jobs.create"


def access(config: BigQuerySource, endpoint: str | None, *, patience: float) -> Iterator[Finding]:
    """Who asks, what they may, and whether the table is an export.

    Args:
        config: which table.
        endpoint: another BigQuery, without credentials; None: Google's.
        patience: how long each request may take, in seconds.
    """
    part = f"source {config.name}"
    try:
        client, place = connect(config, endpoint)
    except SourceError as error:
        yield failure(part, "credentials", error.message, error.fix or "")
        return
    with closing(client):
        who = "anybody" if endpoint else place.member or "whoever is signed in"
        yield ok(part, "credentials", f"asks as {who}")
        yield from _Probe(part, client, place, patience).findings()


class _Probe:
    def __init__(self, part: str, client: bigquery.Client, place: Place, patience: float) -> None:
        self._part = part
        self._client = client
        self._place = place
        self._patience = patience
        self._retry = DEFAULT_RETRY.with_timeout(patience)
        self._table: bigquery.Table | None = None
        self._hopeless = False

    def findings(self) -> Iterator[Finding]:
        """What may be done, and what is there; a table that isn't there says all."""
        yield self._tried(GET, self._describe, "may see what the table is")
        if self._hopeless:
            return
        yield self._tried(READ, self._read, "may read its lines")
        yield self._tried(QUERY, self._query, f"may run queries in {self._place.project}")
        if self._table is not None:
            yield from self._kind(self._table)

    def _tried(self, permission: str, work: Callable[[], None], words: str) -> Finding:
        try:
            with explained(self._place):
                work()
        except SourceError as error:
            self._hopeless = not isinstance(error, NoPermissionError)
            return failure(self._part, permission, error.message, error.fix or "")
        return ok(self._part, permission, words)

    def _describe(self) -> None:
        self._table = self._client.get_table(
            self._place.table, retry=self._retry, timeout=self._patience
        )

    def _read(self) -> None:
        fields = self._table.schema[:1] if self._table else []
        reference = bigquery.TableReference.from_string(self._place.table)
        name = fields[0].name if fields else "billing_account_id"
        try:
            rows = self._client.list_rows(
                reference,
                selected_fields=[bigquery.SchemaField(name, "STRING")],
                max_results=1,
                retry=self._retry,
                timeout=self._patience,
            )
            next(rows.pages, None)
        except BadRequest:
            return  # it may be read, but has no such column

    def _query(self) -> None:
        self._client.query(
            "SELECT 1",
            bigquery.QueryJobConfig(dry_run=True, use_query_cache=False),
            location=self._table.location if self._table else None,
            retry=self._retry,
            timeout=self._patience,
        )

    def _kind(self, table: bigquery.Table) -> Iterator[Finding]:
        try:
            export = google_sql.recognise(
                self._place.table, table.schema, self._place.source.labels
            )
            refuse_copies(table)
        except SourceError as error:
            yield failure(self._part, "table", error.message, error.fix or "")
            return
        held = f"{table.num_rows or 0:,} lines, {size(table.num_bytes or 0)}"
        yield ok(self._part, "table", f"{export.kind} export in {table.location}: {held}")
        if table.expires or (table.time_partitioning and table.time_partitioning.expiration_ms):
            name = f"{self._place.dataset.replace('.', ':')}.{table.table_id}"
            yield warning(
                self._part,
                "table",
                "BigQuery deletes its older lines: the table or its partitions expire",
                f"bq update --time_partitioning_expiration 0 --expiration 0 {name}",
            )
