"""Anomalies over REST: listed, judged, and days planned ahead."""

from datetime import date
from decimal import Decimal

from pydantic import Field

from bot.render import anomaly_json
from bot.rest import anomaly_models as models
from bot.rest.models import Paged
from bot.rest.operations import Call, Operation, Reply
from bot.rest.pages import before, following, page
from bot.rest.parameters import DaysParameters, value_of
from core.anomalies.found import Event, UnknownAnomalyError, UnknownEventError
from core.anomalies.model import Verdict
from core.costs.model import PROJECT, SERVICE, CostQuery, Filter, Vocabulary
from core.period import Period

_ALL = Period(date(1970, 1, 1), date(9999, 12, 31))


class AnomalyParameters(Paged, DaysParameters):
    """Which anomalies: of which projects and services, on which days; default: all."""

    project: tuple[str, ...] = Field(
        default=(), description="Repeatable; 'unassigned' is the spend of no project."
    )
    service: tuple[str, ...] = Field(default=(), description="Repeatable.")

    def query(self, today: date, names: Vocabulary) -> CostQuery:
        """The question that these make."""
        given = ((PROJECT, self.project), (SERVICE, self.service))
        where = (Filter(d, tuple(value_of(d, v, names) for v in vs)) for d, vs in given if vs)
        return CostQuery(self.said(today) or _ALL, tuple(where))


async def list_anomalies(call: Call) -> Reply:
    """What cost something else than the days before lead to expect, newest find first."""
    asked: AnomalyParameters = call.parameters
    names = await call.services.costs.vocabulary(call.viewer)
    found = await call.services.anomalies.list(
        call.viewer,
        query=asked.query(call.services.today(), names),
        before=before(asked),
        limit=asked.limit + 1,
    )
    items = [anomaly_json.anomaly(each) for each in found[: asked.limit]]
    return {"items": items, "next": following(found, asked)}


async def judge(call: Call) -> Reply:
    """Say what an anomaly was; what is found from the next screening on goes by that."""
    body: models.Feedback = call.body
    said = None if body.verdict is None else Verdict(body.verdict)
    found = call.number(UnknownAnomalyError)
    return anomaly_json.anomaly(await call.services.anomalies.judge(found, said, by=call.viewer))


async def list_planned(call: Call) -> Reply:
    """Days planned, those to come and those that are screened still."""
    asked: Paged = call.parameters
    shown, next_ = page(
        await call.services.anomalies.events(call.viewer),
        lambda each: f"{each.days.start} {each.id:018}",
        asked,
    )
    return {"items": [anomaly_json.event(each) for each in shown], "next": next_}


async def plan(call: Call) -> Reply:
    """Say ahead that days will cost something else; up to that they are no anomaly."""
    body: models.NewEvent = call.body
    event = Event(
        id=0,
        project=body.project,
        days=Period(body.start, body.end),
        service=body.service,
        amount=None if body.amount is None else Decimal(body.amount),
        note=body.note,
    )
    return anomaly_json.event(await call.services.anomalies.plan(event, by=call.viewer))


async def cancel(call: Call) -> Reply:
    """Take back what was planned."""
    found = call.number(UnknownEventError)
    return anomaly_json.event(await call.services.anomalies.cancel(found, by=call.viewer))


OPERATIONS = (
    Operation(
        "GET",
        "/v1/anomalies",
        list_anomalies,
        "List anomalies",
        "Anomalies",
        reply=models.AnomalyList,
        parameters=AnomalyParameters,
        also=(404,),
    ),
    Operation(
        "POST",
        "/v1/anomalies/{number}/feedback",
        judge,
        "Judge an anomaly",
        "Anomalies",
        reply=models.Anomaly,
        body=models.Feedback,
    ),
    Operation(
        "GET",
        "/v1/anomalies/planned",
        list_planned,
        "List planned days",
        "Anomalies",
        reply=models.EventList,
        parameters=Paged,
    ),
    Operation(
        "POST",
        "/v1/anomalies/planned",
        plan,
        "Plan days ahead",
        "Anomalies",
        reply=models.Event,
        body=models.NewEvent,
        status=201,
        also=(404,),
    ),
    Operation(
        "DELETE",
        "/v1/anomalies/planned/{number}",
        cancel,
        "Cancel planned days",
        "Anomalies",
        reply=models.Event,
    ),
)
