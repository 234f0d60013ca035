"""Charges by resource, chosen and added up in BigQuery: the lines never leave it."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Final

from core.costs.model import PROMOTION
from core.costs.resources import EACH, OTHERS
from core.ingest.sources.google_lines import NOTHING
from core.ingest.sources.google_sql import Export, charges_of_lines, label_set

_LINE: Final = (
    "slice, day, billing_period, billing_account, account_id, service, sku_id, region, invoice_id,"
    " currency"
)
_KIND: Final = "labels, charge_category, source_type, unit"
_RANKED: Final = "slice, day, account_id, labels, service, currency"
_IN_COST: Final = (
    f"charge_category != 'Tax' AND NOT (charge_category = 'Credit' AND source_type = '{PROMOTION}')"
)


def charges(export: Export, at: datetime, slices: Collection[str], since: date) -> str:
    """The charges of slices as `google_sql.charges` has them, and once more by resource.

    One scan gives both: rows by resource are those whose `resource` isn't null. Lines are added
    up by whatever either needs before resources are ranked, by what they cost in the measure
    `cost`; those that come after the first `EACH` are `OTHERS` together. What scope a charge
    lies in may depend on its labels, so they are ranked by these too.

    Args:
        export: which table.
        at: as of when.
        slices: which ingestion days.
        since: resources are told apart on days from this one on.
    """
    return f"""
WITH charges_of_lines AS ({charges_of_lines(export, at, slices, since)}),
of_resources AS (
  SELECT {_LINE},
    {label_set(export)} AS labels,
    charge.category AS charge_category,
    charge.source_type AS source_type,
    charge.unit AS unit,
    resource,
    MAX(resource_name) AS resource_name,
    MAX(account_name) AS account_name,
    MAX(sku_name) AS sku_name,
    SUM(charge.billed) AS billed,
    SUM(charge.effective) AS effective,
    SUM(charge.list) AS list,
    COUNT(charge.list) AS list_known,
    SUM(charge.contracted) AS contracted,
    COUNT(charge.contracted) AS contracted_known,
    SUM(charge.quantity) AS quantity,
    COUNT(*) AS line_count
  FROM charges_of_lines, UNNEST(charges) AS charge
  GROUP BY {_LINE}, {_KIND}, resource
),
costing AS (
  SELECT *, SUM(IF({_IN_COST}, effective, {NOTHING})) OVER (PARTITION BY {_RANKED}, resource)
    AS cost
  FROM of_resources
),
placed AS (
  SELECT *, DENSE_RANK()
    OVER (PARTITION BY {_RANKED} ORDER BY resource = '', cost DESC, resource) AS place
  FROM costing
),
kept AS (
  SELECT * EXCEPT (resource, resource_name),
    IF(resource = '' OR place <= {EACH}, resource, CHR({ord(OTHERS)})) AS resource,
    IF(place <= {EACH}, resource_name, '') AS resource_name
  FROM placed
)
SELECT {_LINE}, {_KIND}, resource,
  MAX(account_name) AS account_name,
  MAX(sku_name) AS sku_name,
  MAX(resource_name) AS resource_name,
  CAST(SUM(billed) AS STRING) AS billed,
  CAST(SUM(effective) AS STRING) AS effective,
  CAST(IF(resource IS NOT NULL OR {_known("list")}, SUM(list), NULL) AS STRING) AS list,
  CAST(IF({_known("contracted")}, SUM(contracted), NULL) AS STRING) AS contracted,
  CAST(SUM(quantity) AS STRING) AS quantity,
  SUM(line_count) AS line_count
FROM kept
GROUP BY GROUPING SETS (
  ({_LINE}, {_KIND}),
  (slice, day, billing_period, account_id, service, region, currency, labels, charge_category,
    source_type, resource)
)
HAVING resource IS NULL OR day >= DATE '{since}'
ORDER BY slice
"""  # noqa: S608  # names are checked by the configuration


def _known(amount: str) -> str:
    """That an amount is known of every line."""
    return f"SUM({amount}_known) = SUM(line_count)"
