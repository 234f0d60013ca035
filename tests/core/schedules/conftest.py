"""A desk, for each test that posts."""

from datetime import date

import pytest

from core.database import Database
from tests.core.schedules.desk import Desk, opened
from tests.support.clock import FakeClock
from tests.support.scheduling import (
    company,
)


@pytest.fixture
async def desk(fresh_database: Database, clock: FakeClock) -> Desk:
    return await opened(fresh_database, clock, company(date(2026, 11, 30)))
