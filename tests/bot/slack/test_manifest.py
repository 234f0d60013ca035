"""The app manifest: what Slack demands of one, and that its scopes are enough and no more."""

from typing import Any, Final

import pytest
from jsonschema import Draft202012Validator

from bot.settings import Settings
from bot.slack.manifest import SCOPES, manifest
from sandbox.slack.methods.registry import METHODS
from tests.bot.slack.acting import DIRECT, ask, sees
from tests.bot.slack.reading import block, buttons, words
from tests.support.product import Product
from tests.support.slack import ADA, CHECKOUT, FINANCE, Slackbox


def text(longest: int, pattern: str = "") -> dict[str, Any]:
    return {"type": "string", "minLength": 1, "maxLength": longest, "pattern": pattern}


def only(needed: tuple[str, ...] = (), **properties: Any) -> dict[str, Any]:
    """An object of these properties and no others."""
    closed = {"type": "object", "additionalProperties": False}
    return closed | {"properties": properties, "required": list(needed)}


YES_OR_NO: Final = {"type": "boolean"}
URL: Final = text(3000, "^https?://")
NAMES: Final = {"type": "array", "items": text(50), "maxItems": 100, "uniqueItems": True}
SCHEMA: Final = only(
    ("display_information",),
    display_information=only(
        ("name",),
        name=text(35),
        description=text(140),
        background_color=text(7, "^#[0-9a-fA-F]{3}([0-9a-fA-F]{3})?$"),
    ),
    features=only(
        app_home=only(
            home_tab_enabled=YES_OR_NO,
            messages_tab_enabled=YES_OR_NO,
            messages_tab_read_only_enabled=YES_OR_NO,
        ),
        bot_user=only(("display_name",), display_name=text(80), always_online=YES_OR_NO),
        slash_commands={
            "type": "array",
            "minItems": 1,
            "items": only(
                ("command", "description"),
                command=text(32, "^/"),
                url=URL,
                description=text(2000),
                usage_hint=text(1000),
                should_escape={"const": True},
            ),
        },
    ),
    oauth_config=only(scopes=only(bot=NAMES, bot_optional=NAMES)),
    settings=only(
        event_subscriptions=only(request_url=URL, bot_events=NAMES),
        interactivity=only(
            ("is_enabled",), is_enabled=YES_OR_NO, request_url=URL, message_menu_options_url=URL
        ),
        org_deploy_enabled=YES_OR_NO,
        socket_mode_enabled=YES_OR_NO,
        token_rotation_enabled=YES_OR_NO,
    ),
)
"""The part of slackapi/manifest-schema, version 1, that we use; scopes as of March 2026."""


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"public_url": "https://costs.example.com/"},
        {"slack_app_token": "xapp-1"},
        {"slack_command": "/" + "c" * 31},
    ],
)
def test_slack_takes_it(environment: dict[str, Any]) -> None:
    made = manifest(Settings(**environment))
    assert list(Draft202012Validator(SCHEMA).iter_errors(made)) == []


def test_over_http_every_request_has_its_address() -> None:
    made: Any = manifest(Settings(public_url="https://costs.example.com/"))
    url = "https://costs.example.com/slack/events"
    assert made["features"]["slash_commands"][0]["url"] == url
    assert made["settings"]["interactivity"]["request_url"] == url
    assert made["settings"]["interactivity"]["message_menu_options_url"] == url
    assert made["settings"]["event_subscriptions"]["request_url"] == url
    assert made["settings"]["socket_mode_enabled"] is False


def test_socket_mode_has_none() -> None:
    made: Any = manifest(Settings.model_validate({"slack_app_token": "xapp-1"}))
    assert "url" not in str(made)
    assert made["settings"]["socket_mode_enabled"] is True


@pytest.fixture
def slackbox(slackbox: Slackbox) -> Slackbox:
    """A Slack that has the app installed with its manifest: it grants those scopes only."""
    slackbox.config.install(manifest(Settings(public_url="https://costs.example.com")))
    return slackbox


async def test_all_that_the_product_does_is_covered_by_its_scopes(
    product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    called: set[str] = set()
    strike = product.slack.slack.faults.strike

    async def noted(method: str) -> None:
        called.add(method)
        await strike(method)

    monkeypatch.setattr(product.slack.slack.faults, "strike", noted)
    await everything(product)
    assert "chat.postMessage" in called
    needed = {scope for name in called & METHODS.keys() for scope in METHODS[name].scopes[:1]}
    listening = {"commands", "app_mentions:read", "im:history"}
    assert needed | listening == set(SCOPES), "no scope is missing, and none asked for in vain"


async def everything(product: Product) -> None:
    """One walk past all that the product does in Slack."""
    answer = await ask(product, "checkout last-7d")
    for label in ("Send me the chart", "CSV", "Share to channel"):
        await product.slack.click(answer, buttons(answer)[label])
    shared = (await product.slack.until(lambda: product.slack.messages(CHECKOUT)))[-1]
    assert block(shared, "image") is not None
    await sees(product, "I sent you the CSV")
    await product.slack.say("checkout last-7d", channel=DIRECT)
    await sees(product, "Understood as", channel=DIRECT)
    await product.slack.say("@cloud-cost checkout last-7d", channel=FINANCE)
    await sees(product, "$1,405.25", channel=FINANCE)
    card = await ask(product, "project checkout")
    await product.slack.click(card, buttons(card)["Change"])

    async def form() -> bool:
        return "'block_id': 'slug'" in str(await product.slack.views())

    assert await product.slack.until(form)
    await product.slack.open_home()
    assert await product.slack.until(product.slack.home)
    seen = "".join(words(m) for m in await product.slack.messages(user=ADA))
    assert "scope" not in seen
