"""Resources as people see them: short names, buttons where they lead somewhere, notes."""

from dataclasses import replace
from decimal import Decimal

import pytest

from bot.render import sentences, words
from bot.render.blocks.actions import next_questions
from core.costs.model import RESOURCE, SERVICE, Filter, Line, Note, NoteKind, Versus
from tests.support.answers import by_service

ID = "//compute.googleapis.com/projects/42/zones/us-west1-a/instances/4711"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("web-1", "web-1"),
        ("zone/web-1", "zone/web-1"),
        (ID, "4711"),
        ("arn:aws:ec2:eu-west-1:111111111111:instance/i-0abc", "i-0abc"),
        (
            "arn:aws:s3:::a-bucket-of-some-long-name-and-more/",
            "a-bucket-of-some-long-name-and-more",
        ),
        ("x" * 30 + "y" * 30, "x" * 19 + "…" + "y" * 19),
    ],
)
def test_names_are_short_where_there_is_little_room(name: str, shown: str) -> None:
    line = Line({RESOURCE: ID}, "USD", Decimal(1), names={RESOURCE: name})
    assert words.group(line, (RESOURCE,)) == (shown,)
    assert words.group(line._replace(group={RESOURCE: name}, names=None), (RESOURCE,)) == (shown,)


def test_of_none() -> None:
    line = Line({RESOURCE: None}, "USD", Decimal(1))
    assert words.group(line, (RESOURCE,)) == ("no resource",)


def test_buttons_offer_them_where_some_are_kept() -> None:
    """Never after a comparison, which may lie too far back; no SKUs of a single resource."""
    answer = by_service(("A", "2"), ("B", "1"))
    assert "resource" not in {name for name, _, _ in next_questions(answer)}
    kept = replace(answer, resources=True)
    offered = {name: query for name, _, query in next_questions(kept)}
    assert offered["resource"].group_by == (RESOURCE,)
    compared = replace(kept, query=replace(kept.query, versus=Versus("last-year")))
    assert "resource" not in {name for name, _, _ in next_questions(compared)}
    one = replace(kept.query, where=(Filter(RESOURCE, ("web-1",)),), group_by=(SERVICE,))
    assert "sku" not in {name for name, _, _ in next_questions(replace(kept, query=one))}


@pytest.mark.parametrize(
    ("note", "said"),
    [
        (
            Note(NoteKind.RESOURCES_OTHER, Decimal("12.5"), "USD"),
            (
                "$12.50 is of other resources: those that cost most of a project's day and service"
                " are told apart."
            ),
        ),
        (
            Note(NoteKind.RESOURCES_UNKNOWN, Decimal(3), "EUR", text="aws"),
            "€3.00 is of sources that keep no resources: aws.",
        ),
        (
            Note(NoteKind.RESOURCES_LEFT_OUT),
            (
                "Days on which it isn't among those that cost most of its project and service"
                " aren't in these figures."
            ),
        ),
    ],
)
def test_notes(note: Note, said: str) -> None:
    assert sentences.note(note) == said
