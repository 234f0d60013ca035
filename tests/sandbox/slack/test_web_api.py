"""The Web API's doors: tokens, scopes, unknown methods, failures on demand."""

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient

from tests.sandbox.slack.refusals import error_of
from tests.support.slack import CHECKOUT, Slackbox


async def test_auth_test_tells_the_bot(slackbox: Slackbox) -> None:
    told = await slackbox.client().auth_test()
    assert (told["team_id"], told["user_id"]) == ("T0SANDBOX", "U0CLOUDCOST")


@pytest.mark.parametrize(("token", "error"), [("xoxb-wrong", "invalid_auth"), ("", "not_authed")])
async def test_a_token_is_checked(slackbox: Slackbox, token: str, error: str) -> None:
    client = AsyncWebClient(token, base_url=slackbox.api_url)
    assert await error_of(client.auth_test()) == error


async def test_an_app_token_opens_sockets_only(slackbox: Slackbox) -> None:
    app_level = slackbox.client(slackbox.config.app_token)
    assert await error_of(app_level.auth_test()) == "not_allowed_token_type"
    opening = slackbox.client().apps_connections_open(app_token=slackbox.config.bot_token)
    assert await error_of(opening) == "not_allowed_token_type"


async def test_an_unknown_method_is_named(slackbox: Slackbox) -> None:
    assert await error_of(slackbox.client().api_call("chat.shout")) == "unknown_method"


async def test_only_the_scopes_of_the_manifest_are_granted(slackbox: Slackbox) -> None:
    slackbox.config.install({"oauth_config": {"scopes": {"bot": ["chat:write"]}}})
    client = slackbox.client()
    await client.chat_postMessage(channel=CHECKOUT, text="hi")
    with pytest.raises(SlackApiError) as caught:
        await client.users_list()
    assert caught.value.response["needed"] == "users:read"
    assert caught.value.response["provided"] == "chat:write"


async def test_arguments_are_checked(slackbox: Slackbox) -> None:
    client = slackbox.client()
    assert await error_of(client.conversations_list(cursor="x")) == "invalid_arguments"
    sizing = client.files_getUploadURLExternal(filename="a.png", length=0)
    assert await error_of(sizing) == "invalid_arguments"
    async with slackbox._session.post(f"{slackbox.url}/sandbox/say", data="nonsense") as reply:
        assert reply.status == 400


async def test_rate_limit_on_demand_tells_when_to_come_back(slackbox: Slackbox) -> None:
    await slackbox.fail("chat.postMessage", "rate_limit", times=1, seconds=7)
    with pytest.raises(SlackApiError) as caught:
        await slackbox.client().chat_postMessage(channel=CHECKOUT, text="hi")
    assert caught.value.response.status_code == 429
    assert caught.value.response.headers["Retry-After"] == "7"
    await slackbox.client().chat_postMessage(channel=CHECKOUT, text="hi")


async def test_the_clients_retry_handler_gets_through(slackbox: Slackbox) -> None:
    await slackbox.fail("*", "rate_limit", times=1, seconds=1)
    client = slackbox.client()
    client.retry_handlers.append(AsyncRateLimitErrorRetryHandler(max_retry_count=1))
    assert (await client.chat_postMessage(channel=CHECKOUT, text="hi"))["ok"]


async def test_about_one_message_a_second_a_channel_when_switched_on(slackbox: Slackbox) -> None:
    slackbox.config.channel_rate = True
    client = slackbox.client()
    await client.chat_postMessage(channel=CHECKOUT, text="1")
    await client.chat_postMessage(channel="C0FINANCE", text="elsewhere")
    assert await error_of(client.chat_postMessage(channel=CHECKOUT, text="2")) == "ratelimited"
    await slackbox.later(1)
    await client.chat_postMessage(channel=CHECKOUT, text="2")


async def test_server_errors_and_named_errors_on_demand(slackbox: Slackbox) -> None:
    await slackbox.fail("chat.postMessage", "error")
    with pytest.raises(SlackApiError) as caught:
        await slackbox.client().chat_postMessage(channel=CHECKOUT, text="hi")
    assert caught.value.response.status_code == 500
    await slackbox.fail("chat.postMessage", "account_inactive")
    call = slackbox.client().chat_postMessage(channel=CHECKOUT, text="hi")
    assert await error_of(call) == "account_inactive"


async def test_people_are_found(slackbox: Slackbox) -> None:
    client = slackbox.client()
    assert (await client.users_info(user="U0GUS"))["user"]["is_restricted"] is True
    assert (await client.users_info(user="U0ADA"))["user"]["is_admin"] is True
    found = await client.users_lookupByEmail(email="ben@northwind.example")
    assert found["user"]["id"] == "U0BEN"
    assert await error_of(client.users_info(user="U0NOBODY")) == "user_not_found"
    assert len((await client.users_list())["members"]) == 5


async def test_channels_are_listed_by_page_and_kind(slackbox: Slackbox) -> None:
    client = slackbox.client()
    names: list[str] = []
    cursor = ""
    while True:
        told = await client.conversations_list(limit=2, cursor=cursor, exclude_archived=True)
        names += [channel["name"] for channel in told["channels"]]
        if not (cursor := told["response_metadata"]["next_cursor"]):
            break
    assert names == ["general", "checkout-team", "finance", "platform", "random"]


async def test_another_web_page_cant_act_here(slackbox: Slackbox) -> None:
    said = {"user": "U0ADA", "channel": CHECKOUT, "text": "/cost"}
    headers = {"Origin": "https://elsewhere.example"}
    say = f"{slackbox.url}/sandbox/say"
    async with slackbox._session.post(say, json=said, headers=headers) as reply:
        assert reply.status == 403


async def test_joining_and_inviting(slackbox: Slackbox) -> None:
    client = slackbox.client()
    assert (await client.conversations_join(channel="C0RANDOM"))["channel"]["is_member"]
    joining = client.conversations_join(channel="C0LEADERS")
    assert await error_of(joining) == "channel_not_found"
    await slackbox.invite("C0LEADERS")
    assert (await client.conversations_info(channel="C0LEADERS"))["channel"]["is_member"]
    assert "U0CHLOE" in (await client.conversations_members(channel="C0LEADERS"))["members"]
