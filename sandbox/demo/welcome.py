"""What makes the demo a company: whose the projects are, and a first answer in a channel."""

import json
import time
import urllib.parse
import urllib.request
from contextlib import suppress
from http.client import HTTPException
from typing import Any, Final
from urllib.error import HTTPError

from sandbox.processes import SandboxError
from sandbox.sample.company import PROJECTS

_BEN, _CHLOE, _ADA = "U0BEN", "U0CHLOE", "U0ADA"
_CHECKOUT, _PLATFORM, _FINANCE, _GENERAL = "C0CHECKOUT", "C0PLATFORM", "C0FINANCE", "C0GENERAL"
_HELD: Final = {
    "checkout": {"owner": _BEN, "channel": _CHECKOUT},
    "payments": {"owner": _BEN, "channel": _CHECKOUT},
    "data-platform": {"owner": _ADA, "channel": _PLATFORM},
    "observability": {"owner": _ADA, "channel": _PLATFORM},
    "internal-tools": {"owner": _ADA, "channel": _PLATFORM},
    "staging": {"owner": _ADA, "channel": _PLATFORM},
}
"""The projects whose owner and channel are in the local Slack."""
CONTROLLER: Final = ("T0SANDBOX", _CHLOE, "finance")
"""Who is of finance; everybody else is a viewer, or an administrator of the workspace."""

_SHARED: Final = (_FINANCE, _CHLOE, "/cost all last-month by team")
_ASKED: Final = (_GENERAL, _ADA, "@cloud-cost all last-30d daily")
_SHARE: Final = "cost.share"
_PATIENCE: Final = 30.0
_PAUSE: Final = 0.1


def settle(product: str, token: str) -> None:
    """Give the projects that nobody has touched yet their teams, owners and channels."""
    headers = {"Authorization": f"Bearer {token}"}
    found = call("GET", f"{product}/v1/projects?limit=100", headers)["items"]
    untouched = {
        one["slug"]: one
        for one in found
        if not (one.get("owner") or one.get("team") or one.get("channel"))
    }
    for project in PROJECTS:
        if project.name in untouched:
            said = {"team": project.team, "cost_center": project.cost_center}
            body = said | _HELD.get(project.name, {})
            call("PATCH", f"{product}/v1/projects/{project.name}", headers, body)


def greet(slack: str) -> None:
    """Have an answer shared, and a question asked, where nobody has said anything yet."""
    if not _messages(slack, *_ASKED[:2]):
        _do(slack, "say", *_ASKED)
    if not _messages(slack, *_SHARED[:2]):
        _do(slack, "say", *_SHARED)
        _share(slack, *_SHARED[:2])


def _share(slack: str, channel: str, user: str) -> None:
    """Press the button below the private answer, as soon as that is there."""
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        for message in _messages(slack, channel, user):
            if _SHARE in json.dumps(message["blocks"]):
                _do(slack, "click", channel, user, ts=message["ts"], action_id=_SHARE)
                _do(slack, "dismiss", channel, user, ts=message["ts"])
                return
        time.sleep(_PAUSE)


def _messages(slack: str, channel: str, user: str) -> list[Any]:
    where = urllib.parse.urlencode({"channel": channel, "as": user})
    found: list[Any] = call("GET", f"{slack}/sandbox/messages?{where}")["messages"]
    return found


def _do(slack: str, what: str, channel: str, user: str, text: str = "", **more: str) -> None:
    body = {"user": user, "channel": channel, "text": text, **more}
    call("POST", f"{slack}/sandbox/{what}", body=body)


class CallError(SandboxError):
    """Something that was asked for over HTTP isn't given; `status`: 0 for no answer."""

    def __init__(self, message: str, status: int = 0) -> None:
        super().__init__(message)
        self.status = status


def call(method: str, url: str, headers: dict[str, str] | None = None, body: object = None) -> Any:
    """Ask for something over HTTP; the JSON that comes back.

    Raises:
        CallError: it isn't given.
    """
    request = urllib.request.Request(  # noqa: S310 - our own
        url,
        data=None if body is None else json.dumps(body).encode(),
        headers={"Content-Type": "application/json", **(headers or {})},
        method=method,
    )
    try:
        with urllib.request.urlopen(request, timeout=_PATIENCE) as reply:  # noqa: S310 - as above
            return json.load(reply)
    except HTTPError as error:
        raise CallError(f"{method} {url}: {error.code} {_said(error)}", error.code) from error
    except (OSError, HTTPException) as error:
        raise CallError(f"{method} {url}: {error}") from error


def _said(error: HTTPError) -> str:
    """What a problem says, in its words."""
    text = error.read().decode(errors="replace")
    with suppress(ValueError, AttributeError):
        problem = json.loads(text)
        return str(problem.get("detail") or problem["title"])
    return text
