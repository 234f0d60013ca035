"""Google's billing export in SQL: recognised by its columns, added up by day in BigQuery.

Everything here is text and values: no client, so it can be read and tested by itself. Rules
of the export: https://cloud.google.com/billing/docs/how-to/export-data-bigquery-tables

- A line of the export becomes one charge of its cost and one for each of its credits.
- Days are Pacific, as on Google's invoices and reports.
- Amounts may be FLOAT64 there. They are read as the decimal they stand for (by way of its
  text, which both BigQuery and the emulator write so that it reads back the same) and made
  NUMERIC, rounded half away from zero at its nine decimals, before anything is added: as the
  exact totals in Google's own example queries, without the binary noise of large amounts.
- A label is looked for on the resource, then on the project: the nearer one wins.
"""

import hashlib
import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final, Protocol

from core.ingest.errors import NotAnExportError
from core.ingest.sources import google_lines
from core.ingest.sources.google_lines import (
    FOCUS_NEEDED,
    NATIVE_NEEDED,
    NO_AMOUNT,
    NO_TEXT,
    NOTHING,
    UNMAPPED,
    Lines,
)

MAPPING_VERSION: Final = 1
"""Raised when the same lines give other charges than before: every slice is then read anew."""

STANDARD: Final = "standard"
DETAILED: Final = "detailed"
FOCUS: Final = "FOCUS"


class _Field(Protocol):
    """A column, as BigQuery's client describes it."""

    @property
    def name(self) -> str: ...
    @property
    def fields(self) -> Iterable["_Field"]: ...


@dataclass(frozen=True, slots=True)
class Export:
    """A table that is a billing export, as of one state of its schema.

    `kind`: standard, detailed (a line for each resource) or FOCUS. `lines`: what its columns
    tell. `labels`: the label keys to keep, in their order.
    """

    table: str
    kind: str
    lines: Lines
    labels: tuple[str, ...]

    @property
    def has_resources(self) -> bool:
        """Whether its lines name the resources that they are of."""
        return self.lines.resource != NO_TEXT

    @property
    def mapping(self) -> str:
        """What a slice's rows depend on beside its lines: the mapping and the labels kept."""
        text = json.dumps([MAPPING_VERSION, self.labels])
        return hashlib.sha256(text.encode()).hexdigest()[:8]


def recognise(table: str, schema: Iterable[_Field], labels: Sequence[str]) -> Export:
    """See what kind of table this is; select by name later, and do without what isn't there.

    Raises:
        NotAnExportError: it lacks columns that every billing export has.
    """
    # Names of columns are alike in any case, and FOCUS is still a preview.
    columns = frozenset(path.lower() for path in _paths(schema))
    if {"billedcost", "chargeperiodstart"} <= columns:
        kind, lines = FOCUS, google_lines.focus(columns)
    else:
        kind = DETAILED if "resource.name" in columns else STANDARD
        lines = google_lines.native(columns)
    needed = FOCUS_NEEDED if kind == FOCUS else NATIVE_NEEDED
    missing = [column for column in needed if column.lower() not in columns]
    if missing:
        raise NotAnExportError(
            f"The table {table} is no billing export: it has no column {', '.join(missing)}.",
            fix="The export's tables are named gcp_billing_export_v1_… (standard), "
            "gcp_billing_export_resource_v1_… (detailed) and gcp_billing_export_focus_… (FOCUS).",
        )
    return Export(table, kind, lines, tuple(labels))


def fingerprints(export: Export, at: datetime, since: date | None) -> str:
    """Each ingestion day with its newest export and its number of lines."""
    condition = f"_PARTITIONTIME >= {_instant(since)}" if since else "_PARTITIONTIME IS NOT NULL"
    return f"""
SELECT {_SLICE} AS slice,
  MAX({export.lines.exported}) AS through,
  COUNT(*) AS line_count
FROM {_snapshot(export, at)}
WHERE {condition}
GROUP BY slice
"""  # noqa: S608  # names are checked by the configuration


def charges(export: Export, at: datetime, slices: Collection[str]) -> str:
    """The charges of slices, added up by day and everything else that tells them apart."""
    return f"""
WITH charges_of_lines AS ({charges_of_lines(export, at, slices)})
SELECT slice, day, billing_period, billing_account, account_id,
  MAX(account_name) AS account_name,
  service, sku_id,
  MAX(sku_name) AS sku_name,
  region, invoice_id,
  {label_set(export)} AS labels,
  charge.category AS charge_category,
  charge.source_type AS source_type,
  currency,
  charge.unit AS unit,
  CAST(SUM(charge.billed) AS STRING) AS billed,
  CAST(SUM(charge.effective) AS STRING) AS effective,
  {_known("list")} AS list,
  {_known("contracted")} AS contracted,
  CAST(SUM(charge.quantity) AS STRING) AS quantity,
  COUNT(*) AS line_count
FROM charges_of_lines, UNNEST(charges) AS charge
GROUP BY slice, day, billing_period, billing_account, account_id, service, sku_id, region,
  invoice_id, labels, charge_category, source_type, currency, unit
ORDER BY slice
"""  # noqa: S608  # as above


def charges_of_lines(
    export: Export, at: datetime, slices: Collection[str], since: date | None = None
) -> str:
    """Each line with what it is charged: its cost, and each of its credits.

    With `since`, also with its resource, if it is of no earlier day.
    """
    line = export.lines
    named = (
        f"""
    IF({line.day} >= DATE '{since}', {line.resource}, '') AS resource,
    {line.resource_name} AS resource_name,"""
        if since
        else ""
    )
    return f"""
  SELECT {_SLICE} AS slice,
    {line.day} AS day,
    {line.billing_period} AS billing_period,
    {line.billing_account} AS billing_account,
    {line.account_id} AS account_id,
    {line.account_name} AS account_name,
    {line.service} AS service,
    {line.sku_id} AS sku_id,
    {line.sku_name} AS sku_name,
    {line.region} AS region,
    {line.invoice_id} AS invoice_id,
    {_found_labels(export)}{line.currency} AS currency,{named}
    ARRAY_CONCAT(
      [STRUCT({line.category} AS category,
        {line.source_type} AS source_type,
        {line.unit} AS unit,
        {line.before_credits(line.billed)} AS billed,
        {line.before_credits(line.effective)} AS effective,
        {line.list} AS list,
        {line.contracted} AS contracted,
        {line.quantity} AS quantity)],
      ARRAY(SELECT AS STRUCT 'Credit' AS category,
        {line.credit_type} AS source_type,
        '' AS unit,
        {line.credit} AS billed,
        {line.credit} AS effective,
        {_beside(line.list)} AS list,
        {_beside(line.contracted)} AS contracted,
        {NO_AMOUNT} AS quantity
        FROM UNNEST({line.credits}) AS credit)
    ) AS charges
  FROM {_snapshot(export, at)}
  WHERE {_in_slices(slices)}
"""  # noqa: S608  # as above


def control_totals(export: Export, at: datetime, slices: Collection[str]) -> str:
    """What slices add up to by invoice month, kind and currency; rates; lines not mapped.

    Put another way than `charges`, so that a slip in one of them shows: lines whose amounts
    are after credits are added up as they are, and their credits given back to their kind
    altogether. So a kind may have several rows, which are to be added.
    """
    line = export.lines
    each = f", UNNEST({line.credits}) AS credit"
    costs = _Part(
        *(line.category, line.source_type, line.billed, line.effective),
        rate=line.rate,
        unmapped=tuple(f"COUNTIF({each})" for each in line.unmapped),
    )
    given = _Part("'Credit'", line.credit_type, line.credit, line.credit, among=each)
    parts = [costs, given]
    if line.after_credits:
        back = f"-{line.credit}"
        parts.append(_Part(line.category, line.source_type, back, back, count="0", among=each))
    return "UNION ALL".join(_added_up(part, export, at, slices) for part in parts)


@dataclass(frozen=True, slots=True)
class _Part:
    """Something that is added up by kind; `among`: what lines are joined with."""

    category: str
    source_type: str
    billed: str
    effective: str
    count: str = "COUNT(*)"
    rate: str = NO_AMOUNT
    among: str = ""
    unmapped: tuple[str, ...] = ("0",) * len(UNMAPPED)


def _added_up(part: _Part, export: Export, at: datetime, slices: Collection[str]) -> str:
    unmapped = zip(part.unmapped, UNMAPPED, strict=True)
    return f"""
SELECT {_SLICE} AS slice,
  {export.lines.billing_period} AS billing_period,
  {part.category} AS charge_category,
  {part.source_type} AS source_type,
  {export.lines.currency} AS currency,
  CAST(SUM({part.billed}) AS STRING) AS billed,
  CAST(SUM({part.effective}) AS STRING) AS effective,
  {part.count} AS line_count,
  CAST(MAX({part.rate}) AS STRING) AS rate,
  {", ".join(f"{count} AS {reason}" for count, reason in unmapped)}
FROM {_snapshot(export, at)}{part.among}
WHERE {_in_slices(slices)}
GROUP BY slice, billing_period, charge_category, source_type, currency
"""  # noqa: S608  # as above


def _paths(fields: Iterable[_Field], prefix: str = "") -> Iterable[str]:
    for field in fields:
        yield f"{prefix}{field.name}"
        yield from _paths(field.fields, f"{prefix}{field.name}.")


_SLICE: Final = "CAST(DATE(_PARTITIONTIME) AS STRING)"


def _instant(at: date | datetime) -> str:
    moment = at if isinstance(at, datetime) else datetime(at.year, at.month, at.day, tzinfo=UTC)
    return f"TIMESTAMP '{moment.astimezone(UTC).isoformat()}'"


def _snapshot(export: Export, at: datetime) -> str:
    return f"`{export.table}` FOR SYSTEM_TIME AS OF {_instant(at)}"


def _in_slices(slices: Collection[str]) -> str:
    """A condition of constants, so that only those partitions are scanned."""
    days = ", ".join(_instant(date.fromisoformat(key)) for key in sorted(slices))
    return f"_PARTITIONTIME IN ({days})"


def _beside(amount: str) -> str:
    """What a credit adds to an amount that knows none: nothing, or it is unknown throughout."""
    return NO_AMOUNT if amount == NO_AMOUNT else NOTHING


def _known(amount: str) -> str:
    """A sum that is known only if all of it is."""
    name = f"charge.{amount}"
    return f"CAST(IF(COUNT({name}) = COUNT(*), SUM({name}), NULL) AS STRING)"


def _places(export: Export) -> tuple[str, ...]:
    """Where labels are looked for, the one that wins first."""
    return export.lines.labels if export.labels else ()


def _found_labels(export: Export) -> str:
    """A column for each place, with the values of all labels there: one walk over its array."""
    values = ", ".join(
        f"MAX(IF(l.key = {literal(key)}, l.value, NULL)) AS label_{n}"
        for n, key in enumerate(export.labels)
    )
    return "".join(
        f"(SELECT AS STRUCT {values} FROM UNNEST({place}) AS l) AS place_{n},\n    "  # noqa: S608  # as above
        for n, place in enumerate(_places(export))
    )


def label_set(export: Export) -> str:
    """A JSON object of the labels that are there."""
    places = range(len(_places(export)))
    if not places:
        return "'{}'"
    members = ", ".join(
        # NULL, which ARRAY_TO_STRING leaves out, where no place has the label.
        f"{literal(f'{literal(key)}:')} || NULLIF(TO_JSON_STRING("
        f"COALESCE({', '.join(f'place_{place}.label_{n}' for place in places)})), 'null')"
        for n, key in enumerate(export.labels)
    )
    return f"CONCAT('{{', COALESCE(ARRAY_TO_STRING([{members}], ','), ''), '}}')"


def literal(text: str) -> str:
    """A string of JSON, which is one of GoogleSQL too."""
    return json.dumps(text, ensure_ascii=False)
