"""The catalogue of a workspace: one SQLite file that says which version of each layer is current."""

from __future__ import annotations

import json
import sqlite3
import uuid
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, cast

import shapely

from layers.errors import StoreError
from layers.findings import Finding
from layers.period import Period
from layers.provenance import Provenance

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from layers.layer import Layer
    from layers.period import Stage

_CATALOGUE: Final = "catalogue.sqlite"
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


@dataclass(frozen=True)
class SavedFile:
    """A version file on disk, written whole and read back."""

    name: str
    sha256: str
    bytes: int
    rows: int


class Catalogue:
    """The SQLite file of a workspace; every change is one transaction, synced before it is reported.

    Parameters
    ----------
    folder : pathlib.Path
        Folder of the workspace.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        if not self.path.is_file():
            raise StoreError("workspace_missing", path=str(folder))

    @property
    def path(self) -> Path:
        """The SQLite file."""
        return self.folder / _CATALOGUE

    @classmethod
    def create(cls, folder: Path, meta: dict[str, str]) -> Catalogue:
        """Make the file with its tables."""
        if (folder / _CATALOGUE).exists():
            raise StoreError("workspace_exists", path=str(folder))
        with closing(sqlite3.connect(folder / _CATALOGUE)) as base:
            base.execute("pragma journal_mode=wal")
            base.executescript(_SCHEMA)
            base.executemany("insert into meta values (?, ?)", list(meta.items()))
            base.commit()
        return cls(folder)

    def meta(self) -> dict[str, str]:
        """Key and value of what holds for the whole workspace."""
        try:
            with self._base() as base:
                return dict(base.execute("select key, value from meta").fetchall())
        except sqlite3.DatabaseError as error:
            raise StoreError("workspace_damaged", path=str(self.folder), found=str(error)) from error

    def versions(self, layer: str | None = None) -> list[Version]:
        """All versions of a layer, or of every layer, by name and number."""
        query = (
            "select v.layer, v.version, v.kind, v.first, v.last, v.stage, v.file, v.sha256, v.rows, v.provenance,"
            " v.saved_at, v.note, v.version = h.version from versions v join heads h on h.layer = v.layer"
            " where ?1 is null or v.layer = ?1 order by v.layer, v.version"
        )
        with self._base() as base:
            return [_version(row) for row in base.execute(query, (layer,)).fetchall()]

    def extent(self, layer: str, version: int) -> Any:
        """Surveyed extent of a version, ``None`` where none was stated."""
        query = "select extent from versions where layer = ? and version = ?"
        with self._base() as base:
            (text,) = base.execute(query, (layer, version)).fetchone()
        return shapely.from_wkt(text) if text else None

    def enter(
        self, layer: Layer, file: SavedFile, *, expected: int | None, note: str, findings: Sequence[Finding]
    ) -> int:
        """Make a file the current version, unless another one became current meanwhile."""
        with self._transaction() as base:
            head = base.execute("select version from heads where layer = ?", (layer.name,)).fetchone()
            if (head[0] if head else None) != expected:
                raise StoreError("save_conflict", layer=layer.name, expected=expected, found=head and head[0])
            number = (expected or 0) + 1
            base.execute(
                "insert into versions values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                _values(layer, number, file, note),
            )
            base.execute("insert or replace into heads values (?, ?)", (layer.name, number))
            base.executemany(
                "insert into findings values (?, ?, ?, ?, ?, ?)",
                [
                    (layer.name, number, f.code, f.row, f.level, json.dumps(f.fields, ensure_ascii=False, default=str))
                    for f in findings
                ],
            )
        return number

    def findings(self, layer: str, version: int) -> list[Finding]:
        """The book of the reading that a version was saved with."""
        query = "select code, layer, row, level, fields from findings where layer = ? and version = ?"
        with self._base() as base:
            rows = base.execute(query, (layer, version)).fetchall()
        return [Finding(code, name, row, level, json.loads(fields)) for code, name, row, level, fields in rows]

    def record(self, kind: str, content: dict[str, Any]) -> str:
        """Put something on record for good; returns its identity."""
        key = uuid.uuid4().hex[:12]
        text = json.dumps(content, ensure_ascii=False)
        with self._transaction() as base:
            base.execute("insert into records values (?, ?, ?, ?)", (key, kind, _now(), text))
        return key

    def records(self, kind: str) -> list[dict[str, Any]]:
        """Records of a kind, oldest first, each with its ``id`` and time ``at``."""
        query = "select id, at, content from records where kind = ? order by at, rowid"
        with self._base() as base:
            rows = base.execute(query, (kind,)).fetchall()
        return [{**json.loads(content), "id": key, "at": at} for key, at, content in rows]

    @contextmanager
    def _base(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self.path, timeout=30, isolation_level=None)) as base:
            base.execute("pragma synchronous=full")
            yield base

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._base() as base:
            base.execute("begin immediate")
            try:
                yield base
            except BaseException:
                base.execute("rollback")
                raise
            base.execute("commit")


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
        json.dumps(layer.provenance.as_dict(), ensure_ascii=False),
        _now(),
        note,
    )


def _version(row: tuple[Any, ...]) -> Version:
    layer, version, kind, first, last, stage, file, digest, rows, provenance, saved_at, note, current = row
    return Version(
        layer=layer,
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
