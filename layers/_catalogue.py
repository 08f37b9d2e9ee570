"""The catalogue of a workspace: one SQLite file that says which version of each layer is current."""

from __future__ import annotations

import json
import os
import sqlite3
import uuid
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Final, cast

import numpy as np
import shapely
from shapely.errors import ShapelyError

from layers._vouched import refuse_code, refuse_links, require_sound
from layers.causes import Cause, cause_of
from layers.errors import QuestionError, StoreError
from layers.findings import Finding
from layers.period import Period
from layers.provenance import Provenance

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from layers._version_file import SavedFile
    from layers.layer import Layer
    from layers.period import Stage

    _Way = Callable[[Path], sqlite3.Connection]

_CATALOGUE: Final = "catalogue.sqlite"
_PATIENCE_S: Final = 30
_TROUBLES: Final = {
    sqlite3.SQLITE_BUSY: "workspace_busy",
    sqlite3.SQLITE_LOCKED: "workspace_busy",
    sqlite3.SQLITE_FULL: "save_failed",
    sqlite3.SQLITE_IOERR: "save_failed",
    sqlite3.SQLITE_READONLY: "workspace_unwritable",
    sqlite3.SQLITE_CANTOPEN: "workspace_unwritable",
}
#: no room for the shared memory of a log, or for what is written
_NO_ROOM: Final = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_SHMSIZE, sqlite3.SQLITE_IOERR_WRITE)
_ANOTHER_WAY: Final = (
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_CANTOPEN,
)
#: what is raised by what no saver wrote
_NOT_UNDERSTOOD: Final = (
    ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError,
    QuestionError, ShapelyError,
)  # fmt: skip
_SCHEMA: Final = """
create table if not exists meta (key text primary key, value text not null);
create table if not exists versions (
  layer text not null, version integer not null, kind text not null,
  first integer, last integer, stage text, file text not null, sha256 text not null, bytes integer not null,
  rows integer not null, extent text, provenance text not null, saved_at text not null, note text not null,
  primary key (layer, version));
create table if not exists heads (layer text primary key, version integer not null);
create table if not exists findings (
  layer text not null, version integer not null, code text not null, row text, level text not null,
  fields text not null);
create table if not exists records (
  id text primary key, kind text not null, at text not null, content text not null);
"""


@dataclass(frozen=True)
class Version:
    """One saved version of a layer, as the catalogue knows it.

    Parameters
    ----------
    layer : str
    version : int
        1, 2, 3, ...
    kind_name : str
    period : Period or None
    file : str
        Name of the GeoParquet file in ``versions/``.
    sha256 : str
    rows : int
    provenance : Provenance
    saved_at : str
        UTC, ISO 8601.
    note : str
        Why it was saved.
    current : bool
        True for the version that is read when none is named.
    """

    layer: str
    version: int
    kind_name: str
    period: Period | None
    file: str
    sha256: str
    rows: int
    provenance: Provenance
    saved_at: str
    note: str
    current: bool


class Catalogue:
    """The SQLite file of a workspace; every change is one transaction, synced before it is reported.

    Parameters
    ----------
    folder : pathlib.Path
        Folder of the workspace.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        try:
            there = self.path.is_file()
        except (OSError, ValueError):
            there = False
        if not there:
            raise StoreError("workspace_missing", path=str(folder))
        refuse_links(folder, _CATALOGUE)

    @property
    def path(self) -> Path:
        """The SQLite file."""
        return self.folder / _CATALOGUE

    @classmethod
    def create(cls, folder: Path, meta: dict[str, str]) -> Catalogue:
        """Make the file with its tables under another name, so that it is there whole or not at all."""
        path = folder / _CATALOGUE
        draft = folder / f"{_CATALOGUE}.{uuid.uuid4().hex[:12]}.part"
        if path.exists():
            raise StoreError("workspace_exists", path=str(folder))
        try:
            with closing(sqlite3.connect(draft)) as base:
                base.execute("pragma journal_mode=wal")
                base.executescript(_SCHEMA)
                base.executemany("insert into meta values (?, ?)", list(meta.items()))
                base.commit()
            _claim(draft, path)
        except FileExistsError as error:
            raise StoreError("workspace_exists", path=str(folder)) from error
        except (OSError, sqlite3.Error) as error:
            raise StoreError("workspace_unwritable", path=str(folder), found=cause_of(error)) from error
        finally:
            draft.unlink(missing_ok=True)
        return cls(folder)

    def meta(self) -> dict[str, str]:
        """Key and value of what holds for the whole workspace."""
        with self._read() as base:
            return dict(base.execute("select key, value from meta").fetchall())

    def versions(self, layer: str | None = None) -> list[Version]:
        """All versions of a layer, or of every layer, by name and number."""
        query = (
            "select v.layer, v.version, v.kind, v.first, v.last, v.stage, v.file, v.sha256, v.rows,"
            " v.provenance, v.saved_at, v.note, v.version = h.version"
            " from versions v join heads h on h.layer = v.layer"
            " where ?1 is null or v.layer = ?1 order by v.layer, v.version"
        )
        with self._read() as base:
            return [_version(row) for row in base.execute(query, (layer,)).fetchall()]

    def extent(self, layer: str, version: int) -> Any:
        """Surveyed extent of a version, ``None`` where none was stated."""
        query = "select extent from versions where layer = ? and version = ?"
        with self._read() as base:
            row = base.execute(query, (layer, version)).fetchone()
            return shapely.from_wkt(row[0]) if row and row[0] else None

    def names_file(self, file: str) -> bool:
        """Say whether a version file is in the catalogue."""
        with self._read() as base:
            return base.execute("select 1 from versions where file = ?", (file,)).fetchone() is not None

    @contextmanager
    def nobody_saving(self) -> Iterator[set[str]]:
        """Keep every save from being entered, and give the version files that are named."""
        with self._transaction() as base:
            yield {row[0] for row in base.execute("select file from versions").fetchall()}

    def enter(
        self, layer: Layer, file: SavedFile, *, expected: int | None, note: str, findings: Sequence[Finding]
    ) -> int:
        """Make a file the current version, unless another one became current meanwhile."""
        with self._transaction(layer=layer.name) as base:
            head = base.execute("select version from heads where layer = ?", (layer.name,)).fetchone()
            if ((head and head[0]) or None) != expected:
                raise StoreError("save_conflict", layer=layer.name, expected=expected, found=head and head[0])
            # a save that slept for days may find its file swept away
            if not (self.folder / "versions" / file.name).is_file():
                raise StoreError("save_failed", layer=layer.name, found=Cause("not_there"))
            query = "select coalesce(max(version), 0) + 1 from versions where layer = ?"
            number = int(base.execute(query, (layer.name,)).fetchone()[0])
            base.execute(
                "insert into versions values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                _values(layer, number, file, note),
            )
            base.execute("insert or replace into heads values (?, ?)", (layer.name, number))
            base.executemany(
                "insert into findings values (?, ?, ?, ?, ?, ?)",
                [(layer.name, number, f.code, f.row, f.level, as_json(f.fields)) for f in findings],
            )
        return number

    def withdraw(self, layer: str, *, expected: int) -> None:
        """Leave a layer without a current version: its head is 0, its versions stay."""
        with self._transaction(layer=layer) as base:
            query = "update heads set version = 0 where layer = ? and version = ?"
            if base.execute(query, (layer, expected)).rowcount != 1:
                raise StoreError("save_conflict", layer=layer, expected=expected)

    def findings(self, layer: str, version: int) -> list[Finding]:
        """Return the book of the reading that a version was saved with."""
        query = "select code, layer, row, level, fields from findings where layer = ? and version = ?"
        with self._read() as base:
            rows = base.execute(query, (layer, version)).fetchall()
            return [Finding(c, name, row, level, json.loads(fields)) for c, name, row, level, fields in rows]

    def record(self, kind: str, content: dict[str, Any]) -> str:
        """Put something on record for good; returns its identity."""
        key = uuid.uuid4().hex[:12]
        text = as_json(content)
        with self._transaction() as base:
            base.execute("insert into records values (?, ?, ?, ?)", (key, kind, _now(), text))
        return key

    def records(self, kind: str) -> list[dict[str, Any]]:
        """Return the records of a kind, oldest first, each with its ``id`` and time ``at``."""
        query = "select id, at, content from records where kind = ? order by at, rowid"
        with self._read() as base:
            rows = base.execute(query, (kind,)).fetchall()
            return [{**json.loads(content), "id": key, "at": at} for key, at, content in rows]

    @contextmanager
    def _base(self, ways: Sequence[_Way], *, layer: str | None = None) -> Iterator[sqlite3.Connection]:
        try:
            with closing(_connected(self.path, ways)) as base:
                base.execute("pragma synchronous=full")
                yield base
        except sqlite3.Error as error:
            raise self._trouble(error, layer, reading=ways is _READING) from error

    def _trouble(self, error: sqlite3.Error, layer: str | None, *, reading: bool) -> StoreError:
        """Say what SQLite's trouble means to whom: a layer that is saved, a writer, a reader."""
        number = getattr(error, "sqlite_errorcode", 0)
        found = Cause("disk_full") if number in _NO_ROOM else cause_of(error)
        code = _TROUBLES.get(number & 0xFF, "workspace_damaged")
        if code != "save_failed":
            return StoreError(code, path=str(self.folder), found=found)
        if layer is None:
            code = "workspace_unreadable" if reading else "workspace_unwritable"
            return StoreError(code, path=str(self.folder), found=found)
        return StoreError(code, layer=layer, path=str(self.folder), found=found)

    @contextmanager
    def _read(self) -> Iterator[sqlite3.Connection]:
        """Read and understand: what stands in a damaged catalogue may be neither JSON nor a period."""
        try:
            with self._base(_READING) as base:
                yield base
        except _NOT_UNDERSTOOD as error:
            raise StoreError("workspace_damaged", path=str(self.folder), found=cause_of(error)) from error

    @contextmanager
    def _transaction(self, *, layer: str | None = None) -> Iterator[sqlite3.Connection]:
        with self._base(_WRITING, layer=layer) as base:
            base.execute("begin immediate")
            try:
                yield base
            except BaseException:
                if base.in_transaction:
                    base.execute("rollback")
                raise
            base.execute("commit")


def _connected(path: Path, ways: Sequence[_Way]) -> sqlite3.Connection:
    """Open the file in the first of several ways that works here; the error is that of the first."""
    failed: sqlite3.Error | None = None
    for way in ways:
        try:
            return way(path)
        except sqlite3.Error as error:
            failed = failed or error
            if getattr(error, "sqlite_errorcode", 0) & 0xFF not in _ANOTHER_WAY:
                break
    raise failed or sqlite3.OperationalError(str(path))


def _shared(path: Path) -> sqlite3.Connection:
    """Open beside others; a small file of shared memory is made where there is none."""
    return _opened(sqlite3.connect(path, timeout=_PATIENCE_S, isolation_level=None))


def _alone(path: Path) -> sqlite3.Connection:
    """Open without the file of shared memory, for which a full disk has no room."""
    base = sqlite3.connect(path, timeout=_PATIENCE_S, isolation_level=None)
    base.execute("pragma locking_mode=exclusive")
    return _opened(base)


def _as_it_stands(path: Path) -> sqlite3.Connection:
    """Open where nothing can be written: only if all that was saved is in the file itself."""
    log = path.with_name(f"{path.name}-wal")
    if log.exists() and log.stat().st_size:
        raise sqlite3.OperationalError(log.name)
    return _opened(
        sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True, isolation_level=None)
    )


def _opened(base: sqlite3.Connection) -> sqlite3.Connection:
    try:
        refuse_code(base)
    except sqlite3.Error:
        base.close()
        raise
    return base


_WRITING: Final[tuple[_Way, ...]] = (_shared, _alone)
_READING: Final[tuple[_Way, ...]] = (_shared, _alone, _as_it_stands)


def as_json(content: dict[str, Any]) -> str:
    """Write plain values, and those of NumPy and the calendar as the plain values they are."""
    return json.dumps(content, ensure_ascii=False, default=_plain)


def _plain(value: Any) -> Any:
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, np.ndarray | set | frozenset | tuple):
        return list(value)
    return value.isoformat() if isinstance(value, date) else str(value)


def _claim(draft: Path, path: Path) -> None:
    """Give a file its name, unless somebody else took it meanwhile."""
    try:
        os.link(draft, path)
    except FileExistsError:
        raise
    except OSError:  # a disk without links
        if path.exists():
            raise FileExistsError(path) from None
        draft.rename(path)


def _values(layer: Layer, number: int, file: SavedFile, note: str) -> tuple[Any, ...]:
    period = layer.period
    return (
        layer.name,
        number,
        layer.kind_name,
        period and period.first,
        period and period.last,
        period and period.stage,
        file.name,
        file.sha256,
        file.bytes,
        file.rows,
        shapely.to_wkt(layer.extent, rounding_precision=-1) if layer.extent is not None else None,
        as_json(layer.provenance.as_dict()),
        _now(),
        note,
    )


def _version(row: tuple[Any, ...]) -> Version:
    layer, version, kind, first, last, stage, file, digest, rows, provenance, saved_at, note, current = row
    require_sound(version=version, rows=rows, file=file, sha256=digest)
    return Version(
        layer=str(layer),
        version=version,
        kind_name=kind,
        period=Period(first, last, cast("Stage", stage)) if first is not None else None,
        file=file,
        sha256=digest,
        rows=rows,
        provenance=Provenance.from_dict(json.loads(provenance)),
        saved_at=saved_at,
        note=note,
        current=bool(current),
    )


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
