"""Sources that are kept and read no more hold nobody back."""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0016"
down_revision: Final = "0015"


def upgrade() -> None:
    """To this revision."""
    op.add_column(
        "sources",
        sa.Column(
            "retired_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="since when it is read no more",
        ),
    )


def downgrade() -> None:
    """To the revision before."""
    op.drop_column("sources", "retired_at")
