"""Incidents of spend as they were found, what people said of them, and what was planned."""

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
    Numeric,
    PrimaryKeyConstraint,
    Table,
    Text,
)
from sqlalchemy.dialects.postgresql import JSONB

from core.database import metadata

# `project_id` 0: of no project. A project that was merged away takes its incidents with it.
anomalies: Final = Table(
    "anomalies",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("project_id", Integer, nullable=False),
    Column("whole", Boolean, nullable=False, comment="of the project, not of one service"),
    Column("service", Text),
    Column("currency", Text, nullable=False),
    Column("direction", Text, nullable=False),
    Column("begin_day", Date, nullable=False),
    Column("end_day", Date, nullable=False, comment="exclusive"),
    Column("impact", Numeric, nullable=False, comment="actual less expected"),
    Column("days", JSONB, nullable=False, comment="day, expected, actual, whether complete"),
    Column("parts", JSONB, nullable=False, comment="incidents of services of the same cause"),
    Column("ongoing", Boolean, nullable=False),
    Column("settled", Boolean, nullable=False),
    Column("why", Text, comment="what made the difference, in a sentence"),
    Column("found_at", DateTime(timezone=True), nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    Column("gone_at", DateTime(timezone=True), comment="data came that made it ordinary"),
    Column("verdict", Text),
    Column("judged_by", Text),
    Column("judged_at", DateTime(timezone=True)),
    Index("ix_anomalies_project_id_end_day", "project_id", "end_day"),
    Index("ix_anomalies_end_day", "end_day"),
)

planned_events: Final = Table(
    "planned_events",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("project_id", Integer, nullable=False),
    Column("service", Text, comment="none: the whole project"),
    Column("start_day", Date, nullable=False),
    Column("end_day", Date, nullable=False, comment="exclusive"),
    Column("amount", Numeric, comment="more a day; none: whatever it costs"),
    Column("note", Text, nullable=False),
    Column("planned_by", Text, nullable=False),
    Column("planned_at", DateTime(timezone=True), nullable=False),
    Column("cancelled_at", DateTime(timezone=True)),
    Index("ix_planned_events_project_id", "project_id"),
)

# Who was told of what, for good: keys of the outbox are forgotten after two months.
anomaly_posts: Final = Table(
    "anomaly_posts",
    metadata,
    Column("channel", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("anomaly_id", BigInteger, nullable=False),
    Column("posted_at", DateTime(timezone=True), nullable=False),
    Column("digest", Boolean, nullable=False, comment="told with others, never changed"),
    Column("said", Text, nullable=False, comment="the version that its message says"),
    Column("revision", Integer, nullable=False, comment="of its message"),
    Column("reason", JSONB, nullable=False, comment="why it is told there"),
    PrimaryKeyConstraint("channel", "address", "anomaly_id"),
    Index("ix_anomaly_posts_anomaly_id", "anomaly_id"),
    Index("ix_anomaly_posts_posted_at", "posted_at"),
)

anomaly_channels: Final = Table(
    "anomaly_channels",
    metadata,
    Column("project_id", Integer, primary_key=True, autoincrement=False),
    Column("address", Text, nullable=False, comment="a Slack channel"),
    Column("since", DateTime(timezone=True), nullable=False, comment="what is found from then on"),
)
