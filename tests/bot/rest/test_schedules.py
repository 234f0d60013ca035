"""Schedules over REST: made, changed, paused, run, previewed by those who may."""

from typing import Any

import pytest

from core.access.model import OPERATOR, Role
from core.projects.model import ProjectChange
from tests.support.product import Product

WEEKLY = {"kind": "weekly", "channels": ["C0FINANCE"]}


async def make(product: Product, role: Role = Role.FINANCE, **more: Any) -> dict[str, Any]:
    reply = await product.call("POST", "/v1/schedules", role=role, json=WEEKLY | more)
    assert reply.status == 201, await reply.text()
    made: dict[str, Any] = await reply.json()
    assert reply.headers["Location"] == f"/v1/schedules/{made['id']}"
    return made


async def test_one_is_made_shown_listed(product: Product) -> None:
    made = await make(product)
    assert made["text"] == "weekly all mon 09:00 America/Los_Angeles"
    assert (made["weekdays"], made["time"], made["zone"]) == (
        ["mon"], "09:00", "America/Los_Angeles",
    )  # fmt: skip
    assert (made["next_at"], made["paused"], made["latest"]) == (
        "2026-11-23T17:00:00Z", None, None,
    )  # fmt: skip
    assert await (await product.call("GET", f"/v1/schedules/{made['id']}")).json() == made
    await make(product, subject="checkout")
    first = await (await product.call("GET", "/v1/schedules?limit=1")).json()
    rest = await (await product.call("GET", f"/v1/schedules?cursor={first['next']}")).json()
    assert [each["subject"] for each in first["items"] + rest["items"]] == ["all", "checkout"]


async def test_a_month_with_everything(product: Product) -> None:
    said: dict[str, Any] = {
        "kind": "monthly",
        "subject": "checkout",
        "business_days": [2, -1],
        "time": "08:30",
        "zone": "Europe/Berlin",
        "channels": [],
        "emails": ["cfo@acme.example"],
        "formats": ["csv", "xlsx"],
    }
    made = await make(product, **said)
    assert {name: made[name] for name in said} == said
    assert made["text"] == (
        "monthly checkout 2nd-business-day,last-business-day 08:30 Europe/Berlin csv xlsx"
    )


async def test_what_is_not_mentioned_stays(product: Product) -> None:
    made = await make(product, formats=["csv"], emails=["cfo@acme.example"])
    url = f"/v1/schedules/{made['id']}"
    body = {"weekdays": ["fri"], "time": "17:00", "zone": "UTC", "channels": ["C0OTHER"]}
    changed = await (await product.call("PATCH", url, role=Role.FINANCE, json=body)).json()
    new = {each: changed[each] for each in ("changed_at", "next_at", "text")}
    assert changed == made | body | new
    assert changed["next_at"] == "2026-11-27T17:00:00Z"
    monthly = await (
        await product.call("PATCH", url, role=Role.FINANCE, json={"kind": "monthly"})
    ).json()
    assert (monthly["weekdays"], monthly["business_days"]) == ([], [2])
    days = {"month_days": [-1]}
    last = await (await product.call("PATCH", url, role=Role.FINANCE, json=days)).json()
    assert (last["business_days"], last["month_days"]) == ([], [-1])


async def test_pause_resume_run_and_its_runs(product: Product) -> None:
    made = await make(product)
    url = f"/v1/schedules/{made['id']}"
    paused = await (await product.call("POST", f"{url}/pause", role=Role.FINANCE)).json()
    assert (paused["next_at"], paused["paused"]["why"]) == (None, None)
    resumed = await (await product.call("POST", f"{url}/resume", role=Role.FINANCE)).json()
    assert (resumed["next_at"], resumed["paused"]) == (made["next_at"], None)
    run = await (await product.call("POST", f"{url}/run", role=Role.FINANCE)).json()
    assert (run["state"], run["schedule"]) == ("queued", made["id"])
    again = await product.call("POST", f"{url}/run", role=Role.FINANCE)
    assert again.status == 409
    await product.services.poster.work()
    runs = await (await product.call("GET", f"{url}/runs?limit=1")).json()
    assert [each["state"] for each in runs["items"]] == ["posted"]
    assert (await (await product.call("GET", url)).json())["latest"] == runs["items"][0]


async def test_a_preview_is_the_report_and_posts_nothing(product: Product) -> None:
    made = await make(product, subject="checkout")
    told = await (await product.call("GET", f"/v1/schedules/{made['id']}/preview")).json()
    same = await (await product.call("GET", "/v1/reports/weekly?project=checkout")).json()
    assert told | {"made_at": same["made_at"]} == same
    runs = await (await product.call("GET", f"/v1/schedules/{made['id']}/runs")).json()
    assert runs["items"] == []


async def test_viewers_look_and_owners_set_theirs(product: Product) -> None:
    made = await make(product, subject="checkout")
    url = f"/v1/schedules/{made['id']}"
    for method, path, body in (
        ("POST", "/v1/schedules", WEEKLY),
        ("PATCH", url, {"time": "10:00"}),
        ("DELETE", url, None),
        ("POST", f"{url}/pause", None),
        ("POST", f"{url}/resume", None),
        ("POST", f"{url}/run", None),
    ):
        refused = await product.call(method, path, json=body)
        assert (method, path, refused.status) == (method, path, 403)
    for path in (url, f"{url}/preview", f"{url}/runs", "/v1/schedules"):
        assert (await product.call("GET", path)).status == 200
    change = ProjectChange(owner="test")
    await product.services.projects.change("checkout", change, by=OPERATOR)
    mine = await product.call("PATCH", url, json={"time": "10:00"})
    assert mine.status == 200, await mine.text()


async def test_what_a_token_may_not_see_isn_t_there(product: Product) -> None:
    made = await make(product)
    url = f"/v1/schedules/{made['id']}"
    for path in (url, f"{url}/preview", f"{url}/runs", "/v1/schedules/999", "/v1/schedules/x"):
        assert (await product.call("GET", path, projects=frozenset({"search"}))).status == 404


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"channels": []}, "1 to 20 places"),
        ({"channels": ["#finance"]}, "'#finance'"),
        ({"emails": ["cfo"]}, "'cfo'"),
        ({"zone": "Mars/Phobos"}, "'Mars/Phobos'"),
        ({"weekdays": ["mon"], "month_days": [1]}, "one of them"),
        ({"month_days": [1]}, "days of the week"),
        ({"month_days": [0], "kind": "monthly"}, "0 is no day of a month"),
        ({"time": "9:00"}, "time"),
        ({"subject": "checkout last-month"}, "last whole"),
        ({"subject": "nonsuch"}, "nonsuch"),
        ({"formats": ["pdf"]}, "pdf"),
    ],
)
async def test_what_can_not_be_is_explained(
    product: Product, body: dict[str, Any], said: str
) -> None:
    refused = await product.call("POST", "/v1/schedules", role=Role.FINANCE, json=WEEKLY | body)
    assert refused.status in (400, 404, 422)
    assert said in (await refused.json())["detail"]
