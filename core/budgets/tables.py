"""Budgets, and every change of them."""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    DateTime,
    Identity,
    Index,
    Numeric,
    PrimaryKeyConstraint,
    Table,
    Text,
    func,
)
from sqlalchemy.dialects.postgresql import JSONB

from core.database import metadata

budgets: Final = Table(
    "budgets",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("subject", Text, nullable=False, comment="a question's filters, in its own words"),
    Column("currency", Text, nullable=False),
    Column("cycle", Text, nullable=False),
    Column("amount", Numeric, comment="of each period"),
    Column("months", JSONB, nullable=False, comment="amounts of single months, as text"),
    Column("start_day", Date, comment="of a custom budget"),
    Column("end_day", Date, comment="exclusive"),
    Column("measure", Text, nullable=False),
    Column("thresholds", JSONB, nullable=False, comment="per cent spent"),
    Column("forecast_thresholds", JSONB, nullable=False, comment="per cent expected"),
    Column("owner", Text),
    Column("channels", JSONB, nullable=False),
    Column("emails", JSONB, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("changed_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("removed_at", DateTime(timezone=True)),
)

budget_forecasts: Final = Table(
    "budget_forecasts",
    metadata,
    Column("budget_id", BigInteger, nullable=False),
    Column("period_start", Date, nullable=False),
    Column("subject", Text, nullable=False, comment="of what: words and currency"),
    Column("complete_until", Date, nullable=False),
    Column("expected", JSONB, nullable=False, comment="by day, as text"),
    Column("below", Numeric, comment="how far below the total"),
    Column("above", Numeric),
    PrimaryKeyConstraint("budget_id", "period_start"),
)
"""The latest forecast of a budget's period: evaluations after every sync need not make it anew."""

budget_changes: Final = Table(
    "budget_changes",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("budget_id", BigInteger, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("by", Text, nullable=False),
    Column("before", JSONB(none_as_null=True), comment="none: it was made"),
    Column("after", JSONB(none_as_null=True), comment="none: it was removed"),
    Index("ix_budget_changes_budget_id", "budget_id"),
)
