"""Lines that a source left out or could not map."""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0007"
down_revision: Final = "0006"


def upgrade() -> None:
    """To this revision."""
    op.add_column(
        "sources",
        sa.Column(
            "succeeded_by",
            sa.Integer(),
            nullable=True,
            comment="the export of the same bill that it was changed over to",
        ),
    )
    op.create_foreign_key(
        op.f("fk_sources_succeeded_by_sources"),
        "sources",
        "sources",
        ["succeeded_by"],
        ["id"],
        ondelete="SET NULL",
    )
    op.create_table(
        "left_out",
        sa.Column("slice_id", sa.Integer(), nullable=False),
        sa.Column("billing_period", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("lines", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["slice_id"],
            ["slices.id"],
            name=op.f("fk_left_out_slice_id_slices"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("slice_id", "billing_period", "reason", name=op.f("pk_left_out")),
    )
    op.create_table(
        "unfinished",
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["source_id"],
            ["sources.id"],
            name=op.f("fk_unfinished_source_id_sources"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("source_id", "key", name=op.f("pk_unfinished")),
    )


def downgrade() -> None:
    """To the revision before."""
    op.drop_table("unfinished")
    op.drop_table("left_out")
    op.drop_column("sources", "succeeded_by")
