"""What can be an e-mail address."""

import pytest

from core.addresses import is_email


@pytest.mark.parametrize(
    "text", ["ada@example.com", "a.b+c@x.y.example", "ada@münchen.example", "o'neil@a-b.example"]
)
def test_addresses(text: str) -> None:
    assert is_email(text)


@pytest.mark.parametrize(
    "text",
    [
        "", "ada", "@example.com", "ada@", "ada@example", "ada@.example", "ada@example.",
        "a b@c.example", "a@b.example,c@d.example", "a@b.example;c@d.example", "a@b@c.example",
        "Ada <ada@b.example>", "a@b.example\nBcc: c@d.example", "a\x00@b.example", ".a@b.example",
        f"{'a' * 250}@b.example",
    ],
)  # fmt: skip
def test_what_is_none(text: str) -> None:
    assert not is_email(text)
