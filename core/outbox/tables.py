"""The outbox: destinations, their threads, and the messages to them."""

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from core.database import metadata

destinations = Table(
    "outbox_destinations",
    metadata,
    Column("id", Integer, Identity(), primary_key=True),
    Column("channel", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("free_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("lease", BigInteger, nullable=False, server_default="0"),
    Column("lease_until", DateTime(timezone=True)),
    UniqueConstraint("channel", "address"),
)

threads = Table(
    "outbox_threads",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("destination_id", Integer, ForeignKey("outbox_destinations.id"), nullable=False),
    Column("key", Text, nullable=False),
    Column("place", Text, comment="what the other side calls its place; Slack: the channel"),
    Column("begun", Text, comment="and what began it; Slack: its ts"),
    Column("used_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    UniqueConstraint("destination_id", "key"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    Column("token", Uuid, nullable=False, server_default=func.gen_random_uuid()),
    Column("destination_id", Integer, ForeignKey("outbox_destinations.id"), nullable=False),
    Column("thread_id", BigInteger, ForeignKey("outbox_threads.id"), nullable=False),
    Column("verb", Text, nullable=False, comment="post, update, reply or file"),
    Column("kind", Text, nullable=False),
    Column("values", JSONB, nullable=False),
    Column("state", Text, nullable=False, comment="queued, delivered, parked or dropped"),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("due_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("unanswered_since", DateTime(timezone=True)),
    Column("notes", JSONB, nullable=False, server_default=text("'{}'")),
    Column("reason", Text),
    Column("delivered_at", DateTime(timezone=True)),
    Column("place", Text),
    Column("receipt", Text),
    Index("ix_outbox_queued", "destination_id", "id", postgresql_where=text("state = 'queued'")),
    Index("ix_outbox_parked", "thread_id", "id", postgresql_where=text("state = 'parked'")),
)
