"""The demo's budgets: one in breach with its thread, one nearing, one on plan, on any day."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from sandbox.demo.welcome import call
from sandbox.sample.charge import PACIFIC

_ADA, _BEN, _PLATFORM, _CHECKOUT = "U0ADA", "U0BEN", "C0PLATFORM", "C0CHECKOUT"
_MAIL: Final = "ada@northwind.example"
_SETTLED: Final = 6
"""The day of the month from which its spend says how it goes."""
_LEFT: Final = timedelta(days=8)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A budget of which so many per cent shall be spent; `then`: after it was changed.

    `percent` None: as much is planned as it comes to at this pace, and a third more.
    """

    project: str
    owner: str
    channel: str
    percent: int | None = None
    then: int | None = None


_WANTED: Final = (
    _Wanted("data-platform", _ADA, _PLATFORM, percent=84, then=107),
    _Wanted("observability", _ADA, _PLATFORM, percent=86),
    _Wanted("checkout", _BEN, _CHECKOUT),
)


def make(product: str, token: str) -> None:
    """Make them, where nobody has made any."""
    headers = {"Authorization": f"Bearer {token}"}
    if call("GET", f"{product}/v1/budgets?limit=1", headers)["items"]:
        return
    today = datetime.now(PACIFIC).date()
    for wanted in _WANTED:
        days = _days(today)
        for total in _spent(product, headers, wanted.project, days, today):
            made = call("POST", f"{product}/v1/budgets", headers, _body(wanted, days, today, total))
            if wanted.then is not None:
                lower = {"amount": _amount(Decimal(total["amount"]) * 100 / wanted.then)}
                call("PATCH", f"{product}/v1/budgets/{made['id']}", headers, lower)


def _days(today: date) -> tuple[date, date]:
    """This month, or, while that has just begun, some weeks up to some days from now."""
    if today.day < _SETTLED:
        return today - 3 * _LEFT, today + _LEFT
    first = today.replace(day=1)
    return first, (first + timedelta(days=31)).replace(day=1)


def _spent(
    product: str, headers: Mapping[str, str], project: str, days: tuple[date, date], today: date
) -> list[Any]:
    asked = f"project={project}&start={days[0]}&end={today}"
    answer = call("GET", f"{product}/v1/costs/summary?{asked}", dict(headers))
    totals: list[Any] = answer["totals"]
    return totals


def _body(
    wanted: _Wanted, days: tuple[date, date], today: date, total: Mapping[str, str]
) -> dict[str, object]:
    """What to ask for; where the month has just begun, a budget of its own dates."""
    spent, (start, end) = Decimal(total["amount"]), days
    if wanted.percent is None:
        amount = spent * (end - start).days / (today - start).days * 4 / 3
    else:
        amount = spent * 100 / wanted.percent
    body: dict[str, object] = {
        "subject": wanted.project,
        "amount": _amount(amount),
        "currency": total["currency"],
        "owner": wanted.owner,
        "channels": [wanted.channel],
        "emails": [_MAIL] if wanted.then is not None else [],
    }
    if today.day >= _SETTLED:
        return body
    return body | {"cycle": "custom", "start": start.isoformat(), "end": end.isoformat()}


def _amount(amount: Decimal) -> str:
    return f"{round(amount, -1):f}"
