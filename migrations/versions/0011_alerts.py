"""Alerts of budgets, and the state of their threads."""

from typing import Final

revision: Final = "0011"
down_revision: Final = "0010"


def upgrade() -> None:
    """To this revision."""


def downgrade() -> None:
    """Back to the revision before."""
