"""`python -m sandbox.mail`: a mail server that keeps what it is given, and a page to read it."""

import argparse
import asyncio
import contextlib
import signal
from collections.abc import Sequence
from pathlib import Path

from aiohttp import web

from sandbox.mail.office import Office
from sandbox.mail.page import build
from sandbox.mail.server import Config, serving


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve until told to stop."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.mail", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8082, help="of the page; 0: any free one")
    parser.add_argument("--smtp-port", type=int, default=8025, help="0: any free one")
    parser.add_argument("--save", type=Path, help="a folder that keeps mails over a restart")
    given = parser.parse_args(arguments)
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_run(given))


async def _run(given: argparse.Namespace) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    office = Office(given.save)
    runner = web.AppRunner(build(office), access_log=None, shutdown_timeout=1)
    await runner.setup()
    try:
        async with serving(office, Config(given.host, given.smtp_port)) as port:
            await web.TCPSite(runner, given.host, given.port).start()
            page = f"http://{given.host}:{runner.addresses[0][1]}/"
            print(f"Local mail: {page}, SMTP on {port}", flush=True)  # noqa: T201 - a program
            await stop.wait()
    finally:
        await runner.cleanup()


if __name__ == "__main__":
    main()
