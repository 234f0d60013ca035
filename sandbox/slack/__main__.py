"""`python -m sandbox.slack`: a local Slack with a web page."""

import argparse
import asyncio
import contextlib
import json
import signal
from collections.abc import Sequence
from pathlib import Path

from sandbox.slack.config import Config
from sandbox.slack.server import serving


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve until told to stop."""
    config = read(arguments)
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(run(config))


def read(arguments: Sequence[str] | None) -> Config:
    """The command line as a configuration."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.slack", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8081, help="0: any free one")
    parser.add_argument("--app-url", help="where the app takes Slack's requests")
    parser.add_argument("--signing-secret")
    parser.add_argument("--bot-token")
    parser.add_argument("--app-token")
    parser.add_argument("--socket", action="store_true", help="Socket Mode instead of HTTP")
    parser.add_argument("--manifest", type=Path, help="the app's manifest (JSON): scopes, command")
    parser.add_argument("--save", type=Path, help="a file that keeps messages over a restart")
    given = parser.parse_args(arguments)
    config = Config(host=given.host, port=given.port, app_url=given.app_url, save=given.save)
    if given.manifest:
        config.install(json.loads(given.manifest.read_text()))
    config.socket = config.socket or given.socket
    for name in ("signing_secret", "bot_token", "app_token"):
        if value := getattr(given, name):
            setattr(config, name, value)
    return config


async def run(config: Config) -> None:
    """Serve until a signal comes."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with serving(config) as slack:
        print(f"Local Slack: {slack.base}/", flush=True)  # noqa: T201 - it is a program
        await stop.wait()


if __name__ == "__main__":
    main()
