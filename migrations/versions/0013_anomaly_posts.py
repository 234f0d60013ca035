"""What channels were told of anomalies."""

from typing import Final

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: Final = "0013"
down_revision: Final = "0012"


def upgrade() -> None:
    """To this revision."""
    json = postgresql.JSONB(astext_type=sa.Text())
    instant = sa.DateTime(timezone=True)
    op.create_table(
        "anomaly_posts",
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("anomaly_id", sa.BigInteger(), nullable=False),
        sa.Column("posted_at", instant, nullable=False),
        sa.Column(
            "digest", sa.Boolean(), nullable=False, comment="told with others, never changed"
        ),
        sa.Column("said", sa.Text(), nullable=False, comment="the version that its message says"),
        sa.Column("revision", sa.Integer(), nullable=False, comment="of its message"),
        sa.Column("reason", json, nullable=False, comment="why it is told there"),
        sa.PrimaryKeyConstraint("channel", "address", "anomaly_id", name=op.f("pk_anomaly_posts")),
    )
    op.create_index("ix_anomaly_posts_anomaly_id", "anomaly_posts", ["anomaly_id"])
    op.create_index("ix_anomaly_posts_posted_at", "anomaly_posts", ["posted_at"])
    op.create_table(
        "anomaly_channels",
        sa.Column("project_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("address", sa.Text(), nullable=False, comment="a Slack channel"),
        sa.Column("since", instant, nullable=False, comment="what is found from then on"),
        sa.PrimaryKeyConstraint("project_id", name=op.f("pk_anomaly_channels")),
    )


def downgrade() -> None:
    """Back to the revision before."""
    op.drop_table("anomaly_channels")
    op.drop_table("anomaly_posts")
