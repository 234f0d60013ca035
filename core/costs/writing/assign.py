"""Which scope a charge lies in: its account's own, or that of the first rule that matches."""

import json

import numpy as np
import pyarrow as pa

from core.costs.writing.names import Ids, Indices, Names
from core.database import Database
from core.projects.labels import scopes_of
from core.projects.rules import RuleBook, ScopeKey


async def by_rules(
    database: Database, provider: str, charges: pa.Table, book: RuleBook, own: Ids
) -> Ids:
    """The scope of each row.

    Every distinct account, set of labels and list of rules is looked at once.

    Args:
        database: where; the scopes that are new are made in a transaction of their own.
        provider: of the source.
        charges: a slice's rows.
        book: the rules, month by month.
        own: the scope of each row's account.
    """
    labels = Names.of(charges, "labels")
    sets = [json.loads(text) for text in labels.values]
    matching = np.array([book.may_match(each) for each in sets], dtype=bool)[labels.indices]
    if not matching.any():
        return own
    accounts, lists = Names.of(charges, "account_id"), _lists(charges, book)
    room = len(labels.values) * (len(book.lists) + 1)
    codes = accounts.indices * room + labels.indices * (len(book.lists) + 1) + lists
    distinct, places = np.unique(codes[matching], return_inverse=True)
    keys: list[ScopeKey] = []
    for code in distinct.tolist():
        account = accounts.values[code // room]
        number, which = divmod(code % room, len(book.lists) + 1)
        since = book.lists[which - 1][0] if which else None
        rule = since and book.rule_of(provider, account, sets[number], since)
        keys.append((provider, account, rule.id if rule else None))
    async with database.begin() as tx:
        found = await scopes_of(tx, set(keys))
    scopes = own.copy()
    scopes[matching] = np.array([found[key] for key in keys], dtype=np.int32)[places]
    return scopes


def _lists(charges: pa.Table, book: RuleBook) -> Indices:
    """For each row the number of the list that holds on its day, from 1 on; 0: none."""
    days = charges["day"].combine_chunks().cast(pa.int32()).to_numpy().astype(np.int64)
    epoch = np.datetime64("1970-01-01", "D")
    sinces = np.array([np.datetime64(since, "D") for since, _ in book.lists])
    found = np.searchsorted((sinces - epoch).astype(np.int64), days, side="right")
    return np.asarray(found, dtype=np.int64)
