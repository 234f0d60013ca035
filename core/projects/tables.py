"""Projects, the slugs they used to have, and the scopes of spend they hold."""

from sqlalchemy import (
    ARRAY,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    func,
)
from sqlalchemy.dialects.postgresql import JSONB

from core.database import metadata

projects = Table(
    "projects",
    metadata,
    Column("id", Integer, Identity(), primary_key=True),
    Column("slug", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("owner", Text),
    Column("team", Text),
    Column("cost_center", Text),
    Column("channel", Text),
    Column("archived_at", DateTime(timezone=True)),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
)

project_aliases = Table(
    "project_aliases",
    metadata,
    Column("slug", Text, primary_key=True),
    Column("project_id", ForeignKey("projects.id", ondelete="CASCADE"), nullable=False),
)

# Label values that define projects. A rule never changes but for its project (by a merge) and
# never goes: scopes of closed months go on referring to it.
label_rules = Table(
    "label_rules",
    metadata,
    Column("id", Integer, Identity(), primary_key=True),
    Column("project_id", ForeignKey("projects.id"), nullable=False, index=True),
    Column("label_key", Text, nullable=False),
    Column("label_value", Text, nullable=False),
    Column("provider", Text, comment="none: of any"),
    Column("account_id", Text, comment="none: any"),
)

label_rule_lists = Table(
    "label_rule_lists",
    metadata,
    Column("since", Date, primary_key=True, comment="first day of a month, or 0001-01-01"),
    Column("rules", ARRAY(Integer), nullable=False),
    comment="Which rules hold, first match first, from `since` until a later list.",
)

# Spend belongs to a scope, a scope to one project or none: linking an account changes rows here,
# never facts. `account_id` is '' for charges of a whole billing account. A scope with a rule
# has the charges of the account that the rule matches; `labels` says which those are.
scopes = Table(
    "scopes",
    metadata,
    Column("id", Integer, Identity(), primary_key=True),
    Column("provider", Text, nullable=False),
    Column("account_id", Text, nullable=False),
    Column("account_name", Text, nullable=False, server_default=""),
    Column("labels", JSONB, nullable=False, server_default="{}"),
    Column("rule_id", ForeignKey("label_rules.id")),
    Column("project_id", ForeignKey("projects.id"), index=True),
    UniqueConstraint(
        "provider",
        "account_id",
        "rule_id",
        name="uq_scopes_account_rule",
        postgresql_nulls_not_distinct=True,
    ),
)
