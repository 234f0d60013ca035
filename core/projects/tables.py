"""Projects, the slugs they used to have, and the scopes of spend they hold."""

from sqlalchemy import (
    Column,
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

# Spend belongs to a scope, a scope to one project or none: linking changes rows here, never
# facts. `account_id` is '' for charges of a whole billing account.
scopes = Table(
    "scopes",
    metadata,
    Column("id", Integer, Identity(), primary_key=True),
    Column("provider", Text, nullable=False),
    Column("account_id", Text, nullable=False),
    Column("account_name", Text, nullable=False, server_default=""),
    Column("labels", JSONB, nullable=False, server_default="{}"),
    Column("project_id", ForeignKey("projects.id"), index=True),
    UniqueConstraint("provider", "account_id", "labels"),
)
