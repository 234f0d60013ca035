"""What BigQuery's refusals mean to the person who set the source up."""

import re
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from google.api_core.exceptions import Forbidden, GoogleAPICallError, NotFound, RetryError
from google.auth.exceptions import DefaultCredentialsError, GoogleAuthError, RefreshError
from google.auth.exceptions import TransportError as AuthTransportError
from requests.exceptions import RequestException

from core.ingest.config import BigQuerySource
from core.ingest.errors import (
    NoCredentialsError,
    NoPermissionError,
    NoSuchDatasetError,
    NoSuchProjectError,
    NoSuchTableError,
    OverByteLimitError,
    QuotaError,
    SourceError,
    UnreachableError,
)
from core.sizes import size

_QUOTA: Final = frozenset({"quotaExceeded", "rateLimitExceeded", "billingTierLimitExceeded"})
_SIGN_IN: Final = (
    "Set GOOGLE_APPLICATION_CREDENTIALS to the key file of a service account, run where one is "
    "attached, or run: gcloud auth application-default login"
)


@dataclass(frozen=True, slots=True)
class Place:
    """Which table is read, which project runs the queries, and as whom (None: not known)."""

    source: BigQuerySource
    endpoint: str | None = None
    member: str | None = None

    @property
    def table(self) -> str:
        """The export, as project.dataset.table."""
        return self.source.table

    @property
    def dataset(self) -> str:
        """Its data set, as project.dataset."""
        return self.table.rpartition(".")[0]

    @property
    def project(self) -> str:
        """The project that runs the queries and pays for them."""
        return self.source.project or self.dataset.rpartition(".")[0]


@contextmanager
def explained(place: Place) -> Generator[None]:
    """Turn the client's errors into ours."""
    try:
        yield
    except DefaultCredentialsError as error:
        raise NoCredentialsError(
            f"There are no credentials for Google Cloud: {_first_line(error)}.", fix=_SIGN_IN
        ) from error
    except RefreshError as error:
        raise NoCredentialsError(
            f"Google refuses the credentials: {_first_line(error)}.", fix=_SIGN_IN
        ) from error
    except (RetryError, RequestException, AuthTransportError, TimeoutError) as error:
        raise _unreachable(place, error) from error
    except GoogleAPICallError as error:
        raise _refusal(place, error) from error
    except GoogleAuthError as error:
        raise NoCredentialsError(f"{_first_line(error)}.", fix=_SIGN_IN) from error


def _refusal(place: Place, error: GoogleAPICallError) -> SourceError:
    said = _said(error)
    if "bytesBilledLimitExceeded" in _reasons(error) or "bytes billed" in said:
        return _over_limit(place, said)
    if _QUOTA & _reasons(error):
        return QuotaError(
            f"BigQuery's quota is used up: {said}.",
            fix="Try again later, or ask for more quota in the Google Cloud console.",
        )
    match error:
        case NotFound():
            return _missing(place, said)
        case Forbidden():
            return _denied(place, error, said)
    return SourceError(f"BigQuery refuses to read {place.table}: {said}.")


def _over_limit(place: Place, said: str) -> SourceError:
    limit = place.source.maximum_bytes_billed
    needed = re.search(r"(\d+) or higher required", said)
    least = int(needed[1]) if needed else None
    scan = f"scan {size(least)}" if least else "scan more"
    return OverByteLimitError(
        f"One query of {place.table} would {scan}; the limit is {size(limit)}. Nothing was billed.",
        fix=f"Raise maximum_bytes_billed of the source {place.source.name!r} in sources.toml"
        f"{f' to {least:_} or more' if least else ''}, or read less: cost-tracker sync "
        f"{place.source.name} --since DATE",
    )


def _missing(place: Place, said: str) -> SourceError:
    if "Not found: Project" in said:
        return NoSuchProjectError(
            f"Google Cloud has no project as in {place.table!r}: {said}.",
            fix="Correct 'table' (or 'project') in sources.toml: they take the project's id, "
            "not its name or number.",
        )
    if "Not found: Dataset" in said:
        return NoSuchDatasetError(
            f"BigQuery has no data set {place.dataset!r}.",
            fix="Correct 'table' in sources.toml; Billing > Billing export in the Google Cloud "
            "console names the data set.",
        )
    return NoSuchTableError(
        f"BigQuery has no table {place.table!r}.",
        fix="Correct 'table' in sources.toml. An export that was enabled just now has no table "
        "until its first costs arrive, usually within a day.",
    )


def _denied(place: Place, error: GoogleAPICallError, said: str) -> SourceError:
    who = f"to {place.member}" if place.member else "to MEMBER (gcloud auth list shows who that is)"
    member = place.member or "MEMBER"
    if "has not been used in project" in said or "accessNotConfigured" in _reasons(error):
        return NoPermissionError(
            f"BigQuery is turned off in the project {place.project!r}: {said}.",
            fix=f"Turn it on: gcloud services enable bigquery.googleapis.com "
            f"--project={place.project}",
        )
    if "bigquery.jobs.create" in said:
        return NoPermissionError(
            f"No permission to run queries in the project {place.project!r}: {said}.",
            fix=f"Grant roles/bigquery.jobUser there {who}: gcloud projects "
            f"add-iam-policy-binding {place.project} --member={member} "
            "--role=roles/bigquery.jobUser",
        )
    return NoPermissionError(
        f"No permission to read {place.table!r}: {said}.",
        fix=f"Grant roles/bigquery.dataViewer on the data set {who}: bq query "
        f"--use_legacy_sql=false 'GRANT `roles/bigquery.dataViewer` ON SCHEMA "
        f'`{place.dataset}` TO "{member}"\'',
    )


def _unreachable(place: Place, error: Exception) -> SourceError:
    address = place.endpoint or "https://bigquery.googleapis.com"
    fix = (
        "Start it, or correct BIGQUERY_API_ENDPOINT."
        if place.endpoint
        else "Check the network, the proxy (HTTPS_PROXY) and the way through the firewall."
    )
    cause = error.cause if isinstance(error, RetryError) else error
    return UnreachableError(f"No BigQuery answers at {address} ({type(cause).__name__}).", fix=fix)


def _reasons(error: GoogleAPICallError) -> set[str]:
    return {str(item.get("reason")) for item in error.errors or () if isinstance(item, dict)}


def _said(error: GoogleAPICallError) -> str:
    """BigQuery's own words, without the request's address around them."""
    for item in error.errors or ():
        if isinstance(item, dict) and item.get("message"):
            return _first_line(item["message"])
    return _first_line(error.message or error)


def _first_line(text: object) -> str:
    return str(text).strip().partition("\n")[0].rstrip(".")
