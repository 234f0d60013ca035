"""Logs: no secret gets in by a traceback."""

import json
import logging
from collections.abc import Iterator
from typing import Literal

import pytest
import structlog

from bot import log

SECRET = "xoxb-" + "1" * 12


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    """Logging as it was."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level
    structlog.reset_defaults()


def crash(token: str) -> None:
    payload = {"response_url": token}
    raise RuntimeError(f"a bug in {len(payload)} payload")


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_traceback_shows_no_variables(
    capsys: pytest.CaptureFixture[str], form: Literal["text", "json"]
) -> None:
    log.configure("INFO", form)
    try:
        crash(SECRET)
    except RuntimeError:
        structlog.get_logger().exception("ours")
        logging.getLogger("theirs").exception("theirs")
    told = capsys.readouterr().err
    assert told.count("a bug in 1 payload") >= 2
    assert SECRET not in told


def test_lines_are_json(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure("INFO", "json")
    structlog.get_logger().info("hello", number=1)
    line = json.loads(capsys.readouterr().err)
    assert (line["event"], line["number"], line["level"]) == ("hello", 1, "info")


@pytest.mark.parametrize("library", ["slack_bolt.AsyncApp", "slack_sdk.web.async_client"])
def test_slacks_libraries_log_no_bodies(capsys: pytest.CaptureFixture[str], library: str) -> None:
    log.configure("DEBUG", "text")
    logging.getLogger(library).info("body: %s", SECRET)
    logging.getLogger(library).debug("body: %s", SECRET)
    assert SECRET not in capsys.readouterr().err
