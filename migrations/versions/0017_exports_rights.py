"""Exports know whose rights they were made with: a guest's, and of which projects."""

from typing import Final

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision: Final = "0017"
down_revision: Final = "0016"


def upgrade() -> None:
    """To this revision."""
    op.add_column(
        "exports", sa.Column("guest", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column(
        "exports",
        sa.Column(
            "projects",
            ARRAY(sa.Text()),
            nullable=False,
            server_default="{}",
            comment="of which its rows can be; none: of any",
        ),
    )


def downgrade() -> None:
    """To the revision before."""
    op.drop_column("exports", "projects")
    op.drop_column("exports", "guest")
