"""Text in CSV that a spreadsheet would take for a formula, in SQL."""

from typing import Final

_BEGINNINGS: Final = "=+-@''\\t\\r\\n\\uff1d\\uff0b\\uff0d\\uff20"
"""What a formula may begin with, wide signs too; and an apostrophe: one can be taken off again."""


def guarded(text: str) -> str:
    """An expression with an apostrophe before what begins a formula; nothing stays nothing."""
    begins = f"strpos(E'{_BEGINNINGS}', left({text}, 1)) > 0"
    return f"CASE WHEN {text} = '' THEN {text} WHEN {begins} THEN '''' || {text} ELSE {text} END"
