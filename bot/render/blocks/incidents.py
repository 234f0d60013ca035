"""Incidents as Slack messages: what a channel of operations reads."""

from slackblocks import Block, Button

from bot.render import incidents, words
from bot.render.blocks import actions
from bot.render.blocks.message import Message, bold, context, cut, escape, message, section
from bot.render.blocks.spoken import clock, linked
from core.incidents.model import Incident, IncidentKind

_WORDS = 1500
"""Characters of an error: its end is in the log."""


def incident(found: Incident) -> Message:
    """What is wrong, or was: the message that is kept up to date."""
    if found.closed_at is not None:
        return _closed(found)
    head = f":warning: Open: {bold(incidents.title(found))}"
    said = _quoted(incidents.happened(found, clock), found)
    facts = [
        f"*Figures:* {linked(incidents.meaning(found, clock))}",
        f"*Next:* {escape(incidents.remedy(found))}",
    ]
    course = linked(incidents.course(found, clock))
    page: list[Block] = [
        section(f"{head}\n{said}", "incident"),
        section("\n".join(facts), "incident.next"),
        context(course, "incident.course"),
        *actions.row(_buttons(found), "incident.actions"),
    ]
    return message(_plain(found), page)


def incident_over(found: Incident) -> Message:
    """The reply that ends its thread."""
    length = incidents.lasting((found.closed_at or found.seen_at) - found.opened_at)
    text = f":white_check_mark: Resolved after {length}: {escape(incidents.resolved(found))}."
    return message(text, [section(text, "incident.over")])


def _closed(found: Incident) -> Message:
    head = f":white_check_mark: Resolved: {bold(incidents.resolved(found))}"
    was = escape(f"It was: {incidents.title(found)}.")
    course = linked(incidents.course(found, clock))
    text = f"{head}. {was} {escape(incidents.course(found))}"
    return message(
        text, [section(f"{head}\n{was}", "incident"), context(course, "incident.course")]
    )


def _plain(found: Incident) -> str:
    """All of it without layout."""
    parts = [*incidents.lines(found), incidents.course(found)]
    return "Open: " + escape(" ".join(cut(part, _WORDS) for part in parts))


def _buttons(found: Incident) -> list[Button | None]:
    """Questions that show more, answered to whoever presses them."""
    if found.kind is IncidentKind.SCHEDULE:
        return list(actions.suggestions([("Schedules", "schedule")]))
    asked = [("State of the data", "data")] if found.kind is not IncidentKind.DUTY else []
    asked += [
        (f"Compare {words.month(month)}", f"data {month:%Y-%m}")
        for month in found.facts.months[-3:]
    ]
    return list(actions.suggestions(asked))


def _quoted(text: str, found: Incident) -> str:
    """An error's own words stand out as a quotation."""
    if found.kind not in (IncidentKind.SYNC, IncidentKind.DUTY, IncidentKind.SCHEDULE):
        return linked(text)
    return "\n".join(f">{line}" for line in escape(cut(text, _WORDS)).splitlines())
