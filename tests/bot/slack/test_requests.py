"""Slack's requests as they arrive: signed, repeated, forged, broken."""

import asyncio
import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlencode

import aiohttp
import pytest
import structlog

from core.costs.service import CostService
from tests.bot.slack.acting import DIRECT, ask, held_back, sees
from tests.bot.slack.reading import words
from tests.support.product import Product
from tests.support.slack import ADA, CHECKOUT

FORM = "application/x-www-form-urlencoded"
JSON = "application/json"


async def send(
    product: Product,
    body: bytes,
    content_type: str = FORM,
    *,
    at: str | None = None,
    secret: str | None = None,
) -> tuple[int, str]:
    """Send a request as Slack would, signed with the secret; status and body of the reply."""
    stamp = at or str(int(time.time()))
    key = secret or product.slack.config.signing_secret
    digest = hmac.new(key.encode(), b"v0:" + stamp.encode() + b":" + body, hashlib.sha256)
    headers = {
        "Content-Type": content_type,
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": f"v0={digest.hexdigest()}",
    }
    address = f"{product.url}/slack/events"
    async with product.session.post(address, data=body, headers=headers) as reply:
        return reply.status, await reply.text()


def direct_message() -> bytes:
    """An event as Slack sends it."""
    event = {"type": "message", "channel_type": "im", "channel": DIRECT, "user": ADA,
             "text": "checkout last-7d", "ts": "1.000001"}  # fmt: skip
    envelope = {"type": "event_callback", "team_id": "T0SANDBOX", "event_id": "Ev1",
                "api_app_id": "A1", "event": event, "token": "x"}  # fmt: skip
    return json.dumps(envelope).encode()


@pytest.mark.parametrize(
    ("body", "content_type", "at"),
    [
        (b"team_id=T", FORM, "yesterday"),
        (b"team_id=T", FORM, "9" * 5000),
        (b"{notjson", FORM, None),
        (b"\xff\xfe\x00", FORM, None),
        (b"payload=notjson", FORM, None),
        (b"payload=%5B%5D", FORM, None),
        (b"notjson", JSON, None),
        (b"[]", JSON, None),
        (b"[" * 100_000, JSON, None),
        (b"payload=" + b"%5B" * 100_000, FORM, None),
    ],
)
async def test_what_cannot_be_slacks_is_refused_as_a_bad_request(
    product: Product, body: bytes, content_type: str, at: str | None
) -> None:
    assert (await send(product, body, content_type, at=at))[0] == 400


async def test_a_body_without_end_is_refused(product: Product) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(40):
            yield b"x" * 100_000

    headers = {"X-Slack-Request-Timestamp": str(int(time.time())), "Content-Type": FORM}
    address = f"{product.url}/slack/events"
    for data in (b"x" * 1_000_001, endless()):
        async with product.session.post(address, data=data, headers=headers) as reply:
            assert reply.status == 413


async def test_a_forged_signature_is_refused_and_its_body_is_not_logged(
    product: Product, caplog: pytest.LogCaptureFixture
) -> None:
    body = urlencode({"team_id": "T0SANDBOX", "text": "secret words"}).encode()
    assert (await send(product, body, secret="another"))[0] == 401
    assert "secret words" not in caplog.text


async def test_an_old_request_is_refused(product: Product) -> None:
    at = str(int(time.time()) - 600)
    assert (await send(product, b"team_id=T0SANDBOX", at=at))[0] == 401


async def test_another_workspace_s_request_is_refused(product: Product) -> None:
    command = {"command": "/cost", "text": "checkout", "team_id": "T0OTHER", "user_id": ADA,
               "channel_id": CHECKOUT, "trigger_id": "1",
               "response_url": f"{product.url}/x"}  # fmt: skip
    await send(product, urlencode(command).encode())
    await asyncio.sleep(0.2)
    assert await product.slack.private(ADA, CHECKOUT) == []


async def test_an_event_that_slack_repeats_is_answered_once(product: Product) -> None:
    statuses = await asyncio.gather(*(send(product, direct_message(), JSON) for _ in range(3)))
    assert {status for status, _ in statuses} == {200}

    async def look() -> list[Any]:
        return await product.slack.messages(DIRECT, user=ADA)

    await product.slack.until(look)
    await asyncio.sleep(0.5)
    assert len(await look()) == 1


async def test_a_bot_and_an_edit_are_not_answered(product: Product) -> None:
    signs: list[dict[str, Any]] = [{"bot_id": "B1"}, {"edited": {"user": ADA, "ts": "2.0"}}]
    for number, more in enumerate(signs):
        for kind in ("message", "app_mention"):
            body = json.loads(direct_message())
            body["event_id"] = f"EvBot{number}{kind}"
            body["event"] |= more | {"type": kind}
            assert (await send(product, json.dumps(body).encode(), JSON))[0] == 200
    await asyncio.sleep(0.5)
    assert await product.slack.messages(DIRECT, user=ADA) == []


async def test_events_that_nobody_listens_to_are_taken(product: Product) -> None:
    body = json.loads(direct_message())
    body["event"] = {"type": "reaction_added", "user": ADA}
    assert (await send(product, json.dumps(body).encode(), JSON))[0] == 200


async def test_what_cannot_be_read_is_acknowledged_and_logged_without_its_words(
    product: Product,
) -> None:
    body = {"command": "/cost", "text": "secret words", "team_id": "T0SANDBOX", "user_id": ADA}
    with structlog.testing.capture_logs() as logs:
        assert (await send(product, urlencode(body).encode()))[0] == 200
        await product.app._desk.background.drain()
    assert [line["event"] for line in logs] == ["slack.unreadable"]
    assert "secret words" not in str(logs)


async def test_url_verification_is_answered(product: Product) -> None:
    body = json.dumps({"type": "url_verification", "challenge": "abc", "token": "x"}).encode()
    status, text = await send(product, body, JSON)
    assert status == 200
    assert "abc" in text


async def test_a_crash_is_owned_up_to_with_the_reference_that_is_in_the_log(
    product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def crash(*_: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr(CostService, "answer", crash)
    with structlog.testing.capture_logs() as logs:
        outcome = await product.slack.command("/cost checkout last-7d")
        told = words(await product.slack.answer())
    assert outcome["ok"]
    crashed = next(line for line in logs if line["event"] == "slack.crash")
    assert crashed["reference"] in told
    assert "a bug" not in told


async def test_work_that_takes_long_is_acknowledged_at_once(
    product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered = held_back(monkeypatch, CostService, "answer")
    outcome = await product.slack.command("/cost checkout last-7d")
    assert outcome["ok"]
    answered.set()
    assert "$1,405.25" in (await product.slack.answer())["text"]


async def test_an_answer_that_slack_refuses_is_logged_without_its_address(
    product: Product,
) -> None:
    await product.slack.fail("response_url", "error", times=9)
    with structlog.testing.capture_logs() as logs:
        await product.slack.command("/cost checkout last-7d")

        async def told() -> bool:
            return any(line["event"] == "slack.unanswered" for line in logs)

        assert await product.slack.until(told)
    assert "/commands/" not in str(logs)
    assert "hooks" not in str(logs)


async def test_a_button_of_another_version_says_so(product: Product) -> None:
    answer = await ask(product, "checkout last-7d")
    body = {
        "type": "block_actions",
        "team": {"id": "T0SANDBOX"},
        "user": {"id": ADA, "team_id": "T0SANDBOX"},
        "channel": {"id": CHECKOUT},
        "trigger_id": "1.2.3",
        "container": {"type": "message", "message_ts": answer["ts"]},
        "actions": [{"action_id": "gone.since", "type": "button", "value": "x"}],
    }
    payload = urlencode({"payload": json.dumps(body)}).encode()
    assert (await send(product, payload))[0] == 200
    assert await sees(product, "of another version")


async def test_health_needs_no_slack(product: Product) -> None:
    async with aiohttp.ClientSession() as session, session.get(f"{product.url}/readyz") as reply:
        assert reply.status == 200
