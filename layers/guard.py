"""Guarded reading: what happens to a file nobody vouches for.

A file from an upload or from a mail is opened by a process of its own, which has first given up
everything else: the network, other files, other programs, and any memory and time beyond what was
granted (:mod:`layers._cage`). Only the drivers of our own formats exist in it. What it hands back is
data: Arrow and JSON. A file that makes a library crash, hang or eat all memory ends in an error that
says so, and nobody else on the server notices.

The process that such readers are forked from starts with the first file and has the libraries loaded,
so that a reader costs some hundredths of a second.
"""

from __future__ import annotations

import atexit
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pyogrio

from layers._parcel import unpack
from layers.errors import SourceError, ThoCongError
from layers.kinds import kind as kind_named
from layers.look import Look
from layers.read import Reading
from layers.source import Source, format_of, parse_source, source_parts

if TYPE_CHECKING:
    from layers._parcel import Answer
    from layers.fields import FieldChoices
    from layers.period import Period

__all__ = ["DRIVERS", "Limits", "ask_reader", "guarded_look", "guarded_read", "protections"]

#: GDAL's names of the formats that are ours; no other driver exists where a file is opened
DRIVERS: Final = (
    "DGN",
    "DXF",
    "ESRI Shapefile",
    "FlatGeobuf",
    "GML",
    "GPKG",
    "GeoJSON",
    "GeoJSONSeq",
    "KML",
    "LIBKML",
    "MapInfo File",
    "MEM",
    "OSM",
    "OpenFileGDB",
)
_KEPT: Final = ("LANG", "LC_ALL", "PATH", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR", "TZ")
_SETTINGS: Final = {
    "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": ".none",
    "GDAL_CACHEMAX": "64",
    "GDAL_NUM_THREADS": "1",
    "GDAL_PAM_ENABLED": "NO",
    "GDAL_VRT_ENABLE_PYTHON": "NO",
    "GML_DOWNLOAD_SCHEMA": "NO",
    "GML_SKIP_RESOLVE_ELEMS": "ALL",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "PROJ_NETWORK": "OFF",
    "PYTHONNOUSERSITE": "1",
}
#: seconds beyond those of the reader until its keeper is given up as well
_GRACE_S: Final = 10
_AT_ONCE: Final = threading.BoundedSemaphore(max(2, (os.cpu_count() or 2) // 2))


@dataclass(frozen=True)
class Limits:
    """What a file may cost.

    Parameters
    ----------
    memory_mb : int
        Memory beyond that of the empty reader.
    seconds : int
        Time on the clock and of the processor.
    """

    memory_mb: int = 3_072
    seconds: int = 90

    @classmethod
    def for_file(cls, path: Path) -> Limits:
        """Grant a large file more time, up to half an hour.

        Parameters
        ----------
        path : pathlib.Path

        Returns
        -------
        Limits

        Examples
        --------
        >>> Limits.for_file(Path(__file__)).seconds
        90
        """
        size = sum(part.stat().st_size for part in source_parts(path))
        return cls(seconds=min(90 + 3 * (size >> 20), 1_800))


def guarded_read(
    source: Source | str,
    kind: str,
    *,
    name: str | None = None,
    period: Period | None = None,
    fields: FieldChoices | None = None,
    limits: Limits | None = None,
) -> Reading:
    """Read, check and mend one layer of a file, in a process that can do nothing else.

    Parameters
    ----------
    source : Source or str
    kind : str
    name : str, optional
    period : Period, optional
    fields : FieldChoices, optional
        As for :func:`layers.read.read_layer`.
    limits : Limits, optional
        Default by the size of the file.

    Returns
    -------
    Reading
        The same as of :func:`layers.read.read_layer`.

    Raises
    ------
    SourceError
        As :func:`layers.read.read_layer`, and ``reading_too_slow``, ``reading_out_of_memory`` or
        ``reading_crashed`` where the file made the reader end before its work was done.
    CrsError, SchemaError, QuestionError
        As :func:`layers.read.read_layer`.
    """
    asked = parse_source(source) if isinstance(source, str) else source
    kind_named(kind)
    told = {"ask": "read", "kind": kind, "name": name, "period": asdict(period) if period else None}
    told["fields"] = asdict(fields) if fields else None
    reading = _ask(asked, told, limits)
    if not isinstance(reading, Reading):
        raise SourceError("reading_crashed", path=str(asked.path), found=type(reading).__name__)
    return reading


def guarded_look(source: Source, *, sample_rows: int = 10, limits: Limits | None = None) -> Look:
    """Look into a file, in a process that can do nothing else.

    Parameters
    ----------
    source : Source
    sample_rows : int
        As for :func:`layers.look.look_into`.
    limits : Limits, optional
        Default by the size of the file.

    Returns
    -------
    Look

    Raises
    ------
    SourceError
        As :func:`layers.look.look_into`, and as :func:`guarded_read`.
    """
    look = _ask(source, {"ask": "look", "sample_rows": sample_rows}, limits)
    if not isinstance(look, Look):
        raise SourceError("reading_crashed", path=str(source.path), found=type(look).__name__)
    return look


def protections(folder: Path) -> list[str]:
    """Say what holds on this system, by reading a small file.

    Parameters
    ----------
    folder : pathlib.Path
        Where a file of a few bytes may be written.

    Returns
    -------
    list of str
        Of ``limits`` (memory, time, size of what is written), ``files`` (no other file can be read) and
        ``network`` (no connection, no other program).
    """
    path = folder / "guard.geojson"
    path.write_text('{"type": "FeatureCollection", "features": []}', encoding="utf-8")
    held: list[str] = []
    with suppress(ThoCongError):
        _ask(Source(path), {"ask": "look", "sample_rows": 0}, None, held)
    return held


def _ask(
    source: Source, told: dict[str, Any], limits: Limits | None, held: list[str] | None = None
) -> Answer:
    """Have a job done by a reader, and take what it packed."""
    format_of(source.path)  # refuses at once what needs no process to be refused
    with tempfile.TemporaryDirectory(prefix="thocong-") as folder:
        job = {
            "kind": None,
            "name": None,
            "period": None,
            "fields": None,
            "sample_rows": 0,
            **told,
            "path": str(source.path),
            "layer": source.layer,
            "where": source.where,
            "assume_crs": None if source.assume_crs is None else str(source.assume_crs),
            "read_as": source.read_as,
            "close_m": source.close_m,
            "exchanges": [str(one) for one in source.exchanges],
            "readable": _readable(source.path),
        }
        granted = limits or Limits.for_file(source.path)
        return ask_reader(job, source.path, Path(folder), granted, held=held)


def ask_reader(
    job: dict[str, Any], path: Path, folder: Path, limits: Limits, *, held: list[str] | None = None
) -> Answer:
    """Have one job done by a process of its own.

    Parameters
    ----------
    job : dict
        Plain values; ``ask`` says what is to be done, ``readable`` which files may be read.
    path : pathlib.Path
        File that errors speak of.
    folder : pathlib.Path
        The one folder that may be written, whose content is what the job left.
    limits : Limits
    held : list of str, optional
        Gets what holds on this system.

    Returns
    -------
    Reading, Look or RasterBook

    Raises
    ------
    SourceError, CrsError, SchemaError, QuestionError
        What the reader met, and ``reading_too_slow``, ``reading_out_of_memory`` or ``reading_crashed``.
    """
    full = {**job, "folder": str(folder), "cwd": str(Path.cwd()), "limits": asdict(limits)}
    with _AT_ONCE:
        how = _KENNEL.run(full) if _can_fork() else _run_once(full, folder)
    if held is not None:
        with suppress(OSError):
            held += (folder / "held").read_text(encoding="ascii").split()
    return _taken(folder, how, path, limits)


def _readable(path: Path) -> list[str]:
    """The parts of a source where they really lie, and the folder that they are looked up in."""
    folders = [path] if path.is_dir() else []
    return [str(part.resolve()) for part in [*source_parts(path), *folders, path.absolute().parent]]


def _taken(folder: Path, how: str, given: Path, limits: Limits) -> Answer:
    path = str(given)
    if how == "late":
        raise SourceError("reading_too_slow", path=path, expected=limits.seconds)
    if how != "done":
        raise SourceError("reading_crashed", path=path, found=how)
    try:
        result = unpack(folder)
    except MemoryError as error:
        raise SourceError("reading_out_of_memory", path=path, expected=limits.memory_mb) from error
    except Exception as error:  # whatever a reader that went wrong has left behind
        raise SourceError("reading_crashed", path=path, found=type(error).__name__) from error
    if isinstance(result, ThoCongError):
        raise _speaking_of(result, folder, given)
    return result


def _speaking_of(error: ThoCongError, folder: Path, path: Path) -> ThoCongError:
    """Leave the folder of the reader out of what an error says."""
    fields = {
        key: value.replace(f"{folder}{os.sep}", "") if type(value) is str else value
        for key, value in error.fields.items()
    }
    fields["path"] = fields.get("path") or str(path)
    return type(error)(error.code, **(fields if "path" in error.fields else {**fields, "path": str(path)}))


def _can_fork() -> bool:
    return sys.platform.startswith("linux") and hasattr(os, "fork")


def _environment() -> dict[str, str]:
    """Only what the libraries need: no secret of the server is in the memory of a reader."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    skipped = ",".join(sorted(set(pyogrio.list_drivers()) - set(DRIVERS)))
    here = str(Path(__file__).resolve().parents[1])
    return {**kept, **_SETTINGS, "GDAL_SKIP": skipped, "OGR_SKIP": skipped, "PYTHONPATH": here}


class _Kennel:
    """The process that readers are forked from: started with the first job, and again should it end."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._channel: socket.socket | None = None
        self._owner = 0

    def run(self, job: dict[str, Any]) -> str:
        """Have a job done; returns how its reader ended."""
        ours, theirs = socket.socketpair()
        with ours:
            with theirs:
                self._send(json.dumps(job).encode(), theirs)
            ours.settimeout(job["limits"]["seconds"] + _GRACE_S)
            try:
                return ours.recv(64).decode("ascii", "replace") or "gone"
            except TimeoutError:
                return "late"

    def _send(self, message: bytes, answer: socket.socket) -> None:
        with self._lock:
            for again in (True, False):
                channel = self._open()
                try:
                    socket.send_fds(channel, [message], [answer.fileno()])
                except OSError:
                    self.close()
                    if not again:
                        raise
                else:
                    return

    def _open(self) -> socket.socket:
        running = self._process is not None and self._process.poll() is None and self._owner == os.getpid()
        if running and self._channel is not None:
            return self._channel
        self.close()
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - our own words
                [sys.executable, "-P", "-m", "layers._kennel", str(theirs.fileno())],
                env=_environment(),
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        self._channel, self._owner = ours, os.getpid()
        return ours

    def close(self) -> None:
        """End the process; a later job starts it again."""
        if self._channel is not None:
            self._channel.close()
        if self._process is not None and self._owner == os.getpid():
            self._process.kill()
            self._process.wait()
        self._process = self._channel = None


_KENNEL: Final = _Kennel()
atexit.register(_KENNEL.close)


def _run_once(job: dict[str, Any], folder: Path) -> str:
    """One process for one job, where a system has no fork; only its time is limited there."""
    (folder / "job.json").write_text(json.dumps(job), encoding="utf-8")
    command = [sys.executable, "-P", "-m", "layers._kennel", "--once", str(folder)]
    try:
        done = subprocess.run(  # noqa: S603 - our own words
            command,
            env=_environment(),
            timeout=job["limits"]["seconds"],
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
    except subprocess.TimeoutExpired:
        return "late"
    return "done" if done.returncode == 0 else f"exit {done.returncode}"
