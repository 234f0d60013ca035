"""`sources.toml`, and what is said of its mistakes."""

from pathlib import Path

import pytest

from core.ingest.config import (
    DEFAULT_BYTES,
    BigQuerySource,
    FocusSource,
    SourceConfig,
    SourcesFileError,
    read_sources,
)

TABLE = "acme-billing.billing.gcp_billing_export_v1_0123AB_4567CD_89EF01"
GOOD = f'[[source]]\nname = "gcp"\nkind = "bigquery"\ntable = "{TABLE}"\n'


FOCUS = '[[source]]\nname = "aws"\nkind = "focus"\nurl = "s3://bucket/prefix/"\n'


def sources(tmp_path: Path, text: str) -> tuple[SourceConfig, ...]:
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
    assert isinstance(source, BigQuerySource)
    assert (source.name, source.kind, source.table) == ("gcp", "bigquery", TABLE)
    assert (source.labels, source.maximum_bytes_billed) == ((), DEFAULT_BYTES)


def test_a_source_with_everything(tmp_path: Path) -> None:
    more = 'labels = ["team", "env", "team"]\nmaximum_bytes_billed = 5_000\nproject = "analytics"\n'
    (source,) = sources(tmp_path, GOOD + more)
    assert isinstance(source, BigQuerySource)
    assert source.labels == ("env", "team")
    assert (source.maximum_bytes_billed, source.project) == (5000, "analytics")


def test_a_table_of_a_domain_project(tmp_path: Path) -> None:
    (source,) = sources(tmp_path, GOOD.replace("acme-billing", "acme.com:billing"))
    assert source.location.startswith("acme.com:billing.")


def test_focus_files_of_few_words(tmp_path: Path) -> None:
    (source,) = sources(tmp_path, FOCUS)
    assert isinstance(source, FocusSource)
    assert (source.name, source.location, source.labels) == ("aws", "s3://bucket/prefix/", ())
    assert (source.provider, source.endpoint) == (None, None)


@pytest.mark.parametrize(
    "url",
    ["gs://b/p", "abfs://c@account/p/", "/exports", "exports/aws", "file:///exports", "s3://b"],
)
def test_places_of_focus_files(tmp_path: Path, url: str) -> None:
    (source,) = sources(tmp_path, FOCUS.replace("s3://bucket/prefix/", url))
    assert source.location == url


def test_one_folder_may_hold_the_charges_of_several_clouds(tmp_path: Path) -> None:
    azure = FOCUS.replace('"aws"', '"azure"')
    two = sources(tmp_path, FOCUS + 'provider = "aws"\n' + azure + 'provider = "azure"\n')
    assert [source.name for source in two] == ["aws", "azure"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[source]", "sources.toml can't be read: "),
        ('[source]\nname = "gcp"', "sources.toml: 'source' isn't known at the top. "),
        ("[other]\nx = 1", "sources.toml: 'other' isn't known at the top. "),
        (
            GOOD.replace('"bigquery"', '"cur"'),
            "sources.toml, source 'gcp', kind: 'cur' is not supported. Supported now: bigquery, ",
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
        (
            FOCUS.replace("s3://bucket", "https://bucket"),
            "sources.toml, source 'aws', url: 'https://bucket/prefix/' can't be used. Write s3://",
        ),
        (FOCUS.replace("s3://bucket/prefix/", "abfs://c/p"), "sources.toml, source 'aws', url: "),
        (FOCUS.replace("s3://bucket/prefix/", ""), "sources.toml, source 'aws', url: '' can't "),
        (FOCUS + 'provider = "AWS"', "sources.toml, source 'aws', provider: 'AWS' can't be used. "),
        (FOCUS + 'endpoint = "x:1"', "sources.toml, source 'aws', endpoint: 'x:1' can't be used. "),
        (
            FOCUS + 'table = "x"',
            "sources.toml, source 'aws', table: unknown key. Known: name, kind",
        ),
        (
            FOCUS + FOCUS.replace('"aws"', '"b"'),
            "sources.toml: 2 sources have the url 's3://bucket/prefix'. ",
        ),
        (GOOD + GOOD, "sources.toml: 2 sources have the name 'gcp'. "),
        (GOOD + GOOD.replace('"gcp"', '"b"'), f"sources.toml: 2 sources have the table '{TABLE}'"),
    ],
)
def test_a_mistake_is_named_by_file_entry_and_key(tmp_path: Path, text: str, said: str) -> None:
    assert refusal(tmp_path, text).startswith(said)
