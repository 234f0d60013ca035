"""Exports, and the parts of their files."""

from typing import Final

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    false,
    func,
    text,
)

from core.database import metadata

exports: Final = Table(
    "exports",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    Column("workspace", Text, nullable=False),
    Column("person", Text, nullable=False, comment="with whose rights it is made"),
    Column("question", Text, nullable=False),
    Column("asked_on", Date, nullable=False, comment="the day its words are relative to"),
    Column("form", Text, nullable=False, comment="csv, xlsx or json"),
    Column("channel", Text, nullable=False),
    Column("thread", Text),
    Column("about", BigInteger, nullable=False, comment="rows, about"),
    Column("guest", Boolean, nullable=False, server_default=false()),
    Column("state", Text, nullable=False, server_default="waiting"),
    Column("asked_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("attempt", Integer, nullable=False, server_default="0"),
    Column("name", Text, nullable=False, server_default=""),
    Column("rows", BigInteger, nullable=False, server_default="0"),
    Column("size", BigInteger, nullable=False, server_default="0"),
    Column(
        "projects",
        ARRAY(Text),
        nullable=False,
        server_default="{}",
        comment="of which its rows can be; none: of any",
    ),
    Column("reason", Text, nullable=False, server_default=""),
    Index("ix_exports_waiting", "id", postgresql_where=text("state = 'waiting'")),
)

parts: Final = Table(
    "export_parts",
    metadata,
    Column("export_id", BigInteger, ForeignKey("exports.id", ondelete="CASCADE"), primary_key=True),
    Column("attempt", Integer, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("content", LargeBinary, nullable=False),
)
