"""What the tests of ingestion share."""

from tests.support.bigquery import bigquery_emulator

__all__ = ["bigquery_emulator"]
