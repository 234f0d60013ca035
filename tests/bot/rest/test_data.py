"""What is known about the data, over REST: sources, proofs, restatements, invoices, syncs."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import text

from core.access.model import Role
from core.ingest.model import SyncReport
from core.schedules.corrector import ReportCorrector
from tests.support.charges import Writer, charge
from tests.support.product import BILLED, Product, StillIngest, bill, leave_out

MINE = frozenset({"search"})
AUGUST = {"account": "0123AB", "month": "2026-08", "currency": "USD"}


async def items(product: Product, path: str, **options: Any) -> list[Any]:
    reply = await product.call("GET", path, **options)
    assert reply.status == 200, await reply.text()
    found: list[Any] = (await reply.json())["items"]
    return found


async def paged(product: Product, path: str, **options: Any) -> list[Any]:
    """The items of every page, of one each."""
    seen: list[Any] = []
    cursor = ""
    while True:
        reply = await product.call("GET", f"{path}?limit=1&cursor={cursor}", **options)
        body = await reply.json()
        assert len(body["items"]) <= 1
        seen += body["items"]
        if body["next"] is None:
            return seen
        cursor = body["next"]


async def test_sources_say_how_fresh_and_how_well_proved_they_are(product: Product) -> None:
    [source] = await items(product, "/v1/sources")
    assert (source["name"], source["provider"], source["behind"]) == ("gcp", "gcp", 0)
    assert (source["through"], source["complete_until"]) == ("2026-11-22T22:00:00Z", "2026-11-22")
    assert (source["matches_export"], source["configured"]) == (True, True)
    assert [each["month"] for each in source["billing_periods"]] == ["2026-11", "2026-10"]


async def test_sources_say_what_was_left_out_and_what_is_unfinished(product: Product) -> None:
    await leave_out(product)
    [source] = await items(product, "/v1/sources")
    assert source["left_out"] == [
        {"billing_period": "2026-10", "reason": "unknown_kind", "kept": True, "lines": 3}
    ]
    assert source["unfinished"] == [
        {"key": "2026-12", "why": "part 2 of 3 isn't there", "since": "2026-11-22T16:30:00Z"}
    ]


async def test_who_sees_some_projects_is_not_told_of_lines_and_files_of_others(
    product: Product,
) -> None:
    await leave_out(product)
    reply = await product.call("GET", "/v1/sources", projects=frozenset({"checkout"}))
    [source] = (await reply.json())["items"]
    assert (source["left_out"], source["unfinished"], source["archived"]) == ([], [], None)


async def test_sources_say_what_vanished_and_is_kept(product: Product) -> None:
    [source] = await items(product, "/v1/sources")
    assert source["archived"] is None
    async with product.services.database.begin() as tx:
        total = (
            "INSERT INTO control_totals SELECT min(s.id), month, min(k.id), 'EUR', 1, 1, 7, true, 0"
            " FROM slices s, kinds k, (VALUES (date '2026-09-01'), ('2026-08-01')) m (month)"
            " GROUP BY month"
        )
        await tx.execute(text(total))
        gone = "UPDATE slices SET archived_at = '2026-11-20 16:30Z' WHERE id = (SELECT min(id)"
        await tx.execute(text(f"{gone} FROM slices)"))
    [source] = await items(product, "/v1/sources")
    assert source["archived"] == {
        "slices": 1,
        "since": "2026-11-20T16:30:00Z",
        "lines": 14,
        "billing_periods": ["2026-08", "2026-09"],
    }


async def test_a_source_is_seen_by_those_whose_projects_draw_on_it(product: Product) -> None:
    assert len(await items(product, "/v1/sources", projects=MINE)) == 1
    assert await items(product, "/v1/sources", projects=frozenset({"nothing"})) == []


async def test_finance_reconciles_and_everybody_reads_it(product: Product) -> None:
    await bill(product)
    done = await product.call(
        "POST", "/v1/reconciliations", role=Role.FINANCE, json={"period": "2026-08"}
    )
    assert done.status == 200
    [found] = (await done.json())["items"]
    assert (found["month"], found["matches_export"], found["matches_rollups"]) == (
        "2026-08", True, True,
    )  # fmt: skip
    assert (found["invoiced"], found["used"]) == ("104", "100")
    assert found["used_elsewhere"] == [{"month": "2026-07", "amount": "4"}]
    assert found["parts"] == [
        {"part": "gross", "type": "", "amount": "104.125"},
        {"part": "credit", "type": "FREE_TIER", "amount": "-0.125"},
    ]
    assert await items(product, "/v1/reconciliations") == [found]
    assert await items(product, "/v1/reconciliations?period=2026-09") == []
    assert await items(product, "/v1/reconciliations?source=aws") == []


async def test_proofs_are_paged_newest_first(product: Product) -> None:
    await bill(product)
    for _ in range(3):
        await product.call("POST", "/v1/reconciliations", role=Role.ADMIN, json={"source": "gcp"})
    seen = [each["id"] for each in await paged(product, "/v1/reconciliations")]
    assert len(seen) >= 3
    assert seen == sorted(set(seen), reverse=True)


async def test_a_difference_is_told_to_the_digit(product: Product) -> None:
    await Writer(product.services.database).write("late", BILLED, said=[])
    done = await product.call("POST", "/v1/reconciliations", role=Role.FINANCE, json={})
    found = next(each for each in (await done.json())["items"] if each["month"] == "2026-08")
    assert found["matches_export"] is False
    assert found["total"]["difference"] == {"billed": "104", "effective": "104", "lines": 3}
    [source] = await items(product, "/v1/sources")
    assert source["matches_export"] is False


@pytest.mark.parametrize("path", ["/v1/reconciliations", "/v1/invoices", "/v1/syncs"])
async def test_a_token_of_some_projects_doesnt_see_the_whole_bill(
    product: Product, path: str
) -> None:
    reply = await product.call("GET", path, role=Role.ADMIN, projects=MINE)
    assert reply.status == 403
    assert (await reply.json())["type"].endswith(":whole-bill")


@pytest.mark.parametrize(
    ("path", "role"),
    [
        ("/v1/reconciliations", Role.VIEWER),
        ("/v1/invoices", Role.VIEWER),
        ("/v1/syncs", Role.VIEWER),
        ("/v1/syncs", Role.FINANCE),
    ],
)
async def test_only_some_roles_may_start_that(product: Product, path: str, role: Role) -> None:
    body = {**AUGUST, "amount": "1"} if path == "/v1/invoices" else {}
    reply = await product.call("POST", path, role=role, json=body)
    assert reply.status == 403


async def test_what_cant_be_read_is_quoted(product: Product) -> None:
    for path, quoted in (
        ("/v1/reconciliations?period=blue-moon", "blue-moon"),
        ("/v1/restatements?cursor=bm8", "bm8"),
        ("/v1/syncs?cursor=OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5", "cursor"),
        ("/v1/sources?colour=red", "colour"),
    ):
        reply = await product.call("GET", path)
        assert reply.status == 400, path
        assert quoted in (await reply.json())["detail"]
    unknown = await product.call(
        "POST", "/v1/reconciliations", role=Role.ADMIN, json={"source": "aws"}
    )
    assert unknown.status == 404


async def test_restatements_are_of_the_projects_that_may_be_seen(product: Product) -> None:
    writer = Writer(product.services.database)
    await writer.write("late", [charge("2026-10-05", "1", account_id="acme-search")])
    async with product.services.database.begin() as tx:
        await tx.execute(text("UPDATE sources SET held_since = '2026-10-01'"))
    rows = [
        charge("2026-10-05", "3", account_id="acme-search"),
        charge("2026-10-06", "2", account_id="acme-checkout"),
    ]
    await writer.write("late", rows)
    found = await paged(product, "/v1/restatements")
    assert {(each["date"], each["project"], each["after"]) for each in found} == {
        ("2026-10-05", "search", "43"), ("2026-10-06", "checkout", "122.5"),
    }  # fmt: skip
    [mine] = await items(product, "/v1/restatements", projects=MINE)
    assert (mine["project"], mine["before"], mine["after"]) == ("search", "41", "43")
    assert await items(product, "/v1/restatements?period=2026-09") == []
    [only] = await items(product, "/v1/restatements?project=checkout")
    assert only["project"] == "checkout"
    unknown = "/v1/restatements?project=nothing"
    assert (await product.call("GET", unknown)).status == 404
    hidden = "/v1/restatements?project=checkout"
    assert (await product.call("GET", hidden, projects=MINE)).status == 404


async def test_an_invoice_is_recorded_compared_corrected_and_removed(product: Product) -> None:
    await bill(product)

    async def record(amount: str) -> Any:
        reply = await product.call(
            "POST", "/v1/invoices", role=Role.FINANCE, json={**AUGUST, "amount": amount}
        )
        assert reply.status == 201
        return await reply.json()

    async def notes() -> list[Any]:
        path = "/v1/costs/summary?period=2026-08&basis=invoice&measure=net"
        answer = await (await product.call("GET", path)).json()
        return [each for each in answer["notes"] if "invoice" in each["kind"]]

    assert await notes() == []
    wrong = await record("104.00000001")
    assert (wrong["agrees"], wrong["stored"], wrong["provider"]) == (False, "104", "gcp")
    [differs] = await notes()
    assert (differs["kind"], differs["amount"]) == ("invoice_differs", "104.00000001")
    right = await record("104.00")
    assert (right["agrees"], right["id"]) == (True, wrong["id"])
    assert [each["kind"] for each in await notes()] == ["invoice_matches"]
    [listed] = await items(product, "/v1/invoices")
    assert (listed["amount"], listed["month"], listed["recorded_by"]) == ("104", "2026-08", "test")
    path = f"/v1/invoices/{listed['id']}"
    assert (await product.call("DELETE", path, role=Role.FINANCE)).status == 200
    assert (await product.call("DELETE", path, role=Role.FINANCE)).status == 404
    assert (await product.call("DELETE", "/v1/invoices/x", role=Role.FINANCE)).status == 404
    assert await notes() == []


async def test_an_invoice_of_an_unknown_account_is_refused(product: Product) -> None:
    await bill(product)
    sent = {**AUGUST, "account": "XY", "amount": "1"}
    reply = await product.call("POST", "/v1/invoices", role=Role.FINANCE, json=sent)
    assert reply.status == 404
    assert (await reply.json())["suggestions"] == ["0123AB"]


async def test_a_sync_of_everything_counts_for_the_period(product: Product) -> None:
    """The schedule doesn't do it again; one after it, or of a part, is one more."""
    due = product.services.settings.sync_times.period(product.services.clock())
    for body, counts in (({}, True), ({"source": "gcp"}, False)):
        reply = await product.call("POST", "/v1/syncs", role=Role.ADMIN, json=body)
        assert reply.status == 202
        assert ((await ended(product))["period"] == due) is counts


async def test_a_sync_of_one_source_is_followed_as_the_scheduler_s_are(
    product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At once; after one of everything the scheduler does so."""
    followed = asyncio.Event()

    async def correct(*_: object) -> int:
        followed.set()
        return 0

    monkeypatch.setattr(ReportCorrector, "correct", correct)
    body = {"source": "gcp"}
    assert (await product.call("POST", "/v1/syncs", role=Role.ADMIN, json=body)).status == 202
    await asyncio.wait_for(followed.wait(), 60)


async def test_a_sync_is_started_in_the_background_and_listed(product: Product) -> None:
    started = await product.call("POST", "/v1/syncs", role=Role.ADMIN, json={"source": "gcp"})
    assert started.status == 202
    number = (await started.json())["id"]
    found = await ended(product)
    assert (found["id"], found["state"], found["error"]) == (number, "done", None)
    assert (found["reports"][0]["source"], found["reports"][0]["matches"]) == ("gcp", True)
    unknown = await product.call("POST", "/v1/syncs", role=Role.ADMIN, json={"source": "gpc"})
    assert unknown.status == 404
    assert (await unknown.json())["suggestions"] == ["gcp"]


async def ended(product: Product) -> Any:
    """The latest sync, once it has ended."""
    async with asyncio.timeout(60):
        while (found := (await items(product, "/v1/syncs"))[0])["state"] == "running":  # noqa: ASYNC110 - not ours to signal
            await asyncio.sleep(0.02)
    return found


async def test_one_sync_at_a_time_and_one_that_fails_says_why(
    product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    going = asyncio.Event()

    async def fail(*_: object, **__: object) -> tuple[SyncReport, ...]:
        await going.wait()
        return (SyncReport("gcp", error="BigQuery doesn't answer."),)

    monkeypatch.setattr(StillIngest, "sync", fail)
    assert (await product.call("POST", "/v1/syncs", role=Role.ADMIN, json={})).status == 202
    assert (await product.call("POST", "/v1/syncs", role=Role.ADMIN, json={})).status == 409
    going.set()
    found = await ended(product)
    assert (found["state"], found["error"]) == ("failed", "gcp: BigQuery doesn't answer.")
    assert found["reports"][0]["error"] == "BigQuery doesn't answer."
