"""The names that a question can mention: looked up as people write them, guessed when mistyped."""

import re
import weakref
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from heapq import nsmallest
from typing import Final

from rapidfuzz import process
from rapidfuzz.distance.Indel import normalized_similarity as _ratio
from rapidfuzz.distance.Prefix import similarity as _begin

from core.costs.language import aliases
from core.costs.language.text import clean, key
from core.costs.language.words import SUGGESTED
from core.costs.model import (
    ACCOUNT,
    CATEGORY,
    PROJECT,
    PROVIDER,
    REGION,
    SERVICE,
    SKU,
    TEAM,
    Dimension,
    Vocabulary,
    label,
)

type Ids = tuple[str, ...]

BARE: Final = (PROJECT, ACCOUNT, SERVICE, PROVIDER, REGION, CATEGORY, TEAM, SKU)
"""Where a word that says no dimension is looked for, in this order."""
_IN_BRACKETS: Final = re.compile(r"\(([^()]+)\)")
_ENOUGH: Final = 0.55
_FARTHER: Final = 0.25
_FEW: Final = 3
_LIKELY: Final = 40
_SHORTEST_PART: Final = 3
_READ: Final = 80


class Names:
    """The names of one dimension, and the identities that each stands for.

    A name is taken exactly as it is spelled, else by its key, else in the other number
    (`services` for a service); what is added first wins over what is added later.
    """

    def __init__(self, *tiers: Iterable[tuple[str, str]]) -> None:
        """Take pairs of name and identity, tier after tier."""
        self._exact: dict[str, Ids] = {}
        self._keyed: dict[str, Ids] = {}
        self.shown: dict[str, None] = {}
        self.longest: dict[str, int] = {}
        for tier in tiers:
            self._add([(clean(name), identity) for name, identity in tier])

    def _add(self, pairs: Sequence[tuple[str, str]]) -> None:
        exact: dict[str, dict[str, None]] = {}
        keyed: dict[str, dict[str, None]] = {}
        for name, identity in pairs:
            exact.setdefault(name, {})[identity] = None
            if name_key := key(name):
                keyed.setdefault(name_key, {})[identity] = None
            self.shown.setdefault(name)
        for name, ids in exact.items():
            self._exact.setdefault(name, tuple(ids))
        for name_key, ids in keyed.items():
            self._keyed.setdefault(name_key, tuple(ids))
            first, _, rest = name_key.partition(" ")
            size = rest.count(" ") + 2 if rest else 1
            self.longest[first] = max(self.longest.get(first, 0), size)

    def find(self, text: str, text_key: str) -> Ids:
        """The identities that a name stands for; empty: it is none."""
        if ids := self._exact.get(text) or self._keyed.get(text_key):
            return ids
        other = text_key[:-1] if text_key.endswith("s") else f"{text_key}s"
        return self._keyed.get(other, ())


class Index:
    """All names of a vocabulary. Building it takes time, so there is one for each: `index_of`."""

    def __init__(self, names: Vocabulary) -> None:
        self.channels = names.channels
        self._labels = names.labels
        self._by_key = {key(each): label(each) for each in names.labels}
        # Typed text is cleaned before it is read: a key's dash or quote may have become plain.
        self._cleaned = {clean(each): label(each) for each in names.labels}
        self._names: dict[Dimension, Names] = {
            PROJECT: _projects(names),
            ACCOUNT: Names(
                _ids(names.accounts),
                [(name, each) for each, (name, _) in names.accounts.items() if name],
            ),
            SERVICE: _services(names.services),
            PROVIDER: Names(_ids(names.providers), _providers(names.providers)),
            REGION: Names(_ids(names.regions), _displays(names.regions)),
            CATEGORY: Names(_ids(names.categories)),
            TEAM: Names(_ids(names.teams)),
            SKU: Names(_ids(names.skus), _displays(names.skus)),
        }
        self._slugs = {each: slug for each, (_, slug) in names.accounts.items() if slug}
        self._longest: dict[str, int] = {}
        for dimension in BARE:
            for first, size in self._names[dimension].longest.items():
                self._longest[first] = max(self._longest.get(first, 0), size)

    def label(self, said: str) -> Dimension | None:
        """The label of a key, however it is spelled."""
        if said in self._labels:
            return label(said)
        return self._cleaned.get(said) or self._by_key.get(key(said))

    def label_keys(self) -> list[str]:
        """Every key that is known."""
        return sorted(self._labels)

    def of(self, dimension: Dimension) -> Names:
        """The names of a dimension; those of a label are indexed when first asked for."""
        if dimension not in self._names:
            self._names[dimension] = Names(_ids(self._labels.get(dimension.key, ())))
        return self._names[dimension]

    def longest(self, first: str, dimension: Dimension | None = None) -> int:
        """How many words a name has at most that begins with a word's key."""
        longest = self.of(dimension).longest if dimension else self._longest
        other = first[:-1] if first.endswith("s") else f"{first}s"
        return max(longest.get(first, 0), longest.get(other, 0))

    def bare(self, text: str, text_key: str) -> tuple[Dimension, Ids] | None:
        """What a name that says no dimension is; an account stands for its project."""
        for dimension in BARE:
            ids = self._names[dimension].find(text, text_key)
            if not ids:
                continue
            if dimension == ACCOUNT and all(each in self._slugs for each in ids):
                return PROJECT, tuple(dict.fromkeys(self._slugs[each] for each in ids))
            return dimension, ids
        return None

    def valued(self, dimension: Dimension, text: str, text_key: str) -> Ids:
        """The identities that a value of a dimension stands for; for projects, accounts too."""
        if ids := self.of(dimension).find(text, text_key):
            return ids
        if dimension == PROJECT:
            ids = self._names[ACCOUNT].find(text, text_key)
            return tuple(dict.fromkeys(self._slugs[each] for each in ids if each in self._slugs))
        return ()

    def nearest(self, said: str, dimension: Dimension | None = None) -> list[str]:
        """The three names most like what was said, best first; of any kind if none is given.

        Of several names of the same thing the nearest is given.
        """
        known = self._bare_keys if dimension is None else self._keys_of(dimension)
        meant: dict[object, str] = {}
        for name in nearest(said, known):
            meant.setdefault(self._meaning(name, dimension), name)
        return list(meant.values())[:_FEW]

    def _meaning(self, name: str, dimension: Dimension | None) -> object:
        if dimension is None:
            return self.bare(name, key(name)) or name
        return self.valued(dimension, name, key(name))

    def _keys_of(self, dimension: Dimension) -> Mapping[str, str]:
        return keys(self.of(dimension).shown)

    @cached_property
    def _bare_keys(self) -> Mapping[str, str]:
        names = dict.fromkeys(SUGGESTED)
        for dimension in (PROJECT, SERVICE, TEAM, ACCOUNT, REGION, PROVIDER, CATEGORY):
            names.update(self._names[dimension].shown)
        return keys(names)


def keys(names: Iterable[str]) -> dict[str, str]:
    """Names with their keys, as `nearest` takes them."""
    return {name: key(name) for name in names}


def nearest(said: str, names: Mapping[str, str]) -> list[str]:
    """The names most like what was said, best first: by letters in common, or as a part of them."""
    said_key = key(said)[:_READ]
    if not said_key:
        return []
    alike = process.extract(
        said_key, names, scorer=_ratio, limit=_LIKELY, score_cutoff=_ENOUGH, processor=None
    )
    likeness = {name: ratio for _, ratio, name in alike}
    for name in _containing(said_key, names):
        part = 0.8 if names[name].startswith(said_key) else 0.7
        likeness[name] = max(likeness.get(name, 0), part)
    # Of equals those first that begin alike: the first letters are rarely mistyped.
    ranked = sorted(likeness, key=lambda name: (-likeness[name], -_begin(said_key, names[name])))
    enough = likeness[ranked[0]] - _FARTHER if ranked else 0
    return [name for name in ranked if likeness[name] >= enough]


def _containing(said: str, names: Mapping[str, str]) -> list[str]:
    """The shortest names that what was said is a part of."""
    if len(said) < _SHORTEST_PART:
        return []
    found = [name for name, own in names.items() if said in own]
    return nsmallest(_LIKELY, found, key=len)


def _ids(identities: Iterable[str]) -> list[tuple[str, str]]:
    return [(each, each) for each in sorted(identities)]


def _displays(names: Mapping[str, str]) -> list[tuple[str, str]]:
    return [(name, each) for each, name in sorted(names.items()) if name]


def _projects(names: Vocabulary) -> Names:
    return Names(_ids(names.projects), names.aliases.items(), _displays(names.projects))


def _providers(known: Iterable[str]) -> list[tuple[str, str]]:
    return [(name, each) for each in sorted(known) for name in aliases.PROVIDERS.get(each, ())]


def _services(known: frozenset[str]) -> Names:
    services = Names(_ids(known), _short_names(known))
    return Names(_ids(known), _short_names(known), _without_vendor(known, services))


def _short_names(known: frozenset[str]) -> list[tuple[str, str]]:
    by_key = {key(each): each for each in sorted(known)}
    short = dict(aliases.SERVICES)
    short |= {other: aliases.SERVICES[name] for other, name in aliases.SAME.items()}
    pairs = [
        (name, by_key[key(service)])
        for name, services in short.items()
        for service in services
        if key(service) in by_key
    ]
    pairs += [(name, each) for each in sorted(known) for name in _IN_BRACKETS.findall(each)]
    return pairs


def _without_vendor(known: frozenset[str], services: Names) -> list[tuple[str, str]]:
    """`Pub/Sub` for Cloud Pub/Sub: names without their vendor, where nothing else has them."""
    pairs = []
    for each in sorted(known):
        plain = _IN_BRACKETS.sub("", each)
        low = plain.lower()
        vendor = next((v for v in aliases.VENDORS if low.startswith(f"{v} ")), "")
        short = plain[len(vendor) :].strip()
        if (vendor or plain != each) and not services.find(short, key(short)):
            pairs.append((short, each))
    # Also as one word: pubsub.
    joined = [(key(name).replace(" ", ""), each) for name, each in pairs if " " in key(name)]
    return pairs + [pair for pair in joined if not services.find(*(pair[0],) * 2)]


_INDEXES: dict[int, tuple[weakref.ref[Vocabulary], Index]] = {}


def index_of(names: Vocabulary) -> Index:
    """The index of a vocabulary: built once, and gone when the vocabulary is."""
    number = id(names)
    held = _INDEXES.get(number)
    if held is not None and held[0]() is names:
        return held[1]
    index = Index(names)
    _INDEXES[number] = (weakref.ref(names, lambda _: _INDEXES.pop(number, None)), index)
    return index
