"""Mail: a page of parts, written as HTML and as text from the same values."""

from bot.render.mail.compose import Mail, compose, size
from bot.render.mail.parts import (
    Buttons,
    Figure,
    Heading,
    Link,
    Notes,
    Page,
    Paragraph,
    Part,
    Tone,
    sentence,
)

__all__ = [
    "Buttons",
    "Figure",
    "Heading",
    "Link",
    "Mail",
    "Notes",
    "Page",
    "Paragraph",
    "Part",
    "Tone",
    "compose",
    "sentence",
    "size",
]
