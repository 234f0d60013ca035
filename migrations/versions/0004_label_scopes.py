"""Scopes by label values."""

from typing import Final

revision: Final = "0004"
down_revision: Final = "0003"


def upgrade() -> None:
    """To this revision."""


def downgrade() -> None:
    """To the revision before."""
