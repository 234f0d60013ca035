"""One cause, one incident."""

from datetime import date, timedelta
from decimal import Decimal

from core.anomalies.merging import merge
from core.anomalies.model import Incident, OddDay, Subject


def incident(
    project: str, service: str | None, begin: int, impact: int, *, days: int = 2
) -> Incident:
    subject = Subject.of_service(project, service) if service else Subject(project)
    each = Decimal(impact) / days
    return Incident(
        subject,
        "USD",
        tuple(
            OddDay(date(2026, 11, begin) + timedelta(n), Decimal(10), 10 + each)
            for n in range(days)
        ),
    )


def test_a_project_and_its_service_of_one_cause_are_one() -> None:
    whole = incident("web", None, 3, 110)
    sql, logs = incident("web", "Cloud SQL", 3, 80), incident("web", "Logging", 4, 30)
    (merged,) = merge([logs, whole, sql])
    assert merged.subject == Subject("web")
    assert merged.impact == 110
    assert merged.parts == (sql, logs)


def test_other_projects_times_and_sides_are_other_causes() -> None:
    some = [
        incident("web", None, 3, 100),
        incident("shop", None, 3, 90),
        incident("web", None, 10, 80),
        incident("web", "Cloud SQL", 3, -70),
    ]
    assert merge(some) == tuple(some)


def test_services_that_begin_together_are_one_of_the_largest() -> None:
    sql, logs = incident("web", "Cloud SQL", 3, 30), incident("web", "Logging", 3, 80)
    (merged,) = merge([sql, logs])
    assert merged.subject == logs.subject
    assert merged.parts == (logs, sql)


def test_a_service_alone_is_itself() -> None:
    alone = incident("web", "Cloud SQL", 3, 80)
    assert merge([alone]) == (alone,)
    assert merge([]) == ()


def test_a_service_belongs_to_one_incident_only() -> None:
    first, second = incident("web", None, 3, 100), incident("web", None, 4, 90)
    part = incident("web", "Cloud SQL", 4, 80)
    merged = merge([first, second, part])
    assert sum(part in one.parts for one in merged) == 1
