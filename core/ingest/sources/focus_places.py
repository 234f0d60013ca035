"""Where billing files lie: folders and object stores, by pyarrow's file systems."""

import json
import os
import re
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import pyarrow as pa
from pyarrow import fs

from core.ingest.config import FocusSource
from core.ingest.errors import (
    NoCredentialsError,
    NoPermissionError,
    NoSuchFolderError,
    SourceError,
    UnreachableError,
)
from core.ingest.sources.focus_files import File

PATIENCE: Final = timedelta(seconds=60)

# Words by which object stores' own errors are told apart; pyarrow has no classes for them.
_MISSING: Final = ("NO_SUCH_BUCKET", "NoSuchBucket", "ContainerNotFound", "does not exist", "404")
_DENIED: Final = ("ACCESS_DENIED", "AccessDenied", "AuthorizationFailure", "403", "FORBIDDEN")
_DENIED_TOO: Final = ("AuthorizationPermissionMismatch", "PERMISSION_DENIED", "PermissionDenied")
_NO_CREDENTIALS: Final = (
    "AuthenticationFailed",
    "INVALID_ACCESS_KEY_ID",
    "InvalidAccessKeyId",
    "SIGNATURE_DOES_NOT_MATCH",
    "SignatureDoesNotMatch",
    "UNAUTHENTICATED",
    "InvalidAuthenticationInfo",
    "DefaultAzureCredential",
    "Could not create a OAuth2 access token",
    "Could not load the default credentials",
    "401",
)
_UNREACHABLE: Final = ("NETWORK_CONNECTION", "resolve host", "Connection refused", "timed out")
_UNREACHABLE_TOO: Final = (
    "UNAVAILABLE",
    "Unavailable",
    "Fail to get a new connection",
    "connect to",
)


@dataclass(frozen=True, slots=True)
class Place:
    """A folder of files: a file system, and the path of the folder in it."""

    source: FocusSource
    system: fs.FileSystem
    root: str

    def files(self) -> tuple[File, ...]:
        """Every file of the folder and those below, in order; it may be one file itself.

        Raises:
            SourceError: one of its kinds, with what to do.
        """
        with explained(self.source):
            (top,) = self.system.get_file_info([self.root])
            if top.type == fs.FileType.File:
                return (_file(top),)
            self._refuse_missing(top)
            found = self.system.get_file_info(
                fs.FileSelector(self.root, recursive=True, allow_not_found=True)
            )
        files = (_file(one) for one in found if one.type == fs.FileType.File)
        return tuple(sorted(files, key=lambda file: file.path))

    def _refuse_missing(self, top: fs.FileInfo) -> None:
        """A bucket has no folders: one without files is as good as there."""
        if top.type == fs.FileType.NotFound and not isinstance(self.system, fs.LocalFileSystem):
            (top,) = self.system.get_file_info([self.root.partition("/")[0]])
        if top.type == fs.FileType.NotFound:
            raise _missing(self.source)

    def unchanged(self, files: tuple[File, ...]) -> bool:
        """Whether files still are as they were listed."""
        with explained(self.source):
            now = self.system.get_file_info([file.path for file in files])
        return all(
            one.type == fs.FileType.File and _file(one) == file
            for one, file in zip(now, files, strict=True)
        )

    def text(self, file: File) -> bytes:
        """A small file, whole."""
        with explained(self.source), self.system.open_input_stream(file.path) as stream:
            return bytes(stream.read())

    def name(self, file: File) -> str:
        """A file's path below the folder, for people."""
        return file.path.removeprefix(self.root).lstrip("/") or file.path.rpartition("/")[2]


def find(source: FocusSource) -> Place:
    """The file system and folder of a source; nothing is read yet."""
    scheme, _, rest = source.url.partition("://")
    if not rest:
        return Place(source, fs.LocalFileSystem(), str(Path(source.url).absolute()))
    if scheme == "file":
        return Place(source, fs.LocalFileSystem(), rest.rstrip("/") or "/")
    with explained(source):
        match scheme:
            case "s3":
                return Place(source, _s3(source, rest.partition("/")[0]), rest.rstrip("/"))
            case "gs":
                return Place(source, _gcs(source), rest.rstrip("/"))
            case _:
                container, _, host = rest.partition("@")
                account, _, path = host.partition("/")
                root = f"{container}/{path}".rstrip("/")
                return Place(source, _azure(source, account.partition(".")[0]), root)


def _s3(source: FocusSource, bucket: str) -> fs.FileSystem:
    if source.endpoint:
        at = urlsplit(source.endpoint)
        return fs.S3FileSystem(
            endpoint_override=at.netloc,
            scheme=at.scheme,
            region="us-east-1",
            **({} if os.environ.get("AWS_ACCESS_KEY_ID") else _ANYBODY),
        )
    # An address given by AWS's own variables isn't asked for where a bucket is.
    elsewhere = {"AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"} & os.environ.keys()
    return fs.S3FileSystem(region=None if elsewhere else fs.resolve_s3_region(bucket))


_ANYBODY: Final[dict[str, Any]] = {"access_key": "anybody", "secret_key": "anything"}


def _gcs(source: FocusSource) -> fs.FileSystem:
    if not source.endpoint:
        return fs.GcsFileSystem(retry_time_limit=PATIENCE)
    at = urlsplit(source.endpoint)
    return fs.GcsFileSystem(
        anonymous=True, endpoint_override=at.netloc, scheme=at.scheme, retry_time_limit=PATIENCE
    )


def _azure(source: FocusSource, account: str) -> fs.FileSystem:
    key = os.environ.get("AZURE_STORAGE_KEY")
    if not source.endpoint:
        return fs.AzureFileSystem(account, account_key=key)
    at = urlsplit(source.endpoint)
    return fs.AzureFileSystem(
        account,
        account_key=key,
        blob_storage_authority=at.netloc,
        blob_storage_scheme=at.scheme,
        dfs_storage_authority=at.netloc,
        dfs_storage_scheme=at.scheme,
    )


@contextmanager
def explained(source: FocusSource) -> Generator[None]:
    """Turn the file systems' errors into ours."""
    try:
        yield
    except FileNotFoundError as error:
        raise _missing(source) from error
    except (OSError, pa.ArrowException) as error:
        raise _refusal(source, error) from error


def _refusal(source: FocusSource, error: Exception) -> SourceError:
    said = " ".join(str(error).split())
    if isinstance(error, PermissionError) or _any(said, *_DENIED, *_DENIED_TOO):
        return NoPermissionError(
            f"No permission to read {source.url}: {_short(said)}.", fix=_grant(source)
        )
    if _any(said, *_NO_CREDENTIALS):
        return NoCredentialsError(
            f"There are no credentials for {source.url}, or they are refused: {_short(said)}.",
            fix=_sign_in(source),
        )
    if _any(said, *_UNREACHABLE, *_UNREACHABLE_TOO):
        return UnreachableError(
            f"No object store answers at {source.endpoint or source.url}: {_short(said)}.",
            fix="Check the address, the network and the proxy (HTTPS_PROXY).",
        )
    if _any(said, *_MISSING):
        return _missing(source)
    return SourceError(
        f"{source.url} can't be read: {_short(said)}.",
        fix="Try again; if it stays so, look at the object store's own log.",
    )


def _missing(source: FocusSource) -> NoSuchFolderError:
    return NoSuchFolderError(
        f"There is no {source.url}.",
        fix=f"Correct 'url' of the source {source.name!r} in sources.toml.",
    )


def _grant(source: FocusSource) -> str:
    scheme, _, rest = source.url.partition("://")
    place = rest.partition("/")[0]
    match scheme:
        case "s3":
            return (
                "Allow s3:ListBucket and s3:GetObject to the role that asks: aws iam "
                "put-role-policy --role-name ROLE --policy-name read-billing-export "
                f"--policy-document '{_policy(place, rest.partition('/')[2])}'"
            )
        case "gs":
            return (
                "Grant roles/storage.objectViewer: gcloud storage buckets add-iam-policy-binding "
                f"gs://{place} --member=MEMBER --role=roles/storage.objectViewer"
            )
        case "abfs":
            account = place.partition("@")[2].partition(".")[0]
            return (
                "Grant 'Storage Blob Data Reader' on the storage account: az role assignment "
                "create --assignee MEMBER --role 'Storage Blob Data Reader' "
                f"--scope $(az storage account show --name {account} --query id --output tsv)"
            )
    return f"Let the user that runs this read the folder: chmod -R u+rX {source.url}"


def _policy(bucket: str, prefix: str) -> str:
    """The least that lets an export in S3 be read."""
    arn = f"arn:aws:s3:::{bucket}"
    files = "/".join(filter(None, (arn, prefix.strip("/"), "*")))
    allowed = (("s3:ListBucket", arn), ("s3:GetObject", files))
    statements = [{"Effect": "Allow", "Action": a, "Resource": r} for a, r in allowed]
    return json.dumps({"Version": "2012-10-17", "Statement": statements}, separators=(",", ":"))


def _sign_in(source: FocusSource) -> str:
    match source.url.partition("://")[0]:
        case "s3":
            return (
                "Run where a role is attached, or set AWS_PROFILE, or AWS_ACCESS_KEY_ID and "
                "AWS_SECRET_ACCESS_KEY."
            )
        case "gs":
            return (
                "Set GOOGLE_APPLICATION_CREDENTIALS to the key file of a service account, run "
                "where one is attached, or run: gcloud auth application-default login"
            )
    return (
        "Run where a managed identity is attached, or set AZURE_TENANT_ID, AZURE_CLIENT_ID and "
        "AZURE_CLIENT_SECRET, or AZURE_STORAGE_KEY, or run: az login"
    )


def _file(info: fs.FileInfo) -> File:
    return File(info.path, info.size, info.mtime_ns or 0)


def _any(said: str, *words: str) -> bool:
    return any(re.search(rf"\b{re.escape(word)}\b", said) for word in words)


def _short(said: str) -> str:
    return said[:300].rstrip(".")
