"""Scopes by label values; how long facts are kept; where a sync that was killed goes on."""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0004"
down_revision: Final = "0003"

_OLD_KEY: Final = "uq_scopes_provider_account_id_labels"


def upgrade() -> None:
    """To this revision."""
    op.create_table(
        "label_rules",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("label_key", sa.Text(), nullable=False),
        sa.Column("label_value", sa.Text(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=True, comment="none: of any"),
        sa.Column("account_id", sa.Text(), nullable=True, comment="none: any"),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name=op.f("fk_label_rules_project_id_projects")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_label_rules")),
    )
    op.create_index("ix_label_rules_project_id", "label_rules", ["project_id"], unique=False)
    op.create_table(
        "label_rule_lists",
        sa.Column(
            "since", sa.Date(), nullable=False, comment="first day of a month, or 0001-01-01"
        ),
        sa.Column("rules", sa.ARRAY(sa.Integer()), nullable=False),
        sa.PrimaryKeyConstraint("since", name=op.f("pk_label_rule_lists")),
        comment="Which rules hold, first match first, from `since` until a later list.",
    )
    op.add_column("scopes", sa.Column("rule_id", sa.Integer(), nullable=True))
    op.create_foreign_key(
        op.f("fk_scopes_rule_id_label_rules"), "scopes", "label_rules", ["rule_id"], ["id"]
    )
    op.drop_constraint(_OLD_KEY, "scopes", type_="unique")
    op.create_unique_constraint(
        op.f("uq_scopes_account_rule"),
        "scopes",
        ["provider", "account_id", "rule_id"],
        postgresql_nulls_not_distinct=True,
    )
    op.create_table(
        "months_to_rescope",
        sa.Column("month", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("month", name=op.f("pk_months_to_rescope")),
    )
    op.create_table(
        "retention",
        sa.Column("id", sa.SmallInteger(), nullable=False),
        sa.Column("facts_from", sa.Date(), nullable=True),
        sa.Column("dropped_until", sa.Date(), nullable=True),
        sa.Column("days_from", sa.Date(), nullable=True),
        sa.CheckConstraint("id = 1", name=op.f("ck_retention_single")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retention")),
    )
    op.execute("INSERT INTO retention (id) VALUES (1)")
    op.add_column(
        "sources",
        sa.Column(
            "reading_since",
            sa.Date(),
            nullable=True,
            comment="the day that a sync looked from and hasn't finished",
        ),
    )


def downgrade() -> None:
    """To the revision before."""
    op.drop_column("sources", "reading_since")
    op.drop_table("retention")
    op.drop_table("months_to_rescope")
    op.drop_constraint("uq_scopes_account_rule", "scopes", type_="unique")
    # Facts of a scope with a rule stay with its number; two scopes can't have one key again.
    op.execute(
        "UPDATE scopes SET labels = labels || jsonb_build_object('', rule_id)"
        " WHERE rule_id IS NOT NULL"
    )
    op.create_unique_constraint(_OLD_KEY, "scopes", ["provider", "account_id", "labels"])
    op.drop_constraint("fk_scopes_rule_id_label_rules", "scopes", type_="foreignkey")
    op.drop_column("scopes", "rule_id")
    op.drop_table("label_rule_lists")
    op.drop_table("label_rules")
