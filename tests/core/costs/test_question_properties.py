"""What holds of any question: it is read or refused, in little time, and reads as it is written."""

import gc
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.costs.language.names import _INDEXES, index_of
from core.costs.language.said import Said
from core.costs.language.text import clean
from core.costs.model import (
    DIMENSIONS,
    PROJECT,
    RESOURCE,
    Asker,
    Basis,
    CostQuery,
    Dimension,
    Form,
    Granularity,
    Measure,
    Versus,
    Vocabulary,
    label,
)
from core.costs.question import parse_command, parse_cost_query, write
from core.errors import CostTrackerError
from core.named_period import NAMES as PERIODS
from core.named_period import parse_period
from tests.core.costs.question_names import NAMES, TODAY

ASKERS = (Asker(), Asker(here=("web",)), Asker(mine=("checkout", "search")))
PIECES = (
    "checkout search web web-2026 data platform may forecast 2048 shared basket ec2 gcs Cloud SQL "
    'run service= region= team= label:env= label: label:"cost center"= account= project!= foo= = '
    "!= , ; \" ' none unassigned all by vs top over in total last-7d mtd 7 days 2026 2026-13 "
    "2026-10 oct .. to since invoice net gross list cost measure= daily week day 5 0 $1,000 100k "
    "EUR EUX table csv help why project projects <#C1|x> <#C9> <@U1> <http://a|b> &amp; please - "
    "\u2026 \u2019 \u201c prod Prod top-5 in-house "
)
TEXTS = st.lists(st.sampled_from(PIECES.split()) | st.text(max_size=5), max_size=12).map(" ".join)


@given(TEXTS | st.text())
@settings(max_examples=600)
def test_any_text_is_a_question_or_an_error_that_says_why(text: str) -> None:
    try:
        query = parse_cost_query(text, today=TODAY, names=NAMES, asker=ASKERS[1])
    except CostTrackerError as error:
        assert error.message  # noqa: PT017 - either outcome is right
    else:
        for asker in ASKERS:
            again = parse_cost_query(write(query), today=TODAY, names=NAMES, asker=asker)
            assert again == query


@given(TEXTS)
@settings(max_examples=300)
def test_any_text_is_a_command_or_an_error_that_says_why(text: str) -> None:
    try:
        command = parse_command(text, today=TODAY, names=NAMES)
    except CostTrackerError as error:
        assert error.message  # noqa: PT017 - either outcome is right
    else:
        assert command.query or command.problem or command.verb == "help"


# Names that tempt a parser: words of the language, prefixes of one another, signs, other scripts.
NASTY = st.sampled_from(
    [
        "a", "A", "a b", "a-b", "a 2026", "2026", "oct", "last-7d", "last 7d", "by service", "none",
        "all", "mtd", "top 5", "net", "x,y", 'x"y', "x=y", "x:y", "x/y", "label:env", "a'b", "日本",
        "a by", "top", "in", "the", "vs a", "daily", "a daily", "over 5", "in EUR", "#x", "<x>",
        "-", "\u201cx\u201d", "a\u2014b", "\u2026",
        "service", "forecast", "cost", "b.c", "b_c", "B", "b", "5", "web's", "x.", "a service",
    ]
)  # fmt: skip
WILD = st.text(st.characters(exclude_categories=["C", "Z"], exclude_characters="&"), min_size=1)
SLUGS = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?", fullmatch=True) | st.sampled_from(
    ["a", "a-2026", "2026", "oct", "last-7d", "by-service", "top-5", "in-eur", "vs-a", "net", "q3"]
)
VALUES = NASTY | WILD


def _some(values: st.SearchStrategy[str]) -> st.SearchStrategy[list[str]]:
    return st.lists(values, min_size=1, max_size=6, unique=True)


@st.composite
def asked(draw: st.DrawFn) -> tuple[CostQuery, Vocabulary]:
    """A vocabulary of tempting names, and a question that draws on it."""
    slugs, values = draw(_some(SLUGS)), draw(_some(VALUES))
    # Typed dashes and quotes are made plain: keys that differ in nothing else are one key.
    keys = draw(st.lists(VALUES, min_size=1, max_size=6, unique_by=clean))
    names = Vocabulary(
        projects={slug: draw(st.just("") | VALUES) for slug in slugs},
        accounts={each: (draw(st.just("") | VALUES), None) for each in values},
        teams=frozenset(values),
        services=frozenset(values),
        skus=dict.fromkeys(values, "the same"),
        regions=dict.fromkeys(values, ""),
        providers=frozenset(values),
        categories=frozenset(values),
        labels={key: frozenset(values) for key in keys},
    )
    dimensions = [*DIMENSIONS, *map(label, keys)]
    said = Said(
        period=parse_period(draw(st.sampled_from([*PERIODS, "2026-10", "oct..nov"])), TODAY),
        everything=True,
        group_by=draw(st.lists(st.sampled_from(dimensions), max_size=3, unique=True)),
        ungrouped=True,
        measure=draw(st.sampled_from(Measure)),
        basis=draw(st.sampled_from([None, Basis.USAGE])),
        granularity=draw(st.none() | st.sampled_from(Granularity)),
        versus=draw(
            st.sampled_from(
                [
                    None,
                    Versus(),
                    Versus("last-year"),
                    Versus("period", period=parse_period("2026-09", TODAY)),
                    Versus("project", project=slugs[0]),
                ]
            )
        ),
        top=draw(st.none() | st.integers(1, 1000)),
        over=draw(st.none() | st.decimals(0, 10**9, places=2)),
        currency=draw(st.sampled_from([None, "EUR", "JPY"])),
        form=draw(st.none() | st.sampled_from(Form)),
    )
    for dimension in draw(st.lists(st.sampled_from(dimensions), max_size=3, unique=True)):
        known = slugs if dimension == PROJECT else values
        if dimension == RESOURCE:  # taken as typed: there are too many to be known
            known = list(dict.fromkeys(map(clean, values)))
        chosen = draw(st.lists(st.none() | st.sampled_from(known), min_size=1, unique=True))
        said.keep(dimension, chosen, negated=draw(st.booleans()))
    return said.query(TODAY, Asker()), names


@given(asked())
@settings(max_examples=600)
def test_a_question_reads_as_it_is_written_whatever_things_are_called(
    case: tuple[CostQuery, Vocabulary],
) -> None:
    query, names = case
    for asker in (Asker(), Asker(here=("elsewhere",))):
        assert parse_cost_query(write(query), today=TODAY, names=names, asker=asker) == query


CLAUSES = (
    "checkout", "data platform", "last 7 days", "by service,region", "team=data", "ec2",
    "label:env=prod,dev", "net", "vs last-year", "weekly", "top 5", "over $1,000", "in EUR",
    "csv", "region!=us-east1", "for", "please",
)  # fmt: skip


@given(st.permutations(CLAUSES), st.integers(1, len(CLAUSES)))
@settings(max_examples=200)
def test_the_order_of_clauses_doesnt_matter(clauses: list[str], some: int) -> None:
    chosen = clauses[:some]
    ordered = sorted(chosen, key=CLAUSES.index)
    one, other = (
        parse_cost_query(" ".join(each), today=TODAY, names=NAMES) for each in (chosen, ordered)
    )
    assert one == other


@pytest.mark.parametrize(
    "text",
    [
        "x" * 40_000,
        "x " * 20_000,
        "web " * 10_000,
        "web-2026-" * 4_000,
        "7 " * 20_000,
        "2026-10-01.." * 3_000,
        "last " * 8_000,
        '"' * 40_000,
        "'" * 40_000,
        "<" * 40_000,
        "<#C1|x>" * 5_000,
        "=" * 40_000,
        "service=" * 5_000,
        "service=" + "web, " * 8_000,
        "by " * 13_000,
        "over 1" + ",000" * 9_000,
        "vs " * 13_000,
        "amazon elastic " * 2_600,
        "&amp;" * 8_000,
        "the " * 10_000,
        "label:env=prod," * 2_600,
        "project=" + "checkout," * 4_000,
        "-" * 40_000,
        "." * 40_000,
        "9" * 40_000,
        "help " * 8_000,
    ],
    ids=lambda text: text[:12],
)
@pytest.mark.timeout(60)  # what grows faster than the text would take hours
def test_a_long_text_is_read_or_refused_in_few_words(text: str) -> None:
    try:
        assert parse_command(text, today=TODAY, names=NAMES).verb
    except CostTrackerError as error:
        assert len(error.message) < 300  # noqa: PT017 - either outcome is right


def test_an_index_is_built_once_for_a_vocabulary_and_goes_with_it() -> None:
    names = Vocabulary(projects={"a": ""})
    assert index_of(names) is index_of(names)
    assert index_of(names) is not index_of(Vocabulary(projects={"a": ""}))
    number = id(names)
    del names
    gc.collect()
    assert number not in _INDEXES


def test_the_same_words_mean_other_days_later() -> None:
    one, other = (
        parse_cost_query("over 5 last-7d", today=day, names=NAMES)
        for day in (TODAY, date(2027, 1, 1))
    )
    assert one.period != other.period
    assert one.over == other.over == Decimal(5)
    assert one.group_by == (Dimension("service"),)
