"""Entries of a workspace: plain values under a name, every version kept, none lost to a second hand."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from layers._catalogue import Catalogue, as_json
from layers.errors import StoreError

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator

__all__ = ["Entries", "Entry"]

_TABLE: Final = "select 1 from sqlite_master where type = 'table' and name = 'entries'"
# made at the first entry: a workspace from before there were entries stays as it is until then
_SCHEMA: Final = """
create table if not exists entries (
  kind text not null, id text not null, version integer not null, at text not null, content text not null,
  primary key (kind, id, version))
"""
_HEADS: Final = """
select e.id, e.version, f.at, e.at, e.content from entries e
join entries f on f.kind = e.kind and f.id = e.id and f.version = 1
where e.kind = ?1 and (?2 is null or e.id = ?2)
"""
_NEWEST: Final = " and e.version = (select max(version) from entries where kind = e.kind and id = e.id)"
_BETWEEN: Final = """
delete from entries as e where kind = ? and version > 1
and version < (select max(version) from entries where kind = e.kind and id = e.id)
"""


@dataclass(frozen=True)
class Entry:
    """One version of an entry.

    Parameters
    ----------
    kind : str
        What it is: ``run``.
    id : str
        Its name among its kind.
    version : int
        1, 2, 3, ...
    at, changed_at : str
        When it was first put down, and when this version was: UTC, ISO 8601.
    content : dict
        Plain values.
    """

    kind: str
    id: str
    version: int
    at: str
    changed_at: str
    content: dict[str, Any]


class Entries(Catalogue):
    """Entries in the catalogue of a workspace; every change is one transaction and leaves the old version.

    Parameters
    ----------
    folder : pathlib.Path
        Folder of the workspace.
    """

    def add(self, kind: str, stem: str, content: dict[str, Any]) -> Entry:
        """Put down a new entry under the next free number.

        Parameters
        ----------
        kind : str
        stem : str
            Its name begins with it: ``conflicts`` gives ``conflicts-1``, ``conflicts-2``, ...
        content : dict
            Plain values.

        Returns
        -------
        Entry
        """
        with self._writing() as base:
            query = "select distinct id from entries where kind = ? and id like ? || '-%'"
            taken = [str(row[0])[len(stem) + 1 :] for row in base.execute(query, (kind, stem)).fetchall()]
            name = f"{stem}-{max((int(n) for n in taken if n.isdecimal()), default=0) + 1}"
            _insert(base, (kind, name, 1), content)
        return self.get(kind, name)

    def put(self, kind: str, name: str, content: dict[str, Any], *, expected: int | None) -> Entry:
        """Put down a version of an entry.

        Parameters
        ----------
        kind, name : str
        content : dict
            Plain values.
        expected : int or None
            Version that the caller worked from; ``None`` for a new entry.

        Returns
        -------
        Entry

        Raises
        ------
        StoreError
            ``entry_conflict`` if another version was put down meanwhile; it stays the newest.
        """
        with self._writing() as base:
            query = "select max(version) from entries where kind = ? and id = ?"
            found = base.execute(query, (kind, name)).fetchone()[0]
            if found != expected:
                raise StoreError("entry_conflict", name=name, expected=expected, found=found)
            _insert(base, (kind, name, (expected or 0) + 1), content)
        return self.get(kind, name)

    def forget(self, kind: str, names: Iterable[str]) -> None:
        """Take entries away for good, all versions of them.

        Parameters
        ----------
        kind : str
            One whose entries may be lost; what people wrote is never of such a kind.
        names : iterable of str
        """
        with self._writing() as base:
            base.executemany("delete from entries where kind = ? and id = ?", [(kind, n) for n in names])

    def trim(self, kind: str) -> None:
        """Take the versions between the first and the newest of every entry of a kind away.

        Parameters
        ----------
        kind : str
            As for :meth:`forget`.
        """
        with self._writing() as base:
            base.execute(_BETWEEN, (kind,))

    def get(self, kind: str, name: str, version: int | None = None) -> Entry:
        """Read an entry.

        Parameters
        ----------
        kind, name : str
        version : int, optional
            Default the newest.

        Returns
        -------
        Entry

        Raises
        ------
        StoreError
            ``entry_unknown``.
        """
        for entry in self.history(kind, name):
            if version is None or entry.version == version:
                return entry
        known = [entry.id for entry in self.newest(kind)]
        raise StoreError("entry_unknown", name=name, version=version, expected=known)

    def newest(self, kind: str) -> list[Entry]:
        """List the newest version of every entry of a kind, the one first put down last first.

        Parameters
        ----------
        kind : str

        Returns
        -------
        list of Entry
        """
        return self._found(_HEADS + _NEWEST + " order by f.at desc, f.rowid desc", (kind, None), kind)

    def history(self, kind: str, name: str) -> list[Entry]:
        """List all versions of an entry, the newest first; none where there is no such entry.

        Parameters
        ----------
        kind, name : str

        Returns
        -------
        list of Entry
        """
        return self._found(_HEADS + " order by e.version desc", (kind, name), kind)

    def _found(self, query: str, given: tuple[Any, ...], kind: str) -> list[Entry]:
        with self._read() as base:
            if base.execute(_TABLE).fetchone() is None:
                return []
            rows = base.execute(query, given).fetchall()
            return [
                Entry(kind, name, n, at, changed_at, _content(text)) for name, n, at, changed_at, text in rows
            ]

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._transaction() as base:
            base.execute(_SCHEMA)
            yield base


def _insert(base: sqlite3.Connection, key: tuple[str, str, int], content: dict[str, Any]) -> None:
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    base.execute("insert into entries values (?, ?, ?, ?, ?)", (*key, now, as_json(content)))


def _content(text: str) -> dict[str, Any]:
    content = json.loads(text)
    if not isinstance(content, dict):
        raise TypeError(text[:80])
    return content
