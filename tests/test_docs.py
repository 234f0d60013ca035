"""What there is, is documented."""

from pathlib import Path

import pytest
from typer.main import get_command

from bot.__main__ import app
from bot.settings import Settings
from bot.slack.manifest import OPTIONAL_SCOPES, SCOPES
from core.costs.question import QUESTION_HELP

DOCS = Path(__file__).parents[1] / "docs"
README = (Path(__file__).parents[1] / "README.md").read_text()


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
