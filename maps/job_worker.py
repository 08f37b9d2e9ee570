"""The process in which a long question is answered, so that it can be stopped at any moment.

Run as ``python -m maps.job_worker``. Questions come in over standard input and steps, answers and errors go
out over standard output, each in a frame; what a library prints goes to the log. When the application
is gone, so is this process.
"""

from __future__ import annotations

import json
import os
import pickle
import struct
import sys
import time
from contextlib import suppress
from queue import SimpleQueue
from threading import Thread
from typing import IO, TYPE_CHECKING, Any, Final

from layers.errors import ThoCongError

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["ANSWER", "ERROR", "FAULT", "READY", "STEP", "main", "read_frame", "write_frame"]

READY: Final = b"R"
STEP: Final = b"S"
ANSWER: Final = b"A"
ERROR: Final = b"E"
FAULT: Final = b"F"
_HEAD: Final = struct.Struct(">cQ")
#: a step that follows sooner than this is not told; the first of each name is
_PAUSE_S: Final = 0.1
_BEHIND_PAGES: Final = 5


def write_frame(stream: IO[bytes], kind: bytes, content: bytes = b"") -> None:
    """Write a frame: what it is, how long it is, its content.

    Parameters
    ----------
    stream : binary file
    kind : bytes
        One letter.
    content : bytes

    Examples
    --------
    >>> import io
    >>> pipe = io.BytesIO()
    >>> write_frame(pipe, STEP, b"[1, 3]")
    >>> read_frame(io.BytesIO(pipe.getvalue()))
    (b'S', b'[1, 3]')
    """
    stream.write(_HEAD.pack(kind, len(content)))
    stream.write(content)
    stream.flush()


def read_frame(stream: IO[bytes]) -> tuple[bytes, bytes] | None:
    """Read a frame.

    Parameters
    ----------
    stream : binary file

    Returns
    -------
    tuple of bytes or None
        What it is and its content; None where the other end is gone, in the middle of a frame too.
    """
    head = stream.read(_HEAD.size)
    if len(head) < _HEAD.size:
        return None
    kind, length = _HEAD.unpack(head)
    content = stream.read(length)
    return (kind, content) if len(content) == length else None


def main() -> None:
    """Take questions until the application is gone."""
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    with suppress(AttributeError, OSError):
        os.nice(_BEHIND_PAGES)
    asked: SimpleQueue[bytes] = SimpleQueue()
    Thread(target=_listen, args=(sys.stdin.buffer, asked), daemon=True).start()
    _warm()
    write_frame(out, READY)
    while True:
        kind, content = _answered(asked.get(), out)
        write_frame(out, kind, content)


def _listen(stream: IO[bytes], asked: SimpleQueue[bytes]) -> None:
    """Pass questions on; leave in the middle of one when nobody waits for its answer any more."""
    while (frame := read_frame(stream)) is not None:
        asked.put(frame[1])
    os._exit(0)


def _warm() -> None:
    """Import and compile before the first question comes."""
    from layers import reference  # noqa: PLC0415
    from maps.analyses import ANALYSES  # noqa: PLC0415
    from spatial import warm_engine  # noqa: PLC0415

    for name in reference.names():
        reference.table(name)
    for one in ANALYSES.values():
        _ = one.question
    warm_engine()


def _answered(content: bytes, out: IO[bytes]) -> tuple[bytes, bytes]:
    from maps.analyses import analysis  # noqa: PLC0415

    try:
        name, question = pickle.loads(content)  # noqa: S301 - from the application that started this
        answer = analysis(name).answer(question, progress=_teller(out))
        return ANSWER, pickle.dumps(answer, protocol=5)
    except ThoCongError as error:
        return ERROR, pickle.dumps(error)
    except Exception as error:  # noqa: BLE001 - whatever it is, the page says so and goes on
        import traceback  # noqa: PLC0415

        with suppress(OSError):
            sys.stderr.write(traceback.format_exc())
        return FAULT, type(error).__name__.encode()


def _teller(out: IO[bytes]) -> Callable[[int, int, str], None]:
    last: list[Any] = [0.0, ""]

    def tell(done: int, total: int, step: str) -> None:
        now = time.monotonic()
        if step != last[1] or now - last[0] >= _PAUSE_S:
            last[:] = now, step
            write_frame(out, STEP, json.dumps([done, total, step]).encode())

    return tell


if __name__ == "__main__":
    main()
