"""Has the product read what is new in the sample, as a script would: over REST."""

import time
from typing import Any, Final

from sandbox.demo.home import Home
from sandbox.demo.sample import SampleFiles
from sandbox.demo.welcome import CallError, call
from sandbox.processes import SandboxError

_PAUSE: Final = 0.1
_CONFLICT: Final = 409


def read(home: Home, product: str, token: str) -> bool:
    """Have it read, if something is new, and wait for it; return whether there was something.

    A sync that is under way, the scheduler's or one that was killed, is waited for first.

    Raises:
        SandboxError: it fails.
    """
    sample = SampleFiles(home.folder)
    if sample.is_synced():
        return False
    syncs, headers = f"{product}/v1/syncs", {"Authorization": f"Bearer {token}"}
    begun = _begun(syncs, headers)
    while (sync := _found(syncs, headers, begun))["state"] == "running":
        time.sleep(_PAUSE)
    if sync["error"]:
        raise SandboxError(f"The product can't read the sample: {sync['error']}")
    sample.mark_synced()
    return True


def _begun(syncs: str, headers: dict[str, str]) -> int:
    """Begin one; its id."""
    while True:
        try:
            return int(call("POST", syncs, headers, {})["id"])
        except CallError as error:
            if error.status != _CONFLICT:
                raise
        time.sleep(_PAUSE)


def _found(syncs: str, headers: dict[str, str], begun: int) -> Any:
    return next(one for one in call("GET", syncs, headers)["items"] if one["id"] == begun)
