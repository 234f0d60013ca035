"""What channels were told of anomalies."""

from typing import Final

revision: Final = "0013"
down_revision: Final = "0012"


def upgrade() -> None:
    """To this revision."""


def downgrade() -> None:
    """Back to the revision before."""
