"""Subscriptions, and mail that somebody declined."""

from typing import Final

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: Final = "0012"
down_revision: Final = "0011"


def upgrade() -> None:
    """To this revision."""
    json = postgresql.JSONB(astext_type=sa.Text())
    instant = sa.DateTime(timezone=True)
    op.create_table(
        "subscriptions",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column(
            "subject", sa.Text(), nullable=False, comment="a question's filters, in its own words"
        ),
        sa.Column("kinds", json, nullable=False),
        sa.Column("channel", sa.Text(), nullable=False, comment="slack or mail"),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("pace", sa.Text(), nullable=False),
        sa.Column("maker", json, nullable=False, comment="it tells what they may see"),
        sa.Column("created_at", instant, nullable=False),
        sa.Column("removed_at", instant, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscriptions")),
    )
    op.create_index(
        "ix_subscriptions_place",
        "subscriptions",
        ["channel", "address"],
        postgresql_where=sa.text("removed_at IS NULL"),
    )
    op.create_table(
        "declined",
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column(
            "of", sa.Text(), nullable=False, comment="subscription, budget, schedule or project"
        ),
        sa.Column("of_id", sa.BigInteger(), nullable=False),
        sa.Column("declined_at", instant, nullable=False),
        sa.PrimaryKeyConstraint("channel", "address", "of", "of_id", name=op.f("pk_declined")),
    )


def downgrade() -> None:
    """Back to the revision before."""
    op.drop_table("declined")
    op.drop_table("subscriptions")
