"""Schedules of reports, and their runs."""

from typing import Final

revision: Final = "0014"
down_revision: Final = "0013"


def upgrade() -> None:
    """To this revision."""


def downgrade() -> None:
    """Back to the revision before."""
