"""Reports as they are kept: JSON values with exact decimals, read back to the same report."""

from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter

from core.reports.model import Report

_REPORT: TypeAdapter[Report] = TypeAdapter(Report)


def dump(report: Report) -> dict[str, Any]:
    """A report as a JSON value; decimals are text, exact."""
    kept: dict[str, Any] = _REPORT.dump_python(report, mode="json")
    return kept


def load(kept: Mapping[str, Any]) -> Report:
    """The report that was dumped."""
    return _REPORT.validate_python(kept)
