"""Subscriptions, and what people declined to be told."""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Identity,
    Index,
    PrimaryKeyConstraint,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from core.database import metadata

subscriptions: Final = Table(
    "subscriptions",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("subject", Text, nullable=False, comment="a question's filters, in its own words"),
    Column("kinds", JSONB, nullable=False),
    Column("channel", Text, nullable=False, comment="slack or mail"),
    Column("address", Text, nullable=False),
    Column("pace", Text, nullable=False),
    Column("maker", JSONB, nullable=False, comment="it tells what they may see"),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("removed_at", DateTime(timezone=True)),
    Index(
        "ix_subscriptions_place", "channel", "address", postgresql_where=text("removed_at IS NULL")
    ),
)

# By each reason apart: who declines one budget's mails still wants another's.
declined: Final = Table(
    "declined",
    metadata,
    Column("channel", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("of", Text, nullable=False, comment="subscription, budget, schedule or project"),
    Column("of_id", BigInteger, nullable=False),
    Column("declined_at", DateTime(timezone=True), nullable=False),
    PrimaryKeyConstraint("channel", "address", "of", "of_id"),
)
