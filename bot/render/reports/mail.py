"""A report as a mail: its figures, its pictures, the same words as in Slack."""

from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from bot.render.blocks.spoken import VOICE
from bot.render.blocks.tables import Table
from bot.render.enclosed import Attachment, Picture
from bot.render.mail import (
    Figure,
    Heading,
    Mail,
    Notes,
    Page,
    Paragraph,
    Tone,
    compose,
    sentence,
    size,
)
from bot.render.mail import Part as Shown
from bot.render.reports import said
from bot.render.reports.content import Part, content, foot
from core.money import display
from core.reports.correcting import Corrections
from core.reports.model import Report, ReportStatus

MOST_HTML: Final = 92_000
"""Bytes: Gmail shows 102 kB of a mail and hides the rest; encoding adds an eighth."""

_LEFT_OUT: Final = frozenset({"Before", "Share"})
_LINES: Final = 20
_FRAME: Final = 8_000
"""Bytes around the parts."""
_MORE: Final = "And {more:,} more, in the report's workbook (xlsx)"
_SHORTER: Final = "Left out of this mail: {what}. The report's workbook (xlsx) has all of it."
_WHY: Final = "You get this because this address is to get the report: {scheduled}."


def mail(
    report: Report,
    pictures: Mapping[str, Picture],
    *,
    scheduled: str,
    changes: Corrections | None = None,
    attachments: tuple[Attachment, ...] = (),
    unsubscribe: str | None = None,
) -> Mail:
    """A report; a corrected one comes whole again, with what changed before it.

    Args:
        report: the report.
        pictures: by name.
        scheduled: the schedule in words.
        changes: what is different from the mail before, in whose thread this one is.
        attachments: the report as files.
        unsubscribe: where its reader declines such mails; None: there is no such address.
    """
    above = (*_head(report), *_changed(changes))
    page = Page(
        subject=said.title(report),
        preheader=said.headline(report),
        parts=(*above, *_fitting(report, pictures, above), _foot(report)),
        why=_WHY.format(scheduled=scheduled),
        unsubscribe=unsubscribe,
        reply=changes is not None,
    )
    return compose(page, attachments)


def web(report: Report, pictures: Mapping[str, Picture]) -> str:
    """The same as a page for a browser, its pictures in it."""
    page = Page(
        subject=said.title(report),
        preheader=said.headline(report),
        parts=(*_head(report), *_all(report, pictures), _foot(report)),
        why=f"Asked: {report.text}.",
    )
    made = compose(page)
    html = made.html
    for each in made.pictures:
        drawn = b64encode(each.png or b"").decode()
        html = html.replace(f'"cid:{each.name}"', f'"data:image/png;base64,{drawn}"')
    return html


def _head(report: Report) -> Iterator[Shown]:
    totals = [display(sheet.total, sheet.currency) for sheet in report.sheets]
    headline = sentence(lambda mark: said.headline(report, mark))
    final = report.status is ReportStatus.FINAL
    if totals:
        yield Figure(" · ".join(totals), headline, Tone.GOOD if final else Tone.PLAIN)
    else:
        yield Paragraph(headline)
    yield Paragraph(f"{said.badge(report)}.")


def _changed(changes: Corrections | None) -> Iterator[Shown]:
    if changes is not None:
        yield Heading("What changed")
        yield Notes(tuple(said.corrected(changes, VOICE.name)))


def _foot(report: Report) -> Shown:
    return Notes((foot(report),))


def _all(report: Report, pictures: Mapping[str, Picture]) -> Iterator[Shown]:
    for part in content(report, VOICE.name):
        yield from _part(part, pictures)


def _fitting(
    report: Report, pictures: Mapping[str, Picture], above: Iterable[Shown]
) -> Iterator[Shown]:
    """As many parts as programs show, in their order; the main ones before all others."""
    parts = list(content(report, VOICE.name))
    made: dict[str, list[Shown]] = {}
    room = MOST_HTML - _FRAME - sum(map(size, above))
    for part in sorted(parts, key=lambda each: not each.main):
        shown = list(_part(_short(part), pictures))
        taken = sum(map(size, shown))
        if taken <= room:
            made[part.key] = shown
            room -= taken
    for part in parts:
        yield from made.get(part.key, ())
    if left_out := [part.title for part in parts if part.key not in made]:
        yield Notes((_SHORTER.format(what="; ".join(left_out)),))


def _short(part: Part) -> Part:
    """A part that says of many lines how many more there are."""
    more = len(part.lines) - _LINES
    if more <= 0:
        return part
    return replace(part, lines=(*part.lines[:_LINES], _MORE.format(more=more)))


def _part(part: Part, pictures: Mapping[str, Picture]) -> Iterator[Shown]:
    if part.title:
        yield Heading(part.title)
    yield from (pictures[name] for name in part.pictures if name in pictures)
    if part.table is not None and part.key != "budgets" and len(part.lines) == 1:
        yield Paragraph(part.lines[0])
    elif part.lines:
        yield Notes(part.lines)
        return  # What a table says besides, these lines say, too.
    if part.table is not None:
        yield _narrow(part.table)


def _narrow(table: Table) -> Table:
    """A table that a telephone has room for."""
    kept = [at for at, head in enumerate(table.header) if head not in _LEFT_OUT]

    def cells(row: Sequence[str]) -> tuple[str, ...]:
        return tuple(row[at] for at in kept)

    rows, totals = tuple(map(cells, table.rows)), tuple(map(cells, table.totals))
    return Table(cells(table.header), rows, totals, table.names)
