"""The shape in which a source hands over a slice: Arrow columns, a day's charges a row.

Columnar, because a slice has hundreds of thousands of rows: dimensions are interned by their
distinct values, and the rest goes to COPY without a Python object a row. Imported on use:
pyarrow is not part of an idle process.
"""

from typing import Final

import pyarrow as pa

CHARGES: Final = pa.schema(
    [
        # The provider's own day, and the first day of the invoice's month.
        pa.field("day", pa.date32(), nullable=False),
        pa.field("billing_period", pa.date32(), nullable=False),
        # Identities, '' where a charge has none; names beside them are for people.
        pa.field("billing_account", pa.string(), nullable=False),
        pa.field("account_id", pa.string(), nullable=False),
        pa.field("account_name", pa.string(), nullable=False),
        pa.field("service", pa.string(), nullable=False),
        pa.field("service_category", pa.string(), nullable=False),
        pa.field("sku_id", pa.string(), nullable=False),
        pa.field("sku_name", pa.string(), nullable=False),
        pa.field("region", pa.string(), nullable=False),
        # JSON object of the label keys that the source lists, keys sorted: '{"env":"prod"}'.
        pa.field("labels", pa.string(), nullable=False),
        # FOCUS ChargeCategory, and the source's own cost or credit type.
        pa.field("charge_category", pa.string(), nullable=False),
        pa.field("source_type", pa.string(), nullable=False),
        pa.field("invoice_id", pa.string(), nullable=False),
        pa.field("currency", pa.string(), nullable=False),
        pa.field("unit", pa.string(), nullable=False),
        # Exact decimals in plain notation, as text: the source has checked that they are.
        pa.field("billed", pa.string(), nullable=False),
        pa.field("effective", pa.string(), nullable=False),
        pa.field("list", pa.string()),
        pa.field("contracted", pa.string()),
        pa.field("quantity", pa.string()),
        # How many of the source's own lines were added up.
        pa.field("lines", pa.int64(), nullable=False),
    ]
)
"""Every column before `billed`, names aside, is a row's identity: a slice holds each but once."""

RESOURCES: Final = pa.schema(
    [
        *(
            CHARGES.field(name)
            for name in (
                "day",
                "billing_period",
                "account_id",
                "service",
                "region",
                "labels",
                "charge_category",
                "source_type",
            )
        ),
        # The provider's own id; '' for charges of none, `core.costs.resources.OTHERS` for the
        # rest of the day.
        pa.field("resource", pa.string(), nullable=False),
        pa.field("resource_name", pa.string(), nullable=False),
        CHARGES.field("currency"),
        *(CHARGES.field(name) for name in ("billed", "effective", "list")),
    ]
)
"""The charges of a slice once more, by resource in place of SKU; each row holds a key once."""
