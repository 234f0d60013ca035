"""The sample in the emulator: loaded once, continued, and its sums are the totals."""

import os
import sys
from collections.abc import Generator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from sandbox.bigquery import PATH, Warehouse
from sandbox.processes import Process, answers, free_port
from sandbox.sample.export import export, parquet
from sandbox.sample.generate import charges, cut

NET = f"""
    SELECT invoice.month AS month,
           SUM(CAST(cost AS NUMERIC)) + SUM((
               SELECT COALESCE(SUM(CAST(credit.amount AS NUMERIC)), 0)
               FROM UNNEST(credits) AS credit)) AS net
    FROM `{PATH}` GROUP BY month
"""  # noqa: S608 - names of our own


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Generator[str]:
    folder = tmp_path_factory.mktemp("bigquery")
    port = free_port(19_300)
    options = ["--port", str(port), "--grpc-port", str(free_port(port + 1))]
    emulator = Process("bigquery", folder)
    emulator.start(
        [sys.executable, "-m", "sandbox.bigquery", *options, "--data-dir", folder / "data"],
        os.environ,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        emulator.wait(lambda: answers(f"{address}/bigquery/v2/projects"))
        yield address
    finally:
        emulator.stop()


def _net(warehouse: Warehouse) -> dict[str, Decimal]:
    return {row["month"]: row["net"] for row in warehouse._client.query_and_wait(NET)}


def test_loaded_and_continued_it_comes_to_its_totals(endpoint: str, sample: Any) -> None:
    warehouse = Warehouse(endpoint)
    assert warehouse.held() is None

    day_before = sample.through - timedelta(1)
    warehouse.append(parquet(export(list(charges(sample.start, day_before)))))
    held = warehouse.held()
    assert held is not None
    assert held.first == sample.start
    assert held.exported < cut(day_before)

    missing = [one for one in sample.charges if one.exported > held.exported]
    assert 0 < len(missing) < 500
    warehouse.append(parquet(export(missing)))

    wanted = {
        month: sum((amount for kind, amount in kinds.items() if kind != "list"), Decimal())
        for month, kinds in sample.totals.invoices().items()
    }
    assert _net(warehouse) == wanted
    (row,) = warehouse._client.query_and_wait(
        f"SELECT COUNT(*) AS days FROM (SELECT DISTINCT _PARTITIONTIME AS day FROM `{PATH}`)"  # noqa: S608 - as above
    )
    assert row["days"] >= (sample.through - sample.start).days


def test_rows_that_come_late_are_no_part_of_the_story(endpoint: str, sample: Any) -> None:
    warehouse = Warehouse(endpoint)
    if warehouse.held() is None:
        warehouse.append(parquet(export(sample.charges)))
    before = warehouse.held()
    late = [one._replace(exported=one.exported + 10**12) for one in sample.charges[-3:]]
    warehouse.append(parquet(export(late, extra=True)))
    assert warehouse.held() == before


def test_its_files_stay_within_its_folder(endpoint: str, tmp_path_factory: Any) -> None:
    assert endpoint
    assert list(Path(tmp_path_factory.getbasetemp()).glob("bigquery*/data/.duckdb/extensions/*"))
