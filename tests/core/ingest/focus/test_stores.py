"""Object stores: the same files, the same charges, wherever they lie."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.ingest.config import FocusSource
from core.ingest.errors import NoSuchFolderError, UnreachableError
from tests.support import stores
from tests.support.charges import comparable
from tests.support.focus import (
    NOVEMBER,
    OCTOBER,
    Deliveries,
    expected,
    look,
    rows,
    some,
    source,
    write,
)
from tests.support.stores import Store

LINES = some(OCTOBER)
MORE = some(NOVEMBER, seed=8)


@pytest.fixture(scope="module", params=["s3", "gs", "abfs"])
def store(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Store]:
    """Each store's stand-in, one after the other."""
    with pytest.MonkeyPatch.context() as patch:
        match request.param:
            case "s3":
                running = stores.s3()
            case "gs":
                running = stores.gcs()
            case _:
                program = stores.azurite()
                if program is None:
                    pytest.skip("azurite-blob is not installed: `make stores`, with node and npm")
                patch.setenv("AZURE_STORAGE_KEY", stores.AZURITE_KEY)
                running = stores.azure(program, tmp_path_factory.mktemp("azurite"))
        with running as found:
            yield found


def below(store: Store, path: str, **other: object) -> FocusSource:
    return source(f"{store.url}/{path}", endpoint=store.endpoint, **other)


async def test_an_export_in_a_bucket(store: Store, tmp_path: Path) -> None:
    """All formats; a second delivery changes the fingerprint of its month only."""
    deliveries = Deliveries(tmp_path / "one")
    deliveries.aws(OCTOBER, LINES, end="csv.gz")
    deliveries.aws(NOVEMBER, some(NOVEMBER, seed=1))
    store.put(tmp_path)
    before = await look(below(store, "one/", provider="aws"))
    deliveries.aws(NOVEMBER, MORE)
    (tmp_path / "later/one").mkdir(parents=True)
    store.put(tmp_path)
    config = below(store, "one", labels=["team"])
    assert comparable(await rows(config)) == comparable(expected(LINES + MORE, ["team"]))
    assert before.through is not None
    after = await look(below(store, "one/", provider="aws"))
    assert after.fingerprints["2026-11"] != before.fingerprints["2026-11"]


async def test_runs_in_a_bucket_and_one_that_is_not_whole(store: Store, tmp_path: Path) -> None:
    deliveries = Deliveries(tmp_path / "two")
    deliveries.azure(OCTOBER, LINES, run=1, end="parquet")
    deliveries.azure(OCTOBER, some(OCTOBER, seed=2), run=2)
    store.put(tmp_path)
    store.remove(str(deliveries.files[1].relative_to(tmp_path)))
    config = below(store, "two")
    assert "names part_1_0001.csv, which isn't there" in (await look(config)).unfinished["2026-10"]
    assert comparable(await rows(config)) == comparable(expected(LINES))


async def test_a_plain_folder_and_a_file_in_a_bucket(store: Store, tmp_path: Path) -> None:
    write(tmp_path / "three/a.csv", LINES)
    write(tmp_path / "three/deep/b.parquet", MORE)
    store.put(tmp_path)
    assert comparable(await rows(below(store, "three"))) == comparable(expected(LINES + MORE))
    assert comparable(await rows(below(store, "three/a.csv"))) == comparable(expected(LINES))


async def test_no_such_bucket(store: Store) -> None:
    gone = source(store.url.replace("exports", "elsewhere") + "/x", endpoint=store.endpoint)
    with pytest.raises(NoSuchFolderError, match=r"There is no .*elsewhere"):
        await look(gone)


async def test_a_store_that_does_not_answer() -> None:
    config = source("s3://exports/x", endpoint="http://127.0.0.1:9")
    with pytest.raises(UnreachableError, match=r"No object store answers at http://127\.0\.0\.1:9"):
        await look(config)
