"""What focus-validator says of exports: nothing that docs/focus-export.md doesn't explain.

It is run in an environment of its own (`make focus-validator`), by its traps: it finds its rules
beside it, would fetch newer ones, and exits with 0 whatever fails.
"""

import asyncio
import re
from pathlib import Path
from typing import Final

import pytest

from bot.render.focus import Format
from core.database import Database
from tests.support.exporting import companies, export

ROOT: Final = Path(__file__).parents[3]
PAGE: Final = (ROOT / "docs" / "focus-export.md").read_text()
HOME: Final = ROOT / ".venv" / "focus-validator"
RULE: Final = r"\w+-[A-Z]-\d{3}-[A-Z]"
COMPOSITE: Final = rf": (AND|OR) failed - .*\[({RULE}|model_rule_reference)"
CRITERIA: Final = (
    "SUB_ACCOUNT_SUPPORTED",
    "REGION_SUPPORTED",
    "TAGGING_SUPPORTED",
    "USAGE_MEASUREMENT_SUPPORTED",
)

pytestmark = pytest.mark.skipif(
    not (HOME / ".ready").exists(),
    reason="focus-validator isn't set up: `make focus-validator` does, where PyPI can be reached",
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder to run it in."""
    (package,) = HOME.glob("lib/python3.*/site-packages/focus_validator")
    (tmp_path / "focus_validator").symlink_to(package)
    return tmp_path


async def outcomes(file: Path) -> dict[str, str]:
    """PASS, FAIL or SKIPPED of every rule; of those that fail, the reason."""
    process = await asyncio.create_subprocess_exec(
        *(HOME / "bin" / "focus-validator", "--data-file", file.name),
        *("--validate-version", "1.2.0.1", "--block-download"),
        *("--applicability-criteria", ",".join(CRITERIA)),
        cwd=file.parent,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    told = (await process.communicate())[0].decode()
    total = re.search(r"^Total: (\d+) \| Pass: (\d+) \| Fail: (\d+) \|", told, re.MULTILINE)
    assert total is not None, told
    found = dict(re.findall(rf"^\S+ ({RULE}): (PASS|FAIL|SKIPPED)", told, re.MULTILINE))
    found |= dict(re.findall(rf"^- ({RULE}): (.*)$", told, re.MULTILINE))
    fails = [state for state in found.values() if state not in ("PASS", "SKIPPED")]
    assert (len(found), len(fails)) == (int(total[1]), int(total[3]))
    return found


def failing(found: dict[str, str]) -> set[str]:
    """The rules that fail by themselves, not because another does that they are made of."""
    return {
        rule
        for rule, said in found.items()
        if said not in ("PASS", "SKIPPED") and not re.search(COMPOSITE, said)
    }


@pytest.mark.parametrize("form", [Format.CSV, Format.PARQUET])
async def test_no_rule_fails_that_isnt_explained(
    fresh_database: Database, folder: Path, form: Format
) -> None:
    await companies(fresh_database, folder / "aws")
    file = folder / f"focus.{form}"
    file.write_bytes(await export(fresh_database, form))
    found = await outcomes(file)
    table = PAGE.partition("These rules fail")[2]
    assert failing(found) == set(re.findall(RULE, table))
    assert list(found.values()).count("PASS") > 140
    for rule in ("BilledCost-C-003-M", "ChargePeriodStart-C-003-M", "ServiceName-C-005-C"):
        assert found[rule] == "PASS"


async def test_a_mistake_would_be_found(fresh_database: Database, folder: Path) -> None:
    await companies(fresh_database, folder / "aws")
    head, *rows = (await export(fresh_database)).decode().splitlines()
    file = folder / "focus.csv"
    file.write_text("\n".join([head, *(re.sub("^[^,]+,", ",", row) for row in rows)]))
    assert "BilledCost-C-003-M" in failing(await outcomes(file))


@pytest.mark.parametrize("criterion", CRITERIA)
def test_what_is_claimed_is_documented(criterion: str) -> None:
    assert criterion in PAGE.partition("Not claimed")[0]
