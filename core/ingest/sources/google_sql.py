"""Google's billing export in SQL: recognised by its columns, added up by day in BigQuery.

Everything here is text and values: no client, so it can be read and tested by itself. Rules
of the export: https://cloud.google.com/billing/docs/how-to/export-data-bigquery-tables

- A line of the export becomes one charge of its cost and one for each of its credits.
- Days are Pacific, as on Google's invoices and reports.
- Amounts are FLOAT64 there. They are read as the decimal they stand for (by way of its text,
  which both BigQuery and the emulator write so that it reads back the same) and made NUMERIC,
  rounded half away from zero at its nine decimals, before anything is added: as the exact
  totals in Google's own example queries, without the binary noise of large amounts.
- A label is looked for on the resource, then on the project: the nearer one wins.
"""

import hashlib
import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final, Protocol
from zoneinfo import ZoneInfo

from core.ingest.errors import FocusExportError, NotAnExportError

PACIFIC: Final = ZoneInfo("America/Los_Angeles")
MAPPING_VERSION: Final = 1
"""Raised when the same lines give other charges than before: every slice is then read anew."""

_NEEDED: Final = (
    "billing_account_id",
    "service.description",
    "sku.id",
    "usage_start_time",
    "project.id",
    "export_time",
    "cost",
    "currency",
    "credits.amount",
)


class _Field(Protocol):
    """A column, as BigQuery's client describes it."""

    @property
    def name(self) -> str: ...
    @property
    def fields(self) -> Iterable["_Field"]: ...


@dataclass(frozen=True, slots=True)
class Export:
    """A table that is a billing export, as of one state of its schema.

    `columns` are dotted paths. `labels` are the label keys to keep, in their order.
    """

    table: str
    columns: frozenset[str]
    labels: tuple[str, ...]

    @property
    def detailed(self) -> bool:
        """Whether it is the detailed export, with a line for each resource."""
        return "resource.name" in self.columns

    @property
    def mapping(self) -> str:
        """What a slice's rows depend on beside its lines: the mapping and the labels kept."""
        text = json.dumps([MAPPING_VERSION, self.labels])
        return hashlib.sha256(text.encode()).hexdigest()[:8]


def recognise(table: str, schema: Iterable[_Field], labels: Sequence[str]) -> Export:
    """See what kind of table this is; select by name later, and do without what isn't there.

    Raises:
        FocusExportError: it is Google's FOCUS export.
        NotAnExportError: it lacks columns that every billing export has.
    """
    columns = frozenset(_paths(schema))
    if {"BilledCost", "ChargePeriodStart"} <= columns:
        raise FocusExportError(
            f"The table {table} is Google's FOCUS export, which can't be read yet.",
            fix="Name the standard (gcp_billing_export_v1_…) or the detailed export "
            "(gcp_billing_export_resource_v1_…) in sources.toml.",
        )
    missing = [column for column in _NEEDED if column not in columns]
    if missing:
        raise NotAnExportError(
            f"The table {table} is no billing export: it has no column {', '.join(missing)}.",
            fix="The export's tables are named gcp_billing_export_v1_… (standard) and "
            "gcp_billing_export_resource_v1_… (detailed).",
        )
    return Export(table, columns, tuple(labels))


def fingerprints(export: Export, at: datetime, since: date | None) -> str:
    """Each ingestion day with its newest export and its number of lines."""
    condition = f"_PARTITIONTIME >= {_instant(since)}" if since else "_PARTITIONTIME IS NOT NULL"
    return f"""
SELECT {_SLICE} AS slice,
  MAX(export_time) AS through,
  COUNT(*) AS line_count
FROM {_snapshot(export, at)}
WHERE {condition}
GROUP BY slice
"""  # noqa: S608  # names are checked by the configuration


def charges(export: Export, at: datetime, slices: Collection[str]) -> str:
    """The charges of slices, added up by day and everything else that tells them apart."""
    has = export.columns
    listed = _exact("cost_at_list") if "cost_at_list" in has else "CAST(NULL AS NUMERIC)"
    list_of_credit = "NUMERIC '0'" if "cost_at_list" in has else "CAST(NULL AS NUMERIC)"
    quantity = (
        _exact("usage.amount_in_pricing_units")
        if "usage.amount_in_pricing_units" in has
        else "CAST(NULL AS NUMERIC)"
    )
    return f"""
WITH charges_of_lines AS (
  SELECT {_SLICE} AS slice,
    {_DAY} AS day,
    {_billing_period(export)} AS billing_period,
    {_text(export, "billing_account_id")} AS billing_account,
    {_text(export, "project.id")} AS account_id,
    {_text(export, "project.name")} AS account_name,
    {_text(export, "service.description")} AS service,
    {_text(export, "sku.id")} AS sku_id,
    {_text(export, "sku.description")} AS sku_name,
    {_region(export)} AS region,
    {_found_labels(export)}COALESCE(currency, 'XXX') AS currency,
    ARRAY_CONCAT(
      [STRUCT({_category(export)} AS category,
        {_cost_type(export)} AS source_type,
        {_text(export, "usage.pricing_unit")} AS unit,
        {_cost()} AS amount,
        {listed} AS list,
        {quantity} AS quantity)],
      ARRAY(SELECT AS STRUCT 'Credit' AS category,
        {_credit_type(export)} AS source_type,
        '' AS unit,
        {_credit()} AS amount,
        {list_of_credit} AS list,
        CAST(NULL AS NUMERIC) AS quantity
        FROM UNNEST(credits) AS credit)
    ) AS charges
  FROM {_snapshot(export, at)}
  WHERE {_in_slices(slices)}
)
SELECT slice, day, billing_period, billing_account, account_id,
  MAX(account_name) AS account_name,
  service, sku_id,
  MAX(sku_name) AS sku_name,
  region,
  {_labels(export)} AS labels,
  charge.category AS charge_category,
  charge.source_type AS source_type,
  currency,
  charge.unit AS unit,
  CAST(SUM(charge.amount) AS STRING) AS billed,
  CAST(IF(COUNT(charge.list) = COUNT(*), SUM(charge.list), NULL) AS STRING) AS list,
  CAST(SUM(charge.quantity) AS STRING) AS quantity,
  COUNT(*) AS line_count
FROM charges_of_lines, UNNEST(charges) AS charge
GROUP BY slice, day, billing_period, billing_account, account_id, service, sku_id, region,
  labels, charge_category, source_type, currency, unit
ORDER BY slice
"""  # noqa: S608  # as above


def control_totals(export: Export, at: datetime, slices: Collection[str]) -> str:
    """What slices add up to by invoice month, kind and currency, and conversion rates.

    Put another way than `charges`, so that a slip in one of them shows.
    """
    rate = (
        f"MAX({_exact('currency_conversion_rate')})"
        if "currency_conversion_rate" in export.columns
        else "CAST(NULL AS NUMERIC)"
    )
    period = _billing_period(export)
    source = f"FROM {_snapshot(export, at)}"
    return f"""
SELECT {_SLICE} AS slice,
  {period} AS billing_period,
  {_category(export)} AS charge_category,
  {_cost_type(export)} AS source_type,
  COALESCE(currency, 'XXX') AS currency,
  CAST(SUM({_cost()}) AS STRING) AS billed,
  COUNT(*) AS line_count,
  CAST({rate} AS STRING) AS rate
{source}
WHERE {_in_slices(slices)}
GROUP BY slice, billing_period, charge_category, source_type, currency
UNION ALL
SELECT {_SLICE} AS slice,
  {period} AS billing_period,
  'Credit' AS charge_category,
  {_credit_type(export)} AS source_type,
  COALESCE(currency, 'XXX') AS currency,
  CAST(SUM({_credit()}) AS STRING) AS billed,
  COUNT(*) AS line_count,
  CAST(NULL AS STRING) AS rate
{source}, UNNEST(credits) AS credit
WHERE {_in_slices(slices)}
GROUP BY slice, billing_period, charge_category, source_type, currency
"""


def _paths(fields: Iterable[_Field], prefix: str = "") -> Iterable[str]:
    for field in fields:
        yield f"{prefix}{field.name}"
        yield from _paths(field.fields, f"{prefix}{field.name}.")


_SLICE: Final = "CAST(DATE(_PARTITIONTIME) AS STRING)"
_DAY: Final = f"DATE(COALESCE(usage_start_time, _PARTITIONTIME), '{PACIFIC.key}')"


def _instant(at: date | datetime) -> str:
    moment = at if isinstance(at, datetime) else datetime(at.year, at.month, at.day, tzinfo=UTC)
    return f"TIMESTAMP '{moment.astimezone(UTC).isoformat()}'"


def _snapshot(export: Export, at: datetime) -> str:
    return f"`{export.table}` FOR SYSTEM_TIME AS OF {_instant(at)}"


def _in_slices(slices: Collection[str]) -> str:
    """A condition of constants, so that only those partitions are scanned."""
    days = ", ".join(_instant(date.fromisoformat(key)) for key in sorted(slices))
    return f"_PARTITIONTIME IN ({days})"


def _exact(column: str) -> str:
    return f"CAST(CAST({column} AS STRING) AS NUMERIC)"


def _cost() -> str:
    return f"COALESCE({_exact('cost')}, NUMERIC '0')"


def _credit() -> str:
    return f"COALESCE({_exact('credit.amount')}, NUMERIC '0')"


def _text(export: Export, column: str) -> str:
    return f"COALESCE({column}, '')" if column in export.columns else "''"


def _billing_period(export: Export) -> str:
    usage_month = f"DATE_TRUNC({_DAY}, MONTH)"
    if "invoice.month" not in export.columns:
        return usage_month
    return f"COALESCE(SAFE.PARSE_DATE('%Y%m', invoice.month), {usage_month})"


def _region(export: Export) -> str:
    """The region; else the place Google names, as the multi-region `us`, or `global`."""
    places = [c for c in ("location.region", "location.location") if c in export.columns]
    return f"COALESCE({', '.join([*(f"NULLIF({place}, '')" for place in places), "''"])})"


def _cost_type(export: Export) -> str:
    return "COALESCE(cost_type, 'regular')" if "cost_type" in export.columns else "'regular'"


def _category(export: Export) -> str:
    """FOCUS ChargeCategory; a cost type that isn't known counts as usage, under its own name."""
    return (
        f"CASE {_cost_type(export)} WHEN 'tax' THEN 'Tax' WHEN 'adjustment' THEN 'Adjustment'"
        " WHEN 'rounding_error' THEN 'Adjustment' ELSE 'Usage' END"
    )


def _credit_type(export: Export) -> str:
    return "COALESCE(credit.type, '')" if "credits.type" in export.columns else "''"


def _places(export: Export) -> list[str]:
    """Where labels are looked for, the one that wins first."""
    places = [c for c in ("labels", "project.labels") if f"{c}.key" in export.columns]
    return places if export.labels else []


def _found_labels(export: Export) -> str:
    """A column for each place, with the values of all labels there: one walk over its array."""
    values = ", ".join(
        f"MAX(IF(l.key = {_literal(key)}, l.value, NULL)) AS label_{n}"
        for n, key in enumerate(export.labels)
    )
    return "".join(
        f"(SELECT AS STRUCT {values} FROM UNNEST({place}) AS l) AS place_{n},\n    "  # noqa: S608  # as above
        for n, place in enumerate(_places(export))
    )


def _labels(export: Export) -> str:
    """A JSON object of the labels that are there."""
    places = range(len(_places(export)))
    if not places:
        return "'{}'"
    members = ", ".join(
        # NULL, which ARRAY_TO_STRING leaves out, where no place has the label.
        f"{_literal(f'{_literal(key)}:')} || NULLIF(TO_JSON_STRING("
        f"COALESCE({', '.join(f'place_{place}.label_{n}' for place in places)})), 'null')"
        for n, key in enumerate(export.labels)
    )
    return f"CONCAT('{{', COALESCE(ARRAY_TO_STRING([{members}], ','), ''), '}}')"


def _literal(text: str) -> str:
    """A string of JSON, which is one of GoogleSQL too."""
    return json.dumps(text, ensure_ascii=False)
