"""The door out: frames to files of every exchange format, written whole or not at all."""

from __future__ import annotations

import csv
import sqlite3
import tempfile
import zipfile
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import openpyxl
import pandas as pd
import pyogrio
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from layers.causes import cause_of
from layers.crs import as_crs, to_crs
from layers.errors import SourceError
from layers.form import Form, draw_form
from layers.names import file_stem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import geopandas as gpd

__all__ = [
    "LayerStyle",
    "Sheet",
    "short_names",
    "write_csv",
    "write_geojson",
    "write_gpkg",
    "write_shapefile_zip",
    "write_text",
    "write_xlsx",
]

_WGS84: Final = 4326
_SHP_NAME: Final = 10
#: readers of some years ago warn of the newest version
_GPKG: Final = {"VERSION": "1.2"}
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
_FAMILIES: Final = {"Point": "diem", "LineString": "duong", "Polygon": "vung"}


@dataclass(frozen=True)
class LayerStyle:
    """How a layer of a GeoPackage looks in QGIS.

    Parameters
    ----------
    name : str
    qml : str
        Style in QGIS's own form.
    """

    name: str
    qml: str


@dataclass(frozen=True)
class Sheet:
    """One sheet of a workbook.

    Parameters
    ----------
    title : str
    frame : pandas.DataFrame
        Columns as they should be headed.
    notes : sequence of str
        Lines above the table: what it is, the date it holds for, the made-data label.
    formats : mapping of str to str
        Number format by column.
    """

    title: str
    frame: pd.DataFrame
    notes: Sequence[str] = ()
    formats: Mapping[str, str] = field(default_factory=dict)


@contextmanager
def _whole(path: Path) -> Iterator[Path]:
    """Give a draft beside the target; it takes the target's name only when it is complete."""
    try:
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=".draft-") as folder:
            draft = Path(folder) / path.name
            yield draft
            draft.replace(path)
    except OSError as error:
        raise SourceError("target_unwritable", path=str(path), found=cause_of(error)) from error


def write_gpkg(
    path: Path,
    layers: Mapping[str, gpd.GeoDataFrame],
    *,
    tables: Mapping[str, pd.DataFrame] | None = None,
    styles: Mapping[str, LayerStyle] | None = None,
) -> dict[tuple[str, str], str]:
    """Write a GeoPackage with its styles inside, so that QGIS shows the same colours.

    Parameters
    ----------
    path : pathlib.Path
        Replaced where it exists.
    layers : mapping of str to geopandas.GeoDataFrame
        Layer name to features, each with a CRS; empty frames are left out.
    tables : mapping of str to pandas.DataFrame, optional
        Tables without geometry.
    styles : mapping of str to LayerStyle, optional
        By layer name; stored in ``layer_styles`` as the default style.

    Returns
    -------
    dict of (str, str) to str
        By ``("layer" | "table", name)`` the name that it has in the file: one that is taken already, also
        in other letters or by the format itself, gets a number behind it.

    Raises
    ------
    SourceError
        ``target_unwritable``.
    """
    written = {name: frame for name, frame in layers.items() if len(frame)}
    names = _free_names([("layer", n) for n in written] + [("table", n) for n in tables or {}])
    with _whole(path) as draft:
        for name, frame in written.items():
            multi = frame.geom_type.str.startswith("Multi").any()
            pyogrio.write_dataframe(
                frame,
                draft,
                layer=names["layer", name],
                driver="GPKG",
                promote_to_multi=bool(multi),
                dataset_options=_GPKG,
            )
        for name, table in (tables or {}).items():
            pyogrio.write_dataframe(table, draft, layer=names["table", name], driver="GPKG")
        present = {names["layer", n]: style for n, style in (styles or {}).items() if n in written}
        if present:
            _store_styles(draft, present)
    return names


def _free_names(wanted: Sequence[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """Give each table of a database a name of its own: SQLite knows no difference of case."""
    taken = {"layer_styles"}
    out = {}
    for key in wanted:
        name, n = key[1], 2
        while name.lower() in taken or name.lower().startswith(("gpkg_", "sqlite_", "rtree_")):
            name, n = f"{key[1]}_{n}" if key[1].lower() in taken else f"_{key[1]}", n + 1
        taken.add(name.lower())
        out[key] = name
    return out


def _store_styles(path: Path, styles: Mapping[str, LayerStyle]) -> None:
    create = (
        "create table layer_styles (id integer primary key autoincrement, f_table_catalog text,"
        " f_table_schema text, f_table_name text, f_geometry_column text, styleName text, styleQML text,"
        " styleSLD text, useAsDefault boolean, description text, owner text, ui text,"
        # a date without T and Z is not of the GeoPackage form, and GDAL warns of each
        " update_time datetime default (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')))"
    )
    with closing(sqlite3.connect(path)) as base:
        base.execute(create)
        for name, style in styles.items():
            (column,) = base.execute(
                "select column_name from gpkg_geometry_columns where table_name = ?", (name,)
            ).fetchone()
            base.execute(
                "insert into layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column,"
                " styleName, styleQML, styleSLD, useAsDefault, description, owner)"
                " values ('', '', ?, ?, ?, ?, '', 1, '', '')",
                (name, column, style.name, style.qml),
            )
        base.execute(
            "insert into gpkg_contents (table_name, data_type, identifier)"
            " values ('layer_styles', 'attributes', 'layer_styles')"
        )
        base.commit()


def write_geojson(path: Path, frame: gpd.GeoDataFrame) -> None:
    """Write GeoJSON as RFC 7946 wants it: WGS 84, nine decimals (0.1 mm).

    Parameters
    ----------
    path : pathlib.Path
    frame : geopandas.GeoDataFrame
        Any CRS.

    Raises
    ------
    SourceError
        ``target_unwritable``.
    """
    with _whole(path) as draft:
        pyogrio.write_dataframe(
            to_crs(frame, as_crs(_WGS84)), draft, driver="GeoJSON", RFC7946="YES", COORDINATE_PRECISION=9
        )


def short_names(columns: Sequence[str]) -> dict[str, str]:
    """Cut column names to the ten characters of a shapefile, each still unique.

    Parameters
    ----------
    columns : sequence of str

    Returns
    -------
    dict of str to str
        Full name to short name.

    Examples
    --------
    >>> short_names(["zone", "valid_from_day", "valid_from_year"])
    {'zone': 'zone', 'valid_from_day': 'valid_from', 'valid_from_year': 'valid_fro1'}
    """
    taken: set[str] = set()
    out: dict[str, str] = {}
    for column in columns:
        short, n = column[:_SHP_NAME], 0
        while short.lower() in taken:
            n += 1
            short = column[: _SHP_NAME - len(str(n))] + str(n)
        taken.add(short.lower())
        out[column] = short
    return out


def write_shapefile_zip(
    path: Path, layers: Mapping[str, gpd.GeoDataFrame], *, readme: str = ""
) -> dict[str, str]:
    """Write shapefiles into one zip: UTF-8 with ``.cpg``, ``.prj``, one file per layer and geometry family.

    Parameters
    ----------
    path : pathlib.Path
        The ``.zip``.
    layers : mapping of str to geopandas.GeoDataFrame
    readme : str
        Text to put beside the files.

    Returns
    -------
    dict of str to str
        Column names that had to be cut, full to short; they are listed in ``README.txt`` too.

    Raises
    ------
    SourceError
        ``target_unwritable``.
    """
    cut: dict[str, str] = {}
    with _whole(path) as draft, tempfile.TemporaryDirectory() as folder:
        for name, frame in layers.items():
            names = short_names([c for c in frame.columns if c != frame.geometry.name])
            cut |= {full: short for full, short in names.items() if full != short}
            family = frame.geom_type.str.removeprefix("Multi")
            kinds = family.unique()
            for kind in kinds:
                ending = f"_{_FAMILIES.get(kind, kind)}" if len(kinds) > 1 else ""
                part = frame[family == kind].rename(columns=names)
                file = Path(folder) / f"{file_stem(name)}{ending}.shp"
                pyogrio.write_dataframe(part, file, driver="ESRI Shapefile", encoding="UTF-8")
        lines = [readme, *(f"{short} = {full}" for full, short in cut.items())]
        (Path(folder) / "README.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
        with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED) as archive:
            for file in sorted(Path(folder).iterdir()):
                archive.write(file, file.name)
    return cut


def write_text(path: Path, text: str) -> None:
    """Write a text file in UTF-8.

    Parameters
    ----------
    path : pathlib.Path
    text : str

    Raises
    ------
    SourceError
        ``target_unwritable``.
    """
    with _whole(path) as draft:
        draft.write_text(text, encoding="utf-8", newline="\n")


def write_csv(path: Path, frame: pd.DataFrame) -> None:
    """Write a table as CSV for machines and for Excel: UTF-8 with a mark, decimal point, comma.

    Parameters
    ----------
    path : pathlib.Path
    frame : pandas.DataFrame
        Text that a spreadsheet would take for a formula gets an apostrophe in front.

    Raises
    ------
    SourceError
        ``target_unwritable``.
    """
    with _whole(path) as draft, draft.open("w", encoding="utf-8-sig", newline="") as handle:
        writer = csv.writer(handle, lineterminator="\r\n")
        writer.writerow([_harmless(str(c)) for c in frame.columns])
        for row in frame.itertuples(index=False):
            writer.writerow([_harmless(_plain(value)) for value in row])


def write_xlsx(path: Path, sheets: Sequence[Sheet | Form]) -> None:
    """Write a workbook; text that looks like a formula stays text.

    Parameters
    ----------
    path : pathlib.Path
    sheets : sequence of Sheet or Form

    Raises
    ------
    SourceError
        ``target_unwritable``.
    """
    book = openpyxl.Workbook()
    for given in book.worksheets:
        book.remove(given)
    for sheet in sheets:
        page = book.create_sheet(sheet.title[:31])
        if isinstance(sheet, Form):
            draw_form(page, sheet)
        else:
            _fill(page, sheet)
    with _whole(path) as draft:
        book.save(draft)


def _fill(page: Any, sheet: Sheet) -> None:
    for n, note in enumerate(sheet.notes, start=1):
        _put(page.cell(row=n, column=1), note).font = Font(bold=n == 1, size=13 if n == 1 else 11)
    top = len(sheet.notes) + (2 if sheet.notes else 1)
    for n, column in enumerate(sheet.frame.columns, start=1):
        head = _put(page.cell(row=top, column=n), str(column))
        head.font = Font(bold=True)
        head.fill = PatternFill("solid", fgColor="E6EDF5")
        head.alignment = Alignment(wrap_text=True, vertical="top")
    for r, values in enumerate(sheet.frame.itertuples(index=False), start=top + 1):
        for n, (column, value) in enumerate(zip(sheet.frame.columns, values, strict=True), start=1):
            cell = _put(page.cell(row=r, column=n), _plain(value))
            if column in sheet.formats:
                cell.number_format = sheet.formats[column]
    page.freeze_panes = page.cell(row=top + 1, column=1)
    for n, column in enumerate(sheet.frame.columns, start=1):
        width = max(len(str(text)) for text in (column, *sheet.frame[column].head(200)))
        page.column_dimensions[get_column_letter(n)].width = min(max(width * 0.9 + 3, 8), 48)


def _put(cell: Any, value: Any) -> Any:
    cell.value = value
    if isinstance(value, str):
        cell.data_type = "s"  # never a formula
    return cell


def _plain(value: Any) -> Any:
    if value is None or (isinstance(value, float) and pd.isna(value)) or value is pd.NA or value is pd.NaT:
        return None
    return value.item() if hasattr(value, "item") else value


def _harmless(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
