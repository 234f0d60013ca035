"""Every setting, typed, from the environment. `docs/settings.md` lists them for people."""

from datetime import time
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.smtp import Server, read_sender
from core.ingest.times import SyncTimes


class Settings(BaseSettings):
    """The settings of one installation; names are those of the environment, lower case.

    Secrets are `SecretStr`: neither printed nor logged.
    """

    model_config = SettingsConfigDict(
        frozen=True, extra="ignore", env_ignore_empty=True, hide_input_in_errors=True
    )

    database_url: SecretStr | None = None
    redis_url: SecretStr | None = None
    data_dir: Path = Path(".data")
    http_host: str = "127.0.0.1"
    http_port: int = Field(default=8080, ge=0, le=65535)
    public_url: str | None = None

    slack_bot_token: SecretStr | None = None
    slack_signing_secret: SecretStr | None = None
    slack_app_token: SecretStr | None = None
    slack_api_url: str = "https://slack.com/api/"
    slack_command: str = Field(default="/cost", pattern=r"^/[a-z0-9_-]{1,31}$")
    slack_admins: Annotated[tuple[str, ...], NoDecode] = ()
    slack_default_role: Literal["viewer", "finance", "admin", "none"] = "viewer"
    ops_channel: str | None = None

    jwt_secrets: SecretStr | None = None
    jwt_issuer: str = "cloud-cost-tracker"
    jwt_audience: str = "cloud-cost-tracker"
    jwt_jwks_url: str | None = None

    report_timezone: ZoneInfo = ZoneInfo("America/Los_Angeles")
    default_currency: str = Field(default="USD", pattern=r"^[A-Z]{3}$")
    smtp_url: SecretStr | None = None
    mail_from: str | None = None
    sync_at: time = time(6)
    sync_every: int | None = Field(default=None, ge=1, le=24)
    keep_charges_months: int = Field(default=25, ge=0)
    keep_days_months: int = Field(default=37, ge=0)
    sources_file: Path = Path("sources.toml")
    bigquery_api_endpoint: str | None = None

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_format: Literal["text", "json"] = "text"
    otel_exporter_otlp_endpoint: str | None = None

    @property
    def sync_times(self) -> SyncTimes:
        """When syncs are due."""
        return SyncTimes(self.sync_at, self.report_timezone, self.sync_every)

    @field_validator("slack_admins", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        """Read a list of ids separated by commas or spaces."""
        return tuple(value.replace(",", " ").split()) if isinstance(value, str) else value

    @field_validator("slack_api_url")
    @classmethod
    def _with_slash(cls, value: str) -> str:
        """Slack's client appends method names to it."""
        return value if value.endswith("/") else f"{value}/"

    @field_validator("smtp_url")
    @classmethod
    def _server(cls, value: SecretStr | None) -> SecretStr | None:
        """Say at once what is wrong with it."""
        if value is not None:
            Server.read(value.get_secret_value())
        return value

    @field_validator("mail_from")
    @classmethod
    def _sender(cls, value: str | None) -> str | None:
        """Say at once what is wrong with it."""
        if value is not None:
            read_sender(value)
        return value

    @field_validator("public_url")
    @classmethod
    def _without_slash(cls, value: str | None) -> str | None:
        """Paths are appended to it."""
        return value.rstrip("/") if value else None
