"""The Web API, a module a family of methods."""

from sandbox.slack.methods import api, chat, conversations, files, reactions, users, views
from sandbox.slack.methods.registry import METHODS, Method

__all__ = [
    "METHODS",
    "Method",
    "api",
    "chat",
    "conversations",
    "files",
    "reactions",
    "users",
    "views",
]
