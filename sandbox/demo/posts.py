"""The demo's reports: last week's in #finance, and last month's with a correction in its thread.

Runs in the background after the start: once the month's report is posted, late rows of that
month arrive, and the product reads them.
"""

import os
import sys
import time
from typing import Any, Final

from rich.console import Console

from sandbox.bigquery import Warehouse
from sandbox.demo.home import Home, Ports
from sandbox.demo.run import sync
from sandbox.demo.sample import SampleFiles
from sandbox.demo.welcome import call

_FINANCE: Final = "C0FINANCE"
_WEEKLY: Final = {"kind": "weekly", "weekdays": ["mon"], "channels": [_FINANCE]}
_MONTHLY: Final = {
    "kind": "monthly",
    "business_days": [2],
    "channels": [_FINANCE],
    "formats": ["xlsx"],
}
_ENDED: Final = frozenset({"posted", "failed", "skipped"})
_PATIENCE: Final = 120.0
_PAUSE: Final = 0.5


def main() -> int:
    """Schedule both, have them posted now, then have the month's late rows arrive."""
    home = Home.of(os.environ)
    ports = home.ports()
    if ports is None:
        return 1
    headers = {"Authorization": f"Bearer {(home.folder / 'token').read_text().strip()}"}
    schedules = f"http://127.0.0.1:{ports.product}/v1/schedules"
    numbers = [call("POST", schedules, headers, body)["id"] for body in (_WEEKLY, _MONTHLY)]
    for number in numbers:
        call("POST", f"{schedules}/{number}/run", headers)
    if not all(_posted(f"{schedules}/{number}/runs", headers) for number in numbers):
        return 1
    _late(home, ports)
    return 0


def _posted(runs: str, headers: dict[str, str]) -> bool:
    """Wait for the end of a run; whether it was posted."""
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        latest: dict[str, Any] = call("GET", runs, headers)["items"][0]
        if latest["state"] in _ENDED:
            return bool(latest["state"] == "posted")
        time.sleep(_PAUSE)
    return False


def _late(home: Home, ports: Ports) -> None:
    with home.locked():
        warehouse = Warehouse(f"http://127.0.0.1:{ports.bigquery}")
        SampleFiles(home.folder).add_late_month(warehouse)
        sync(home, home.environment(ports), Console())


if __name__ == "__main__":
    sys.exit(main())
