"""A BigQuery to test against: the emulator as a process, and export tables in it."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from google.auth.credentials import AnonymousCredentials
from google.cloud import bigquery

from tests.support.ports import free_port

PROJECT = "acme-billing"
DATASET = "billing"
SCHEMAS = Path(__file__).parents[1] / "data"
_TYPES = {"FLOAT": "FLOAT64", "BOOLEAN": "BOOL", "INTEGER": "INT64"}

# DuckDB, inside the emulator, loads its extensions from the home folder: one of our own,
# filled from the wheels, so that nothing is downloaded and nobody's home is touched.
_EXTENSIONS = """
import duckdb, duckdb_extensions
with duckdb.connect() as connection:
    for name in ("ducklake", "icu", "spatial"):
        duckdb_extensions.import_extension(name, con=connection)
"""


@dataclass(frozen=True)
class Table:
    """An export table: what is in it by ingestion day."""

    client: bigquery.Client
    name: str
    schema: Sequence[Mapping[str, Any]]

    @property
    def id(self) -> str:
        return f"{PROJECT}.{DATASET}.{self.name}"

    def insert(self, rows_by_day: Mapping[date, Iterable[Mapping[str, Any]]]) -> None:
        """Append rows as if they had been ingested on the given days, all at one instant."""
        staged = f"staged_{uuid.uuid4().hex}"
        day = {"name": "ingested", "type": "DATE", "mode": "NULLABLE"}
        rows = [
            {**row, "ingested": str(ingested)}
            for ingested, rows in rows_by_day.items()
            for row in rows
        ]
        if not rows:
            return
        text = "\n".join(json.dumps(row) for row in rows)
        config = bigquery.LoadJobConfig(
            source_format="NEWLINE_DELIMITED_JSON",
            schema=[bigquery.SchemaField.from_api_repr(dict(f)) for f in (*self.schema, day)],
        )
        place = f"{PROJECT}.{DATASET}.{staged}"
        self.client.load_table_from_file(BytesIO(text.encode()), place, job_config=config).result()
        columns = ", ".join(f"`{field['name']}`" for field in self.schema)
        self.run(
            f"INSERT INTO `{self.id}` (_PARTITIONTIME, {columns})"  # noqa: S608  # names of our own
            f" SELECT TIMESTAMP(ingested), {columns} FROM `{place}`"
        )
        self.client.delete_table(place)

    def delete(self, ingested: date) -> None:
        """Drop an ingestion day."""
        self.run(f"DELETE FROM `{self.id}` WHERE _PARTITIONTIME = TIMESTAMP '{ingested}'")  # noqa: S608  # as above

    def run(self, sql: str) -> None:
        """Run a statement."""
        self.client.query(sql).result()


@dataclass(frozen=True)
class Emulator:
    """The emulator's address, and a client of it."""

    endpoint: str
    client: bigquery.Client

    def table(self, schema: str, name: str | None = None) -> Table:
        """Make an empty export table, partitioned by ingestion day.

        Args:
            schema: `standard`, `standard_2024`, `detailed` or `focus`.
            name: of the table; its own by default.
        """
        path = SCHEMAS / f"gcp_billing_{schema}.schema.json"
        fields: list[dict[str, Any]] = json.loads(path.read_text())
        return self.make(fields, name)

    def make(self, fields: Sequence[Mapping[str, Any]], name: str | None = None) -> Table:
        """Make an empty table of any columns, partitioned by ingestion day."""
        table = Table(self.client, name or f"gcp_billing_export_v1_{uuid.uuid4().hex}", fields)
        columns = ", ".join(f"`{f['name']}` {_type(f)}" for f in fields)
        table.run(f"CREATE TABLE `{table.id}` ({columns}) PARTITION BY _PARTITIONDATE")
        return table


def _type(field: Mapping[str, Any]) -> str:
    kind = _TYPES.get(field["type"], field["type"])
    if kind == "RECORD":
        kind = f"STRUCT<{', '.join(f'`{f["name"]}` {_type(f)}' for f in field['fields'])}>"
    return f"ARRAY<{kind}>" if field["mode"] == "REPEATED" else kind


@contextmanager
def running(folder: Path) -> Generator[Emulator]:
    """Run the emulator with its files in a folder, and stop it."""
    home = folder / "home"
    home.mkdir()
    environment = {**os.environ, "HOME": str(home)}
    subprocess.run(  # noqa: S603  # our own interpreter
        [sys.executable, "-c", _EXTENSIONS], env=environment, check=True
    )
    port, grpc_port = free_port(), free_port()
    command = [
        *(str(Path(sys.executable).with_name("local-bigquery")), "serve"),
        *("--host", "127.0.0.1", "--port", str(port), "--grpc-port", str(grpc_port)),
        *("--project", PROJECT, "--data-dir", str(folder / "data")),
    ]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603  # the emulator of our environment
            command, env=environment, stdout=log, stderr=log, start_new_session=True
        )
    try:
        endpoint = f"http://127.0.0.1:{port}"
        _wait(endpoint, process, folder / "log")
        client = bigquery.Client(
            project=PROJECT,
            credentials=AnonymousCredentials(),  # type: ignore[no-untyped-call]  # of google-auth
            client_options={"api_endpoint": endpoint},
        )
        client.create_dataset(DATASET)
        yield Emulator(endpoint, client)
        client.close()  # type: ignore[no-untyped-call]  # of google-cloud-bigquery
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@pytest.fixture(scope="session")
def bigquery_emulator() -> Generator[Emulator]:
    """One emulator for the whole run; tests keep to tables of their own."""
    with tempfile.TemporaryDirectory(prefix="bigquery-") as folder, running(Path(folder)) as it:
        yield it


def _wait(endpoint: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urlopen(f"{endpoint}/bigquery/v2/projects", timeout=5):  # noqa: S310  # http:// above
                return
        except (URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
    raise RuntimeError(f"The emulator doesn't answer:\n{log.read_text()}")
