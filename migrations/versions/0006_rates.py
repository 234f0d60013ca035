"""Conversion rates of our own, for what no export gives a rate for."""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0006"
down_revision: Final = "0005"


def upgrade() -> None:
    """To this revision."""
    op.create_table(
        "configured_rates",
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column(
            "per_usd",
            sa.Numeric(),
            nullable=False,
            comment="units of the currency for one USD",
        ),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("since", "currency", name=op.f("pk_configured_rates")),
        comment="Of billing periods from `since` until a later one, where no export has a rate.",
    )


def downgrade() -> None:
    """To the revision before."""
    op.drop_table("configured_rates")
