"""Forecasts that were made, and what became of them."""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Identity,
    Index,
    Integer,
    Numeric,
    Table,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from core.database import metadata

forecasts: Final = Table(
    "forecasts",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("subject", Text, nullable=False, comment="a question; its period doesn't count"),
    Column("currency", Text, nullable=False),
    Column("start_day", Date, nullable=False),
    Column("end_day", Date, nullable=False, comment="exclusive"),
    Column("complete_until", Date, nullable=False, comment="the history's end, exclusive"),
    Column("method", Text, nullable=False),
    Column("made_from", Integer, nullable=False, comment="days of history"),
    Column("spent", Numeric, nullable=False),
    Column("expected", JSONB, nullable=False, comment="amounts ahead, as text, by day"),
    Column("lower80", Numeric),
    Column("upper80", Numeric),
    Column("lower95", Numeric),
    Column("upper95", Numeric),
    Column("usual_error", Numeric, nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("scored_at", DateTime(timezone=True)),
    Column("actual", Numeric),
    Column("share", Numeric, comment="of the error in what came"),
    Column("mase", Numeric),
    Column("in80", Boolean),
    Column("in95", Boolean),
    UniqueConstraint(
        "subject", "currency", "start_day", "end_day", "complete_until", name="uq_forecasts_made"
    ),
    Index("ix_forecasts_unscored", "end_day", postgresql_where=text("scored_at IS NULL")),
    Index("ix_forecasts_made_at", "made_at"),
)
