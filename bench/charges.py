"""Charges of a made-up company, as a source hands them over."""

import json
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from core.costs.charges import CHARGES
from core.costs.slices import ControlTotal

ACCOUNTS, SERVICES, USED, SKUS, REGIONS = 200, 40, 12, 40, 4
CREDITS = 0.1
_MONTH = date(2026, 10, 1)

type _Numbers = npt.NDArray[np.int64]


def charges(rows: int, days: int, *, seed: int, newest: float | None = None) -> pa.Table:
    """Rows of 200 accounts that use 12 of 40 services each, with the same SKUs day by day.

    Args:
        rows: how many.
        days: how many days of October 2026 they are spread over.
        seed: of the random numbers.
        newest: the share of rows on the last day; None: all days have about as many.
    """
    # Which account uses what is the same whatever the seed: slices share their rollup rows.
    shape = np.random.default_rng(0)
    most = round(rows * newest) if newest else rows // days + 1
    resources = most // ACCOUNTS + 2
    used = np.argsort(shape.random((ACCOUNTS, SERVICES)), axis=1)[:, :USED]
    pick = np.argsort(shape.random((ACCOUNTS, USED * SKUS * REGIONS)), axis=1)[:, :resources]
    service = used[np.arange(ACCOUNTS)[:, None], pick % USED]
    sku = service * SKUS + (pick // USED) % SKUS
    region = pick // (USED * SKUS)
    credit = (shape.random(sku.shape) < CREDITS).astype(np.int64)

    rng = np.random.default_rng(seed)
    per_day = ACCOUNTS * resources
    chosen = np.concatenate(
        [
            day * per_day + rng.permutation(per_day)[:count]
            for day, count in enumerate(_spread(rows, days, newest))
        ]
    )
    chosen = rng.permutation(chosen)
    day, place = np.divmod(chosen, per_day)
    at = np.divmod(place, resources)
    amount = rng.lognormal(0, 2, len(chosen))
    texts = {
        "billing_account": (["0123AB-4567CD-89EF01"], 0 * day),
        "account_id": ([f"project-{n:04d}" for n in range(ACCOUNTS)], at[0]),
        "account_name": ([f"Project {n}" for n in range(ACCOUNTS)], at[0]),
        "service": ([f"Service {n}" for n in range(SERVICES)], service[at]),
        "service_category": (["Compute", "Storage", "Databases"], service[at] % 3),
        "sku_id": ([f"{n:04X}-ABCD-0000" for n in range(SERVICES * SKUS)], sku[at]),
        "sku_name": ([f"N2 core number {n} in EMEA" for n in range(SERVICES * SKUS)], sku[at]),
        "region": (["europe-west1", "us-central1", "us-east1", ""], region[at]),
        "labels": (_LABELS, at[0] % len(_LABELS)),
        "charge_category": (["Usage", "Credit"], credit[at]),
        "source_type": (["regular", "SUSTAINED_USAGE_DISCOUNT"], credit[at]),
        "invoice_id": ([""], 0 * day),
        "currency": (["USD"], 0 * day),
        "unit": (["hour", "gibibyte month", "count"], sku[at] % 3),
    }
    columns: dict[str, Any] = {name: _text(*value) for name, value in texts.items()}
    columns["day"] = pa.array(np.datetime64(_MONTH, "D") + day)
    columns["billing_period"] = pa.array(np.full(len(day), np.datetime64(_MONTH, "D")))
    columns["billed"] = columns["effective"] = columns["contracted"] = _amounts(amount)
    columns["list"] = _amounts(amount * 1.2)
    columns["quantity"] = pa.array(np.char.mod("%.3f", amount * 100))
    columns["lines"] = pa.array(rng.integers(1, 50, len(day)))
    return pa.table([columns[name] for name in CHARGES.names], CHARGES.names).cast(CHARGES)


_LABELS = [json.dumps({"env": e, "team": t}) for e in ("dev", "prod", "qa") for t in "abcdefgh"]


def _spread(rows: int, days: int, newest: float | None) -> list[int]:
    if newest is None:
        return [rows // days + (day < rows % days) for day in range(days)]
    late = rows - round(rows * newest)
    return [*_spread(late, days - 1, None), rows - late]


def _text(values: list[str], indices: _Numbers) -> pa.Array:
    codes = pa.array(indices.astype(np.int32))
    return pa.DictionaryArray.from_arrays(codes, pa.array(values)).cast(pa.string())


def _amounts(amounts: npt.NDArray[np.float64]) -> pa.Array:
    return pa.array(np.char.mod("%.6f", amounts))


def changed(table: pa.Table, share: float, *, seed: int) -> pa.Table:
    """The same rows, some with other amounts."""
    rng = np.random.default_rng(seed)
    rows = rng.random(len(table)) < share
    other = _amounts(rng.lognormal(0, 2, len(table)))
    for name in ("billed", "effective"):
        index = table.schema.get_field_index(name)
        values = np.where(rows, other, table[name].to_numpy())
        table = table.set_column(index, CHARGES.field(name), pa.array(values, pa.string()))
    return table


def totals(table: pa.Table) -> list[ControlTotal]:
    """What the source would say the rows add up to."""
    exact = pa.decimal128(38, 9)
    key = ["billing_period", "charge_category", "source_type", "currency"]
    sums = (
        table.append_column("billed_exact", table["billed"].cast(exact))
        .append_column("effective_exact", table["effective"].cast(exact))
        .group_by(key)
        .aggregate([("billed_exact", "sum"), ("effective_exact", "sum"), ("lines", "sum")])
    )
    return [
        ControlTotal(
            billing_period=row["billing_period"],
            charge_category=row["charge_category"],
            source_type=row["source_type"],
            currency=row["currency"],
            billed=row["billed_exact_sum"],
            effective=row["effective_exact_sum"],
            lines=row["lines_sum"],
        )
        for row in sums.to_pylist()
    ]


RATES = {(_MONTH, "USD"): Decimal(1)}
