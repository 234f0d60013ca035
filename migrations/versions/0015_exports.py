"""Exports that are made in the background."""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0015"
down_revision: Final = "0014"


def upgrade() -> None:
    """To this revision."""
    instant = sa.DateTime(timezone=True)
    op.create_table(
        "exports",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("workspace", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False, comment="with whose rights it is made"),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column(
            "asked_on", sa.Date(), nullable=False, comment="the day its words are relative to"
        ),
        sa.Column("form", sa.Text(), nullable=False, comment="csv, xlsx or json"),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("thread", sa.Text(), nullable=True),
        sa.Column("about", sa.BigInteger(), nullable=False, comment="rows, about"),
        sa.Column("state", sa.Text(), nullable=False, server_default="waiting"),
        sa.Column("asked_at", instant, nullable=False, server_default=sa.text("now()")),
        sa.Column("attempt", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.Column("name", sa.Text(), nullable=False, server_default=""),
        sa.Column("rows", sa.BigInteger(), nullable=False, server_default=sa.text("0")),
        sa.Column("size", sa.BigInteger(), nullable=False, server_default=sa.text("0")),
        sa.Column("reason", sa.Text(), nullable=False, server_default=""),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exports")),
        sa.UniqueConstraint("key", name=op.f("uq_exports_key")),
    )
    op.create_index(
        "ix_exports_waiting",
        "exports",
        ["id"],
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_table(
        "export_parts",
        sa.Column("export_id", sa.BigInteger(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["export_id"],
            ["exports.id"],
            name=op.f("fk_export_parts_export_id_exports"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("export_id", "attempt", "number", name=op.f("pk_export_parts")),
    )


def downgrade() -> None:
    """Back to the revision before."""
    op.drop_table("export_parts")
    op.drop_table("exports")
