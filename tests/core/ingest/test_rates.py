"""Conversion rates in `sources.toml`, and what is said of its mistakes."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from core.costs.writing.rates import ConfiguredRate
from core.ingest.config import SourcesFileError, read_sources
from core.ingest.rates import read_rates

ENTRY = '[[rates]]\nsince = "2026-10"\norigin = "ECB reference rates"\n'


def rates(tmp_path: Path, text: str) -> tuple[ConfiguredRate, ...]:
    path = tmp_path / "sources.toml"
    path.write_text(text)
    return read_rates(path)


def test_a_file_that_is_not_there_has_no_rates(tmp_path: Path) -> None:
    assert read_rates(tmp_path / "sources.toml") == ()
    assert rates(tmp_path, "") == ()


def test_rates_keep_every_digit_written_as_number_or_as_text(tmp_path: Path) -> None:
    found = rates(tmp_path, ENTRY + 'per_usd = { EUR = 0.92310000000000000001, GBP = "0.7782" }')
    since, origin = date(2026, 10, 1), "ECB reference rates"
    assert found == (
        ConfiguredRate(since, "EUR", Decimal("0.92310000000000000001"), origin),
        ConfiguredRate(since, "GBP", Decimal("0.7782"), origin),
    )
    assert read_sources(tmp_path / "sources.toml") == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[[rates]]\nsince = "2026-1"\n', "since: '2026-1' can't be used. Write a billing month"),
        (ENTRY, "per_usd: missing. Write units"),
        (ENTRY + "per_usd = { EUR = -1 }", "per_usd EUR: -1 can't be used. Write units"),
        (ENTRY + 'per_usd = { EUR = "x" }', "per_usd EUR: 'x' can't be used. Write units"),
        (ENTRY + "per_usd = { eur = 1 }", "per_usd eur: 'eur' can't be used. Write units"),
        (ENTRY + "per_usd = { USD = 1 }", "can't be used. Write units of other currencies"),
        (ENTRY + "per_usd = { EUR = 1 }\nto = 1", "to: 1 can't be used. Known: since, origin, per"),
        ("rates = 3", "'rates' is not a list. Begin each entry with [[rates]]."),
        ((ENTRY + "per_usd = { EUR = 1 }\n") * 2, "EUR has 2 rates since 2026-10. Keep one"),
    ],
)
def test_mistakes_are_quoted_with_their_fix(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(SourcesFileError) as told:
        rates(tmp_path, text)
    assert said in str(told.value)
