"""`sources.toml`: which billing data is read, and how.

[[source]]
name = "gcp"
kind = "bigquery"
table = "billing-project.billing.gcp_billing_export_v1_0123AB_4567CD_89EF01"
labels = ["team", "env"]
resources = true          # keep what single resources cost, of the detailed and FOCUS exports
maximum_bytes_billed = 100_000_000_000
project = "analytics"     # where queries run and are paid for; default: the table's own

[[source]]
name = "aws"
kind = "focus"
url = "s3://bucket/prefix/"   # gs://bucket/prefix/, abfs://container@account/prefix/ or a folder
labels = ["team", "env"]
provider = "aws"              # default: as the files say
endpoint = "http://127.0.0.1:5000"  # another object store of the same kind
"""

import re
import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from pydantic_core import ErrorDetails

from core.errors import ConfigurationError

KINDS: Final = ("bigquery", "focus")
_TOP: Final = {"source", "rates"}
DEFAULT_BYTES: Final = 100_000_000_000
_TABLE: Final = r"^(?:[a-z0-9.-]+:)?[a-z0-9-]+\.[A-Za-z0-9_]+\.[A-Za-z0-9_-]+$"
_PROJECT: Final = r"^(?:[a-z0-9.-]+:)?[a-z0-9-]+$"
_URL: Final = re.compile(
    r"(?:(?:s3|gs)://[^/@]+|abfs://[^/@]+@[^/@]+|file:///|(?!\w+:/))[^?#]*", re.ASCII
)
_FIXES: Final = {
    "table": "Write it as project.dataset.table.",
    "project": "Write the id of a Google Cloud project.",
    "maximum_bytes_billed": "Write a whole number of bytes, as 100_000_000_000 for 100 GB.",
    "resources": "Write true or false.",
    "labels": 'Write a list of label keys, as ["team", "env"].',
    "name": "Write a short name of letters, digits, hyphens and underscores.",
    "url": "Write s3://bucket/prefix/, gs://bucket/prefix/, abfs://container@account/prefix/ or "
    "a folder.",
    "provider": 'Write "aws", "azure", "gcp" or another short name in lower case.',
    "endpoint": "Write the address of an object store, as http://127.0.0.1:5000.",
}


class SourcesFileError(ConfigurationError):
    """The file of sources can't be used."""


class _Source(BaseModel):
    """What every source has."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$")]
    labels: Annotated[tuple[Annotated[str, Field(min_length=1)], ...], Field(strict=False)] = ()
    resources: bool = False

    @field_validator("labels")
    @classmethod
    def _in_order(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        """The same keys in another order are the same list: nothing is read anew for it."""
        return tuple(sorted(set(value)))


class BigQuerySource(_Source):
    """A Google Cloud billing export in BigQuery: standard, detailed or FOCUS, by its schema."""

    kind: Literal["bigquery"]
    table: Annotated[str, Field(pattern=_TABLE)]
    maximum_bytes_billed: Annotated[int, Field(gt=0)] = DEFAULT_BYTES
    project: Annotated[str | None, Field(pattern=_PROJECT)] = None

    @property
    def location(self) -> str:
        """Where its charges come from, for people."""
        return self.table


class FocusSource(_Source):
    """FOCUS files in a folder or an object store: of AWS, of Azure, or of anybody.

    `provider`: whose charges are read; None: as the files say. `endpoint`: another object store
    of the same kind, reached without an account.
    """

    kind: Literal["focus"]
    url: Annotated[str, Field(min_length=1)]
    provider: Annotated[str | None, Field(pattern=r"^[a-z][a-z0-9-]{0,62}$")] = None
    endpoint: Annotated[str | None, Field(pattern=r"^https?://[^/\s]+/?$")] = None

    @field_validator("url")
    @classmethod
    def _known(cls, value: str) -> str:
        if not _URL.fullmatch(value):
            raise ValueError(value)
        return value

    @property
    def location(self) -> str:
        """Where its charges come from, for people."""
        return self.url


type SourceConfig = BigQuerySource | FocusSource

_MODELS: Final[Mapping[str, type[BigQuerySource | FocusSource]]] = {
    "bigquery": BigQuerySource,
    "focus": FocusSource,
}


def read_document(path: Path) -> dict[str, Any]:
    """The file as TOML, fractions exact; empty if there is no such file.

    Raises:
        SourcesFileError: it can't be read.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SourcesFileError(f"{path} can't be read: {error}.") from None


def read_sources(path: Path) -> tuple[SourceConfig, ...]:
    """The sources that a file lists, in its order; none if there is no such file.

    Raises:
        SourcesFileError: naming the file, the entry and the key that is wrong.
    """
    document = read_document(path)
    entries = document.get("source", [])
    unknown = document.keys() - _TOP
    if unknown or not isinstance(entries, list):
        wrong = min(unknown, default="source")
        raise SourcesFileError(
            f"{path}: {wrong!r} isn't known at the top.", fix="Begin each source with [[source]]."
        )
    sources = tuple(_source(path, n, entry) for n, entry in enumerate(entries, start=1))
    _refuse_twice(path, "name", [source.name for source in sources])
    _refuse_twice(path, "table", [s.table for s in sources if isinstance(s, BigQuerySource)])
    _refuse_twice(path, "url", [_address(s) for s in sources if isinstance(s, FocusSource)])
    return sources


def _source(path: Path, number: int, entry: Any) -> SourceConfig:
    if not isinstance(entry, dict):
        raise SourcesFileError(
            f"{path}, source {number}: not a table.", fix="Begin each source with [[source]]."
        )
    place = f"{path}, source {entry.get('name') or number!r}"
    kind = entry.get("kind")
    if kind not in KINDS:
        raise SourcesFileError(
            f"{place}, kind: {'missing' if kind is None else f'{kind!r} is not supported'}.",
            fix=f"Supported now: {', '.join(KINDS)}.",
            suggestions=KINDS,
        )
    try:
        return _MODELS[kind].model_validate(entry)
    except ValidationError as error:
        raise _told(place, entry, error.errors()[0]) from None


def _told(place: str, entry: Mapping[str, Any], problem: ErrorDetails) -> SourcesFileError:
    key = str(problem["loc"][0])
    match problem["type"]:
        case "missing":
            said = "missing"
        case "extra_forbidden":
            known = ", ".join(sorted(_MODELS[entry["kind"]].model_fields, key=_rank))
            return SourcesFileError(f"{place}, {key}: unknown key.", fix=f"Known: {known}.")
        case _:
            said = f"{entry.get(key)!r} can't be used"
    return SourcesFileError(f"{place}, {key}: {said}.", fix=_FIXES.get(key))


def _rank(key: str) -> int:
    """Name and kind first, as one writes them."""
    return ("name", "kind", key).index(key)


def _address(source: FocusSource) -> str:
    """Several clouds' charges may lie in one folder; each is a source of its own."""
    return source.url.rstrip("/") + (f" ({source.provider})" if source.provider else "")


def _refuse_twice(path: Path, key: str, values: Sequence[str]) -> None:
    for value, times in Counter(values).items():
        if times > 1:
            raise SourcesFileError(
                f"{path}: {times} sources have the {key} {value!r}.",
                fix="Keep one of them: charges read twice would count twice.",
            )
