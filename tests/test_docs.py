"""What there is, is documented, and what is documented is there."""

import re
from pathlib import Path

import pytest
from typer.main import get_command

from bot.__main__ import app
from bot.rest.openapi import OPERATIONS
from bot.settings import Settings
from bot.slack.manifest import OPTIONAL_SCOPES, SCOPES
from core.costs.question import QUESTION_HELP

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
README = (ROOT / "README.md").read_text()
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted(DOCS.rglob("*.md"))]
ADDRESSES = [re.compile(re.sub(r"{\w+}", "[^/]+", one.path) + "$") for one in OPERATIONS]


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_documented(name: str) -> None:
    assert f"`{name.upper()}`" in (DOCS / "settings.md").read_text()


@pytest.mark.parametrize("name", get_command(app).commands)  # type: ignore[attr-defined]
def test_every_command_is_in_the_readme(name: str) -> None:
    assert f"cost-tracker {name}" in README


@pytest.mark.parametrize(
    "question", [each.question for topic in QUESTION_HELP.values() for each in topic.examples]
)
def test_every_example_of_the_help_is_in_the_language_s_page(question: str) -> None:
    assert f"| `{question}` |" in (DOCS / "questions.md").read_text()


@pytest.mark.parametrize(("scope", "why"), [*SCOPES.items(), *OPTIONAL_SCOPES.items()])
def test_every_scope_is_in_the_readme_with_why(scope: str, why: str) -> None:
    assert f"| `{scope}` | {why}" in README


@pytest.mark.parametrize("folder", ["bot", "core"])
def test_every_room_is_on_the_map(folder: str) -> None:
    shown = (DOCS / "architecture.md").read_text()
    rooms = [each.parent.name for each in (ROOT / folder).glob("*/__init__.py")]
    assert rooms
    assert [room for room in rooms if f"{room}/" not in shown] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_links_lead_somewhere(page: Path) -> None:
    for link in re.findall(r"\]\((?!http)([^)\s]+)\)", page.read_text()):
        name, _, part = link.partition("#")
        target = page.parent / name if name else page
        assert target.exists(), link
        assert not part or part in headings(target), link


def headings(page: Path) -> set[str]:
    """The names by which the headings of a page are linked to."""
    found = re.findall(r"^#+ (.+)$", page.read_text(), flags=re.MULTILINE)
    return {re.sub(r"[^\w -]", "", each.lower()).replace(" ", "-") for each in found}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_addresses_are_the_api_s(page: Path) -> None:
    for address in re.findall(r"/v1/[a-z0-9][\w/-]*", page.read_text()):
        assert any(known.match(address.rstrip("/")) for known in ADDRESSES), address


@pytest.mark.parametrize(
    ("name", "verb"),
    [
        (name, verb)
        for name, command in get_command(app).commands.items()  # type: ignore[attr-defined]
        for verb in getattr(command, "commands", ())
        if verb != "list"
    ],
)
def test_every_verb_of_a_command_is_in_its_row_of_the_readme(name: str, verb: str) -> None:
    rows = [row for row in README.splitlines() if row.startswith(f"| `cost-tracker {name}")]
    assert any(re.search(rf"\b{verb}\b", row) for row in rows)
