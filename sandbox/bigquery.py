"""A BigQuery on this machine, with the sample export in it.

`python -m sandbox.bigquery` serves it (the emulator `local-bigquery`); `Warehouse` puts the
export in, by the same client and the same interfaces as the real one: a Parquet load, then
`INSERT … SELECT`, which alone may say on which day a row was taken in.
"""

import io
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from sandbox.sample.charge import PACIFIC, instant
from sandbox.sample.company import BILLING_PROJECT, DATASET, TABLE

EXTENSIONS: Final = ("ducklake", "icu", "spatial")
PATH: Final = f"{BILLING_PROJECT}.{DATASET}.{TABLE}"
"""The table of the export, as `sources.toml` names it."""

_INCOMING: Final = "_incoming"
_STANDARD: Final = {"FLOAT": "FLOAT64", "BOOLEAN": "BOOL"}


def serve(
    *,
    port: Annotated[int, typer.Option()],
    grpc_port: Annotated[int, typer.Option()],
    data_dir: Annotated[Path, typer.Option(help="Kept between starts.")],
    host: str = "127.0.0.1",
) -> None:
    """Serve the emulator until it is ended; it finds its extensions beside its data."""
    os.environ["HOME"] = str(data_dir)  # where DuckDB looks for them: not in the user's own
    _link_extensions(data_dir)
    from local_bigquery.cli import main  # noqa: PLC0415 - reads HOME when DuckDB is loaded

    where = ["--host", host, "--port", str(port), "--grpc-port", str(grpc_port)]
    main(["serve", *where, "--project", BILLING_PROJECT, "--data-dir", str(data_dir / "data")])


def _link_extensions(home: Path) -> None:
    """Have DuckDB find those of our environment: copied they are 140 MB, and half a second."""
    import duckdb  # noqa: PLC0415 - reads HOME when it is loaded

    with duckdb.connect() as connection:
        version, platform = connection.sql(
            "SELECT library_version, platform FROM pragma_version(), pragma_platform()"
        ).fetchall()[0]
    folder = home / ".duckdb" / "extensions" / version / platform
    folder.mkdir(parents=True, exist_ok=True)
    for name in EXTENSIONS:
        file = f"{name}.duckdb_extension"
        link = folder / file
        link.unlink(missing_ok=True)
        link.symlink_to(files(f"duckdb_extension_{name}") / "extensions" / version / file)


@dataclass(frozen=True, slots=True)
class Held:
    """What the export holds: its first usage day, and when its last row was exported."""

    first: date
    exported: int


class Warehouse:
    """The sample export in BigQuery."""

    def __init__(self, endpoint: str) -> None:
        """Connect to a BigQuery without an account.

        Args:
            endpoint: its address, as `BIGQUERY_API_ENDPOINT` has it.
        """
        from google.auth.credentials import AnonymousCredentials  # noqa: PLC0415 - half a second
        from google.cloud import bigquery  # noqa: PLC0415 - half a second

        self._bigquery = bigquery
        self._client = bigquery.Client(
            BILLING_PROJECT,
            credentials=AnonymousCredentials(),  # type: ignore[no-untyped-call] # has no types
            client_options={"api_endpoint": endpoint},
        )

    def held(self) -> Held | None:
        """Return what is in the export, or None; rows of `python -m sandbox late` don't count."""
        self._make()
        query = f"""
            SELECT COUNT(*) AS count,
                   MIN(usage_start_time) AS first_usage, MAX(export_time) AS last_export
            FROM `{PATH}` WHERE ARRAY_LENGTH(system_labels) = 0
        """  # noqa: S608 - names of our own
        (row,) = self._client.query_and_wait(query)
        if not row["count"]:
            return None
        first: datetime = row["first_usage"]
        return Held(first.astimezone(PACIFIC).date(), instant(row["last_export"]))

    def append(self, rows: bytes) -> None:
        """Add rows to the export, all or none.

        Args:
            rows: a file of `sandbox.sample.export.parquet`.
        """
        from sandbox.sample.export import PARTITION, SCHEMA  # noqa: PLC0415 - pyarrow

        incoming = f"{BILLING_PROJECT}.{DATASET}.{_INCOMING}"
        config = self._bigquery.LoadJobConfig(
            source_format="PARQUET", write_disposition="WRITE_TRUNCATE"
        )
        self._client.load_table_from_file(io.BytesIO(rows), incoming, job_config=config).result()
        names = ", ".join(f"`{field['name']}`" for field in SCHEMA)
        self._client.query_and_wait(
            f"INSERT INTO `{PATH}` (_PARTITIONTIME, {names}) "  # noqa: S608 - names of our own
            f"SELECT {PARTITION}, {names} FROM `{incoming}`"
        )
        self._client.delete_table(incoming)

    def _make(self) -> None:
        from sandbox.sample.export import SCHEMA  # noqa: PLC0415 - pyarrow

        self._client.create_dataset(DATASET, exists_ok=True)
        columns = ", ".join(f"`{field['name']}` {_type(field)}" for field in SCHEMA)
        self._client.query_and_wait(
            f"CREATE TABLE IF NOT EXISTS `{PATH}` ({columns}) PARTITION BY _PARTITIONDATE"
        )


def _type(field: Mapping[str, Any]) -> str:
    """Return a field's type as GoogleSQL writes it."""
    if field["type"] == "RECORD":
        inner = ", ".join(f"`{one['name']}` {_type(one)}" for one in field["fields"])
        kind = f"STRUCT<{inner}>"
    else:
        kind = _STANDARD.get(field["type"], field["type"])
    return f"ARRAY<{kind}>" if field["mode"] == "REPEATED" else kind


if __name__ == "__main__":
    typer.run(serve)
