"""What errors suggest, when what was read is a part of what was said."""

import pytest

from core.errors import InvalidError

ERROR = InvalidError("There is no 'app'.", fix="Look at the list.", suggestions=["apps", "api"])


@pytest.mark.parametrize(
    ("whole", "part", "suggested"),
    [
        ("app", "app", ("apps", "api")),
        ("weekly app fri", "app", ("weekly apps fri", "weekly api fri")),
        ("app me@app.example", "app", ("apps me@app.example", "api me@app.example")),
        ("me@app.example app", "app", ("me@app.example apps", "me@app.example api")),
        ("weekly app app", "app", ()),
        ("weekly", "", ()),
        ("one weekly two", "one two", ()),
    ],
)
def test_a_suggestion_stands_where_the_part_stood(
    whole: str, part: str, suggested: tuple[str, ...]
) -> None:
    found = ERROR.within(whole, part)
    assert found.suggestions == suggested
    assert (type(found), found.message, found.fix) == (InvalidError, ERROR.message, ERROR.fix)


def test_a_suggestion_is_put_as_part_of_a_command() -> None:
    assert ERROR.suggesting(lambda near: f"budget {near}").suggestions == (
        "budget apps",
        "budget api",
    )
