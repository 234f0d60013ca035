"""Conversion rates in `sources.toml`, for what no export has a rate for.

[[rates]]
since = "2026-10"                      # billing month; until an entry of a later one
origin = "ECB reference rates"         # shown in answers
per_usd = { EUR = 0.9231, GBP = 0.7782 }   # units of the currency for one USD
"""

from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    field_validator,
)

from core.costs.writing.rates import ConfiguredRate
from core.ingest.config import SourcesFileError, read_document

_FIXES: Final = {
    "since": 'Write a billing month, as since = "2026-10".',
    "origin": 'Write whose rates they are, as origin = "ECB reference rates".',
    "per_usd": "Write units of other currencies for one USD, as per_usd = { EUR = 0.9231 }.",
}


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    since: Annotated[str, Field(pattern=r"^20\d\d-(0[1-9]|1[0-2])$")]
    origin: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]
    per_usd: Annotated[
        dict[
            Annotated[str, Field(pattern=r"^[A-Z]{3}$")],
            Annotated[Decimal, Field(gt=0, strict=False)],
        ],
        Field(min_length=1),
    ]

    @field_validator("per_usd")
    @classmethod
    def _of_others(cls, value: dict[str, Decimal]) -> dict[str, Decimal]:
        if "USD" in value:
            raise ValueError("USD")
        return value

    def rates(self) -> list[ConfiguredRate]:
        since = date.fromisoformat(f"{self.since}-01")
        return [
            ConfiguredRate(since, currency, rate, self.origin)
            for currency, rate in self.per_usd.items()
        ]


def read_rates(path: Path) -> tuple[ConfiguredRate, ...]:
    """The rates that a file lists; none if there is no such file.

    Raises:
        SourcesFileError: naming the file, the entry and the key that is wrong.
    """
    entries = read_document(path).get("rates", [])
    if not isinstance(entries, list):
        raise SourcesFileError(
            f"{path}: 'rates' is not a list.", fix="Begin each entry with [[rates]]."
        )
    rates = [
        rate
        for number, entry in enumerate(entries, start=1)
        for rate in _entry(f"{path}, rates {number}", entry).rates()
    ]
    _refuse_twice(path, rates)
    return tuple(rates)


def _entry(place: str, entry: Any) -> _Entry:
    try:
        return _Entry.model_validate(entry)
    except ValidationError as error:
        problem = error.errors()[0]
        where = [str(part) for part in problem["loc"] if part != "[key]"]
        key = where[0] if where else ""
        said = "missing" if problem["type"] == "missing" else f"{problem['input']!r} can't be used"
        raise SourcesFileError(
            f"{place}, {' '.join(where)}: {said}.",
            fix=_FIXES.get(key, f"Known: {', '.join(_FIXES)}."),
        ) from None


def _refuse_twice(path: Path, rates: list[ConfiguredRate]) -> None:
    for (since, currency), times in Counter((r.since, r.currency) for r in rates).items():
        if times > 1:
            raise SourcesFileError(
                f"{path}: {currency} has {times} rates since {since:%Y-%m}.",
                fix="Keep one of them.",
            )
