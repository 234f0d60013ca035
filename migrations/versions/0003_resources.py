"""What resources cost, day by day."""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0003"
down_revision: Final = "0002"

_TABLE: Final = "cost_by_day_resource"


def upgrade() -> None:
    """To this revision."""
    op.add_column(
        "sources",
        sa.Column(
            "resources",
            sa.Text(),
            server_default="",
            nullable=False,
            comment="kept, off or none",
        ),
    )
    op.add_column(
        "slices",
        sa.Column(
            "resources_since",
            sa.Date(),
            nullable=True,
            comment="the first day whose resources are kept, if any are",
        ),
    )
    op.create_table(
        "resources",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("resource_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resources")),
        sa.UniqueConstraint(
            "provider", "resource_id", name=op.f("uq_resources_provider_resource_id")
        ),
    )
    # 0: none; -1: the others of a day, whose id no resource has.
    op.execute(
        "INSERT INTO resources (id, provider, resource_id, last_day)"
        " VALUES (0, '', '', '9999-12-31'), (-1, '', E'\\x1f', '9999-12-31')"
    )
    op.create_table(
        _TABLE,
        sa.Column("slice_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("billing_period", sa.Date(), nullable=False),
        sa.Column("scope_id", sa.Integer(), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.Column("tag_set_id", sa.Integer(), nullable=False),
        sa.Column("kind_id", sa.SmallInteger(), nullable=False),
        sa.Column("resource_id", sa.Integer(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("billed", sa.Numeric(), nullable=False),
        sa.Column("effective", sa.Numeric(), nullable=False),
        sa.Column("list", sa.Numeric(), nullable=True),
    )
    op.create_index(f"ix_{_TABLE}_slice_id", _TABLE, ["slice_id"], unique=False)
    op.create_index(f"ix_{_TABLE}_day_scope_id", _TABLE, ["day", "scope_id"], unique=False)


def downgrade() -> None:
    """To the revision before."""
    op.drop_table("cost_by_day_resource")
    op.drop_table("resources")
    op.drop_column("slices", "resources_since")
    op.drop_column("sources", "resources")
