"""Small lines of blocks."""

from collections.abc import Sequence
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.render.sparks import spark
from tests.support.answers import AMOUNTS


@pytest.mark.parametrize(
    ("amounts", "blocks"),
    [
        ((1, 2, 3, 4), "▃▅▆█"),
        ((0, 7), "▁█"),
        ((5, None, 5), "█·█"),
        ((-7, 0), "▁█"),
        ((0, 0), ""),
        ((5,), ""),
        ((None, None), ""),
    ],
)
def test_amounts_are_blocks(amounts: Sequence[int | None], blocks: str) -> None:
    assert spark([None if each is None else Decimal(each) for each in amounts]) == blocks


@given(st.lists(st.none() | AMOUNTS, max_size=400))
def test_many_amounts_are_few_blocks(amounts: list[Decimal | None]) -> None:
    assert len(spark(amounts)) <= 12
