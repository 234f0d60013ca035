"""The local Slack as a program: its command line, its manifest, what it keeps over a restart."""

import json
import re
import signal
import subprocess
import sys
from pathlib import Path

import aiohttp

from sandbox.slack.__main__ import read
from sandbox.slack.config import Config
from sandbox.slack.server import serving
from tests.sandbox.slack.samples import PNG, home, section
from tests.support.slack import CHECKOUT, Slackbox

MANIFEST = {
    "display_information": {"name": "Cloud Cost"},
    "features": {"slash_commands": [{"command": "/spend", "should_escape": True}]},
    "oauth_config": {"scopes": {"bot": ["commands", "chat:write"]}},
    "settings": {
        "event_subscriptions": {"bot_events": ["app_mention"]},
        "socket_mode_enabled": True,
    },
}


async def test_it_starts_says_where_it_is_and_stops_when_told() -> None:
    program = subprocess.Popen(  # noqa: ASYNC220 - it is read a line of and waited for
        [sys.executable, "-m", "sandbox.slack", "--port", "0"], stdout=subprocess.PIPE, text=True
    )
    assert program.stdout
    with program:
        said = program.stdout.readline()
        address = re.search(r"http://127\.0\.0\.1:\d+/", said)
        assert address
        async with aiohttp.ClientSession() as session, session.get(address[0]) as reply:
            assert "<title>Slack (local)</title>" in await reply.text()
        program.send_signal(signal.SIGTERM)
        assert program.wait(10) == 0


def test_a_manifest_installs_the_app(tmp_path: Path) -> None:
    manifest = tmp_path / "manifest.json"
    manifest.write_text(json.dumps(MANIFEST))
    config = read(["--manifest", str(manifest), "--bot-token", "xoxb-1", "--port", "0"])
    assert config.command == "/spend"
    assert config.scopes == frozenset({"commands", "chat:write"})
    assert config.events == {"app_mention"}
    assert config.socket
    assert config.bot_token == "xoxb-1"


async def test_a_restart_keeps_what_was_said(tmp_path: Path) -> None:
    config = Config(save=tmp_path / "slack" / "saved.json")
    async with serving(config) as slack, aiohttp.ClientSession() as session:
        box = Slackbox(slack, session)
        client = box.client()
        posted = await client.chat_postMessage(channel=CHECKOUT, text="t", blocks=[section("hi")])
        await client.files_upload_v2(channel=CHECKOUT, filename="chart.png", content=PNG)
        await client.views_publish(user_id="U0ADA", view=home(section("home")))
        await box.invite("C0RANDOM")

        async def shared() -> bool:
            return len(await box.messages()) == 2

        await box.until(shared)
    async with serving(Config(save=config.save)) as slack, aiohttp.ClientSession() as session:
        box = Slackbox(slack, session)
        first, second = await box.messages()
        assert (first["ts"], first["blocks"]) == (posted["ts"], posted["message"]["blocks"])
        (file,) = slack.workspace.files.values()
        assert (second["attached"], file.content) == ([file.id], PNG)
        assert await box.home()
        assert slack.workspace.bot_in(slack.workspace.channel("random"))
