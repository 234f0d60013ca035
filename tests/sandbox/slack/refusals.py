"""How a test says that Slack refuses something."""

from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError


@contextmanager
def refused(error: str, *words: str) -> Iterator[None]:
    """Inside, Slack refuses with this error, and its messages hold these words."""
    with pytest.raises(SlackApiError) as caught:
        yield
    told = caught.value.response.data
    assert isinstance(told, dict)
    assert told["error"] == error, told
    messages = " ".join(told.get("response_metadata", {}).get("messages", []))
    for word in words:
        assert word in messages


async def error_of(call: Awaitable[Any]) -> str:
    """The error with which Slack refuses a call."""
    with pytest.raises(SlackApiError) as caught:
        await call
    return str(caught.value.response["error"])
