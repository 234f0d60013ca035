"""Exports, wherever they are asked for: which file it is, and making it."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import datetime, timedelta
from typing import Final

import structlog

from bot.render import charges
from bot.render.charges import Format, Progress
from bot.render.figures import charges_name
from bot.services import Services
from core.access.model import Viewer
from core.costs.model import CostQuery, Form
from core.costs.question import Command, parse_cost_query
from core.errors import CostTrackerError, UnavailableError
from core.exports.model import JOB, MOST_BYTES, Export, ExportTooLargeError, Made, Request
from core.jobs.model import STOPPED, Job, JobState
from core.lease import LeaseLostError


class ExportFailedError(UnavailableError):
    """The export can't be made at present."""


_MOST_ATTEMPTS: Final = 5
_MOST_STARTS: Final = 10
"""Of one whose makers are killed: it may be what kills them."""
_PAUSE: Final = timedelta(seconds=10)
"""After a first failure; twice as long after each further one."""
_log = structlog.get_logger()
_FORMATS: Final = {Form.XLSX: Format.XLSX, Form.JSON: Format.JSON}


def format_of(query: CostQuery) -> Format:
    """What kind of file a question says; CSV if it says none."""
    return _FORMATS.get(query.form, Format.CSV) if query.form else Format.CSV


def has_lines(asked: Command) -> bool:
    """Whether the lines of an answer are meant, rather than every charge behind it.

    They are where the question says how they are made: `by team`, `monthly`, `top 5`, `in EUR`.
    """
    query = asked.query
    return asked.cut or (query is not None and (query.by_resource or query.currency is not None))


async def written(
    services: Services,
    query: CostQuery,
    viewer: Viewer,
    form: Format,
    *,
    progress: Progress = lambda _: None,
) -> AsyncGenerator[bytes]:
    """The charges of a question as a file, part by part.

    Args:
        services: whose charges.
        query: of which question.
        viewer: who asks.
        form: what kind of file.
        progress: told how many more rows have been read.
    """
    async with (
        services.costs.export_rows(query, viewer) as export,
        aclosing(charges.written(export, form, progress=progress)) as parts,
    ):
        async for part in parts:
            yield part


async def make_due(services: Services) -> None:
    """Make the exports that are asked for and that nobody is at, one after the other."""
    for export in await services.exports.waiting():
        before = await services.jobs.find(JOB, str(export.id))
        if before is not None and _waits(before, services.clock()):
            continue
        job = await services.jobs.claim(JOB, str(export.id))
        if job is not None:
            await _make(services, export, job)


def _waits(job: Job, now: datetime) -> bool:
    """Whether it failed just now; what was merely stopped is taken up at once."""
    if job.state is not JobState.FAILED or job.ended_at is None or job.error == STOPPED:
        return False
    return now < job.ended_at + _PAUSE * (1 << (job.attempts - 1))


async def _make(services: Services, export: Export, job: Job) -> None:
    """Make one; what may pass is tried again, anything else is told to whoever asked."""
    try:
        async with services.jobs.running(job):
            made = await _kept(services, export, job.attempts)
            await services.exports.finish(export, made)
    except LeaseLostError:
        _log.warning("export.lost", export=export.id)
    except UnavailableError as error:
        await _failed(services, export, job, error)
    except CostTrackerError as error:
        await services.exports.fail(export, error)
    except Exception as error:  # noqa: BLE001 - whatever it is, the next ones don't wait for it
        _log.exception("export.failed", export=export.id)
        await _failed(services, export, job, error)


async def _failed(services: Services, export: Export, job: Job, error: Exception) -> None:
    """Try again later, but not for ever."""
    _log.warning("export.failed", export=export.id, attempt=job.attempts, error=str(error))
    if job.attempts >= _MOST_ATTEMPTS:
        await services.exports.fail(export, ExportFailedError(fix=_otherwise(export)))


async def _kept(services: Services, export: Export, attempt: int) -> Made:
    """Keep the parts of the file."""
    if attempt > _MOST_STARTS:
        raise ExportFailedError
    asked = export.request
    viewer = await asker(services, asked)
    names = await services.costs.vocabulary(viewer)
    query = parse_cost_query(asked.question, today=asked.asked_on, names=names)
    form, size, number = Format(asked.form), 0, 0
    await services.exports.begin(export, attempt)
    async with (
        services.costs.export_rows(query, viewer) as rows,
        aclosing(charges.written(rows, form)) as parts,
    ):
        async for part in parts:
            if (size := size + len(part)) > MOST_BYTES:
                raise ExportTooLargeError(
                    "The file has more than 1 GB, and Slack takes no more.", fix=_otherwise(export)
                )
            await services.exports.keep(export, attempt, number, part)
            number += 1
    projects = query.confined or tuple(sorted(viewer.projects or ()))
    return Made(attempt, f"{charges_name(query)}.{form}", rows.rows, size, projects)


async def asker(services: Services, asked: Request) -> Viewer:
    """Whoever asked for one, with the rights that they have now.

    Raises:
        NotAMemberError: none any more.
    """
    return await services.access.slack_viewer(asked.workspace, asked.person, guest=asked.guest)


def _otherwise(export: Export) -> str:
    question = export.request.question
    return (
        f"In a terminal: cost-tracker export costs '{question}' --out "
        f"charges.{export.request.form}; over REST: /v1/export/costs."
    )
