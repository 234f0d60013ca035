"""What is found of a source before it is read, by the words in which the real APIs refuse."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from core.findings import Finding, State
from core.ingest.config import BigQuerySource, FocusSource, SourceConfig
from core.ingest.probing import probe
from tests.support.bigquery import SCHEMAS, Emulator
from tests.support.clock import FakeClock
from tests.support.export import line, written
from tests.support.focus import NOVEMBER, OCTOBER, Deliveries, some
from tests.support.refusing import Answer, Route, answering

TABLE = "acme-billing.billing.gcp_billing_export_v1_0123AB"
NAME = TABLE.replace(".", ":", 1)
NOW = datetime(2026, 10, 9, 18, tzinfo=UTC)


async def found(config: SourceConfig, *, endpoint: str | None = None) -> dict[str, Finding]:
    """What a probe finds, by what it looked at."""
    told: list[Finding] = []
    await probe(config, FakeClock(NOW), {}, told.append, bigquery_endpoint=endpoint)
    assert {finding.part for finding in told} == {f"source {config.name}"}
    assert all(finding.fix for finding in told if finding.state is not State.OK)
    return {finding.check: finding for finding in told}


def states(found: dict[str, Finding]) -> dict[str, str]:
    return {check: finding.state.value for check, finding in found.items()}


# BigQuery


def google(status: int, reason: str, message: str) -> Answer:
    """An error as Google's APIs write it."""
    problem = {"message": message, "domain": "global", "reason": reason}
    kind = {403: "PERMISSION_DENIED", 404: "NOT_FOUND"}[status]
    error = {"code": status, "message": message, "errors": [problem], "status": kind}
    return Answer(status, json.dumps({"error": error}))


def denied(permission: str) -> Answer:
    said = f"Access Denied: Table {NAME}: Permission {permission} denied on table {NAME} "
    return google(403, "accessDenied", f"{said}(or it may not exist).")


JOBS = google(
    403,
    "accessDenied",
    "Access Denied: Project acme-billing: User does not have bigquery.jobs.create permission in "
    "project acme-billing.",
)


def table(**other: Any) -> Answer:
    fields = json.loads((SCHEMAS / "gcp_billing_standard.schema.json").read_text())
    project, dataset, name = TABLE.split(".")
    reference = {"projectId": project, "datasetId": dataset, "tableId": name}
    described = {
        "tableReference": reference,
        "schema": {"fields": fields},
        "location": "EU",
        "numRows": "1234567",
        "numBytes": "987654321",
        "timePartitioning": {"type": "DAY"},
    }
    return Answer(body=json.dumps(described | other))


def bigquery(*, get: Answer | None = None, read: Answer | None = None, query: Answer) -> Route:
    def route(method: str, path: str, _: str) -> Answer:
        if method == "POST":
            return query
        if path.endswith("/data"):
            return read or Answer(body=json.dumps({"totalRows": "0"}))
        return get or table()

    return route


EXPORT = BigQuerySource(name="gcp", kind="bigquery", table=TABLE)


async def test_no_permission_to_run_queries_is_told_from_one_to_read() -> None:
    with answering(bigquery(query=JOBS)) as endpoint:
        told = await found(EXPORT, endpoint=endpoint)
    assert states(told) == {
        "credentials": "ok",
        "bigquery.tables.get": "ok",
        "bigquery.tables.getData": "ok",
        "bigquery.jobs.create": "failure",
        "table": "ok",
    }
    assert told["bigquery.jobs.create"].fix.endswith(
        "gcloud projects add-iam-policy-binding acme-billing --member=MEMBER "
        "--role=roles/bigquery.jobUser"
    )
    assert told["table"].words == "standard export in EU: 1,234,567 lines, 987.7 MB"


async def test_lines_that_may_not_be_read_though_the_table_may_be_seen() -> None:
    with answering(bigquery(read=denied("bigquery.tables.getData"), query=JOBS)) as endpoint:
        told = await found(EXPORT, endpoint=endpoint)
    assert states(told)["bigquery.tables.get"] == "ok"
    assert states(told)["bigquery.tables.getData"] == "failure"
    assert "roles/bigquery.dataViewer` ON SCHEMA `acme-billing.billing`" in (
        told["bigquery.tables.getData"].fix
    )


async def test_each_permission_is_looked_at_though_another_is_missing() -> None:
    route = bigquery(
        get=denied("bigquery.tables.get"), read=denied("bigquery.tables.getData"), query=JOBS
    )
    with answering(route) as endpoint:
        told = await found(EXPORT, endpoint=endpoint)
    assert states(told) == {
        "credentials": "ok",
        "bigquery.tables.get": "failure",
        "bigquery.tables.getData": "failure",
        "bigquery.jobs.create": "failure",
    }


async def test_bigquery_that_is_turned_off() -> None:
    said = (
        "BigQuery API has not been used in project 42 before or it is disabled. Enable it by "
        "visiting https://console.developers.google.com/apis/api/bigquery.googleapis.com/overview"
        "?project=42 then retry."
    )
    off = google(403, "accessNotConfigured", said)
    with answering(bigquery(get=off, read=off, query=off)) as endpoint:
        told = await found(EXPORT, endpoint=endpoint)
    assert told["bigquery.jobs.create"].fix == (
        "Turn it on: gcloud services enable bigquery.googleapis.com --project=acme-billing"
    )


async def test_a_table_that_isnt_there_is_all_there_is_to_say() -> None:
    missing = google(404, "notFound", f"Not found: Table {NAME}")
    with answering(bigquery(get=missing, query=JOBS)) as endpoint:
        told = await found(EXPORT, endpoint=endpoint)
    assert states(told) == {"credentials": "ok", "bigquery.tables.get": "failure"}
    assert "BigQuery has no table" in told["bigquery.tables.get"].words


async def test_partitions_that_expire_and_a_table_of_the_wrong_kind() -> None:
    expiring = table(timePartitioning={"type": "DAY", "expirationMs": "5184000000"})
    with answering(bigquery(get=expiring, query=JOBS)) as endpoint:
        told = await found(EXPORT, endpoint=endpoint)
    assert "deletes its older lines" in told["table"].words
    assert told["table"].fix.endswith("acme-billing:billing.gcp_billing_export_v1_0123AB")
    copy = table(timePartitioning={"type": "DAY", "field": "usage_start_time"})
    with answering(bigquery(get=copy, query=JOBS)) as endpoint:
        told = await found(EXPORT, endpoint=endpoint)
    assert told["table"].state is State.FAILURE
    assert "not a view or a copy" in told["table"].fix


async def test_an_export_s_age_its_gaps_and_what_a_sync_reads(bigquery_emulator: Emulator) -> None:
    def on(day: int) -> dict[str, Any]:
        return line(export_time=f"2026-10-0{day}T20:00:00Z")

    export = written(
        bigquery_emulator.table("standard"),
        {date(2026, 10, day): [on(day)] for day in (3, 4, 6, 8)},
    )
    config = BigQuerySource(name="gcp", kind="bigquery", table=export.id)
    told = await found(config, endpoint=bigquery_emulator.endpoint)
    assert told["newest data"].words == "exported 22 h ago (2026-10-08 20:00 UTC)"
    assert told["gaps"].words == "nothing was exported for 2026-10-05, 2026-10-07"
    assert told["next sync"].words == "reads 4 of 4 slices it looks at, and scans 0 B"
    assert states(told)["gaps"] == "warning"
    late = FakeClock(NOW + timedelta(days=2))
    again: list[Finding] = []
    await probe(config, late, None, again.append, bigquery_endpoint=bigquery_emulator.endpoint)
    newest = {finding.check: finding for finding in again}["newest data"]
    assert (newest.state, newest.words[:12]) == (State.FAILURE, "exported 70 ")


# Object stores


def files(url: str, endpoint: str | None = None) -> FocusSource:
    return FocusSource(name="files", kind="focus", url=url, endpoint=endpoint)


def xml(status: int, body: str, **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status, body, {"Content-Type": "application/xml", **named})


S3_DENIED = xml(
    403,
    '<?xml version="1.0" encoding="UTF-8"?><Error><Code>AccessDenied</Code><Message>Access Denied'
    "</Message><RequestId>4442587FB7D0A2F9</RequestId><HostId>x</HostId></Error>",
)
S3_LIST = xml(
    200,
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>acme</Name>'
    "<Prefix>focus/</Prefix><KeyCount>1</KeyCount><MaxKeys>1000</MaxKeys><IsTruncated>false"
    "</IsTruncated><Contents><Key>focus/2026-10/a.parquet</Key><LastModified>2026-10-08T10:00:00"
    '.000Z</LastModified><ETag>"x"</ETag><Size>100</Size><StorageClass>STANDARD</StorageClass>'
    "</Contents></ListBucketResult>",
)


async def test_s3_listing_is_told_from_reading() -> None:
    with answering(lambda *_: S3_DENIED) as endpoint:
        told = await found(files("s3://acme/focus/", endpoint))
    assert states(told) == {"s3:ListBucket": "failure"}
    policy = json.loads(told["s3:ListBucket"].fix.partition("'")[2].rpartition("'")[0])
    assert [(each["Action"], each["Resource"]) for each in policy["Statement"]] == [
        ("s3:ListBucket", "arn:aws:s3:::acme"),
        ("s3:GetObject", "arn:aws:s3:::acme/focus/*"),
    ]

    def listed(method: str, path: str, query: str) -> Answer:
        if "list-type" in query:
            return S3_LIST
        return xml(404, "") if method == "HEAD" and "parquet" not in path else S3_DENIED

    with answering(listed) as endpoint:
        told = await found(files("s3://acme/focus/", endpoint))
    assert states(told) == {"s3:ListBucket": "ok", "s3:GetObject": "failure"}
    assert "--policy-document" in told["s3:GetObject"].fix


async def test_google_s_storage_listing_is_told_from_reading() -> None:
    def gcs(permission: str) -> Answer:
        said = (
            f"costs@acme.iam.gserviceaccount.com does not have storage.objects.{permission} access "
            f"to the Google Cloud Storage bucket. Permission 'storage.objects.{permission}' denied "
            "on resource (or it may not exist)."
        )
        problem = {"message": said, "domain": "global", "reason": "forbidden"}
        return Answer(
            403, json.dumps({"error": {"code": 403, "message": said, "errors": [problem]}})
        )

    with answering(lambda *_: gcs("list")) as endpoint:
        told = await found(files("gs://acme/focus", endpoint))
    assert states(told) == {"storage.objects.list": "failure"}
    assert told["storage.objects.list"].fix.endswith(
        "gcloud storage buckets add-iam-policy-binding gs://acme --member=MEMBER "
        "--role=roles/storage.objectViewer"
    )


async def test_azure_refuses_whoever_has_no_role_for_data(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZURE_STORAGE_KEY", "a2V5")
    refusal = xml(
        403,
        '<?xml version="1.0" encoding="utf-8"?><Error><Code>AuthorizationPermissionMismatch</Code>'
        "<Message>This request is not authorized to perform this operation using this permission."
        "</Message></Error>",
        x_ms_error_code="AuthorizationPermissionMismatch",
    )
    bare = Answer(403, "", {"x-ms-error-code": "AuthorizationPermissionMismatch"})
    with answering(lambda method, *_: bare if method == "HEAD" else refusal) as endpoint:
        told = await found(files("abfs://exports@acme/focus", endpoint))
    assert states(told) == {"list blobs": "failure"}
    assert "Storage Blob Data Reader" in told["list blobs"].fix
    assert "--name acme" in told["list blobs"].fix


async def test_a_half_written_export_is_left_alone_and_a_missing_month_told(tmp_path: Path) -> None:
    deliveries = Deliveries(tmp_path / "one")
    deliveries.aws(date(2026, 8, 1), some(OCTOBER))
    deliveries.aws(OCTOBER, some(OCTOBER))
    deliveries.aws(NOVEMBER, some(NOVEMBER))
    deliveries.files[-1].unlink()
    told = await found(files(str(tmp_path), None))
    assert told["gaps"].words == "nothing was exported for 2026-09"
    assert told["unfinished"].words.startswith("2026-11 is left alone, as it is stored: ")
    assert "which isn't there" in told["unfinished"].words
    assert states(told)["unfinished"] == "warning"


async def test_a_folder_that_isnt_there(tmp_path: Path) -> None:
    told = await found(files(str(tmp_path / "nothing")))
    assert states(told) == {"list": "failure"}
    assert "Correct 'url'" in told["list"].fix
