"""Messages to the outside, and incidents of operations."""

from typing import Final

revision: Final = "0005"
down_revision: Final = "0004"


def upgrade() -> None:
    """To this revision."""


def downgrade() -> None:
    """To the revision before."""
