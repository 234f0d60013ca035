"""Where an answer's picture is, and the block that shows it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from slackblocks import DataVisualizationBlock, ImageBlock, SlackFile

from bot.render.enclosed import Picture

PICTURE: Final = "picture."
"""What the id of a block begins with that shows a picture of a letter; its name follows."""
_UPLOADED_LATER: Final = "F00000000"

type Native = Callable[[], Iterator[DataVisualizationBlock]]


@dataclass(frozen=True, slots=True)
class ChartImage:
    """The picture has an address that Slack can reach."""

    url: str


@dataclass(frozen=True, slots=True)
class ChartFile:
    """The picture was uploaded; never in a private answer, where Slack refuses files."""

    id: str


@dataclass(frozen=True, slots=True)
class ChartNative:
    """Slack draws it by its own chart block: for private answers without a public address."""


type ChartPlace = ChartImage | ChartFile | ChartNative


@dataclass(frozen=True, slots=True)
class Look:
    """How a message that answers looks, whatever it answers.

    chart: where its picture is; None: it has none. shared_by: the Slack user who posted it for
    all to see; it is private otherwise. share: offer to post it in the channel; never where it
    is posted already. send_chart: offer to send the picture, where this message can't hold it.
    apology: one sentence on what is missing from it, such as a chart that failed.
    """

    chart: ChartPlace | None = None
    shared_by: str | None = None
    share: bool = True
    send_chart: bool = False
    apology: str = ""


def picture(
    place: ChartPlace | None, alt: str, native: Native
) -> Iterator[ImageBlock | DataVisualizationBlock]:
    """The block of a picture; `native` makes Slack's own chart."""
    match place:
        case ChartImage(url):
            yield ImageBlock(image_url=url, alt_text=alt, block_id="chart")
        case ChartFile(id=file):
            uploaded = SlackFile(url=None, id=file)
            yield ImageBlock(slack_file=uploaded, alt_text=alt, block_id="chart")
        case ChartNative():
            yield from native()


def shown(picture: Picture) -> ImageBlock:
    """The block of a picture of a letter, by its name; delivery uploads it and puts its id here."""
    file = SlackFile(url=None, id=_UPLOADED_LATER)
    return ImageBlock(slack_file=file, alt_text=picture.alt, block_id=f"{PICTURE}{picture.name}")
