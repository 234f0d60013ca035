"""Schedules of reports, and every time one of them was due."""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Identity,
    Index,
    Integer,
    Table,
    Text,
    Time,
    UniqueConstraint,
    false,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from core.database import metadata

schedules: Final = Table(
    "schedules",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("kind", Text, nullable=False, comment="weekly or monthly"),
    Column("subject", Text, nullable=False, comment="a question's filters, in its own words"),
    Column("currency", Text, comment="converted to it"),
    Column("zone", Text, nullable=False),
    Column("at", Time, nullable=False),
    Column("weekdays", JSONB, nullable=False, comment="0 is Monday"),
    Column("month_days", JSONB, nullable=False, comment="-1 is the last"),
    Column("business_days", JSONB, nullable=False, comment="-1 is the last"),
    Column("channels", JSONB, nullable=False),
    Column("emails", JSONB, nullable=False),
    Column("formats", JSONB, nullable=False),
    Column("owner", JSONB, nullable=False, comment="with whose rights reports are made"),
    Column("created_by", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("changed_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("next_at", DateTime(timezone=True), nullable=False),
    Column("paused_at", DateTime(timezone=True)),
    Column("paused_by", Text, nullable=False, server_default=""),
    Column("paused_why", Text, nullable=False, server_default=""),
    Column("removed_at", DateTime(timezone=True)),
    Index("ix_schedules_next_at", "next_at", postgresql_where=text("removed_at IS NULL")),
)

schedule_runs: Final = Table(
    "schedule_runs",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("schedule_id", BigInteger, nullable=False),
    Column("due_at", DateTime(timezone=True), nullable=False),
    Column("state", Text, nullable=False),
    Column("by", Text, nullable=False, server_default="", comment="who had it run by hand"),
    Column("start_day", Date, nullable=False),
    Column("end_day", Date, nullable=False, comment="exclusive"),
    Column("reason", Text, nullable=False, server_default=""),
    Column("try_at", DateTime(timezone=True), comment="none: it has ended"),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("worker", Text, nullable=False, server_default=""),
    Column("lease_until", DateTime(timezone=True)),
    Column("posted_at", DateTime(timezone=True)),
    Column("version", Integer, nullable=False, server_default=text("0")),
    Column("corrected_at", DateTime(timezone=True)),
    Column("final", Boolean, nullable=False, server_default=false()),
    Column("data_version", BigInteger, nullable=False, server_default=text("0")),
    Column("places", JSONB(none_as_null=True), comment="where it was posted"),
    Column("posting", JSONB(none_as_null=True), comment="what it posted last, all figures"),
    UniqueConstraint("schedule_id", "due_at"),
    Index("ix_schedule_runs_try_at", "try_at", postgresql_where=text("try_at IS NOT NULL")),
    Index("ix_schedule_runs_posted_at", "posted_at"),
)
