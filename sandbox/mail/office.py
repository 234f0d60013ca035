"""What the mail server has been given, and how it is told to misbehave."""

import json
from collections import deque
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from functools import cached_property
from pathlib import Path
from typing import Final, Literal

type Step = Literal["MAIL", "RCPT", "DATA"]

_MOST: Final = 500


@dataclass(frozen=True)
class Caught:
    """A mail as it came. `number` counts from 1."""

    number: int
    sender: str
    recipients: tuple[str, ...]
    content: bytes

    @cached_property
    def message(self) -> EmailMessage:
        """It, read."""
        return message_from_bytes(self.content, policy=default)

    def part(self, kind: str) -> str:
        """Its text of a kind: plain or html; '' where it has none."""
        body = self.message.get_body((kind,))
        return str(body.get_content()) if body is not None else ""


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens once at a step instead of what should.

    answer: what the server says, as `451 later`; '': it hangs up without a word.
    seconds: how long it takes.
    takes: it keeps the mail all the same.
    """

    step: Step
    answer: str = ""
    seconds: float = 0
    takes: bool = False


@dataclass
class Office:
    """Keeps mails, the latest some hundred; in a folder as well, if there is one."""

    folder: Path | None = None
    mails: deque[Caught] = field(default_factory=lambda: deque(maxlen=_MOST))
    faults: list[Fault] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Read what an earlier run kept."""
        if self.folder is None:
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        for file in sorted(self.folder.glob("*.eml"))[-_MOST:]:
            said = json.loads(file.with_suffix(".json").read_text())
            recipients = tuple(said["recipients"])
            self.mails.append(Caught(int(file.stem), said["sender"], recipients, file.read_bytes()))

    def take(self, sender: str, recipients: tuple[str, ...], content: bytes) -> Caught:
        """Keep a mail."""
        number = self.mails[-1].number + 1 if self.mails else 1
        caught = Caught(number, sender, recipients, content)
        self.mails.append(caught)
        if self.folder is not None:
            file = self.folder / f"{number:08}.eml"
            envelope = {"sender": sender, "recipients": recipients}
            file.with_suffix(".json").write_text(json.dumps(envelope))
            file.write_bytes(content)
        return caught

    def find(self, number: int) -> Caught | None:
        """One mail."""
        return next((each for each in self.mails if each.number == number), None)

    def fault(self, step: Step) -> Fault | None:
        """The next thing to go wrong at a step, if any: it does so once."""
        found = next((each for each in self.faults if each.step == step), None)
        if found is not None:
            self.faults.remove(found)
        return found
