"""Incidents of spend, feedback and planned events."""

from typing import Final

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: Final = "0009"
down_revision: Final = "0008"


def upgrade() -> None:
    """To this revision."""
    op.create_table(
        "anomalies",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column(
            "whole", sa.Boolean(), nullable=False, comment="of the project, not of one service"
        ),
        sa.Column("service", sa.Text(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("begin_day", sa.Date(), nullable=False),
        sa.Column("end_day", sa.Date(), nullable=False, comment="exclusive"),
        sa.Column("impact", sa.Numeric(), nullable=False, comment="actual less expected"),
        sa.Column(
            "days",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="day, expected, actual, whether complete",
        ),
        sa.Column(
            "parts",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="incidents of services of the same cause",
        ),
        sa.Column("ongoing", sa.Boolean(), nullable=False),
        sa.Column("settled", sa.Boolean(), nullable=False),
        sa.Column(
            "why", sa.Text(), nullable=True, comment="what made the difference, in a sentence"
        ),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "gone_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="data came that made it ordinary",
        ),
        sa.Column("verdict", sa.Text(), nullable=True),
        sa.Column("judged_by", sa.Text(), nullable=True),
        sa.Column("judged_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_anomalies")),
    )
    op.create_index("ix_anomalies_end_day", "anomalies", ["end_day"])
    op.create_index("ix_anomalies_project_id_end_day", "anomalies", ["project_id", "end_day"])
    op.create_table(
        "planned_events",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("service", sa.Text(), nullable=True, comment="none: the whole project"),
        sa.Column("start_day", sa.Date(), nullable=False),
        sa.Column("end_day", sa.Date(), nullable=False, comment="exclusive"),
        sa.Column(
            "amount", sa.Numeric(), nullable=True, comment="more a day; none: whatever it costs"
        ),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("planned_by", sa.Text(), nullable=False),
        sa.Column("planned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_planned_events")),
    )
    op.create_index("ix_planned_events_project_id", "planned_events", ["project_id"])


def downgrade() -> None:
    """To the revision before."""
    op.drop_table("planned_events")
    op.drop_table("anomalies")
