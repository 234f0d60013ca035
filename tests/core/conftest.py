"""What tests of several nouns ask for."""

import pytest

from core.database import Database
from tests.support.clock import FakeClock
from tests.support.evaluating import Company


@pytest.fixture
def company(fresh_database: Database, clock: FakeClock) -> Company:
    """A company without budgets."""
    return Company(fresh_database, clock)
