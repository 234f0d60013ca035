"""The schema."""

from typing import Final

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: Final = "0001"
down_revision: Final = None

# What a fact refers to where its source says nothing.
ABSENT: Final = (
    "INSERT INTO billing_accounts (id, provider, account_id) VALUES (0, '', '')",
    "INSERT INTO services (id, provider, name) VALUES (0, '', '')",
    "INSERT INTO skus (id, provider, sku_id) VALUES (0, '', '')",
    "INSERT INTO regions (id, provider, region_id) VALUES (0, '', '')",
    "INSERT INTO tag_sets (id, tags) VALUES (0, '{}')",
)


def upgrade() -> None:
    """To this revision."""
    op.create_table(
        "audit",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column(
            "at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column(
            "detail", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    op.create_index("ix_audit_at", "audit", ["at"], unique=False)
    op.create_table(
        "billing_accounts",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_billing_accounts")),
        sa.UniqueConstraint(
            "provider", "account_id", name=op.f("uq_billing_accounts_provider_account_id")
        ),
    )
    op.create_table(
        "charge_daily",
        sa.Column("slice_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("billing_period", sa.Date(), nullable=False),
        sa.Column("billing_account_id", sa.Integer(), nullable=False),
        sa.Column("scope_id", sa.Integer(), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("sku_id", sa.Integer(), nullable=False),
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.Column("tag_set_id", sa.Integer(), nullable=False),
        sa.Column("kind_id", sa.SmallInteger(), nullable=False),
        sa.Column("invoice_id", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("billed", sa.Numeric(), nullable=False),
        sa.Column("effective", sa.Numeric(), nullable=False),
        sa.Column("list", sa.Numeric(), nullable=True),
        sa.Column("contracted", sa.Numeric(), nullable=True),
        sa.Column("quantity", sa.Numeric(), nullable=True),
        sa.Column("lines", sa.Integer(), nullable=False),
        postgresql_partition_by="RANGE (day)",
    )
    op.create_index(
        "ix_charge_daily_scope_id_day", "charge_daily", ["scope_id", "day"], unique=False
    )
    op.create_index("ix_charge_daily_slice_id", "charge_daily", ["slice_id"], unique=False)
    op.create_table(
        "cost_by_day_service",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("scope_id", sa.Integer(), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("kind_id", sa.SmallInteger(), nullable=False),
        sa.Column("billing_period", sa.Date(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("billed", sa.Numeric(), nullable=False),
        sa.Column("effective", sa.Numeric(), nullable=False),
        sa.Column("list", sa.Numeric(), nullable=False),
        sa.Column("contracted", sa.Numeric(), nullable=False),
        sa.Column("lines", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "day",
            "scope_id",
            "service_id",
            "kind_id",
            "billing_period",
            "currency",
            name=op.f("pk_cost_by_day_service"),
        ),
    )
    op.create_table(
        "cost_by_month",
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("scope_id", sa.Integer(), nullable=False),
        sa.Column("kind_id", sa.SmallInteger(), nullable=False),
        sa.Column("billing_period", sa.Date(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("billed", sa.Numeric(), nullable=False),
        sa.Column("effective", sa.Numeric(), nullable=False),
        sa.Column("list", sa.Numeric(), nullable=False),
        sa.Column("contracted", sa.Numeric(), nullable=False),
        sa.Column("lines", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "month",
            "scope_id",
            "kind_id",
            "billing_period",
            "currency",
            name=op.f("pk_cost_by_month"),
        ),
    )
    op.create_table(
        "cost_by_month_service",
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("scope_id", sa.Integer(), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("kind_id", sa.SmallInteger(), nullable=False),
        sa.Column("billing_period", sa.Date(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("billed", sa.Numeric(), nullable=False),
        sa.Column("effective", sa.Numeric(), nullable=False),
        sa.Column("list", sa.Numeric(), nullable=False),
        sa.Column("contracted", sa.Numeric(), nullable=False),
        sa.Column("lines", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "month",
            "scope_id",
            "service_id",
            "kind_id",
            "billing_period",
            "currency",
            name=op.f("pk_cost_by_month_service"),
        ),
    )
    op.create_table(
        "data_version",
        sa.Column("id", sa.SmallInteger(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_data_version_single")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_data_version")),
    )
    op.create_table(
        "jobs",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False, comment="running, done or failed"),
        sa.Column("worker", sa.Text(), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column(
            "started_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("result", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
        sa.UniqueConstraint("kind", "period", name=op.f("uq_jobs_kind_period")),
    )
    op.create_table(
        "kinds",
        sa.Column("id", sa.SmallInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("charge_category", sa.Text(), nullable=False),
        sa.Column("source_type", sa.Text(), nullable=False),
        sa.Column("in_cost", sa.Boolean(), nullable=False),
        sa.Column("in_gross", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kinds")),
        sa.UniqueConstraint(
            "charge_category", "source_type", name=op.f("uq_kinds_charge_category_source_type")
        ),
    )
    op.create_table(
        "members",
        sa.Column("workspace", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column(
            "projects", sa.ARRAY(sa.Text()), nullable=True, comment="slugs they may see; null: all"
        ),
        sa.Column(
            "changed_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("workspace", "user_id", name=op.f("pk_members")),
    )
    op.create_table(
        "projects",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("team", sa.Text(), nullable=True),
        sa.Column("cost_center", sa.Text(), nullable=True),
        sa.Column("channel", sa.Text(), nullable=True),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_projects")),
        sa.UniqueConstraint("slug", name=op.f("uq_projects_slug")),
    )
    op.create_table(
        "regions",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("region_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_regions")),
        sa.UniqueConstraint("provider", "region_id", name=op.f("uq_regions_provider_region_id")),
    )
    op.create_table(
        "services",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_services")),
        sa.UniqueConstraint("provider", "name", name=op.f("uq_services_provider_name")),
    )
    op.create_table(
        "skus",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("sku_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_skus")),
        sa.UniqueConstraint("provider", "sku_id", name=op.f("uq_skus_provider_sku_id")),
    )
    op.create_table(
        "sources",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("location", sa.Text(), nullable=False),
        sa.Column("through", sa.DateTime(timezone=True), nullable=True),
        sa.Column("complete_until", sa.Date(), nullable=True),
        sa.Column(
            "held_since",
            sa.Date(),
            nullable=True,
            comment="first day held when a sync last finished",
        ),
        sa.Column("synced_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sources")),
        sa.UniqueConstraint("name", name=op.f("uq_sources_name")),
    )
    op.create_table(
        "tag_sets",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("tags", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tag_sets")),
        sa.UniqueConstraint("tags", name=op.f("uq_tag_sets_tags")),
    )
    op.create_table(
        "tokens",
        sa.Column("jti", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("projects", sa.ARRAY(sa.Text()), nullable=True),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("jti", name=op.f("pk_tokens")),
    )
    op.create_table(
        "billing_claims",
        sa.Column("billing_account_id", sa.Integer(), nullable=False),
        sa.Column("billing_period", sa.Date(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["billing_account_id"],
            ["billing_accounts.id"],
            name=op.f("fk_billing_claims_billing_account_id"),
        ),
        sa.ForeignKeyConstraint(
            ["source_id"], ["sources.id"], name=op.f("fk_billing_claims_source_id")
        ),
        sa.PrimaryKeyConstraint(
            "billing_account_id", "billing_period", name=op.f("pk_billing_claims")
        ),
    )
    op.create_table(
        "billing_periods",
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("billing_period", sa.Date(), nullable=False),
        sa.Column("matches_export", sa.Boolean(), nullable=False),
        sa.Column("final", sa.Boolean(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False, comment="of its facts"),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["source_id"], ["sources.id"], name=op.f("fk_billing_periods_source_id")
        ),
        sa.PrimaryKeyConstraint("source_id", "billing_period", name=op.f("pk_billing_periods")),
    )
    op.create_table(
        "conversion_rates",
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("billing_period", sa.Date(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column(
            "per_usd", sa.Numeric(), nullable=False, comment="units of the currency for one USD"
        ),
        sa.ForeignKeyConstraint(
            ["source_id"], ["sources.id"], name=op.f("fk_conversion_rates_source_id")
        ),
        sa.PrimaryKeyConstraint(
            "source_id", "billing_period", "currency", name=op.f("pk_conversion_rates")
        ),
    )
    op.create_table(
        "day_readings",
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("age", sa.SmallInteger(), nullable=False, comment="days since the day began"),
        sa.Column(
            "amount", sa.Numeric(), nullable=False, comment="the measure `cost` as held at that age"
        ),
        sa.ForeignKeyConstraint(
            ["source_id"], ["sources.id"], name=op.f("fk_day_readings_source_id")
        ),
        sa.PrimaryKeyConstraint(
            "source_id", "day", "currency", "age", name=op.f("pk_day_readings")
        ),
    )
    op.create_table(
        "project_aliases",
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"],
            ["projects.id"],
            name=op.f("fk_project_aliases_project_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_project_aliases")),
    )
    op.create_table(
        "restatements",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("scope_id", sa.Integer(), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("before", sa.Numeric(), nullable=False),
        sa.Column("after", sa.Numeric(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["source_id"], ["sources.id"], name=op.f("fk_restatements_source_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_restatements")),
        comment="Changes of the measure `cost` on days that were published already.",
    )
    op.create_index("ix_restatements_day", "restatements", ["day"], unique=False)
    op.create_table(
        "scopes",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("account_name", sa.Text(), server_default="", nullable=False),
        sa.Column(
            "labels", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False
        ),
        sa.Column("project_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name=op.f("fk_scopes_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scopes")),
        sa.UniqueConstraint(
            "provider", "account_id", "labels", name=op.f("uq_scopes_provider_account_id_labels")
        ),
    )
    op.create_index(op.f("ix_scopes_project_id"), "scopes", ["project_id"], unique=False)
    op.create_table(
        "slices",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("matches_export", sa.Boolean(), nullable=False),
        sa.Column("behind", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("first_day", sa.Date(), nullable=True),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "stored_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.ForeignKeyConstraint(["source_id"], ["sources.id"], name=op.f("fk_slices_source_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_slices")),
        sa.UniqueConstraint("source_id", "key", name=op.f("uq_slices_source_id_key")),
    )
    op.create_table(
        "control_totals",
        sa.Column("slice_id", sa.Integer(), nullable=False),
        sa.Column("billing_period", sa.Date(), nullable=False),
        sa.Column("kind_id", sa.SmallInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("billed", sa.Numeric(), nullable=False),
        sa.Column("effective", sa.Numeric(), nullable=False),
        sa.Column("lines", sa.BigInteger(), nullable=False),
        sa.Column(
            "matches", sa.Boolean(), nullable=False, comment="what is stored adds up to the same"
        ),
        sa.Column(
            "uninvoiced", sa.BigInteger(), nullable=False, comment="facts stored without InvoiceId"
        ),
        sa.ForeignKeyConstraint(["kind_id"], ["kinds.id"], name=op.f("fk_control_totals_kind_id")),
        sa.ForeignKeyConstraint(
            ["slice_id"], ["slices.id"], name=op.f("fk_control_totals_slice_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint(
            "slice_id", "billing_period", "kind_id", "currency", name=op.f("pk_control_totals")
        ),
    )
    for insert in ABSENT:
        op.execute(insert)
    op.execute("INSERT INTO data_version (id, version) VALUES (1, 0)")


def downgrade() -> None:
    """Back from it."""
    op.drop_table("control_totals")
    op.drop_table("slices")
    op.drop_index(op.f("ix_scopes_project_id"), table_name="scopes")
    op.drop_table("scopes")
    op.drop_index("ix_restatements_day", table_name="restatements")
    op.drop_table("restatements")
    op.drop_table("project_aliases")
    op.drop_table("day_readings")
    op.drop_table("conversion_rates")
    op.drop_table("billing_periods")
    op.drop_table("billing_claims")
    op.drop_table("tokens")
    op.drop_table("tag_sets")
    op.drop_table("sources")
    op.drop_table("skus")
    op.drop_table("services")
    op.drop_table("regions")
    op.drop_table("projects")
    op.drop_table("members")
    op.drop_table("kinds")
    op.drop_table("jobs")
    op.drop_table("data_version")
    op.drop_table("cost_by_month_service")
    op.drop_table("cost_by_month")
    op.drop_table("cost_by_day_service")
    op.drop_index("ix_charge_daily_slice_id", table_name="charge_daily")
    op.drop_index("ix_charge_daily_scope_id_day", table_name="charge_daily")
    op.drop_table("charge_daily")
    op.drop_table("billing_accounts")
    op.drop_index("ix_audit_at", table_name="audit")
    op.drop_table("audit")
