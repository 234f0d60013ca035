"""The clients of billing sources, imported on use."""

from contextlib import AbstractAsyncContextManager

from core.clock import Clock
from core.ingest.config import FocusSource, SourceConfig
from core.ingest.model import Source


def open_source(
    config: SourceConfig, clock: Clock, *, bigquery_endpoint: str | None = None
) -> AbstractAsyncContextManager[Source]:
    """Open a source by the client for its kind.

    Args:
        config: which one.
        clock: tells when it was looked at.
        bigquery_endpoint: another BigQuery, for tests and the sandbox.
    """
    if isinstance(config, FocusSource):
        from core.ingest.sources.focus import open_focus  # noqa: PLC0415  # on use: pyarrow

        return open_focus(config, clock)
    from core.ingest.sources.bigquery import open_bigquery  # noqa: PLC0415  # on use: 60 MB

    return open_bigquery(config, bigquery_endpoint)
