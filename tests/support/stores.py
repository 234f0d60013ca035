"""Object stores to test against, each a stand-in in a process of its own."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pyarrow import fs

from tests.support.ports import free_port

_PATIENCE = 60
# The account that every Azurite has; its key is in Microsoft's documentation.
AZURITE_ACCOUNT = "devstoreaccount1"
AZURITE_KEY = (
    "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
)


@dataclass(frozen=True)
class Store:
    """A stand-in: where it is, the URL of a bucket in it, and that bucket to write to."""

    endpoint: str
    url: str
    system: fs.FileSystem
    bucket: str

    def put(self, folder: Path) -> None:
        """Copy a folder into the bucket, oldest files first."""
        files = [path for path in folder.rglob("*") if path.is_file()]
        for path in sorted(files, key=lambda path: path.stat().st_mtime):
            place = f"{self.bucket}/{path.relative_to(folder)}"
            with self.system.open_output_stream(place, compression=None) as stream:
                stream.write(path.read_bytes())

    def remove(self, path: str) -> None:
        """Delete a file of the bucket."""
        self.system.delete_file(f"{self.bucket}/{path}")


@contextmanager
def s3() -> Generator[Store]:
    """Amazon S3, by moto."""
    port = free_port()
    command = [_script("moto_server"), "-H", "127.0.0.1", "-p", str(port)]
    with _running(command, port):
        system = fs.S3FileSystem(
            endpoint_override=f"127.0.0.1:{port}",
            scheme="http",
            region="us-east-1",
            access_key="anybody",
            secret_key="anything",
            allow_bucket_creation=True,
        )
        system.create_dir("exports")
        yield Store(f"http://127.0.0.1:{port}", "s3://exports", system, "exports")


@contextmanager
def gcs() -> Generator[Store]:
    """Google Cloud Storage, by gcp-storage-emulator."""
    port = free_port()
    command = [_script("gcp-storage-emulator"), "start", "--host", "127.0.0.1"]
    with _running([*command, "--port", str(port), "--in-memory"], port):
        system = fs.GcsFileSystem(
            anonymous=True,
            endpoint_override=f"127.0.0.1:{port}",
            scheme="http",
            project_id="acme",
        )
        system.create_dir("exports")
        yield Store(f"http://127.0.0.1:{port}", "gs://exports", system, "exports")


def azurite() -> str | None:
    """The program `azurite-blob`, if npm has installed it."""
    own = Path(__file__).parents[1] / "npm" / "node_modules" / ".bin" / "azurite-blob"
    return str(own) if own.exists() else shutil.which("azurite-blob")


@contextmanager
def azure(program: str, folder: Path) -> Generator[Store]:
    """Azure Blob Storage, by Azurite; AZURE_STORAGE_KEY is for the test to set."""
    port = free_port()
    command = [program, "--silent", "--skipApiVersionCheck", "--disableTelemetry"]
    with _running([*command, "--blobPort", str(port), "--location", str(folder)], port):
        at = f"127.0.0.1:{port}"
        system = fs.AzureFileSystem(
            AZURITE_ACCOUNT,
            account_key=AZURITE_KEY,
            blob_storage_authority=at,
            blob_storage_scheme="http",
            dfs_storage_authority=at,
            dfs_storage_scheme="http",
        )
        system.create_dir("exports")
        yield Store(f"http://{at}", f"abfs://exports@{AZURITE_ACCOUNT}", system, "exports")


@contextmanager
def _running(command: Sequence[str], port: int) -> Generator[None]:
    process = subprocess.Popen(  # noqa: S603  # the stand-ins of our environment
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        _wait(process, port)
        yield
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _wait(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise RuntimeError(f"{process.args!r} doesn't answer.")


def _script(name: str) -> str:
    return str(Path(sys.executable).with_name(name))
