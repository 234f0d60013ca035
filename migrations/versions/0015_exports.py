"""Exports that are made in the background."""

from typing import Final

revision: Final = "0015"
down_revision: Final = "0014"


def upgrade() -> None:
    """To this revision."""


def downgrade() -> None:
    """Back to the revision before."""
