"""Schedules of reports, and their runs."""

from typing import Final

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: Final = "0014"
down_revision: Final = "0013"


def upgrade() -> None:
    """To this revision."""
    json = postgresql.JSONB(astext_type=sa.Text())
    instant = sa.DateTime(timezone=True)
    now = sa.text("now()")
    op.create_table(
        "schedules",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False, comment="weekly or monthly"),
        sa.Column(
            "subject", sa.Text(), nullable=False, comment="a question's filters, in its own words"
        ),
        sa.Column("currency", sa.Text(), nullable=True, comment="converted to it"),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("at", sa.Time(), nullable=False),
        sa.Column("weekdays", json, nullable=False, comment="0 is Monday"),
        sa.Column("month_days", json, nullable=False, comment="-1 is the last"),
        sa.Column("business_days", json, nullable=False, comment="-1 is the last"),
        sa.Column("channels", json, nullable=False),
        sa.Column("emails", json, nullable=False),
        sa.Column("formats", json, nullable=False),
        sa.Column("owner", json, nullable=False, comment="with whose rights reports are made"),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("created_at", instant, nullable=False, server_default=now),
        sa.Column("changed_at", instant, nullable=False, server_default=now),
        sa.Column("next_at", instant, nullable=False),
        sa.Column("paused_at", instant, nullable=True),
        sa.Column("paused_by", sa.Text(), nullable=False, server_default=""),
        sa.Column("paused_why", sa.Text(), nullable=False, server_default=""),
        sa.Column("removed_at", instant, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_schedules")),
    )
    op.create_index(
        "ix_schedules_next_at",
        "schedules",
        ["next_at"],
        postgresql_where=sa.text("removed_at IS NULL"),
    )
    op.create_table(
        "schedule_runs",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("schedule_id", sa.BigInteger(), nullable=False),
        sa.Column("due_at", instant, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column(
            "by", sa.Text(), nullable=False, server_default="", comment="who had it run by hand"
        ),
        sa.Column("start_day", sa.Date(), nullable=False),
        sa.Column("end_day", sa.Date(), nullable=False, comment="exclusive"),
        sa.Column("reason", sa.Text(), nullable=False, server_default=""),
        sa.Column("try_at", instant, nullable=True, comment="none: it has ended"),
        sa.Column("attempts", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.Column("worker", sa.Text(), nullable=False, server_default=""),
        sa.Column("lease_until", instant, nullable=True),
        sa.Column("posted_at", instant, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.Column("corrected_at", instant, nullable=True),
        sa.Column("final", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("data_version", sa.BigInteger(), nullable=False, server_default=sa.text("0")),
        sa.Column("places", json, nullable=True, comment="where it was posted"),
        sa.Column("posting", json, nullable=True, comment="what it posted last, all figures"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_schedule_runs")),
        sa.UniqueConstraint(
            "schedule_id", "due_at", name=op.f("uq_schedule_runs_schedule_id_due_at")
        ),
    )
    op.create_index(
        "ix_schedule_runs_try_at",
        "schedule_runs",
        ["try_at"],
        postgresql_where=sa.text("try_at IS NOT NULL"),
    )
    op.create_index("ix_schedule_runs_posted_at", "schedule_runs", ["posted_at"])


def downgrade() -> None:
    """Back to the revision before."""
    op.drop_table("schedule_runs")
    op.drop_table("schedules")
