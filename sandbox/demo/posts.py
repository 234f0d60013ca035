"""The demo's reports: last week's in #finance, and last month's with a correction in its thread.

Runs in the background after the start, with what else can come later: finance gets its role;
once the month's report is posted, late rows of that month arrive, and the product reads them.
Ended in between, it goes on after the next start.
"""

import os
import sys
import time
from collections.abc import Callable
from typing import Any, Final

from rich.console import Console

from sandbox.bigquery import Warehouse
from sandbox.demo.home import Home, Ports
from sandbox.demo.run import POSTED, set_role, sync
from sandbox.demo.sample import SampleFiles
from sandbox.demo.welcome import CONTROLLER, call

_FINANCE: Final = "C0FINANCE"
_WEEKLY: Final[dict[str, Any]] = {"kind": "weekly", "weekdays": ["mon"], "channels": [_FINANCE]}
_MONTHLY: Final[dict[str, Any]] = {
    "kind": "monthly",
    "business_days": [2],
    "channels": [_FINANCE],
    "formats": ["xlsx"],
}
_GOOD: Final = "posted"
_ENDED: Final = frozenset({_GOOD, "failed", "skipped"})
_PATIENCE: Final = 300.0
_PAUSE: Final = 0.5


def main() -> int:
    """Once anomalies are found, schedule both, have them posted, then have late rows arrive."""
    home = Home.of(os.environ)
    ports = home.ports()
    if ports is None:
        return 1
    headers = {"Authorization": f"Bearer {(home.folder / 'token').read_text().strip()}"}
    set_role(home, home.environment(ports), *CONTROLLER)
    product = f"http://127.0.0.1:{ports.product}/v1"
    _until(lambda: bool(call("GET", f"{product}/anomalies?limit=1", headers)["items"]))
    schedules = f"{product}/schedules"
    made = [_made(schedules, headers, body) for body in (_WEEKLY, _MONTHLY)]
    for one in made:
        if _lacks_run(one):
            call("POST", f"{schedules}/{one['id']}/run", headers)
    if not all(_posted(f"{schedules}/{one['id']}/runs", headers) for one in made):
        return 1
    if not _corrected(made[-1]):
        _late(home, ports)
    (home.folder / POSTED).touch()
    return 0


def _made(schedules: str, headers: dict[str, str], wanted: dict[str, Any]) -> Any:
    """The schedule of a kind: made, unless an earlier start has."""
    there = (
        one for one in call("GET", schedules, headers)["items"] if one["kind"] == wanted["kind"]
    )
    return next(there, None) or call("POST", schedules, headers, wanted)


def _lacks_run(schedule: dict[str, Any]) -> bool:
    latest = schedule["latest"]
    return latest is None or latest["state"] in _ENDED - {_GOOD}


def _corrected(schedule: dict[str, Any]) -> bool:
    latest = schedule["latest"]
    return latest is not None and latest["state"] == _GOOD and latest["version"] > 1


def _posted(runs: str, headers: dict[str, str]) -> bool:
    """Wait for the end of a run; whether it was posted."""

    def state() -> str:
        return str(call("GET", runs, headers)["items"][0]["state"])

    return _until(lambda: state() in _ENDED) and state() == _GOOD


def _until(there: Callable[[], bool]) -> bool:
    """Wait for something; whether it came."""
    deadline = time.monotonic() + _PATIENCE
    while not there():
        if time.monotonic() > deadline:
            return False
        time.sleep(_PAUSE)
    return True


def _late(home: Home, ports: Ports) -> None:
    with home.locked():
        warehouse = Warehouse(f"http://127.0.0.1:{ports.bigquery}")
        SampleFiles(home.folder).add_late_month(warehouse)
        (home.folder / POSTED).touch()  # what isn't read now, the next start has read
        sync(home, home.environment(ports), Console())


if __name__ == "__main__":
    sys.exit(main())
