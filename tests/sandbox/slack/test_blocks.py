"""Slack's rules for blocks, each broken once."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.slack.blocks import characters, message_problems, view_problems, with_ids
from tests.sandbox.slack.refusals import refused
from tests.sandbox.slack.samples import (
    actions,
    asks,
    bars,
    button,
    line,
    mrkdwn,
    option,
    pie,
    plain,
    section,
    select,
    table,
)
from tests.support.slack import CHECKOUT, Slackbox

type Json = dict[str, Any]

OVERFLOW = {"type": "overflow", "action_id": "more"}
CONFIRM = {"title": plain("Sure?"), "text": plain("Really"), "confirm": plain("Yes")}
CELL = {"type": "raw_text", "text": "a"}
DATA_TABLE = {"type": "data_table", "caption": "Costs", "rows": [[CELL], [CELL]]}
RADIO = {"type": "radio_buttons", "action_id": "r", "options": [option("A")]}

BROKEN: list[tuple[str, Json | list[Json], str]] = [
    ("no blocks above 50", [section() for _ in range(51)], "no more than 50 items allowed"),
    ("text at most 3000", section("x" * 3001), "must be less than 3001 characters"),
    ("text not empty", section(""), "must be more than 0 characters"),
    ("section says something", {"type": "section"}, "must define either `text` or `fields`"),
    (
        "fields at most 10",
        {"type": "section", "fields": [mrkdwn("x")] * 11},
        "no more than 10 items allowed [json-pointer:/blocks/0/fields]",
    ),
    (
        "a field at most 2000",
        {"type": "section", "fields": [mrkdwn("x" * 2001)]},
        "must be less than 2001 characters",
    ),
    ("header at most 150", {"type": "header", "text": plain("x" * 151)}, "less than 151"),
    ("header is plain", {"type": "header", "text": mrkdwn("x")}, "unsupported type: mrkdwn"),
    (
        "actions at most 25",
        actions(*(button(f"a{n}") for n in range(26))),
        "no more than 25 items allowed [json-pointer:/blocks/0/elements]",
    ),
    ("actions not empty", actions(), "no fewer than 1 items allowed"),
    (
        "context at most 10",
        {"type": "context", "elements": [mrkdwn("x")] * 11},
        "no more than 10 items allowed",
    ),
    ("context holds no buttons", {"type": "context", "elements": [button()]}, "unsupported type"),
    ("button text at most 75", actions(button(text="x" * 76)), "less than 76"),
    ("button value at most 2000", actions(button(value="x" * 2001)), "less than 2001"),
    ("button style", actions(button(style="fancy")), "must be a valid enum value"),
    (
        "confirm dialogs are whole",
        actions(button(confirm=CONFIRM)),
        "missing required field: deny",
    ),
    (
        "action ids once a block",
        actions(button("a"), button("a")),
        "already exists for this block [json-pointer:/blocks/0/elements/1/action_id]",
    ),
    (
        "block ids once a message",
        [section(block_id="b"), section(block_id="b")],
        "`block_id` b already exists [json-pointer:/blocks/1/block_id]",
    ),
    ("options at most 100", actions(select("p", *map(str, range(101)))), "no more than 100"),
    ("option text at most 75", actions(select("p", "x" * 76)), "less than 76"),
    (
        "option value at most 150",
        actions({"type": "static_select", "action_id": "p", "options": [option("a", "x" * 151)]}),
        "less than 151",
    ),
    (
        "initial option is offered",
        actions(select("p", "One", initial_option=option("Three"))),
        "initial option must be one of the provided options",
    ),
    (
        "overflow at most 5",
        actions({**OVERFLOW, "options": [option(str(n)) for n in range(6)]}),
        "no more than 5 items allowed",
    ),
    (
        "radios at most 10",
        actions({**RADIO, "options": [option(str(n)) for n in range(11)]}),
        "no more than 10 items allowed",
    ),
    ("text inputs stand in inputs", actions(line("x")), "unsupported type: plain_text_input"),
    ("a date is a date", actions({"type": "datepicker", "initial_date": "1.2.26"}), "format"),
    (
        "pictures have a description",
        {"type": "image", "image_url": "https://e.example/x.png"},
        "missing required field: alt_text",
    ),
    (
        "pictures have one source",
        {"type": "image", "alt_text": "x"},
        "must define exactly one of `image_url`, `slack_file`",
    ),
    (
        "picture addresses are http",
        {"type": "image", "image_url": "ftp://e.example/x.png", "alt_text": "x"},
        "invalid_url",
    ),
    ("table at most 100 rows", table(rows=101), "no more than 100 items allowed"),
    ("table at most 20 columns", table(columns=21), "no more than 20 items allowed"),
    (
        "table cells aren't empty",
        table(text=""),
        "must be more than 0 characters [json-pointer:/blocks/0/rows/0/0/text]",
    ),
    ("one table a message", [table(), table()], "only_one_table_allowed"),
    ("one of either table", [table(), DATA_TABLE], "only_one_table_allowed"),
    (
        "data tables have a caption",
        {"type": "data_table", "rows": [[CELL], [CELL]]},
        "missing required field: caption",
    ),
    ("data tables at most 100 rows", {**DATA_TABLE, "rows": [[CELL]] * 102}, "no more than 101"),
    (
        "data tables are rectangular",
        {**DATA_TABLE, "rows": [[CELL], [CELL, CELL]]},
        "same number of columns",
    ),
    ("chart title at most 50", pie(title="x" * 51), "less than 51"),
    ("pie at most 6 segments", pie(7), "no more than 6 items allowed"),
    ("pie values above 0", pie(value=0), "must be greater than 0"),
    ("chart labels at most 20", pie(label="x" * 20), "less than 21"),
    ("chart at most 6 series", bars(7), "no more than 6 items allowed"),
    ("chart at most 20 points", bars(points=21), "no more than 20 items allowed"),
    ("a point for every category", bars(missing=1), "exactly one point for every category"),
    ("two charts a message", [pie(), pie(), pie()], "no more than 2 data_visualization"),
    (
        "markdown together at most 12000",
        [{"type": "markdown", "text": "x" * 6001}] * 2,
        "less than 12001",
    ),
    ("alerts are for modals", {"type": "alert", "text": mrkdwn("x")}, "unsupported type: alert"),
    (
        "rich text down to its pieces",
        {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{}]}]},
        "unsupported type:  [json-pointer:/blocks/0/elements/0/elements/0]",
    ),
    (
        "rich text in cells",
        {"type": "table", "rows": [[{"type": "rich_text", "elements": [{"type": "table"}]}]]},
        "unsupported type: table [json-pointer:/blocks/0/rows/0/0/elements/0]",
    ),
    ("unknown blocks", {"type": "sparkle"}, "unsupported type: sparkle"),
    ("unknown fields", section(colour="red"), "invalid additional property: colour"),
    (
        "blocks are objects",
        ["text"],  # type: ignore[list-item]
        "must be a object",
    ),
]


@pytest.mark.parametrize(
    ("blocks", "problem"),
    [pytest.param(blocks, problem, id=rule) for rule, blocks, problem in BROKEN],
)
async def test_slack_refuses(slackbox: Slackbox, blocks: Json | list[Json], problem: str) -> None:
    listed = blocks if isinstance(blocks, list) else [blocks]
    with refused("invalid_blocks", problem):
        await slackbox.client().chat_postMessage(channel=CHECKOUT, text="t", blocks=listed)
    assert await slackbox.messages(CHECKOUT) == []


async def test_blocks_of_attachments_keep_the_same_rules(slackbox: Slackbox) -> None:
    attached = [{"color": "#f00", "fallback": "x", "blocks": [section("x" * 3001)]}]
    with refused("invalid_blocks", "[json-pointer:/attachments/0/blocks/0/text/text]"):
        await slackbox.client().chat_postMessage(channel=CHECKOUT, text="t", attachments=attached)


def everything() -> list[Json]:
    return [
        {"type": "header", "text": plain("Costs")},
        section(accessory=button("b0")),
        {"type": "section", "fields": [mrkdwn("a"), plain("b")]},
        {"type": "divider"},
        {"type": "context", "elements": [mrkdwn("fresh")]},
        actions(
            button("b1", style="primary", confirm={**CONFIRM, "deny": plain("No")}),
            select("s1"),
            {"type": "users_select", "action_id": "s2"},
            {"type": "external_select", "action_id": "s3", "min_query_length": 0},
            {"type": "datepicker", "action_id": "d", "initial_date": "2026-11-22"},
            {**OVERFLOW, "options": [option("Open")]},
            RADIO,
        ),
        table(100, 20),
        pie(6),
        bars(6, 20),
        {"type": "markdown", "text": "**bold**"},
        asks("note", line("note"), optional=True),
        {
            "type": "rich_text",
            "elements": [
                {"type": "rich_text_section", "elements": [{"type": "text", "text": "hi"}]}
            ],
        },
    ]


async def test_one_of_everything_is_taken(slackbox: Slackbox) -> None:
    blocks = everything()
    posted = await slackbox.client().chat_postMessage(channel=CHECKOUT, text="t", blocks=blocks)
    assert len(posted["message"]["blocks"]) == len(blocks)


def nodes(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """The paths to everything inside a value."""
    keys: list[Any] = (
        list(value)
        if isinstance(value, dict)
        else list(range(len(value)))
        if isinstance(value, list)
        else []
    )
    return [path, *(below for key in keys[:4] for below in nodes(value[key], (*path, key)))]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=5,
)
PATHS = [path for path in nodes(everything()) if path]


@given(path=st.sampled_from(PATHS), value=JSON)
def test_nonsense_anywhere_is_told_and_never_a_crash(
    path: tuple[str | int, ...], value: object
) -> None:
    blocks: Any = everything()
    place = blocks
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    problems = message_problems(blocks)
    assert all("[json-pointer:" in problem for problem in problems)
    if not problems:
        assert len(with_ids(blocks)) == len(blocks)
        assert characters(blocks) > 0


@given(JSON)
def test_any_json_is_no_view_or_a_view(value: object) -> None:
    blocks = value if isinstance(value, list) else [value]
    assert view_problems({"type": "home", "blocks": blocks}) or blocks == []
