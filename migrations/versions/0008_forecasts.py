"""Forecasts made, to be scored when the days are in."""

from typing import Final

revision: Final = "0008"
down_revision: Final = "0007"


def upgrade() -> None:
    """To this revision."""


def downgrade() -> None:
    """To the revision before."""
