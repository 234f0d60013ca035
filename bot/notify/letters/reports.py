"""Reports that schedules post: a thread in Slack with files in it, or mails with all of it."""

import asyncio

from bot.notify.channel import Letter
from bot.notify.letters.drawing import drawn
from bot.notify.letters.leaving import leaving
from bot.render.blocks import said as plainly
from bot.render.blocks.picture import shown
from bot.render.enclosed import Attachment, Picture
from bot.render.mail import Mail
from bot.render.reports import files, post
from bot.render.reports import mail as mailed
from bot.render.reports.charts import charts
from bot.render.reports.page import page
from bot.services import Services
from core.outbox.model import Delivery, Verb
from core.reports.model import Report
from core.schedules.model import Format, Posting
from core.schedules.telling import VALUES
from core.subscriptions.model import Of, Reason


async def slack(delivery: Delivery, services: Services) -> Letter:
    """The report as it is now, a file of it, or what changed."""
    told = await _told(delivery, services)
    report = told.report
    if told.file is not None:
        attached = await _file(services, report, told.file)
        return Letter(plainly(attached.title), file=attached)
    if delivery.message.verb is Verb.REPLY and told.corrections is not None:
        return Letter(post.correction(report, told.corrections))
    pictures = await _pictures(services, report)
    # Large reports take a while to write; the event loop doesn't wait for them.
    message = await asyncio.to_thread(
        post.post,
        report,
        {each.name: shown(each) for each in pictures},
        scheduled=told.said,
        corrected=told.corrected,
        waited=told.waited,
        by=told.by,
    )
    return Letter(message, pictures=pictures)


async def mail(delivery: Delivery, services: Services) -> Mail:
    """The report with all its files; corrected, the whole of it again."""
    told = await _told(delivery, services)
    pictures = await _pictures(services, told.report)
    attachments = [await _file(services, told.report, form) for form in told.formats]
    return await asyncio.to_thread(
        mailed.mail,
        told.report,
        {each.name: each for each in pictures},
        scheduled=told.said,
        changes=told.corrections if delivery.message.verb is Verb.REPLY else None,
        attachments=tuple(attachments),
        unsubscribe=leaving(delivery, services, [Reason(Of.SCHEDULE, told.schedule)]),
    )


async def _told(delivery: Delivery, services: Services) -> Posting:
    """What is told, if it may be: a message may have waited for long.

    Raises:
        OwnerGoneError: whoever set the schedule may not see that any more.
    """
    told = VALUES.validate_python(delivery.message.values)
    await services.schedules.check_may_go(told)
    return told


async def _pictures(services: Services, report: Report) -> tuple[Picture, ...]:
    named = charts(report).items()
    return tuple([await drawn(services, name, chart) for name, chart in named])


async def _file(services: Services, report: Report, form: Format) -> Attachment:
    picture = await services.charts.draw(page(report)) if form is Format.PNG else None
    return await asyncio.to_thread(files.file, report, form, picture)
