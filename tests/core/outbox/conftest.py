"""An outbox, for each test."""

import pytest

from core.database import Database
from core.outbox.service import OutboxService


@pytest.fixture
def outbox(fresh_database: Database) -> OutboxService:
    return OutboxService(fresh_database)
