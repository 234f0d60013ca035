"""files.*: upload in three steps; a file is processed before it can be shown."""

import asyncio
import json
import secrets
from typing import Any

from sandbox.slack.errors import SlackError
from sandbox.slack.methods.registry import method, need, number
from sandbox.slack.model import BOT_USER, Channel, File, Json, Message
from sandbox.slack.slack import Slack
from sandbox.slack.workspace import new_id


@method("files.getUploadURLExternal", "files:write")
async def upload_url(slack: Slack, arguments: Json) -> Json:
    """Step one: where to send the bytes."""
    need(arguments, "filename", "length")
    length = number(arguments, "length")
    if length <= 0:
        raise SlackError("invalid_arguments", ["length must be greater than 0"])
    file = File(
        id=new_id("F"),
        name=str(arguments["filename"]),
        length=length,
        token=secrets.token_urlsafe(16),
        alt_txt=str(arguments.get("alt_txt") or ""),
    )
    slack.workspace.files[file.id] = file
    return {"upload_url": f"{slack.base}/upload/v1/{file.token}", "file_id": file.id}


@method("files.completeUploadExternal", "files:write")
async def complete(slack: Slack, arguments: Json) -> Json:
    """Step three: finish uploads and, with a channel, share them there a little later.

    A file with alt_txt is taken but never shared (slackapi/python-slack-sdk#1818).
    """
    files = [_finished(slack, item) for item in _listed(arguments.get("files"))]
    if place := arguments.get("channel_id"):
        channel = _writable(slack, str(place))
        shared = [file for file in files if not file.alt_txt]
        if shared:
            slack.later(_share(slack, channel, shared, arguments))
    for file in files:
        file.ready_at = slack.clock() + slack.config.file_seconds
    return {"files": [{"id": file.id, "title": file.title or file.name} for file in files]}


@method("files.info", "files:read")
async def info(slack: Slack, arguments: Json) -> Json:
    """A file and where it is shared."""
    need(arguments, "file")
    if (file := slack.workspace.files.get(str(arguments["file"]))) is None:
        raise SlackError("file_not_found")
    return {"file": wire(slack, file)}


def wire(slack: Slack, file: File) -> Json:
    """A file as Slack tells it."""
    address = f"{slack.base}/files/{file.id}/{file.name}"
    return {
        "id": file.id,
        "name": file.name,
        "title": file.title or file.name,
        "size": file.length,
        "mimetype": mimetype(file),
        "filetype": file.name.rpartition(".")[2],
        "alt_txt": file.alt_txt,
        "user": BOT_USER,
        "url_private": address,
        "url_private_download": address,
        "channels": file.shares,
    }


def mimetype(file: File) -> str:
    """What kind of file its name says it is."""
    kinds = {"png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "gif": "image/gif"}
    kinds |= {"csv": "text/csv", "json": "application/json", "pdf": "application/pdf"}
    return kinds.get(file.name.lower().rpartition(".")[2], "application/octet-stream")


def _listed(value: Any) -> list[Json]:
    listed = json.loads(value) if isinstance(value, str) else value
    if not isinstance(listed, list) or not listed:
        raise SlackError("invalid_arguments", ["missing required field: files"])
    return listed


def _finished(slack: Slack, item: Json) -> File:
    file = slack.workspace.files.get(str(item.get("id")))
    if file is None or file.content is None:
        raise SlackError("file_not_found")
    file.title = str(item.get("title") or file.name)
    return file


def _writable(slack: Slack, place: str) -> Channel:
    try:
        channel = slack.workspace.channel(place)
    except SlackError:
        raise SlackError("channel_not_found") from None
    if not slack.workspace.bot_in(channel):
        raise SlackError("not_in_channel")
    return channel


async def _share(slack: Slack, channel: Channel, files: list[File], arguments: Json) -> None:
    await asyncio.sleep(slack.config.file_seconds)
    for file in files:
        file.shares.append(channel.id)
    slack.workspace.post(
        Message(
            ts=slack.workspace.ts(),
            channel=channel.id,
            user=BOT_USER,
            text=str(arguments.get("initial_comment") or ""),
            files=[file.id for file in files],
            thread_ts=arguments.get("thread_ts") or None,
        )
    )
