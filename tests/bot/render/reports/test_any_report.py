"""Any report, in every form: the same figures, within every limit, harmless."""

import csv
import io
import json
from decimal import Decimal
from html.parser import HTMLParser
from typing import Any

import orjson
from hypothesis import HealthCheck, Phase, given, settings
from openpyxl import load_workbook
from rich.console import Console

from bot.render import report_json
from bot.render.blocks.message import size
from bot.render.blocks.picture import shown
from bot.render.charts.draw import draw
from bot.render.charts.spec import Listed, Page
from bot.render.enclosed import Picture
from bot.render.reports import files, mail, post, text
from bot.render.reports import said as said_
from bot.render.reports.charts import charts, name
from bot.render.reports.content import content
from bot.render.reports.page import page
from bot.render.reports.said import figures
from core.costs.proving.model import exact
from core.money import display, plain
from core.reports.model import Report
from core.schedules.model import Format
from tests.support.reports import reports

some = settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    # A report that fails is large: to make it smaller takes longer than to read it.
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
)
Block = dict[str, Any]


def posted(report: Report) -> tuple[str, list[Block]]:
    pictures = {name: shown(Picture(name, each.alt, b"")) for name, each in charts(report).items()}
    made = post.post(report, pictures, scheduled="weekly mon 09:00 #finance", corrected=True)
    return made.text, made.blocks


class Words(HTMLParser):
    """What a reader of HTML sees."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.said: list[str] = []
        self.tags: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.said.append(data)


def lines(page: Page) -> str:
    cells = [
        cell
        for part in page.parts
        if isinstance(part.body, Listed)
        for row in part.body.rows
        for cell in row.cells
    ]
    return "\n".join([page.title, *page.words, *cells])


def printed(report: Report) -> str:
    out = io.StringIO()
    Console(file=out, width=2000).print(text.report(report))
    return out.getvalue()


@some
@given(reports())
def test_every_rendering_has_the_same_totals_and_lines(report: Report) -> None:
    mailed = mail.mail(report, {}, scheduled="weekly")
    read = json.loads(orjson.dumps(report_json.report(report)))
    table = list(csv.DictReader(io.StringIO(files.file(report, Format.CSV).content.decode())))
    book = load_workbook(io.BytesIO(files.file(report, Format.XLSX).content))
    html = "".join(Words(mailed.html).said)
    slack = json.dumps(posted(report)[1], ensure_ascii=False)
    terminal, picture = printed(report), lines(page(report))
    # A mail that would be too long names what it leaves out.
    shortened = "Left out of this mail" in html
    whole = (terminal, picture, *(() if shortened else (html, mailed.text)))
    for sheet, of in zip(report.sheets, read["currencies"], strict=True):
        code = sheet.currency
        total = display(sheet.total, code)
        for said in (html, mailed.text, slack.replace("&lt;", "<"), terminal, picture):
            assert total in said
        assert of["total"] == plain(sheet.total)
        for kind, rows, told in (
            ("project", sheet.projects, of["projects"]),
            ("service", sheet.services, of["services"]),
        ):
            amounts = [plain(row.amount) for row in rows]
            assert [each["amount"] for each in told] == amounts
            found = [e for e in table if e["section"] == kind and e["currency"] == code]
            assert [each["amount"] for each in found] == amounts
            listed = in_book(book[f"{kind.capitalize()}s"], code)
            assert [plain(each) for each in listed] == amounts
            for row in rows:
                amount = display(row.amount, code)
                for said in whole:
                    assert amount in said
        for _, figure in figures(report, sheet):
            for said in (html, mailed.text, terminal, picture):
                assert figure in said
        assert exact(in_book(book["Projects"], code) or [sheet.total]) == sheet.total


def in_book(page: Any, currency: str) -> list[Decimal]:
    """Amounts of a sheet in one currency, exact: the number, or all digits where it has fewer."""
    head, *body = page.iter_rows(values_only=True)
    full = head.index("Amount in full") if "Amount in full" in head else None
    return [
        Decimal(row[full])
        if full is not None and row[full] is not None
        else Decimal(f"{row[3]:.15G}")
        for row in body
        if row[2] == currency and (row[0], row[1]) != ("Total", None)
    ]


@some
@given(reports())
def test_a_post_is_within_slacks_limits_and_pings_nobody(report: Report) -> None:
    said, blocks = posted(report)
    assert len(said) <= 3900
    assert len(blocks) <= 50
    assert size(blocks) <= 12_000
    assert sum(block["type"] == "table" for block in blocks) <= 1
    ids = [block["block_id"] for block in blocks]
    assert len(ids) == len(set(ids))
    for block in blocks:
        texts = [block.get("text"), *block.get("fields", ())]
        assert all(len(each["text"]) <= 3000 for each in texts if each)
        assert len(block.get("alt_text", "")) <= 2000
    # What is in a table or a description is no markup.
    marked = [block for block in blocks if block["type"] in ("section", "context")]
    assert "<!channel>" not in json.dumps(marked)


@some
@given(reports())
def test_a_mail_is_harmless_and_says_whether_it_may_change(report: Report) -> None:
    picture = Picture("days", "as text", b"png")
    made = mail.mail(report, {"days": picture}, scheduled="weekly")
    words = Words(made.html)
    assert "b" not in words.tags
    assert "script" not in words.tags
    state = "Final:" if report.status.value == "final" else "Provisional:"
    assert state in "".join(words.said)
    assert state in made.text
    assert state in printed(report)


@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(reports())
def test_any_report_can_be_drawn(report: Report) -> None:
    assert draw(page(report)).startswith(b"\x89PNG")
    for chart in charts(report).values():
        assert draw(chart).startswith(b"\x89PNG")
        assert len(chart.alt) <= 2000


@some
@given(reports())
def test_descriptions_of_pictures_have_the_same_figures(report: Report) -> None:
    """As many as there is room for, in the same words as tables."""
    for name_, chart in charts(report).items():
        shown_, (sheet, *_) = chart.alt, report.sheets
        assert len(shown_) <= 1300
        if name_ in ("projects", "services"):
            rows = [row for row in getattr(sheet, name_) if row.amount]
            if "more." not in shown_:
                assert all(display(row.amount, sheet.currency) in shown_ for row in rows)
        elif name_ == "change" and sheet.explained and "more." not in shown_:
            assert display(sheet.explained.before, sheet.currency) in shown_
            assert display(sheet.explained.after, sheet.currency) in shown_


@some
@given(reports())
def test_what_leads_from_cost_to_net_adds_up(report: Report) -> None:
    for sheet in report.sheets:
        paid = dict(said_.paid(sheet))
        net = paid.pop("Net, as billed", None)
        paid.pop("Discounts in it", None)
        shown_ = [display(sheet.total, sheet.currency), *paid.values(), net or ""]
        if net is not None and not any("<" in each for each in shown_):
            parts = exact(map(number, shown_[:-1]))
            assert parts == number(net)


@some
@given(reports())
def test_shown_parts_add_up_with_their_rounding(report: Report) -> None:
    """Rounded amounts and the line of rounding are the rounded total."""
    for sheet in report.sheets:
        found = content(report)
        for part in found:
            if part.key == f"services.{sheet.currency}" and part.table is not None:
                parts = [number(row[1]) for row in part.table.rows]
                tiny = any("<" in row[1] for row in (*part.table.rows, *part.table.totals))
                assert tiny or exact(parts) == number(part.table.totals[0][1])
                assert [row[0] for row in part.table.rows][: len(sheet.services)] == [
                    name(row) for row in sheet.services
                ]


def number(shown: str) -> Decimal:
    kept = "".join(each for each in shown if each.isdigit() or each in ".-")
    return Decimal(kept or 0)
