"""Alerts, what evaluations knew before, and what waits for a digest.

Crossings are remembered for ever: the outbox and jobs forget what they did, alerts don't.
"""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    DateTime,
    Identity,
    Index,
    Integer,
    Numeric,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from core.database import metadata

alerts: Final = Table(
    "alerts",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("budget_id", BigInteger, nullable=False),
    Column("period_start", Date, nullable=False),
    Column("version", Integer, nullable=False, comment="what people may want to know of changed"),
    Column("revision", Integer, nullable=False, comment="what messages say changed"),
    Column("raised_at", DateTime(timezone=True), comment="none: forecasts were over it, once"),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    Column("state", Text, nullable=False),
    Column("snoozed_until", DateTime(timezone=True)),
    Column("reminded_on", Date, comment="the day of the last reminder, where the owner is"),
    Column("subject", JSONB, nullable=False),
    Column("figures", JSONB, nullable=False),
    Column("memory", JSONB, nullable=False, comment="marks by threshold; what people did"),
    Column("why", JSONB(none_as_null=True)),
    Column("destinations", JSONB, nullable=False, comment="who is told, as of the last evaluation"),
    Column("places", JSONB, nullable=False, comment="destinations where its thread has begun"),
    UniqueConstraint("budget_id", "period_start"),
    Index("ix_alerts_snoozed", "snoozed_until", postgresql_where=text("snoozed_until IS NOT NULL")),
    Index("ix_alerts_raised", "id", postgresql_where=text("state = 'raised'")),
)

watched: Final = Table(
    "alert_watched",
    metadata,
    Column("budget_id", BigInteger, primary_key=True, autoincrement=False),
    Column("period_start", Date, nullable=False),
    Column("amount", Numeric, nullable=False),
    Column("complete_until", Date, nullable=False),
    Column("used_complete", Numeric, nullable=False),
    Column("terms", Text, nullable=False, comment="the same until people change them"),
    Column("changed_at", DateTime(timezone=True), nullable=False, comment="the budget"),
    Column("data_version", BigInteger, nullable=False),
)

digests: Final = Table(
    "alert_digests",
    metadata,
    Column("channel", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("alert_id", BigInteger, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("crossed", JSONB, nullable=False, comment="thresholds"),
    PrimaryKeyConstraint("channel", "address", "alert_id"),
)
