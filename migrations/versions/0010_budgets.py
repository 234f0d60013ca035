"""Budgets, and every change of them."""

from typing import Final

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: Final = "0010"
down_revision: Final = "0009"


def upgrade() -> None:
    """To this revision."""
    json = postgresql.JSONB(astext_type=sa.Text())
    now = sa.text("now()")
    op.create_table(
        "budgets",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column(
            "subject", sa.Text(), nullable=False, comment="a question's filters, in its own words"
        ),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("cycle", sa.Text(), nullable=False),
        sa.Column("amount", sa.Numeric(), nullable=True, comment="of each period"),
        sa.Column("months", json, nullable=False, comment="amounts of single months, as text"),
        sa.Column("start_day", sa.Date(), nullable=True, comment="of a custom budget"),
        sa.Column("end_day", sa.Date(), nullable=True, comment="exclusive"),
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("thresholds", json, nullable=False, comment="per cent spent"),
        sa.Column("forecast_thresholds", json, nullable=False, comment="per cent expected"),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("channels", json, nullable=False),
        sa.Column("emails", json, nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=now),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False, server_default=now),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_budgets")),
    )
    op.create_table(
        "budget_changes",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("budget_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("before", json, nullable=True, comment="none: it was made"),
        sa.Column("after", json, nullable=True, comment="none: it was removed"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_budget_changes")),
    )
    op.create_index("ix_budget_changes_budget_id", "budget_changes", ["budget_id"])


def downgrade() -> None:
    """To the revision before."""
    op.drop_table("budget_changes")
    op.drop_table("budgets")
