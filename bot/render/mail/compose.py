"""From a page to a mail: HTML by templates, text beside it, and the pictures that it shows."""

from dataclasses import dataclass
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from bot.render.charts import style
from bot.render.enclosed import Attachment, Picture
from bot.render.mail.parts import Page, Part, strong, tame
from bot.render.mail.text import text

_TEMPLATES: Final = Environment(
    loader=PackageLoader("bot.render.mail"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail, rendered.

    html: shows each picture as `cid:` and its name.
    pictures: those that were drawn.
    unsubscribe: the address of one click, for programs that offer it beside the subject.
    """

    subject: str
    html: str
    text: str
    pictures: tuple[Picture, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    unsubscribe: str | None = None


def compose(page: Page, attachments: tuple[Attachment, ...] = ()) -> Mail:
    """Write a page as a mail."""
    subject = f"Re: {tame(page.subject)}" if page.reply else tame(page.subject)
    pictures = (part for part in page.parts if isinstance(part, Picture))
    return Mail(
        subject=subject,
        html=_TEMPLATES.get_template("page.html").render(page=page, style=style),
        text=text(page),
        pictures=tuple(picture for picture in pictures if picture.png is not None),
        attachments=attachments,
        unsubscribe=page.unsubscribe,
    )


def size(part: Part) -> int:
    """How much of a mail's HTML a part is, in bytes."""
    return len(str(_TEMPLATES.get_template("parts.html").module.one(part, style)).encode())  # type: ignore[attr-defined]


def _rich(said: str) -> Markup:
    """Words with their names in bold, all of it harmless."""
    return Markup(strong(str(escape(said)), "<strong>", "</strong>"))  # noqa: S704 - escaped before


_TEMPLATES.filters["rich"] = _rich
_TEMPLATES.filters["kind"] = lambda part: type(part).__name__.lower()
