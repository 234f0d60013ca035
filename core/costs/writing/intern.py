"""Names become ids: each distinct value of a slice is looked up once, and kept if it is new.

In short transactions of their own, before facts are written: an id, once committed, never
changes or goes, so nobody waits for anybody's facts. There is no cache of ids to go stale: the
distinct values of 300,000 rows are a few thousand, and one statement a dimension finds them.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np
import pyarrow as pa
from sqlalchemy import text

from core import data_version
from core.costs.model import in_cost, in_gross
from core.costs.slices import ControlTotal
from core.costs.tables import ABSENT
from core.costs.writing.assign import by_rules
from core.costs.writing.names import Ids, Indices, Names
from core.database import Connection, Database
from core.projects.model import Account
from core.projects.rules import RuleBook
from core.projects.service import ProjectService

type Kind = tuple[str, str]

_ADOPTED_AT_ONCE: Final = 5000


@dataclass(frozen=True, slots=True)
class _Dimension:
    """A table of names: the columns of its key and of what is told beside it."""

    table: str
    key: str
    name: str | None = None
    absent: str = ""
    by_provider: bool = True
    cast: str = "text"


_BILLING_ACCOUNTS: Final = _Dimension("billing_accounts", "account_id")
_SERVICES: Final = _Dimension("services", "name", "category")
_SKUS: Final = _Dimension("skus", "sku_id", "name")
_REGIONS: Final = _Dimension("regions", "region_id")
_TAG_SETS: Final = _Dimension("tag_sets", "tags", absent="{}", by_provider=False, cast="jsonb")


@dataclass(frozen=True, slots=True)
class Dimensions:
    """The ids of a slice's rows, a column a dimension, and of every kind of charge in it."""

    columns: Mapping[str, Ids]
    kinds: Mapping[Kind, int]
    account_months: frozenset[tuple[int, date]]


async def intern(
    database: Database,
    projects: ProjectService,
    provider: str,
    charges: pa.Table,
    totals: Sequence[ControlTotal],
    *,
    rename: bool,
    rules: RuleBook,
) -> Dimensions:
    """Give the ids of a slice's names, keeping those that are new.

    Args:
        database: where.
        projects: adopts the accounts never seen.
        provider: of the source; ids of different providers never meet.
        charges: the slice's rows.
        totals: its control totals, which may have kinds of their own.
        rename: whether names beside ids (of accounts, SKUs, categories) that differ from those
            known replace them: only the newest slice of a source tells present names.
        rules: those by which labels define projects.
    """
    order = np.argsort(charges["day"].combine_chunks().cast(pa.int32()).to_numpy(), kind="stable")
    scopes = await _scopes(database, projects, provider, charges, order, rename=rename)
    if rules.lists:
        scopes = await by_rules(database, provider, charges, rules, scopes)
    columns = {"scope_id": scopes}
    async with database.begin() as tx:
        renamed = False
        for column, dimension, key, name in (
            ("billing_account_id", _BILLING_ACCOUNTS, "billing_account", None),
            ("service_id", _SERVICES, "service", "service_category"),
            ("sku_id", _SKUS, "sku_id", "sku_name"),
            ("region_id", _REGIONS, "region", None),
            ("tag_set_id", _TAG_SETS, "labels", None),
        ):
            names = Names.of(charges, key)
            beside = names.beside(Names.of(charges, name), order) if name else None
            book = _Book(tx, dimension, provider, rename=rename)
            columns[column] = (await book.ids(names.values, beside))[names.indices]
            renamed |= book.renamed
        kinds, columns["kind_id"] = await _kinds(tx, charges, totals)
        if renamed:
            await data_version.bump(tx)
    return Dimensions(columns, kinds, _account_months(charges, columns["billing_account_id"]))


def _account_months(charges: pa.Table, accounts: Ids) -> frozenset[tuple[int, date]]:
    both = pa.table({"account": accounts, "period": charges["billing_period"]})
    distinct = both.group_by(["account", "period"]).aggregate([])
    return frozenset(
        zip(distinct["account"].to_pylist(), distinct["period"].to_pylist(), strict=True)
    )


async def _scopes(
    database: Database,
    projects: ProjectService,
    provider: str,
    charges: pa.Table,
    order: Indices,
    *,
    rename: bool,
) -> Ids:
    accounts = Names.of(charges, "account_id")
    names = accounts.beside(Names.of(charges, "account_name"), order)
    async with database.read() as connection:
        known = await _known_scopes(connection, provider, accounts.values)
    wanted = [
        Account(provider, account, name)
        for account, name in zip(accounts.values, names, strict=True)
        if account not in known or (rename and name and name != known[account][1])
    ]
    found = {account: scope for account, (scope, _) in known.items()}
    for start in range(0, len(wanted), _ADOPTED_AT_ONCE):
        adopted = await projects.adopt(wanted[start : start + _ADOPTED_AT_ONCE])
        found |= {account: scope for (_, account), scope in adopted.items()}
    return _array([found[account] for account in accounts.values])[accounts.indices]


async def _known_scopes(
    connection: Connection, provider: str, accounts: Sequence[str]
) -> dict[str, tuple[int, str]]:
    statement = text(
        "SELECT account_id, id, account_name FROM scopes"
        " WHERE provider = :provider AND rule_id IS NULL AND account_id = ANY(:accounts)"
    )
    rows = await connection.execute(statement, {"provider": provider, "accounts": accounts})
    return {account: (scope, name) for account, scope, name in rows}


async def _kinds(
    tx: Connection, charges: pa.Table, totals: Sequence[ControlTotal]
) -> tuple[dict[Kind, int], Ids]:
    pairs, indices = Names.of(charges, "charge_category").pairs(Names.of(charges, "source_type"))
    wanted = sorted({*pairs, *((t.charge_category, t.source_type) for t in totals)})
    found = await _known_kinds(tx, wanted)
    # Only those missing are inserted: a refused insert would use up one of the small ids.
    if missing := [kind for kind in wanted if kind not in found]:
        await tx.execute(
            text(
                "INSERT INTO kinds (charge_category, source_type, in_cost, in_gross)"
                " VALUES (:category, :type, :cost, :gross) ON CONFLICT DO NOTHING"
            ),
            [
                {"category": c, "type": t, "cost": in_cost(c, t), "gross": in_gross(c, t)}
                for c, t in missing
            ],
        )
        found |= await _known_kinds(tx, missing)
    return found, _array([found[kind] for kind in pairs])[indices]


async def _known_kinds(tx: Connection, kinds: Collection[Kind]) -> dict[Kind, int]:
    statement = text(
        "SELECT k.charge_category, k.source_type, k.id FROM kinds k"
        " JOIN unnest(CAST(:categories AS text[]), CAST(:types AS text[])) w(category, type)"
        " ON k.charge_category = w.category AND k.source_type = w.type"
    )
    parameters = {"categories": [c for c, _ in kinds], "types": [t for _, t in kinds]}
    return {(c, t): kind for c, t, kind in await tx.execute(statement, parameters)}


class _Book:
    """Finds the ids of one dimension's names, and keeps the new ones."""

    def __init__(
        self, tx: Connection, dimension: _Dimension, provider: str, *, rename: bool
    ) -> None:
        self._tx = tx
        self._dimension = dimension
        self._provider = provider
        self._rename = rename
        self.renamed = False

    async def ids(self, values: Sequence[str], beside: Sequence[str] | None) -> Ids:
        """The id of each value, in its order."""
        names = dict(zip(values, beside or [""] * len(values), strict=True))
        names.pop(self._dimension.absent, None)
        known = await self._known(list(names))
        changed = {
            value: name
            for value, name in names.items()
            if value not in known or (self._rename and name and name != known[value][1])
        }
        if changed:
            self.renamed |= any(value in known for value in changed)
            await self._keep(changed)
            known |= await self._known(list(changed))
        absent = self._dimension.absent
        return _array([ABSENT if v == absent else known[v][0] for v in values])

    async def _known(self, values: list[str]) -> dict[str, tuple[int, str]]:
        d = self._dimension
        name = f"t.{d.name}" if d.name else "''"
        mine = "t.provider = :provider AND " if d.by_provider else ""
        statement = text(
            f"SELECT w.value, t.id, {name} FROM unnest(CAST(:values AS text[])) w(value)"
            f" JOIN {d.table} t ON {mine}t.{d.key} = CAST(w.value AS {d.cast})"
        )
        rows = await self._tx.execute(statement, self._parameters(values=values))
        return {value: (key, told) for value, key, told in rows}

    async def _keep(self, names: Mapping[str, str]) -> None:
        """Insert in the order of keys, as everybody does: two at it at once can't deadlock."""
        d = self._dimension
        target = [*(["provider"] if d.by_provider else []), d.key]
        columns = [*target, *([d.name] if d.name else [])]
        values = [
            *([":provider"] if d.by_provider else []),
            f"CAST(w.value AS {d.cast})",
            *(["w.name"] if d.name else []),
        ]
        action = (
            f"DO UPDATE SET {d.name} = excluded.{d.name}"
            if d.name and self._rename
            else "DO NOTHING"
        )
        statement = text(
            f"INSERT INTO {d.table} ({', '.join(columns)}) SELECT {', '.join(values)}"
            " FROM unnest(CAST(:values AS text[]), CAST(:names AS text[])) w(value, name)"
            f" ORDER BY CAST(w.value AS {d.cast})"
            f" ON CONFLICT ({', '.join(target)}) {action}"
        )
        await self._tx.execute(
            statement, self._parameters(values=list(names), names=list(names.values()))
        )

    def _parameters(self, **values: object) -> dict[str, Any]:
        return values | ({"provider": self._provider} if self._dimension.by_provider else {})


def _array(ids: Sequence[int]) -> Ids:
    return np.array(ids, dtype=np.int32)
