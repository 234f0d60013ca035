"""Slices, facts, rollups, and what is known of the sources behind them.

Every dimension has a row 0, 'absent', so that facts compare with plain equality: the
difference of two readings is a hash join. Amounts are unbounded `numeric`: FOCUS files carry
more than nine decimals.
"""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Numeric,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    func,
)
from sqlalchemy.dialects.postgresql import JSONB

from core.database import metadata

ABSENT: Final = 0
OTHER: Final = -1
"""The row of `resources` for all those of a day that aren't kept apart."""

sources = Table(
    "sources",
    metadata,
    Column("id", Integer, Identity(), primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    Column("provider", Text, nullable=False),
    Column("location", Text, nullable=False),
    Column("through", DateTime(timezone=True)),
    Column("complete_until", Date),
    Column("held_since", Date, comment="first day held when a sync last finished"),
    Column("synced_at", DateTime(timezone=True)),
    Column("reading_since", Date, comment="the day that a sync looked from and hasn't finished"),
    Column(
        "succeeded_by",
        ForeignKey("sources.id", ondelete="SET NULL"),
        comment="the export of the same bill that it was changed over to",
    ),
    Column("resources", Text, nullable=False, server_default="", comment="kept, off or none"),
    Column("retired_at", DateTime(timezone=True), comment="since when it is read no more"),
)

slices = Table(
    "slices",
    metadata,
    Column("id", Integer, Identity(), primary_key=True),
    Column("source_id", ForeignKey("sources.id"), nullable=False),
    Column("key", Text, nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("read_at", DateTime(timezone=True), nullable=False),
    Column("matches_export", Boolean, nullable=False),
    Column("behind", Boolean, nullable=False, server_default="false"),
    Column("first_day", Date),
    Column("last_day", Date),
    Column("archived_at", DateTime(timezone=True)),
    Column("stored_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("resources_since", Date, comment="the first day whose resources are kept, if any are"),
    UniqueConstraint("source_id", "key"),
)

# What the source says each slice adds up to. A key that the source doesn't name has zero lines.
control_totals = Table(
    "control_totals",
    metadata,
    Column("slice_id", ForeignKey("slices.id", ondelete="CASCADE"), nullable=False),
    Column("billing_period", Date, nullable=False),
    Column("kind_id", ForeignKey("kinds.id"), nullable=False),
    Column("currency", Text, nullable=False),
    Column("billed", Numeric, nullable=False),
    Column("effective", Numeric, nullable=False),
    Column("lines", BigInteger, nullable=False),
    Column("matches", Boolean, nullable=False, comment="what is stored adds up to the same"),
    Column("uninvoiced", BigInteger, nullable=False, comment="facts stored without InvoiceId"),
    PrimaryKeyConstraint("slice_id", "billing_period", "kind_id", "currency"),
)

# Lines that a slice's charges leave out, or tell less of than they should: see
# `core.costs.left_out.Reason`.
left_out = Table(
    "left_out",
    metadata,
    Column("slice_id", ForeignKey("slices.id", ondelete="CASCADE"), nullable=False),
    Column("billing_period", Date, nullable=False),
    Column("reason", Text, nullable=False),
    Column("lines", BigInteger, nullable=False),
    PrimaryKeyConstraint("slice_id", "billing_period", "reason"),
)

# Slices whose newest state couldn't be read yet when their source was last looked at.
unfinished = Table(
    "unfinished",
    metadata,
    Column("source_id", ForeignKey("sources.id", ondelete="CASCADE"), nullable=False),
    Column("key", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("since", DateTime(timezone=True), nullable=False),
    PrimaryKeyConstraint("source_id", "key"),
)

billing_accounts = Table(
    "billing_accounts",
    metadata,
    Column("id", Integer, Identity(), primary_key=True),
    Column("provider", Text, nullable=False),
    Column("account_id", Text, nullable=False),
    UniqueConstraint("provider", "account_id"),
)

# Which source holds a billing account's month: no two do, or its charges would count twice.
billing_claims = Table(
    "billing_claims",
    metadata,
    Column("billing_account_id", ForeignKey("billing_accounts.id"), nullable=False),
    Column("billing_period", Date, nullable=False),
    Column("source_id", ForeignKey("sources.id"), nullable=False),
    PrimaryKeyConstraint("billing_account_id", "billing_period"),
)

services = Table(
    "services",
    metadata,
    Column("id", Integer, Identity(), primary_key=True),
    Column("provider", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("category", Text, nullable=False, server_default=""),
    UniqueConstraint("provider", "name"),
)

skus = Table(
    "skus",
    metadata,
    Column("id", Integer, Identity(), primary_key=True),
    Column("provider", Text, nullable=False),
    Column("sku_id", Text, nullable=False),
    Column("name", Text, nullable=False, server_default=""),
    UniqueConstraint("provider", "sku_id"),
)

regions = Table(
    "regions",
    metadata,
    Column("id", Integer, Identity(), primary_key=True),
    Column("provider", Text, nullable=False),
    Column("region_id", Text, nullable=False),
    UniqueConstraint("provider", "region_id"),
)

tag_sets = Table(
    "tag_sets",
    metadata,
    Column("id", Integer, Identity(), primary_key=True),
    Column("tags", JSONB, nullable=False, unique=True),
)

kinds = Table(
    "kinds",
    metadata,
    Column("id", SmallInteger, Identity(), primary_key=True),
    Column("charge_category", Text, nullable=False),
    Column("source_type", Text, nullable=False),
    Column("in_cost", Boolean, nullable=False),
    Column("in_gross", Boolean, nullable=False),
    UniqueConstraint("charge_category", "source_type"),
)

# Partitioned by month of `day`; dimensions without foreign keys, which would cost a look-up
# a row on every load. Only `core/costs/writing/replace.py` writes here.
charge_daily = Table(
    "charge_daily",
    metadata,
    Column("slice_id", Integer, nullable=False),
    Column("day", Date, nullable=False),
    Column("billing_period", Date, nullable=False),
    Column("billing_account_id", Integer, nullable=False),
    Column("scope_id", Integer, nullable=False),
    Column("service_id", Integer, nullable=False),
    Column("sku_id", Integer, nullable=False),
    Column("region_id", Integer, nullable=False),
    Column("tag_set_id", Integer, nullable=False),
    Column("kind_id", SmallInteger, nullable=False),
    Column("invoice_id", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("unit", Text, nullable=False),
    Column("billed", Numeric, nullable=False),
    Column("effective", Numeric, nullable=False),
    Column("list", Numeric),
    Column("contracted", Numeric),
    Column("quantity", Numeric),
    Column("lines", Integer, nullable=False),
    Index("ix_charge_daily_slice_id", "slice_id"),
    Index("ix_charge_daily_scope_id_day", "scope_id", "day"),
    postgresql_partition_by="RANGE (day)",
)

_AMOUNTS = ("billed", "effective", "list", "contracted")


def _rollup(name: str, time: str, *dimensions: str) -> Table:
    """One rollup: its key, and amounts with how many facts they add up.

    No check that `lines` is positive: a signed difference is proposed as a row before it is
    added to the one stored, and PostgreSQL checks the proposal too.
    """
    key = (time, *dimensions, "kind_id", "billing_period", "currency")
    types = {time: Date, "billing_period": Date, "currency": Text, "kind_id": SmallInteger}
    return Table(
        name,
        metadata,
        *(Column(column, types.get(column, Integer), nullable=False) for column in key),
        *(Column(amount, Numeric, nullable=False) for amount in _AMOUNTS),
        Column("lines", BigInteger, nullable=False),
        PrimaryKeyConstraint(*key),
    )


cost_by_day_service = _rollup("cost_by_day_service", "day", "scope_id", "service_id")
cost_by_month_service = _rollup("cost_by_month_service", "month", "scope_id", "service_id")
cost_by_month = _rollup("cost_by_month", "month", "scope_id")

# `last_day`: no row of a later day has it, so that it can go when those days have gone.
resources = Table(
    "resources",
    metadata,
    Column("id", Integer, Identity(), primary_key=True),
    Column("provider", Text, nullable=False),
    Column("resource_id", Text, nullable=False),
    Column("name", Text, nullable=False, server_default=""),
    Column("last_day", Date, nullable=False),
    UniqueConstraint("provider", "resource_id"),
)

# The facts of young days once more, by resource in place of SKU: of each slice, scope, service,
# day and currency those that cost most, and `OTHER` for the rest, adding up to the facts.
# Only `core/costs/writing/resources.py` writes here.
cost_by_day_resource = Table(
    "cost_by_day_resource",
    metadata,
    Column("slice_id", Integer, nullable=False),
    Column("day", Date, nullable=False),
    Column("billing_period", Date, nullable=False),
    Column("scope_id", Integer, nullable=False),
    Column("service_id", Integer, nullable=False),
    Column("region_id", Integer, nullable=False),
    Column("tag_set_id", Integer, nullable=False),
    Column("kind_id", SmallInteger, nullable=False),
    Column("resource_id", Integer, nullable=False),
    Column("currency", Text, nullable=False),
    Column("billed", Numeric, nullable=False),
    Column("effective", Numeric, nullable=False),
    Column("list", Numeric),
    Index("ix_cost_by_day_resource_slice_id", "slice_id"),
    Index("ix_cost_by_day_resource_day_scope_id", "day", "scope_id"),
)

# Months of which some facts may still lie in other scopes than the present rules say.
months_to_rescope = Table(
    "months_to_rescope",
    metadata,
    Column("month", Date, primary_key=True),
)

# One row. `facts_from`: rows of earlier days stay out (null: of none). Earlier than `dropped_until`
# there were facts, which the rollups by month still hold; earlier than `days_from`, daily rollups.
retention = Table(
    "retention",
    metadata,
    Column("id", SmallInteger, primary_key=True),
    Column("facts_from", Date),
    Column("dropped_until", Date),
    Column("days_from", Date),
    CheckConstraint("id = 1", name="single"),
)

restatements = Table(
    "restatements",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("source_id", ForeignKey("sources.id"), nullable=False),
    Column("day", Date, nullable=False),
    Column("scope_id", Integer, nullable=False),
    Column("service_id", Integer, nullable=False),
    Column("currency", Text, nullable=False),
    Column("before", Numeric, nullable=False),
    Column("after", Numeric, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False),
    Index("ix_restatements_day", "day"),
    comment="Changes of the measure `cost` on days that were published already.",
)

# How much of a day a source held at each age: what tells when a day is complete.
day_readings = Table(
    "day_readings",
    metadata,
    Column("source_id", ForeignKey("sources.id"), nullable=False),
    Column("day", Date, nullable=False),
    Column("currency", Text, nullable=False),
    Column("age", SmallInteger, nullable=False, comment="days since the day began"),
    Column("amount", Numeric, nullable=False, comment="the measure `cost` as held at that age"),
    PrimaryKeyConstraint("source_id", "day", "currency", "age"),
)

billing_periods = Table(
    "billing_periods",
    metadata,
    Column("source_id", ForeignKey("sources.id"), nullable=False),
    Column("billing_period", Date, nullable=False),
    Column("matches_export", Boolean, nullable=False),
    Column("final", Boolean, nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False, comment="of its facts"),
    Column("checked_at", DateTime(timezone=True), nullable=False),
    PrimaryKeyConstraint("source_id", "billing_period"),
)

conversion_rates = Table(
    "conversion_rates",
    metadata,
    Column("source_id", ForeignKey("sources.id"), nullable=False),
    Column("billing_period", Date, nullable=False),
    Column("currency", Text, nullable=False),
    Column("per_usd", Numeric, nullable=False, comment="units of the currency for one USD"),
    PrimaryKeyConstraint("source_id", "billing_period", "currency"),
)

configured_rates = Table(
    "configured_rates",
    metadata,
    Column("since", Date, nullable=False),
    Column("currency", Text, nullable=False),
    Column("per_usd", Numeric, nullable=False, comment="units of the currency for one USD"),
    Column("origin", Text, nullable=False),
    PrimaryKeyConstraint("since", "currency"),
    comment="Of billing periods from `since` until a later one, where no export has a rate.",
)

# What proofs have shown, one row a source, billing period and currency each time.
reconciliations = Table(
    "reconciliations",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("source_id", ForeignKey("sources.id"), nullable=False),
    Column("billing_period", Date, nullable=False),
    Column("currency", Text, nullable=False),
    Column("checked_at", DateTime(timezone=True), nullable=False),
    Column("asked_by", Text, nullable=False),
    Column("matches", Boolean, nullable=False),
    Column("detail", JSONB, nullable=False, comment="all of it, amounts as text"),
    Index("ix_reconciliations_billing_period", "billing_period"),
)

# What invoices say, entered by finance. InvoiceId '': all that the account owes for the month.
invoices = Table(
    "invoices",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("billing_account_id", ForeignKey("billing_accounts.id"), nullable=False),
    Column("invoice_id", Text, nullable=False),
    Column("billing_period", Date, nullable=False),
    Column("currency", Text, nullable=False),
    Column("amount", Numeric, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False),
    Column("recorded_by", Text, nullable=False),
    UniqueConstraint(
        "billing_account_id", "billing_period", "invoice_id", "currency", name="uq_invoices_key"
    ),
)
