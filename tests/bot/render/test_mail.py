"""A mail as its reader sees it: the same in HTML and as text, harmless, told without pictures."""

from html.parser import HTMLParser

from bot.render import mail
from bot.render.blocks.tables import Table
from bot.render.enclosed import Picture
from bot.render.mail import Buttons, Figure, Heading, Link, Mail, Notes, Page, Paragraph, Tone

EVIL = '<img src=x onerror="alert(1)">'


class Read(HTMLParser):
    """What a reader sees of HTML, and where it leads."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.seen: list[str] = []
        self.tags: list[str] = []
        self.links: list[str] = []
        self.pictures: dict[str, str] = {}
        self._hidden = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.append(tag)
        self._hidden = tag in ("style", "title")
        if tag == "a":
            self.links.append(given["href"] or "")
        if tag == "img":
            self.pictures[given["src"] or ""] = given["alt"] or ""

    def handle_data(self, data: str) -> None:
        if not self._hidden and data.strip():
            self.seen.append(" ".join(data.split()))


def composed(*parts: mail.Part, **page: object) -> Mail:
    given = {"subject": "Budget of checkout", "preheader": "105%", "why": "You asked."} | page
    return mail.compose(Page(parts=parts, **given))  # type: ignore[arg-type]


def every() -> tuple[mail.Part, ...]:
    named = mail.sentence(lambda mark: f"{mark('checkout')} is over.")
    return (
        Figure("105%", named, Tone.BAD),
        Picture("burn", "It used $8,412.00.", b"png"),
        Heading("Why"),
        Paragraph("Cloud SQL is up."),
        Table(("Service", "Now"), (("Cloud SQL", "$1,640.00"),), (("Total", "$1,640.00"),), 1),
        Buttons((Link("Details", "https://example.com/?a=1&b=2"),)),
        Notes(("Tax is left out.",)),
    )


def test_html_and_text_say_the_same() -> None:
    """Each word and figure is in both; the picture by its words in the text."""
    made = composed(*every(), unsubscribe="https://example.com/stop")
    read = Read(made.html)
    seen = " ".join(read.seen)
    for said in ("105%", "checkout", "Why", "Cloud SQL is up.", "$1,640.00", "Tax is left out."):
        assert said in seen
        assert said in made.text
    assert "checkout is over." in made.text
    assert "Chart: It used $8,412.00." in made.text
    assert read.pictures == {"cid:burn": "It used $8,412.00."}
    for link in ("https://example.com/?a=1&b=2", "https://example.com/stop"):
        assert link in read.links
        assert link in made.text
    assert [each.name for each in made.pictures] == ["burn"]


def test_a_table_stands_in_columns_as_text() -> None:
    """Names to the left, figures to the right, the total below a line."""
    table = Table(
        ("Service", "Now"), (("SQL", "$5.00"), ("Compute", "$10.00")), (("", "$15.00"),), 1
    )
    lines = composed(table).text.splitlines()[:6]
    assert lines == [
        "Service     Now",
        "---------------",
        "SQL       $5.00",
        "Compute  $10.00",
        "---------------",
        "         $15.00",
    ]


def test_names_do_nothing_but_stand_there() -> None:
    """Wherever somebody's words come in, they stay words."""
    said = mail.sentence(lambda mark: f"{mark(EVIL)} {EVIL}")
    parts = (Figure(EVIL, said), Heading(EVIL), Paragraph(said), Notes((said,)))
    made = composed(
        *parts,
        Table((EVIL,), ((EVIL,),), (), 1),
        Picture("p", EVIL, None),
        subject=EVIL,
        preheader=EVIL,
        why=EVIL,
    )
    read = Read(made.html)
    assert "img" not in read.tags
    assert EVIL in " ".join(read.seen)


def test_a_subject_is_one_line_and_a_reply_has_its_thread_s() -> None:
    """No header can be added by a name; replies begin with what mail programs know."""
    assert composed(subject="a\r\nBcc: b@x.com").subject == "a Bcc: b@x.com"
    assert composed(subject="a", reply=True).subject == "Re: a"


def test_a_picture_that_could_not_be_drawn_is_said_in_words() -> None:
    """Nothing points to what isn't there."""
    made = composed(Picture("burn", "It used $1.", None))
    assert made.pictures == ()
    assert "cid:" not in made.html
    assert "It used $1." in " ".join(Read(made.html).seen)


def test_without_an_address_there_is_no_link_to_unsubscribe() -> None:
    """Neither in HTML nor as text."""
    made = composed(Paragraph("a"))
    assert "Unsubscribe" not in made.html + made.text
