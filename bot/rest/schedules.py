"""Schedules of reports over REST: listed, set, paused, run, previewed; and their runs."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import time
from typing import Any, Final

from bot.render import report_json, schedule_json
from bot.rest import report_models
from bot.rest import schedule_models as models
from bot.rest.models import Paged
from bot.rest.operations import Call, Operation, Reply, created
from bot.rest.pages import before, by_number, following, page
from core.reports.model import ReportKind
from core.schedules.model import Format, Schedule, Terms, UnknownScheduleError
from core.schedules.said import NINE, usual
from core.schedules.timing import When
from core.schedules.written import DAYS

_KINDS: Final = ("weekdays", "month_days", "business_days")


async def list_schedules(call: Call) -> Reply:
    """The schedules that the token may see all of, by number."""
    asked: Paged = call.parameters
    found = await call.services.schedules.list(call.viewer)
    shown, next_ = page(found, by_number, asked)
    return {"items": [schedule_json.schedule(each) for each in shown], "next": next_}


async def create(call: Call) -> Reply:
    """Make a schedule: finance of anything, a project's owner of that."""
    body: models.NewSchedule = call.body
    zone = body.zone or call.services.settings.report_timezone.key
    empty = Terms(ReportKind(body.kind), body.subject, When(zone, NINE))
    said = body.model_dump(exclude_none=True)
    made = await call.services.schedules.add(_terms(empty, said), by=call.viewer)
    return created(schedule_json.schedule(made), f"/v1/schedules/{made.id}")


async def show(call: Call) -> Reply:
    """One schedule."""
    return schedule_json.schedule(await call.services.schedules.get(_number(call), call.viewer))


async def change(call: Call) -> Reply:
    """Change some of a schedule; its reports are made with your rights from now on."""
    body: models.ScheduleChange = call.body
    found = await call.services.schedules.get(_number(call), call.viewer)
    said = body.model_dump(include=body.model_fields_set)
    said = {name: each for name, each in said.items() if each is not None or name == "currency"}
    terms = _terms(found.terms, said)
    return schedule_json.schedule(
        await call.services.schedules.change(found.id, terms, by=call.viewer)
    )


async def remove(call: Call) -> Reply:
    """Remove a schedule."""
    return await _done(call, call.services.schedules.remove)


async def pause(call: Call) -> Reply:
    """Skip its runs until it is resumed."""
    return await _done(call, call.services.schedules.pause)


async def resume(call: Call) -> Reply:
    """Have it run again."""
    return await _done(call, call.services.schedules.resume)


async def run(call: Call) -> Reply:
    """Have its report posted now, provisional or not; the run says what came of it."""
    return schedule_json.run(await call.services.schedules.run(_number(call), by=call.viewer))


async def preview(call: Call) -> Reply:
    """The report it would post now, of what you may see; nothing is posted."""
    told = await call.services.schedules.preview(_number(call), call.viewer)
    return report_json.report(told)


async def runs(call: Call) -> Reply:
    """What became of it each time it was due, the latest first."""
    asked: Paged = call.parameters
    found = await call.services.schedules.runs(
        _number(call), call.viewer, before=before(asked), limit=asked.limit + 1
    )
    items = [schedule_json.run(each) for each in found[: asked.limit]]
    return {"items": items, "next": following(found, asked)}


async def _done(call: Call, verb: Callable[..., Awaitable[Schedule]]) -> Reply:
    return schedule_json.schedule(await verb(_number(call), by=call.viewer))


def _number(call: Call) -> int:
    return call.number(UnknownScheduleError)


def _terms(terms: Terms, said: Mapping[str, Any]) -> Terms:
    """Terms as a body changes them."""
    values = {name: said[name] for name in ("subject", "currency") if name in said}
    if "kind" in said:
        values["kind"] = ReportKind(said["kind"])
    for name in ("channels", "emails"):
        if name in said:
            values[name] = tuple(said[name])
    if "formats" in said:
        values["formats"] = tuple(map(Format, said["formats"]))
    changed = replace(terms, **values)
    return replace(changed, when=_when(changed, said))


def _when(terms: Terms, said: Mapping[str, Any]) -> When:
    """Days of one kind take the place of all; with none said of a new kind, the usual ones."""
    when = terms.when
    if "time" in said:
        when = replace(when, at=time.fromisoformat(said["time"]))
    when = replace(when, zone=said.get("zone", when.zone))
    days = {name: tuple(said[name]) for name in _KINDS if said.get(name)}
    if "weekdays" in days:
        days["weekdays"] = tuple(DAYS.index(day) for day in days["weekdays"])
    if days:
        return When(when.zone, when.at, **days)
    fits = bool(when.weekdays) == (terms.kind is ReportKind.WEEKLY)
    empty = not (when.weekdays or when.month_days or when.business_days)
    return usual(terms.kind, when) if empty or not fits else when


_ONE: Final = "/v1/schedules/{number}"
_SCHEDULE: Final[Any] = {"tag": "Schedules", "reply": models.Schedule}

OPERATIONS = (
    Operation(
        "GET",
        "/v1/schedules",
        list_schedules,
        "List schedules",
        "Schedules",
        reply=models.ScheduleList,
        parameters=Paged,
    ),
    Operation(
        "POST",
        "/v1/schedules",
        create,
        "Make a schedule",
        body=models.NewSchedule,
        status=201,
        also=(403, 404, 409),
        **_SCHEDULE,
    ),
    Operation("GET", _ONE, show, "Show a schedule", **_SCHEDULE),
    Operation(
        "PATCH",
        _ONE,
        change,
        "Change a schedule",
        body=models.ScheduleChange,
        also=(403, 409),
        **_SCHEDULE,
    ),
    Operation("DELETE", _ONE, remove, "Remove a schedule", also=(403,), **_SCHEDULE),
    Operation("POST", f"{_ONE}/pause", pause, "Pause a schedule", also=(403,), **_SCHEDULE),
    Operation("POST", f"{_ONE}/resume", resume, "Resume a schedule", also=(403,), **_SCHEDULE),
    Operation(
        "POST",
        f"{_ONE}/run",
        run,
        "Run a schedule now",
        "Schedules",
        reply=models.Run,
        also=(403, 409),
    ),
    Operation(
        "GET",
        f"{_ONE}/preview",
        preview,
        "Preview a schedule's report",
        "Schedules",
        reply=report_models.Report,
        also=(409,),
    ),
    Operation(
        "GET",
        f"{_ONE}/runs",
        runs,
        "List a schedule's runs",
        "Schedules",
        reply=models.RunList,
        parameters=Paged,
    ),
)
