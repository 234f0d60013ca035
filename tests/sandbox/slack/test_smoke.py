from tests.support.slack import CHECKOUT, Slackbox


async def test_a_posted_message_is_seen(slackbox: Slackbox) -> None:
    posted = await slackbox.client().chat_postMessage(channel="#checkout-team", text="hello")
    assert posted["channel"] == CHECKOUT
    assert [m["text"] for m in await slackbox.messages(CHECKOUT)] == ["hello"]


async def test_a_command_without_an_app_says_so(slackbox: Slackbox) -> None:
    outcome = await slackbox.command("/cost checkout last-7d")
    assert outcome["failure"] == "dispatch_failed"
    (told,) = await slackbox.private()
    assert told["text"] == '/cost failed with the error "dispatch_failed"'
