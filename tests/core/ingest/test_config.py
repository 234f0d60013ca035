"""`sources.toml`, and what is said of its mistakes."""

from pathlib import Path

import pytest

from core.ingest.config import DEFAULT_BYTES, BigQuerySource, SourcesFileError, read_sources

TABLE = "acme-billing.billing.gcp_billing_export_v1_0123AB_4567CD_89EF01"
GOOD = f'[[source]]\nname = "gcp"\nkind = "bigquery"\ntable = "{TABLE}"\n'


def sources(tmp_path: Path, text: str) -> tuple[BigQuerySource, ...]:
    path = tmp_path / "sources.toml"
    path.write_text(text)
    return read_sources(path)


def refusal(tmp_path: Path, text: str) -> str:
    """What is said of a file, without the folder it lies in."""
    with pytest.raises(SourcesFileError) as told:
        sources(tmp_path, text)
    return str(told.value).removeprefix(f"{tmp_path}/")


def test_a_file_that_is_not_there_lists_no_source(tmp_path: Path) -> None:
    assert read_sources(tmp_path / "sources.toml") == ()
    assert sources(tmp_path, "") == ()


def test_a_source_of_few_words(tmp_path: Path) -> None:
    (source,) = sources(tmp_path, GOOD)
    assert (source.name, source.kind, source.table) == ("gcp", "bigquery", TABLE)
    assert (source.labels, source.maximum_bytes_billed) == ((), DEFAULT_BYTES)


def test_a_source_with_everything(tmp_path: Path) -> None:
    more = 'labels = ["team", "env", "team"]\nmaximum_bytes_billed = 5_000\nproject = "analytics"\n'
    (source,) = sources(tmp_path, GOOD + more)
    assert source.labels == ("env", "team")
    assert (source.maximum_bytes_billed, source.project) == (5000, "analytics")


def test_a_table_of_a_domain_project(tmp_path: Path) -> None:
    (source,) = sources(tmp_path, GOOD.replace("acme-billing", "acme.com:billing"))
    assert source.table.startswith("acme.com:billing.")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[source]", "sources.toml can't be read: "),
        ('[source]\nname = "gcp"', "sources.toml: 'source' isn't known at the top. "),
        ("[other]\nx = 1", "sources.toml: 'other' isn't known at the top. "),
        (
            GOOD.replace('"bigquery"', '"focus"'),
            "sources.toml, source 'gcp', kind: 'focus' is not supported. Supported now: bigquery.",
        ),
        ('[[source]]\nname = "gcp"', "sources.toml, source 'gcp', kind: missing. "),
        ('[[source]]\nkind = "bigquery"', "sources.toml, source 1, name: missing. "),
        (
            GOOD.replace(TABLE, "billing.export"),
            "sources.toml, source 'gcp', table: 'billing.export' can't be used. Write it as ",
        ),
        (GOOD.replace(TABLE, "a.b.c` WHERE 1=1 --"), "sources.toml, source 'gcp', table: "),
        (
            GOOD + "label = []",
            "sources.toml, source 'gcp', label: unknown key. Known: name, kind, ",
        ),
        (GOOD + 'labels = "team"', "sources.toml, source 'gcp', labels: 'team' can't be used. "),
        (GOOD + "labels = [1]", "sources.toml, source 'gcp', labels: [1] can't be used. "),
        (
            GOOD + 'maximum_bytes_billed = "1 GB"',
            "sources.toml, source 'gcp', maximum_bytes_billed: '1 GB' can't be used. ",
        ),
        (
            GOOD + "maximum_bytes_billed = 0",
            "sources.toml, source 'gcp', maximum_bytes_billed: 0 can't be used. ",
        ),
        (GOOD + GOOD, "sources.toml: 2 sources have the name 'gcp'. "),
        (GOOD + GOOD.replace('"gcp"', '"b"'), f"sources.toml: 2 sources have the table '{TABLE}'"),
    ],
)
def test_a_mistake_is_named_by_file_entry_and_key(tmp_path: Path, text: str, said: str) -> None:
    assert refusal(tmp_path, text).startswith(said)
