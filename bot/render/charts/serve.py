"""The worker process: reads charts from its input, writes pictures to its output.

Each message is a length (4 bytes, big endian) and so many bytes: a pickled chart going in;
coming out, `.` and a PNG, or `!` and why there is none. It ends when its input does, so it
never outlives the application.
"""

import gc
import pickle
import sys
from typing import BinaryIO

from bot.render.charts.draw import draw
from bot.render.charts.spec import Bar, Chart, Ranked

PICTURE = b"."
FAILURE = b"!"
LENGTH = 4

_WARM_UP = Chart("…", "…", "…", "", Ranked((Bar("…", 1.0, "$1", "#000000"),)))


def main() -> None:
    """Warm up, say so with an empty message, then draw until the input ends."""
    requests, replies = sys.stdin.buffer, sys.stdout.buffer
    draw(_WARM_UP)
    gc.freeze()
    _send(replies, b"")
    while len(head := requests.read(LENGTH)) == LENGTH:
        _send(replies, _reply(requests.read(int.from_bytes(head))))
        # Figures hold on to themselves and to some 20 MB of pixels: let go at once.
        gc.collect()


def _reply(request: bytes) -> bytes:
    try:
        # The application on the other end of the pipe is the only one that can write to it.
        return PICTURE + draw(pickle.loads(request))  # noqa: S301 - see above
    except Exception as failure:  # noqa: BLE001 - told to the application, which logs it
        return FAILURE + f"{type(failure).__name__}: {failure}".encode()


def _send(replies: BinaryIO, message: bytes) -> None:
    replies.write(len(message).to_bytes(LENGTH) + message)
    replies.flush()


if __name__ == "__main__":
    main()
