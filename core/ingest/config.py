"""`sources.toml`: which billing data is read, and how.

[[source]]
name = "gcp"
kind = "bigquery"
table = "billing-project.billing.gcp_billing_export_v1_0123AB_4567CD_89EF01"
labels = ["team", "env"]
maximum_bytes_billed = 100_000_000_000
project = "analytics"     # where queries run and are paid for; default: the table's own
"""

import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from pydantic_core import ErrorDetails

from core.errors import ConfigurationError

KINDS: Final = ("bigquery",)
DEFAULT_BYTES: Final = 100_000_000_000
_TABLE: Final = r"^(?:[a-z0-9.-]+:)?[a-z0-9-]+\.[A-Za-z0-9_]+\.[A-Za-z0-9_-]+$"
_PROJECT: Final = r"^(?:[a-z0-9.-]+:)?[a-z0-9-]+$"
_FIXES: Final = {
    "table": "Write it as project.dataset.table.",
    "project": "Write the id of a Google Cloud project.",
    "maximum_bytes_billed": "Write a whole number of bytes, as 100_000_000_000 for 100 GB.",
    "labels": 'Write a list of label keys, as ["team", "env"].',
    "name": "Write a short name of letters, digits, hyphens and underscores.",
}


class SourcesFileError(ConfigurationError):
    """The file of sources can't be used."""


class BigQuerySource(BaseModel):
    """A Google Cloud billing export in BigQuery: standard or detailed, told by its schema."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$")]
    kind: Literal["bigquery"]
    table: Annotated[str, Field(pattern=_TABLE)]
    labels: Annotated[tuple[Annotated[str, Field(min_length=1)], ...], Field(strict=False)] = ()
    maximum_bytes_billed: Annotated[int, Field(gt=0)] = DEFAULT_BYTES
    project: Annotated[str | None, Field(pattern=_PROJECT)] = None

    @field_validator("labels")
    @classmethod
    def _in_order(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        """The same keys in another order are the same list: nothing is read anew for it."""
        return tuple(sorted(set(value)))

    @property
    def location(self) -> str:
        """Where its charges come from, for people."""
        return self.table


type SourceConfig = BigQuerySource


def read_sources(path: Path) -> tuple[SourceConfig, ...]:
    """The sources that a file lists, in its order; none if there is no such file.

    Raises:
        SourcesFileError: naming the file, the entry and the key that is wrong.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return ()
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SourcesFileError(f"{path} can't be read: {error}.") from None
    entries = document.pop("source", [])
    if document or not isinstance(entries, list):
        wrong = next(iter(document), "source")
        raise SourcesFileError(
            f"{path}: {wrong!r} isn't known at the top.", fix="Begin each source with [[source]]."
        )
    sources = tuple(_source(path, n, entry) for n, entry in enumerate(entries, start=1))
    _refuse_twice(path, "name", [source.name for source in sources])
    _refuse_twice(path, "table", [source.table for source in sources])
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
        return BigQuerySource.model_validate(entry)
    except ValidationError as error:
        raise _told(place, entry, error.errors()[0]) from None


def _told(place: str, entry: Mapping[str, Any], problem: ErrorDetails) -> SourcesFileError:
    key = str(problem["loc"][0])
    match problem["type"]:
        case "missing":
            said = "missing"
        case "extra_forbidden":
            known = ", ".join(BigQuerySource.model_fields)
            return SourcesFileError(f"{place}, {key}: unknown key.", fix=f"Known: {known}.")
        case _:
            said = f"{entry.get(key)!r} can't be used"
    return SourcesFileError(f"{place}, {key}: {said}.", fix=_FIXES.get(key))


def _refuse_twice(path: Path, key: str, values: Sequence[str]) -> None:
    for value, times in Counter(values).items():
        if times > 1:
            raise SourcesFileError(
                f"{path}: {times} sources have the {key} {value!r}.",
                fix="Keep one of them: charges read twice would count twice.",
            )
