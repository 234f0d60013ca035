"""Anomalies as mails: the figures of Slack's messages, and the same words."""

from functools import partial

from bot.render import oddities, words
from bot.render.blocks.tables import Table
from bot.render.mail import Figure, Heading, Mail, Notes, Page, Paragraph, Part, Tone, compose
from bot.render.mail import sentence as marked
from core.anomalies.messages import Digest, Told
from core.money import display

_WHY = "You get this because this address is subscribed to anomalies."
_JUDGED = (
    "In Slack {command} anomalies lets you say whether it was expected: that bears on what is "
    "found from then on."
)
_COLUMNS = ("What", "Days", "Cost", "Expected", "Difference")


def anomaly(told: Told, *, command: str = "/cost", unsubscribe: str | None = None) -> Mail:
    """One anomaly: the difference, what it was of, what made it.

    Args:
        told: the anomaly.
        command: the slash command as installed.
        unsubscribe: where its reader declines such mails; None: there is no such address.
    """
    found = told.anomaly
    incident = found.incident
    difference = words.signed(incident.impact, incident.currency)
    rows = (
        ("Cost", display(incident.actual, incident.currency)),
        ("Expected", display(incident.expected, incident.currency)),
        ("Difference", difference),
    )
    tone = Tone.WARNING if incident.impact > 0 else Tone.PLAIN
    parts: list[Part] = [
        Figure(difference, marked(partial(oddities.headline, found)), tone),
        *(Paragraph(each) for each in oddities.details(found)),
        Table((words.days(found.days, year=True), "Amount"), rows, (), 1),
        Notes((_JUDGED.format(command=command),)),
    ]
    subject = f"Anomaly: {oddities.subject(incident.subject)}, {words.days(found.days)}"
    return compose(Page(subject, oddities.headline(found), tuple(parts), _WHY, unsubscribe))


def digest(told: Digest, *, command: str = "/cost", unsubscribe: str | None = None) -> Mail:
    """Several anomalies as a table, what came to most first; else as one."""
    said = oddities.digest(told)
    rows = tuple(
        (
            oddities.subject(each.incident.subject),
            words.days(each.days),
            display(each.incident.actual, each.incident.currency),
            display(each.incident.expected, each.incident.currency),
            words.signed(each.incident.impact, each.incident.currency),
        )
        for each in told.anomalies
    )
    parts: list[Part] = [Heading(said), Table(_COLUMNS, rows, (), 2)]
    more = f"And {told.more:,} more: in Slack {command} anomalies lists them."
    parts += [Notes((more,))] if told.more else []
    return compose(Page(said.rstrip("."), said, tuple(parts), _WHY, unsubscribe))
