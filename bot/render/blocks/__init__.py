"""Slack messages: domain values in, text and blocks out.

Blocks are made with `slackblocks`, which checks Slack's limits as they are made; what it
doesn't know (the sum of all text, names that would ping) is kept in `message.py`.
"""

from bot.render.blocks.actions import (
    ASK,
    CSV,
    PROJECT_CHANGE,
    PROJECT_SHOW,
    SEND_CHART,
    SHARE,
    SUGGEST,
)
from bot.render.blocks.costs import cost_answer
from bot.render.blocks.data import data_page, reconciled
from bot.render.blocks.foresight import forecast
from bot.render.blocks.home import home
from bot.render.blocks.incidents import incident, incident_over
from bot.render.blocks.message import Message, escape, headed
from bot.render.blocks.oddities import CANCEL, JUDGE, PLAN, anomalies
from bot.render.blocks.picture import ChartFile, ChartImage, ChartNative, ChartPlace, Look, shown
from bot.render.blocks.places import data_state, labels_of, project, projects, whoami
from bot.render.blocks.replies import crash, error, help_page, said
from bot.render.blocks.why import why

__all__ = [
    "ASK",
    "CANCEL",
    "CSV",
    "JUDGE",
    "PLAN",
    "PROJECT_CHANGE",
    "PROJECT_SHOW",
    "SEND_CHART",
    "SHARE",
    "SUGGEST",
    "ChartFile",
    "ChartImage",
    "ChartNative",
    "ChartPlace",
    "Look",
    "Message",
    "anomalies",
    "cost_answer",
    "crash",
    "data_page",
    "data_state",
    "error",
    "escape",
    "forecast",
    "headed",
    "help_page",
    "home",
    "incident",
    "incident_over",
    "labels_of",
    "project",
    "projects",
    "reconciled",
    "said",
    "shown",
    "whoami",
    "why",
]
