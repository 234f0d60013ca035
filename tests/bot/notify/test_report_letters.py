"""Letters of reports: posts with pictures, files, what changed, mails with all of it."""

import io
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from openpyxl import load_workbook

from bot.notify import letters
from bot.render.enclosed import Attachment
from bot.services import Services
from core.outbox.model import Delivery, DeliveryState, Destination, Message, Verb
from core.reports.correcting import corrections
from core.reports.model import ReportKind
from core.schedules.model import POSTING, Format, Posting
from core.schedules.telling import VALUES
from tests.support.product import charts, public, services, settings
from tests.support.reports import WEEK, monthly, report, sheet
from tests.support.slack import slackbox

__all__ = ["charts", "public", "services", "settings", "slackbox"]
AT = datetime(2026, 11, 22, tzinfo=UTC)
POSTED = Posting(1, 2, 1, "weekly mon 09:00 #finance", report(), tuple(Format))


def delivery(told: Posting, *, to: str = "slack", verb: Verb = Verb.POST) -> Delivery:
    """A report on its way, through JSON and back."""
    values = VALUES.dump_python(told, mode="json")
    message = Message("k", Destination(to, "somebody@example.com"), "t", verb, POSTING, values)
    return Delivery(1, message, DeliveryState.QUEUED, "token", AT, AT)


def corrected() -> Posting:
    after = report(ReportKind.WEEKLY, sheet(WEEK, total=Decimal(9000)))
    change = corrections(report(), after)
    return replace(POSTED, version=2, report=after, corrections=change, corrected=True)


async def test_a_post_shows_its_pictures(services: Services) -> None:
    letter = await letters.slack(delivery(POSTED), services)
    assert [each.name for each in letter.pictures] == ["days", "change", "projects"]
    assert all((each.png or b"").startswith(b"\x89PNG") for each in letter.pictures)
    shown = [b["block_id"] for b in letter.message.blocks if b["type"] == "image"]
    assert shown == ["picture.days", "picture.change", "picture.projects"]
    assert "Corrected" not in str(letter.message.blocks)


async def test_an_update_says_that_it_was_corrected(services: Services) -> None:
    letter = await letters.slack(delivery(corrected(), verb=Verb.UPDATE), services)
    assert "*Corrected on 17 Nov 2026*" in str(letter.message.blocks)
    assert "$9,000.00" in letter.message.text


async def test_an_update_that_nobody_is_told_of_points_to_nothing(services: Services) -> None:
    """A week that became complete: its thread has no note."""
    silent = replace(POSTED, version=2)
    letter = await letters.slack(delivery(silent, verb=Verb.UPDATE), services)
    assert "Corrected" not in str(letter.message.blocks)


async def test_a_reply_says_what_changed(services: Services) -> None:
    letter = await letters.slack(delivery(corrected(), verb=Verb.REPLY), services)
    assert letter.pictures == ()
    assert "The total: $9,000.00 instead of $8,412.73 (+$587.27, +7.0%)" in letter.message.text


@pytest.mark.parametrize(
    ("form", "begins"),
    [
        (Format.CSV, b"section,"),
        (Format.XLSX, b"PK"),
        (Format.PNG, b"\x89PNG"),
        (Format.JSON, b"{"),
    ],
)
async def test_a_file_is_the_report_as_that(
    services: Services, form: Format, begins: bytes
) -> None:
    letter = await letters.slack(delivery(replace(POSTED, file=form), verb=Verb.FILE), services)
    assert isinstance(letter.file, Attachment)
    assert letter.file.name == f"report-weekly-all-2026-11-09.{form}"
    assert letter.file.content.startswith(begins)


async def test_a_mail_has_pictures_and_all_files(services: Services) -> None:
    mail = await letters.mail(delivery(replace(POSTED, report=monthly()), to="mail"), services)
    assert mail.subject == "Monthly report: all projects, October 2026"
    assert [each.name for each in mail.pictures] == ["days", "change", "year"]
    assert [each.name.rpartition(".")[2] for each in mail.attachments] == list(Format)
    book = load_workbook(io.BytesIO(mail.attachments[1].content))
    assert "Months" in book.sheetnames


async def test_a_corrected_mail_comes_whole_again(services: Services) -> None:
    mail = await letters.mail(delivery(corrected(), to="mail", verb=Verb.REPLY), services)
    assert mail.subject == "Re: Weekly report: all projects, 9–15 Nov 2026"  # noqa: RUF001
    assert "What changed" in mail.text
    assert len(mail.attachments) == len(Format)
