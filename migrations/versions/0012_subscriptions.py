"""Subscriptions, and mail that somebody declined."""

from typing import Final

revision: Final = "0012"
down_revision: Final = "0011"


def upgrade() -> None:
    """To this revision."""


def downgrade() -> None:
    """Back to the revision before."""
