"""Conversion rates of our own."""

from typing import Final

revision: Final = "0006"
down_revision: Final = "0005"


def upgrade() -> None:
    """To this revision."""


def downgrade() -> None:
    """To the revision before."""
