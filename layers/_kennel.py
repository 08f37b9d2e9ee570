"""The process that holds the readers: it has the libraries loaded and forks one reader a file.

Run as ``python -m layers._kennel FD``. Over the socket FD come jobs, each with a socket of its own. For each,
a keeper is forked, which forks the reader, waits for it no longer than the job allows, ends it with all it
started, and says how it ended. Where a system has no fork, ``python -m layers._kennel --once FOLDER`` reads
one job in a fresh process.
"""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from layers import reference
from layers._cage import enter_cage, step_back
from layers._parcel import pack
from layers._raster_file import write_cells
from layers.crs import as_crs, metric_crs_at, mover
from layers.errors import SourceError, ThoCongError
from layers.exchange import parse_exchange
from layers.fields import FieldChoices
from layers.look import look_into
from layers.period import Period
from layers.read import read_layer
from layers.source import Source

_JOB_MAX_BYTES: Final = 1 << 16
_JOB: Final = "job.json"


def serve(channel: socket.socket) -> None:
    """Take jobs until the other end is gone."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # keepers are nobody's to wait for
    while True:
        message, handles, _, _ = socket.recv_fds(channel, _JOB_MAX_BYTES, 1)
        if not message or not handles:
            return
        if os.fork() == 0:
            channel.close()
            with suppress(BaseException):
                _keep(json.loads(message), socket.socket(fileno=handles[0]))
            os._exit(0)
        os.close(handles[0])


def _keep(job: dict[str, Any], answer: socket.socket) -> None:
    """Let a reader run, and tell how it ended; if nobody waits for it any more, end it."""
    os.setpgid(0, 0)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    reader = os.fork()
    if reader == 0:
        answer.close()
        with suppress(BaseException):
            os.setpgid(0, 0)
            read_job(job)
            os._exit(0)
        os._exit(70)
    how = _wait(reader, answer, float(job["limits"]["seconds"]))
    with suppress(OSError):
        os.killpg(reader, signal.SIGKILL)
    with suppress(OSError):
        answer.sendall(how.encode())
    answer.close()


def _wait(reader: int, answer: socket.socket, seconds: float) -> str:
    handle = os.pidfd_open(reader)
    # the other end says nothing: that it can be read means that it is closed
    ready = select.select([handle, answer.fileno()], [], [], seconds)[0]
    if ready != [handle]:
        with suppress(OSError):
            os.kill(reader, signal.SIGKILL)
        os.waitpid(reader, 0)
        return "late"
    return _how(os.waitpid(reader, 0)[1])


def _how(status: int) -> str:
    if os.WIFSIGNALED(status):
        late = os.WTERMSIG(status) in (signal.SIGALRM, signal.SIGXCPU)
        return "late" if late else f"signal {os.WTERMSIG(status)}"
    return "done" if os.WEXITSTATUS(status) == 0 else f"exit {os.WEXITSTATUS(status)}"


def read_job(job: dict[str, Any]) -> None:
    """Enter the cage, read, and pack what came of it."""
    folder = Path(job["folder"])
    os.chdir(job["cwd"])
    os.environ["CPL_TMPDIR"] = tempfile.tempdir = str(folder)
    limits = job["limits"]
    readable = [Path(p) for p in job["readable"]]
    held = enter_cage(readable, folder, memory_mb=limits["memory_mb"], seconds=int(limits["seconds"]))
    (folder / "held").write_text(" ".join(held), encoding="ascii")
    try:
        pack(_result(job), folder)
    except ThoCongError as error:
        pack(error, folder)
    except MemoryError:
        pack(SourceError("reading_out_of_memory", path=job["path"], expected=limits["memory_mb"]), folder)


def _result(job: dict[str, Any]) -> Any:
    if job["ask"] == "raster":
        return write_cells(Path(job["path"]), int(job["band"]), Path(job["folder"]))
    where = (job["where"][0], tuple(job["where"][1])) if job["where"] else None
    source = Source(
        Path(job["path"]),
        job["layer"],
        where,
        job["assume_crs"],
        job["read_as"],
        job["close_m"],
        tuple(parse_exchange(one) for one in job["exchanges"]),
    )
    if job["ask"] == "look":
        return look_into(source, sample_rows=job["sample_rows"])
    period = Period(**job["period"]) if job["period"] else None
    fields = FieldChoices(**job["fields"]) if job["fields"] else None
    return read_layer(source, job["kind"], name=job["name"], period=period, fields=fields)


def main(arguments: list[str]) -> None:
    """Serve, or read one job."""
    if arguments[0] == "--once":
        step_back()
        read_job(json.loads((Path(arguments[1]) / _JOB).read_text(encoding="utf-8")))
        return
    step_back()
    import warnings  # noqa: PLC0415

    warnings.simplefilter("ignore")  # of forking beside the idle threads of a library
    # what every reader needs is made once, before the first is forked
    for table in reference.names():
        reference.table(table)
    metric_crs_at(105.8, 21.0)
    mover(as_crs(4326), as_crs(5897))
    serve(socket.socket(fileno=int(arguments[0])))


if __name__ == "__main__":
    main(sys.argv[1:])
