"""Alerts of budgets, and the state of their threads."""

from typing import Final

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: Final = "0011"
down_revision: Final = "0010"


def upgrade() -> None:
    """To this revision."""
    _alerts()
    op.create_table(
        "alert_watched",
        sa.Column("budget_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("period_start", sa.Date(), nullable=False),
        sa.Column("amount", sa.Numeric(), nullable=False),
        sa.Column("complete_until", sa.Date(), nullable=False),
        sa.Column("used_complete", sa.Numeric(), nullable=False),
        sa.Column("terms", sa.Text(), nullable=False, comment="the same until people change them"),
        sa.Column("changed_at", _INSTANT, nullable=False, comment="the budget"),
        sa.Column("data_version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("budget_id", name=op.f("pk_alert_watched")),
    )
    op.create_table(
        "alert_digests",
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("alert_id", sa.BigInteger(), nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("crossed", _JSON, nullable=False, comment="thresholds"),
        sa.PrimaryKeyConstraint("channel", "address", "alert_id", name=op.f("pk_alert_digests")),
    )

    op.create_table(
        "budget_forecasts",
        sa.Column("budget_id", sa.BigInteger(), nullable=False),
        sa.Column("period_start", sa.Date(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False, comment="of what: words and currency"),
        sa.Column("complete_until", sa.Date(), nullable=False),
        sa.Column("expected", _JSON, nullable=False, comment="by day, as text"),
        sa.Column("below", sa.Numeric(), nullable=True, comment="how far below the total"),
        sa.Column("above", sa.Numeric(), nullable=True),
        sa.PrimaryKeyConstraint("budget_id", "period_start", name=op.f("pk_budget_forecasts")),
    )


def _alerts() -> None:
    op.create_table(
        "alerts",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("budget_id", sa.BigInteger(), nullable=False),
        sa.Column("period_start", sa.Date(), nullable=False),
        sa.Column(
            "version",
            sa.Integer(),
            nullable=False,
            comment="what people may want to know of changed",
        ),
        sa.Column("revision", sa.Integer(), nullable=False, comment="what messages say changed"),
        sa.Column(
            "raised_at", _INSTANT, nullable=True, comment="none: forecasts were over it, once"
        ),
        sa.Column("changed_at", _INSTANT, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("snoozed_until", _INSTANT, nullable=True),
        sa.Column(
            "reminded_on",
            sa.Date(),
            nullable=True,
            comment="the day of the last reminder, where the owner is",
        ),
        sa.Column("subject", _JSON, nullable=False),
        sa.Column("figures", _JSON, nullable=False),
        sa.Column("memory", _JSON, nullable=False, comment="marks by threshold; what people did"),
        sa.Column("why", _JSON, nullable=True),
        sa.Column(
            "destinations",
            _JSON,
            nullable=False,
            comment="who is told, as of the last evaluation",
        ),
        sa.Column(
            "places", _JSON, nullable=False, comment="destinations where its thread has begun"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alerts")),
        sa.UniqueConstraint(
            "budget_id", "period_start", name=op.f("uq_alerts_budget_id_period_start")
        ),
    )
    op.create_index(
        "ix_alerts_snoozed",
        "alerts",
        ["snoozed_until"],
        postgresql_where=sa.text("snoozed_until IS NOT NULL"),
    )
    op.create_index(
        "ix_alerts_raised", "alerts", ["id"], postgresql_where=sa.text("state = 'raised'")
    )


_INSTANT: Final = sa.DateTime(timezone=True)
_JSON: Final = postgresql.JSONB(astext_type=sa.Text())


def downgrade() -> None:
    """Back to the revision before."""
    op.drop_table("budget_forecasts")
    op.drop_table("alert_digests")
    op.drop_table("alert_watched")
    op.drop_table("alerts")
