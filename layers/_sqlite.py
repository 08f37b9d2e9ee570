"""What a GeoPackage holds besides tables: code of SQLite, looked at before anything runs it."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

from layers._door import opening
from layers.causes import Cause
from layers.errors import SourceError

#: modules of virtual tables that only look things up in the file itself
_MODULES: Final = ("rtree", "rtree_i32", "fts3", "fts4", "fts5", "geopoly")
#: functions of SQLite's shell, SpatiaLite and GDAL that open files, addresses or libraries
_REACHING: Final = re.compile(
    r"\b(?:load_extension|readfile|writefile|edit|eval|fts3_tokenizer|zipfile|lsmode|sqlite_dbpage|fsdir"
    r"|ogr_\w+|gdal_\w+|import\w+|export\w+|blob(?:from|to)\w*|xb_\w+|loadfontfromfile|rl2_\w+|eval\w*"
    r"|virtual\w+)\s*\(",
    re.IGNORECASE,
)

_MODULE: Final = re.compile(r"create\s+virtual\s+table.+?\busing\s+[\"'`\[]?(\w+)", re.IGNORECASE | re.DOTALL)


def connect(path: Path | str) -> sqlite3.Connection:
    """Open for reading only; without changes waiting beside it, the file is taken as unchanging."""
    path = Path(path)
    waiting = path.with_name(f"{path.name}-wal").exists()
    address = f"{path.resolve().as_uri()}?mode=ro" + ("" if waiting else "&immutable=1")
    base = sqlite3.connect(address, uri=True)
    base.execute("pragma trusted_schema = off")
    return base


def check_sqlite(path: Path) -> None:
    """Refuse a file whose views, triggers or virtual tables could reach beyond it.

    Raises
    ------
    SourceError
        ``sqlite_unsafe`` or ``source_unreadable``.
    """
    with opening(path), closing(connect(path)) as base:
        for kind, name, text in base.execute("select type, name, sql from sqlite_master"):
            code = str(text or "")
            module = _MODULE.search(code)
            foreign = module is not None and module[1].lower() not in _MODULES
            if foreign or (kind != "index" and _REACHING.search(re.sub(r"'(?:[^']|'')*'", "''", code))):
                found = f"{str(kind)[:20]} {str(name)[:40]}"
                raise SourceError("sqlite_unsafe", path=str(path), found=found, why=Cause("sqlite_reaching"))


def count_rows(path: Path, layer: str) -> int:
    """Count the rows of a GeoPackage layer past GDAL, which believes a number kept in the file."""
    quoted = layer.replace('"', '""')
    with opening(path), closing(connect(path)) as base:
        (state,) = base.execute("pragma quick_check(1)").fetchone()
        if state != "ok":
            raise SourceError("source_unreadable", path=str(path), found=state)
        return int(base.execute(f'select count(*) from "{quoted}"').fetchone()[0])  # noqa: S608 - quoted
