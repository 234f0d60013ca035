"""What resources cost, day by day."""

from typing import Final

revision: Final = "0003"
down_revision: Final = "0002"


def upgrade() -> None:
    """To this revision."""


def downgrade() -> None:
    """To the revision before."""
