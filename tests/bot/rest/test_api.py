"""The API through a real server."""

from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook

from bot.render import xlsx
from bot.render.charges import Format
from core.access.model import OPERATOR, Role
from core.costs.writing.sources import register
from tests.support.charges import GCP, Writer, charge
from tests.support.clock import FakeClock
from tests.support.product import Product
from tests.support.rows import read, summed


async def test_a_summary_is_exact_and_says_how_good_the_data_is(product: Product) -> None:
    reply = await product.call("GET", "/v1/costs/summary?project=checkout&period=last-7d")
    assert reply.status == 200
    answer = await reply.json()
    assert answer["query"]["text"] == "checkout last-7d by service"
    assert (answer["query"]["start"], answer["query"]["end"]) == ("2026-11-15", "2026-11-22")
    assert answer["totals"] == [{"currency": "USD", "amount": "1405.25", "previous": "1405.25"}]
    assert [line["group"] for line in answer["lines"]] == [
        {"service": "Compute Engine"},
        {"service": "Cloud SQL"},
    ]
    assert answer["lines"][0]["amount"] == "843.5"
    assert answer["data"]["complete_until"] == "2026-11-22"


async def test_start_and_end_are_the_same_question_as_a_period(product: Product) -> None:
    written = await product.call(
        "GET", "/v1/costs/summary?project=checkout&start=2026-11-15&end=2026-11-22"
    )
    named = await product.call("GET", "/v1/costs/summary?project=checkout&period=last-7d")
    assert (await written.json())["totals"] == (await named.json())["totals"]


async def test_a_trend_tells_each_day_beside_last_year_and_on_average(product: Product) -> None:
    """What a day's data lack isn't compared and is in no average."""
    asked = "/v1/costs/trend?project=checkout&period=last-30d"
    (told,) = (await (await product.call("GET", asked)).json())["trend"]
    assert (told["currency"], told["window"], len(told["points"])) == ("USD", 7, 30)
    averages = [point["average"] for point in told["points"]]
    assert averages == [None] * 6 + ["200.75"] * 24
    first = told["points"][0]
    assert (first["start"], first["end"]) == ("2026-10-23", "2026-10-24")
    assert (first["amount"], first["complete"], first["change"]) == ("200.75", True, None)
    weekly = "/v1/costs/trend?project=checkout&period=last-3w&granularity=weekly"
    (weeks,) = (await (await product.call("GET", weekly)).json())["trend"]
    assert [point["change"] for point in weeks["points"]] == ["0"] * 3
    assert weeks["window"] == 4
    lines = (await (await product.call("GET", f"{asked}&format=csv")).text()).splitlines()
    assert lines[0] == "date,currency,amount,previous,share,complete,change,average"
    assert lines[-1] == "2026-11-21,USD,200.75,,0.0333,yes,,200.75"


async def test_what_isn_t_along_time_has_no_trend(product: Product) -> None:
    reply = await product.call("GET", "/v1/costs/summary?project=checkout&period=last-7d")
    assert (await reply.json())["trend"] == []


async def test_a_trend_is_by_day(product: Product) -> None:
    reply = await product.call("GET", "/v1/costs/trend?project=checkout&period=last-7d")
    lines = (await reply.json())["lines"]
    assert [line["date"] for line in lines] == [f"2026-11-{day}" for day in range(15, 22)]
    assert {line["amount"] for line in lines} == {"200.75"}


async def test_filters_restrict_and_exclude(product: Product) -> None:
    async def total(query: str) -> str:
        reply = await product.call("GET", f"/v1/costs/summary?period=last-7d&{query}")
        return str((await reply.json())["totals"][0]["amount"])

    assert await total("service=Cloud%20SQL") == "561.75"
    assert await total("service=!Cloud%20SQL&service=!Support") == "1123.5"
    assert await total("project=unassigned") == "35"
    assert await total("project=acme-checkout") == "1405.25"
    assert await total("team=shop") == "1405.25"


async def test_rows_page_by_cursor_without_gap_or_repetition(product: Product) -> None:
    path = "/v1/costs?period=last-7d&limit=10"
    seen, cursor, pages = [], "", 0
    while True:
        body = await (await product.call("GET", path + cursor)).json()
        seen += body["items"]
        pages += 1
        if body["next"] is None:
            break
        cursor = f"&cursor={body['next']}"
    assert pages == 3
    assert len(seen) == 28
    assert len({tuple(row.items()) for row in seen}) == 28
    assert {row["date"] for row in seen} == {f"2026-11-{day}" for day in range(15, 22)}


async def test_csv_by_accept_and_by_format_are_the_same(product: Product) -> None:
    path = "/v1/costs/summary?project=checkout&period=last-7d"
    accepted = await product.call("GET", path, headers={"Accept": "text/csv"})
    formatted = await product.call("GET", f"{path}&format=csv")
    assert accepted.content_type == "text/csv"
    assert await accepted.text() == await formatted.text()
    assert "Compute Engine,USD,843.5,843.5" in await accepted.text()


async def test_all_rows_stream_as_csv(product: Product) -> None:
    reply = await product.call("GET", "/v1/costs?start=2026-10-01&end=2026-11-22&format=csv")
    assert len(read(await reply.read(), Format.CSV)) == 52 * 4


@pytest.mark.parametrize("form", Format)
async def test_all_rows_are_exported(product: Product, form: Format) -> None:
    """In every form the same, and what a token may see."""
    path = f"/v1/export/costs?start=2026-10-01&end=2026-11-22&format={form}"
    reply = await product.call("GET", path)
    assert reply.status == 200, await reply.text()
    named = f'attachment; filename="charges-all-2026-10-01-to-2026-11-21.{form}"'
    assert reply.headers["Content-Disposition"] == named
    rows = read(await reply.read(), form)
    assert summed(rows) == 52 * Decimal("245.75")
    mine = await product.call("GET", path, projects=frozenset({"search"}))
    assert {row.project for row in read(await mine.read(), form)} == {"search"}


async def test_an_export_is_csv_unless_another_form_is_accepted(product: Product) -> None:
    path = "/v1/export/costs?period=last-7d"
    assert (await product.call("GET", path)).content_type == "text/csv"
    book = await product.call("GET", path, headers={"Accept": xlsx.TYPE})
    assert book.content_type == xlsx.TYPE
    rows = await product.call("GET", "/v1/costs?period=last-7d", headers={"Accept": xlsx.TYPE})
    assert read(await rows.read(), Format.XLSX) == read(await book.read(), Format.XLSX)


async def test_what_cant_be_exported_is_a_problem_and_no_file(product: Product) -> None:
    for asked, status in (("project=chekout", 404), ("period=blue-moon", 400), ("resource=a", 400)):
        reply = await product.call("GET", f"/v1/export/costs?{asked}&format=xlsx")
        assert (reply.status, reply.content_type) == (status, "application/problem+json")


@pytest.mark.parametrize("path", ["summary?", "trend?", "forecast?", "drivers?period=last-7d&"])
async def test_answers_are_had_as_workbooks(product: Product, path: str) -> None:
    """With the figures of their CSV."""
    asked = f"/v1/costs/{path}project=checkout"
    reply = await product.call("GET", f"{asked}&format=xlsx")
    assert (reply.status, reply.content_type) == (200, xlsx.TYPE)
    sheet = load_workbook(BytesIO(await reply.read()))["Figures"]
    head = (await (await product.call("GET", f"{asked}&format=csv")).text()).splitlines()[0]
    assert [cell.value for cell in sheet[1]] == head.split(",")


async def test_an_unchanged_answer_is_not_sent_again(product: Product, clock: FakeClock) -> None:
    path = "/v1/costs/summary?project=checkout&period=last-7d"
    tag = (await product.call("GET", path)).headers["ETag"]
    again = await product.call("GET", path, headers={"If-None-Match": tag})
    assert again.status == 304
    await product.services.projects.rename("search", "lookup", by=OPERATOR)
    changed = await product.call("GET", path, headers={"If-None-Match": tag})
    assert changed.status == 200
    clock.advance(days=1)
    assert (await product.call("GET", path)).headers["ETag"] != changed.headers["ETag"]


async def test_a_token_sees_its_projects_only_and_totals_say_so(product: Product) -> None:
    mine = frozenset({"search"})
    reply = await product.call("GET", "/v1/costs/summary?period=last-7d", projects=mine)
    answer = await reply.json()
    assert answer["totals"][0]["amount"] == "280"
    assert "partial_access" in {note["kind"] for note in answer["notes"]}
    listed = await (await product.call("GET", "/v1/projects", projects=mine)).json()
    assert [project["slug"] for project in listed["items"]] == ["search"]
    hidden = await product.call("GET", "/v1/costs/summary?project=checkout", projects=mine)
    missing = await product.call("GET", "/v1/costs/summary?project=nothing", projects=mine)
    assert (hidden.status, missing.status) == (404, 404)
    assert (await hidden.json())["type"] == (await missing.json())["type"]


async def test_a_project_s_life(product: Product) -> None:
    made = await product.call(
        "POST", "/v1/projects", role=Role.ADMIN,
        json={"slug": "ml", "name": "Machine learning", "team": "data"},
    )  # fmt: skip
    assert made.status == 201
    assert made.headers["Location"] == "/v1/projects/ml"
    linked = await product.call(
        "POST", "/v1/projects/ml/accounts", role=Role.ADMIN,
        json={"provider": "gcp", "id": "acme-search", "move": True},
    )  # fmt: skip
    assert (await linked.json())["accounts"][0]["id"] == "acme-search"
    summed = await product.call("GET", "/v1/costs/summary?project=ml&period=last-7d")
    assert (await summed.json())["totals"][0]["amount"] == "280"
    renamed = await product.call(
        "PATCH", "/v1/projects/ml", role=Role.ADMIN, json={"slug": "ai", "team": None}
    )
    assert ((await renamed.json())["slug"], (await renamed.json())["team"]) == ("ai", None)
    assert (await product.call("GET", "/v1/projects/ml")).status == 200
    unlinked = await product.call(
        "DELETE", "/v1/projects/ai/accounts/gcp/acme-search", role=Role.ADMIN
    )
    assert (await unlinked.json())["accounts"] == []


async def test_labels_define_projects(product: Product) -> None:
    writer = Writer(product.services.database)
    await register(product.services.database, GCP)
    await writer.write("labelled", [charge("2026-11-20", "7", labels='{"team": "pay"}')])
    asked = {"label": {"key": "team", "value": "pay"}}
    path = "/v1/projects/search/accounts"
    linked = await product.call("POST", path, role=Role.ADMIN, json=asked)
    assert linked.status == 201
    [rule] = (await linked.json())["labels"]
    assert (rule["place"], rule["key"], rule["value"]) == (1, "team", "pay")
    cost = "/v1/costs/summary?account=shop&period=mtd&group_by=project"
    lines = (await (await product.call("GET", cost)).json())["lines"]
    assert [(line["group"]["project"], line["amount"]) for line in lines] == [("search", "7")]
    other = path.replace("search", "checkout")
    taken = await product.call("POST", other, role=Role.ADMIN, json=asked)
    assert (taken.status, (await taken.json())["type"].rpartition(":")[2]) == (409, "rule-taken")
    web = {"label": {"key": "team", "value": "web"}, "provider": "gcp"}
    await product.call("POST", path, role=Role.ADMIN, json=web)
    listed = await (await product.call("GET", "/v1/projects/search/labels")).json()
    assert [each["value"] for each in listed["items"]] == ["pay", "web"]
    one = f"/v1/projects/search/labels/{listed['items'][1]['id']}"
    placed = await (await product.call("PATCH", one, role=Role.ADMIN, json={"place": 1})).json()
    assert [each["value"] for each in placed["labels"]] == ["web", "pay"]
    gone = await (await product.call("DELETE", one, role=Role.ADMIN)).json()
    assert [each["value"] for each in gone["labels"]] == ["pay"]
    assert (await product.call("DELETE", one, role=Role.ADMIN)).status == 404


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"label": {"key": "app", "value": "x"}}, 400),
        ({"label": {"key": "team", "value": ""}}, 400),
        ({"label": {"key": "team", "value": "x"}, "account": "shop"}, 400),
        ({"label": {"key": "team", "value": "x"}, "id": "shop", "provider": "gcp"}, 400),
        ({"provider": "gcp"}, 400),
        ({}, 400),
    ],
)
async def test_what_can_t_be_linked_is_told(
    product: Product, sent: dict[str, object], status: int
) -> None:
    path = "/v1/projects/search/accounts"
    assert (await product.call("POST", path, role=Role.ADMIN, json=sent)).status == status


@pytest.mark.parametrize("role", [Role.VIEWER, Role.FINANCE])
async def test_only_administrators_change_projects(product: Product, role: Role) -> None:
    reply = await product.call("POST", "/v1/projects", role=role, json={"slug": "ml"})
    assert reply.status == 403
    problem = await reply.json()
    assert problem["type"].endswith(":role-needed")
    assert "admin" in problem["detail"]


@pytest.mark.parametrize(
    ("query", "quoted"),
    [
        ("period=last-blue-moon", "last-blue-moon"),
        ("start=2026-11-15", "end"),
        ("start=2026-11-22&end=2026-11-15", "2026-11-22"),
        ("measure=guess", "guess"),
        ("group_by=colour", "colour"),
        ("group_by=a&group_by=b&group_by=c&group_by=d", "group_by"),
        ("limit=0", "limit"),
        ("sevice=x", "sevice"),
        ("period=mtd&period=ytd", "period"),
        ("currency=euro", "euro"),
        ("compare=nothing-known", "nothing-known"),
    ],
)
async def test_a_parameter_that_cant_be_read_is_quoted(
    product: Product, query: str, quoted: str
) -> None:
    reply = await product.call("GET", f"/v1/costs/summary?{query}")
    assert reply.status == 400, await reply.text()
    assert reply.content_type == "application/problem+json"
    assert quoted in (await reply.json())["detail"]


async def test_a_body_that_cant_be_read_is_quoted(product: Product) -> None:
    async def detail(**sent: Any) -> str:
        reply = await product.call("POST", "/v1/projects", role=Role.ADMIN, **sent)
        assert reply.status == 400
        return str((await reply.json())["detail"])

    assert "not JSON" in await detail(data=b"{")
    assert "'slug'" in await detail(json={})
    assert "'colour'" in await detail(json={"slug": "ml", "colour": "red"})
    assert "'Ml'" in await detail(json={"slug": "Ml"})


@pytest.mark.parametrize(
    "header",
    ["", "Basic abc", "Bearer", "Bearer abc", "Bearer a.b.c"],
)
async def test_without_a_token_that_holds_nothing_is_told(product: Product, header: str) -> None:
    async with product.session.get(
        f"{product.url}/v1/projects", headers={"Authorization": header}
    ) as reply:
        assert reply.status == 401
        assert reply.headers["WWW-Authenticate"].startswith("Bearer")
        assert (await reply.json())["status"] == 401


async def test_an_expired_or_revoked_token_is_refused(product: Product, clock: FakeClock) -> None:
    token = await product.token()
    headers = {"Authorization": f"Bearer {token}"}

    async def status() -> int:
        async with product.session.get(f"{product.url}/v1/projects", headers=headers) as reply:
            return reply.status

    assert await status() == 200
    issued = (await product.services.access.tokens())[0]
    await product.services.access.revoke(issued.jti, by=OPERATOR)
    assert await status() == 401
    headers["Authorization"] = f"Bearer {await product.token()}"
    assert await status() == 200
    clock.advance(hours=1, seconds=30)
    assert await status() == 401


async def test_what_isnt_there_is_a_problem_too(product: Product) -> None:
    missing = await product.call("GET", "/v1/nothing")
    assert missing.status == 404
    assert missing.content_type == "application/problem+json"
    refused = await product.call("DELETE", "/v1/projects")
    assert refused.status == 405
    assert refused.headers["Allow"] == "GET, HEAD, POST"


async def test_health_metrics_and_documents_need_no_token(product: Product) -> None:
    for path in ("/healthz", "/readyz", "/metrics", "/openapi.json", "/docs"):
        async with product.session.get(product.url + path) as reply:
            assert reply.status == 200, path


async def test_dimensions_list_what_is_there(product: Product) -> None:
    reply = await product.call("GET", "/v1/dimensions/service")
    values = [item["value"] for item in (await reply.json())["items"]]
    assert {"Cloud SQL", "Compute Engine", "Support"} <= set(values)
    first = await (await product.call("GET", "/v1/dimensions/service?limit=1")).json()
    rest = await (
        await product.call("GET", f"/v1/dimensions/service?cursor={first['next']}")
    ).json()
    assert len(first["items"]) + len(rest["items"]) == len(values)


@pytest.mark.parametrize("path", ["/v1/dimensions/project", "/v1/projects", "/v1/sources"])
async def test_a_list_is_the_same_by_the_page(product: Product, path: str) -> None:
    """What has no identity, the spend of no project, is an item among others."""
    whole = (await (await product.call("GET", path)).json())["items"]
    paged: list[object] = []
    cursor: str | None = ""
    while cursor is not None:
        page = await (await product.call("GET", f"{path}?limit=1&cursor={cursor}")).json()
        paged += page["items"]
        cursor = page["next"]
    assert paged == whole
    assert len({str(item) for item in whole}) == len(whole)


async def test_a_project_merged_into_itself_is_a_conflict(product: Product) -> None:
    reply = await product.call(
        "POST", "/v1/projects/search/merge", role=Role.ADMIN, json={"into": "search"}
    )
    assert reply.status == 409
    assert (await reply.json())["type"].endswith(":self-merge")
