"""What the doctor finds of e-mail, against a real server."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.doctor.case import Case
from bot.doctor.mail import mail
from bot.settings import Settings
from core.clock import utc_now
from core.findings import Finding, State
from sandbox.mail.server import Config
from tests.support.mail import LOGIN, SENDER, certificate, mailbox


async def found(url: str | None, sender: str | None = SENDER) -> dict[str, Finding]:
    told: list[Finding] = []
    smtp = None if url is None else SecretStr(url)
    settings = Settings(smtp_url=smtp, mail_from=sender, public_url="https://cost.example.com")
    await mail(Case(settings, utc_now), told.append)
    assert all(each.fix for each in told if each.state is not State.OK)
    return {each.check: each for each in told}


async def test_a_server_that_answers() -> None:
    async with mailbox() as box:
        told = await found(box.url)
        assert told["server"].words == f"127.0.0.1:{box.config.port} answers, not encrypted"
        assert told["sender"].words == "mails come from Cloud Cost <cost@example.com>"
        assert {each.state for each in told.values()} == {State.OK}
        assert box.mails == []


async def test_one_that_encrypts_and_takes_the_login_or_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, _ = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "mail.crt"))
    async with mailbox(Config(tls=server, starttls=True, login=LOGIN)) as box:
        told = (await found(box.url))["server"]
        assert told.words.endswith("answers, encrypted, logged in")
        told = (await found(box.url.replace("p%40ss", "other")))["server"]
        assert (told.state, "refuses the login" in told.words) == (State.FAILURE, True)
        assert "other" not in told.words


async def test_one_that_is_not_there() -> None:
    async with mailbox() as gone:
        pass
    told = (await found(gone.url))["server"]
    assert (told.state, "can't be used" in told.words) == (State.FAILURE, True)


async def test_half_set_up_or_not_at_all() -> None:
    assert "MAIL_FROM is not set" in (await found("smtp://localhost", None))[""].words
    assert "SMTP_URL is not set" in (await found(None))[""].words
    assert (await found(None, None))[""].state is State.WARNING
