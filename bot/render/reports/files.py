"""A report as a file, in each of its formats."""

import orjson

from bot.render import csv, report_json
from bot.render.enclosed import Attachment
from bot.render.figures import Figures
from bot.render.reports import cells, said
from bot.render.reports.workbook import workbook
from core.costs.question import write_subject
from core.reports.model import Report
from core.schedules.model import Format


def name(report: Report) -> str:
    """What to call a file, without its ending: `report-weekly-checkout-2026-11-09`."""
    subject = write_subject(report.query.where)
    about = "".join(each if each.isalnum() else "-" for each in subject).strip("-")[:60] or "all"
    month = f"{report.period.start:%Y-%m}"
    begins = month if said.unit(report) == "month" else report.period.start.isoformat()
    return f"report-{report.kind.value}-{about}-{begins}"


def figures(report: Report) -> Figures:
    """All figures as one table, exact; its columns stay."""
    return Figures(name(report), cells.COLUMNS, map(cells.cells, cells.figures(report)))


def file(report: Report, form: Format, picture: bytes | None = None) -> Attachment:
    """A report as a file; takes a while, so not in the event loop.

    Args:
        report: the report.
        form: as what.
        picture: the page, drawn; only for a PNG.
    """
    match form:
        case Format.CSV:
            content = csv.written(figures(report))
        case Format.XLSX:
            content = workbook(report)
        case Format.JSON:
            content = orjson.dumps(report_json.report(report), option=orjson.OPT_INDENT_2)
        case Format.PNG:
            content = picture or b""
    return Attachment(f"{name(report)}.{form}", said.title(report), content)
