"""Days out of the ordinary in the small company, found as after a sync."""

from core.access.model import OPERATOR
from core.anomalies.found import Anomaly
from core.anomalies.service import AnomalyService
from core.database import Database
from tests.support.charges import Row, Writer, charge


def extra(day: str, amount: str, project: str = "checkout", service: str = "Cloud SQL") -> Row:
    """More than usual, on a day."""
    return charge(
        day,
        amount,
        account_id=f"acme-{project}",
        service=service,
        sku_id=f"{service} unit",
        region="us-east1",
    )


RUNAWAY = [extra("2026-11-17", "300"), extra("2026-11-18", "300")]
"""Cloud SQL of checkout cost 380.25 instead of 80.25 on two days."""
BURST = [extra("2026-11-10", "200", "search", "Compute Engine")]
"""Search cost 240 instead of 40 on one day."""


async def find(database: Database, anomalies: AnomalyService, *rows: Row) -> tuple[Anomaly, ...]:
    """Let there be these charges, too; what is found then, the newest first."""
    await Writer(database).write("odd", rows)
    await anomalies.screen()
    return await anomalies.list(OPERATOR)
