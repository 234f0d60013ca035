"""Incidents of spend, feedback and planned events."""

from typing import Final

revision: Final = "0009"
down_revision: Final = "0008"


def upgrade() -> None:
    """To this revision."""


def downgrade() -> None:
    """To the revision before."""
