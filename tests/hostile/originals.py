"""Whole files in every format that is offered: what the damaged ones are made from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import openpyxl

from tests.hostile.damage import pack
from tests.layers.formats import FORMATS, write

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_TABLES: Final = (
    "9.gdbtable", "9.gdbtablx", "1.gdbtable", "1.gdbtablx", "4.gdbtable", "4.gdbtablx", "3.gdbtable", "7.gdbtable"
)  # fmt: skip
#: format -> how the names of its parts end, the one to open first (of a geodatabase the folder is opened)
PARTS: Final = {
    "shp": (".shp", ".shx", ".dbf"),
    "zip": (".zip",),
    "gpkg": (".gpkg",),
    "gdb": _TABLES,
    "gdb-zip": _TABLES,
    "geojson": (".geojson",),
    "fgb": (".fgb",),
    "parquet": (".parquet",),
    "kml": (".kml",),
    "kmz": (".kmz",),
    "gml": (".gml",),
    "tab": (".tab", ".map", ".dat", ".id"),
    "mif": (".mif", ".mid"),
    "dxf": (".dxf",),
    "dgn": (".dgn",),
    "csv": (".csv",),
    "xlsx": (".xlsx",),
}
_SIDE = 100


def main_file(name: str) -> str:
    """Name of the file to open."""
    folders = {"gdb": "khu.gdb", "gdb-zip": "khu.zip"}
    return folders.get(name) or f"khu{PARTS[name][0]}"


def originals(folder: Path, names: Iterable[str]) -> None:
    """Write the small layer in each format, in a folder of its own."""
    for name in names:
        (folder / name).mkdir()
        if name == "gdb-zip":
            pack(write(folder / name, "gdb"), folder / name / "khu.zip")
        elif name in FORMATS:
            write(folder / name, name)
        else:
            _table(folder / name / f"khu.{name}")


def _table(path: Path) -> None:
    """A table of six lots of four corners each, the first repeated, as decisions print it."""
    rows = [["Khu", "Điểm", "X (m)", "Y (m)"]]
    for lot in range(6):
        north, east = 2_325_000 + 150 * lot + 0.25, 558_000.5
        ring = [(0, 0), (0, _SIDE), (_SIDE, _SIDE), (_SIDE, 0), (0, 0)]
        rows += [[f"Lô {lot + 1}", str(n + 1), north + y, east + x] for n, (y, x) in enumerate(ring)]
    if path.suffix == ".csv":
        text = "\n".join(";".join(str(c).replace(".", ",") for c in row) for row in rows)
        path.write_text(text + "\n", encoding="utf-8")
        return
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
