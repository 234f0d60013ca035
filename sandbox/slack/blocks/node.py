"""A value inside a payload that knows where it stands, for checks that read like the rules."""

from collections.abc import Collection
from typing import Any


class Node:
    """A value with its JSON pointer; what is wrong with it is collected in `problems`."""

    def __init__(self, value: Any, pointer: str, problems: list[str]) -> None:
        self.value = value
        self.pointer = pointer
        self.problems = problems

    @property
    def kind(self) -> str:
        """The type that it says it is of."""
        kind = self.value.get("type") if isinstance(self.value, dict) else None
        return kind if isinstance(kind, str) else ""

    def problem(self, text: str) -> None:
        """Note what is wrong, as Slack words it."""
        self.problems.append(f"{text} [json-pointer:{self.pointer or '/'}]")

    def get(self, key: str) -> "Node | None":
        """A field, or None where it is absent."""
        if not isinstance(self.value, dict) or self.value.get(key) is None:
            return None
        return Node(self.value[key], f"{self.pointer}/{key}", self.problems)

    def need(self, key: str) -> "Node | None":
        """A field that must be there."""
        if (node := self.get(key)) is None:
            self.problem(f"missing required field: {key}")
        return node

    def only(self, *fields: str) -> None:
        """No other fields than these, and those that every block or element has."""
        if isinstance(self.value, dict):
            for key in self.value.keys() - {*fields, "type"}:
                self.problem(f"invalid additional property: {key}")

    def one_of(self, *keys: str) -> None:
        """Exactly one of these fields."""
        if sum(self.get(key) is not None for key in keys) != 1:
            self.problem(f"must define exactly one of {', '.join(f'`{key}`' for key in keys)}")

    def string(self, most: int | None = None, least: int = 1) -> str | None:
        """A text of so many characters."""
        if not isinstance(self.value, str):
            self._wrong("string")
            return None
        if len(self.value) < least:
            self.problem(f"must be more than {least - 1} characters")
        if most is not None and len(self.value) > most:
            self.problem(f"must be less than {most + 1} characters")
        return self.value

    def choice(self, allowed: Collection[str]) -> None:
        """One of a few words."""
        if not isinstance(self.value, str) or self.value not in allowed:
            self.problem("must be a valid enum value")

    def flag(self) -> None:
        """True or false."""
        if not isinstance(self.value, bool):
            self._wrong("boolean")

    def number(self, least: float | None = None, most: float | None = None) -> None:
        """A number in a range."""
        if isinstance(self.value, bool) or not isinstance(self.value, int | float):
            self._wrong("number")
        elif least is not None and self.value < least:
            self.problem(f"must be greater than or equal to {least}")
        elif most is not None and self.value > most:
            self.problem(f"must be less than or equal to {most}")

    def each(self, most: int | None = None, least: int = 1) -> list["Node"]:
        """The items of a list of so many."""
        if not isinstance(self.value, list):
            self._wrong("array")
            return []
        if len(self.value) < least:
            self.problem(f"no fewer than {least} items allowed")
        if most is not None and len(self.value) > most:
            self.problem(f"no more than {most} items allowed")
        return [
            Node(item, f"{self.pointer}/{index}", self.problems)
            for index, item in enumerate(self.value)
        ]

    def is_object(self) -> bool:
        """Whether it is an object; noted where it isn't."""
        if not isinstance(self.value, dict):
            self._wrong("object")
        return isinstance(self.value, dict)

    def unsupported(self) -> None:
        """Its type isn't allowed where it stands."""
        self.problem(f"unsupported type: {self.kind}")

    def _wrong(self, kind: str) -> None:
        self.problem(f"must be a {kind}")
