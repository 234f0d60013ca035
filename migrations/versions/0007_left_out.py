"""Lines that a source left out or could not map."""

from typing import Final

revision: Final = "0007"
down_revision: Final = "0006"


def upgrade() -> None:
    """To this revision."""


def downgrade() -> None:
    """To the revision before."""
