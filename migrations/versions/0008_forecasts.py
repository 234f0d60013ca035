"""Forecasts made, to be scored when the days are in."""

from typing import Final

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: Final = "0008"
down_revision: Final = "0007"


def upgrade() -> None:
    """To this revision."""
    op.create_table(
        "forecasts",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column(
            "subject", sa.Text(), nullable=False, comment="a question; its period doesn't count"
        ),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("start_day", sa.Date(), nullable=False),
        sa.Column("end_day", sa.Date(), nullable=False, comment="exclusive"),
        sa.Column(
            "complete_until", sa.Date(), nullable=False, comment="the history's end, exclusive"
        ),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("made_from", sa.Integer(), nullable=False, comment="days of history"),
        sa.Column("spent", sa.Numeric(), nullable=False),
        sa.Column(
            "expected",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="amounts ahead, as text, by day",
        ),
        sa.Column("lower80", sa.Numeric(), nullable=True),
        sa.Column("upper80", sa.Numeric(), nullable=True),
        sa.Column("lower95", sa.Numeric(), nullable=True),
        sa.Column("upper95", sa.Numeric(), nullable=True),
        sa.Column("usual_error", sa.Numeric(), nullable=False),
        sa.Column(
            "made_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False
        ),
        sa.Column("scored_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("actual", sa.Numeric(), nullable=True),
        sa.Column("share", sa.Numeric(), nullable=True, comment="of the error in what came"),
        sa.Column("mase", sa.Numeric(), nullable=True),
        sa.Column("in80", sa.Boolean(), nullable=True),
        sa.Column("in95", sa.Boolean(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_forecasts")),
        sa.UniqueConstraint(
            "subject",
            "currency",
            "start_day",
            "end_day",
            "complete_until",
            name=op.f("uq_forecasts_made"),
        ),
    )
    op.create_index(
        "ix_forecasts_unscored",
        "forecasts",
        ["end_day"],
        postgresql_where=sa.text("scored_at IS NULL"),
    )
    op.create_index("ix_forecasts_made_at", "forecasts", ["made_at"])


def downgrade() -> None:
    """To the revision before."""
    op.drop_table("forecasts")
