"""Exports: the file that somebody asked for, or why there is none. They never go by mail."""

from bot.notify.channel import Letter
from bot.render import blocks
from bot.render.blocks import exports as shown
from bot.render.enclosed import LargeFile
from bot.services import Services
from core.exports.model import ExportState
from core.exports.service import EXPORT
from core.outbox.model import Delivery


async def slack(delivery: Delivery, services: Services) -> Letter:
    """The file, read as it is sent.

    Raises:
        NotAMemberError: whoever asked for it may see nothing any more.
    """
    found = EXPORT.validate_python(delivery.message.values)
    if found.state is ExportState.FAILED:
        return Letter(shown.failed(found))
    await services.access.slack_viewer(found.request.workspace, found.request.person)
    said = shown.brought(found)
    kept = await services.exports.content(found.id)
    file = LargeFile(kept.name, kept.name, kept.size, kept.parts, comment=said)
    return Letter(blocks.said(said), file)
