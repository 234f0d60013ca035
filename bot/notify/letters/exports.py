"""Exports: the file that somebody asked for, or why there is none. They never go by mail."""

from dataclasses import replace

from bot import exporting
from bot.notify.channel import Letter
from bot.render import blocks
from bot.render.blocks import exports as shown
from bot.render.enclosed import LargeFile
from bot.services import Services
from core.errors import ForbiddenError, NotFoundError
from core.exports.model import Content, Export, ExportRightsError, ExportState
from core.exports.service import EXPORT
from core.outbox.model import Delivery


async def slack(delivery: Delivery, services: Services) -> Letter:
    """The file, read as it is sent; or why whoever asked for it doesn't get it."""
    found = EXPORT.validate_python(delivery.message.values)
    if found.state is ExportState.FAILED:
        return Letter(shown.failed(found))
    try:
        kept = await _content(found, services)
    except (ForbiddenError, NotFoundError) as error:
        return Letter(shown.failed(replace(found, reason=str(error))))
    said = shown.brought(found)
    file = LargeFile(kept.name, kept.name, kept.size, kept.parts, comment=said)
    return Letter(blocks.said(said), file)


async def _content(found: Export, services: Services) -> Content:
    """What is in the file, if it may be seen now by whoever asked for it.

    Raises:
        NotAMemberError, ExportRightsError: it may not.
        ExportGoneError: it isn't kept any more.
    """
    viewer = await exporting.asker(services, found.request)
    if not viewer.may_see_whole(found.projects):
        raise ExportRightsError(fix="Ask again: the next has what you may see then.")
    return await services.exports.content(found.id)
