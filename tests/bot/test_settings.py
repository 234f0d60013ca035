"""Settings: read from the environment, never shown."""

from datetime import time
from zoneinfo import ZoneInfo

import pytest

from bot.cli.console import read_settings
from bot.settings import Settings
from core.errors import ConfigurationError


def test_nothing_set_is_a_complete_installation(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    settings = Settings()
    assert settings.database_url is None
    assert settings.sync_at == time(6)
    assert settings.report_timezone == ZoneInfo("America/Los_Angeles")


def test_lists_and_addresses_are_read_as_people_write_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SLACK_ADMINS", "U1, U2 U3")
    monkeypatch.setenv("SLACK_API_URL", "http://127.0.0.1:9/api")
    monkeypatch.setenv("PUBLIC_URL", "https://costs.example.com/")
    monkeypatch.setenv("REDIS_URL", "")
    settings = Settings()
    assert settings.slack_admins == ("U1", "U2", "U3")
    assert settings.slack_api_url == "http://127.0.0.1:9/api/"
    assert settings.public_url == "https://costs.example.com"
    assert settings.redis_url is None


def test_no_secret_is_ever_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "REDIS_URL", "SLACK_BOT_TOKEN", "JWT_SECRETS"):
        monkeypatch.setenv(name, "hunter2")
    monkeypatch.setenv("SMTP_URL", "smtp://cost:hunter2@mail.example.com")
    assert "hunter2" not in repr(Settings())
    assert "hunter2" not in str(Settings().model_dump())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HTTP_PORT", "eighty"),
        ("REPORT_TIMEZONE", "Mars/Olympus"),
        ("SYNC_AT", "25:00"),
        ("SLACK_COMMAND", "cost"),
        ("DEFAULT_CURRENCY", "euro"),
        ("MAIL_FROM", "ada@"),
        ("MAIL_FROM", "a@example.com, b@example.com"),
        ("SMTP_URL", "mail.example.com"),
        ("SMTP_URL", "smtp://cost:hunter2@mail.example.com?starttls=never"),
        ("SMTP_URL", "smtp://mail.example.com?starttls=perhaps"),
        ("SMTP_URL", "smtp://mail.example.com:port"),
    ],
)
def test_a_wrong_setting_is_named_and_its_value_is_not_repeated(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigurationError, match=name) as caught:
        read_settings()
    assert "TIMEZONE" in name or value not in str(caught.value)
