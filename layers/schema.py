"""Columns of each kind, written once: how they are named, and what they must hold."""

from __future__ import annotations

import re
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd

from layers import reference
from layers._numbers import numbers
from layers._place import place_of
from layers._text import find_suspicious, normal_values, text_columns
from layers.crs import is_metric, metric_crs_at, to_crs
from layers.kinds import kind as kind_named
from layers.landuse import ancestors, code_list, list_on, normal_code
from layers.names import fold

if TYPE_CHECKING:
    from layers.findings import Ledger, Level
    from layers.period import Period

__all__ = ["check", "map_columns", "normal_text"]

_AREA_NOTED: Final = 0.01
_AREA_SUSPECT: Final = 0.10
_HA: Final = 10_000.0
_DBF_NAME: Final = 10
_TEXT_FIELDS: Final = ("kind",)  # a number under such a heading is a code of the drawing program


@cache
def _spellings() -> list[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    rows = reference.table("columns")
    return [
        (str(field), tuple(str(kinds).split()), tuple(str(spellings).split()))
        for field, kinds, spellings in zip(rows["field"], rows["kinds"], rows["spellings"], strict=True)
    ]


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", fold(text))


def map_columns(frame: gpd.GeoDataFrame, kind: str, ledger: Ledger) -> gpd.GeoDataFrame:
    """Rename the columns that a kind knows to their standard names.

    Parameters
    ----------
    frame : geopandas.GeoDataFrame
    kind : str
        One of :func:`layers.kinds.kinds`.
    ledger : Ledger
        Gets an entry for each renamed column.

    Returns
    -------
    geopandas.GeoDataFrame
        Same rows; columns ``id, name, kind, code, stated_area_ha, decision`` where the frame has
        them in any spelling of ``data/reference/columns.csv``, also as cut at 10 characters by a
        shapefile; a column without any value gives way to one that has some. Other columns as they were.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from layers.findings import Ledger
    >>> from shapely import box
    >>> frame = gpd.GeoDataFrame({"MaLoaiDat": ["LUC"]}, geometry=[box(0, 0, 1, 1)], crs=5897)
    >>> list(map_columns(frame, "land_use", Ledger("lu")).columns)
    ['code', 'geometry']
    """
    present: dict[str, list[Any]] = {}
    for column in frame.columns:
        if column != frame.geometry.name:
            present.setdefault(_plain(str(column)), []).append(column)
    renames: dict[Any, str] = {}
    taken: set[Any] = set()
    for field, kinds, spellings in sorted(_spellings(), key=lambda s: s[1] == ("*",)):
        if kinds != ("*",) and kind not in kinds:
            continue
        candidates = [c for s in spellings for c in _called(s, present) if c not in taken]
        found = _best(frame, field, candidates)
        if found is None:
            continue
        taken.add(found)
        if found != field:
            renames[found] = field
            ledger.find("column_mapped", level="info", column=str(found), field=field)
    return _renamed(frame, renames)


def _called(spelling: str, present: dict[str, list[Any]]) -> list[Any]:
    """Columns of a spelling; a name cut by a shapefile counts unless the cut took away its unit."""
    whole = present.get(_plain(spelling), [])
    short = spelling[:_DBF_NAME]
    if whole or len(spelling) <= _DBF_NAME or short.endswith("_"):
        return whole
    return [c for c in present.get(_plain(short), []) if len(str(c)) == _DBF_NAME]


def _best(frame: gpd.GeoDataFrame, field: str, candidates: list[Any]) -> Any:
    """Return the first candidate that has values, or else the first."""
    if field in _TEXT_FIELDS:
        candidates = [c for c in candidates if not pd.api.types.is_numeric_dtype(frame[c])]
    filled = (c for c in candidates if frame[c].notna().any())
    return next(filled, candidates[0] if candidates else None)


def _renamed(frame: gpd.GeoDataFrame, renames: dict[Any, str]) -> gpd.GeoDataFrame:
    """Rename; a column that bears the new name of another makes room for it."""
    taken = {str(c) for c in frame.columns} | set(renames.values())
    clash: dict[Any, str] = {}
    for field in renames.values():
        if field in frame.columns and field not in renames:
            other = f"{field}_"
            while other in taken:
                other += "_"
            taken.add(other)
            clash[field] = other
    return frame.rename(columns={**clash, **renames}) if renames else frame


def normal_text(frame: gpd.GeoDataFrame, ledger: Ledger | None = None) -> gpd.GeoDataFrame:
    """Bring every text column to Unicode form NFC with single spaces.

    Parameters
    ----------
    frame : geopandas.GeoDataFrame
    ledger : Ledger, optional
        Receives ``text_suspicious`` for a column with signs of a wrong encoding.

    Returns
    -------
    geopandas.GeoDataFrame
        A copy where any text changed, else the frame itself.
    """
    if ledger is not None:
        find_suspicious(frame, ledger)
    made = {column: normal_values(frame[column]) for column in text_columns(frame)}
    if all(values is None for values in made.values()):
        return frame
    frame = frame.copy()
    for column, values in made.items():
        if values is not None:
            frame[column] = values
    return frame


def check(
    frame: gpd.GeoDataFrame, kind: str, ledger: Ledger, *, period: Period | None = None
) -> gpd.GeoDataFrame:
    """Check the columns of a layer against its kind.

    Parameters
    ----------
    frame : geopandas.GeoDataFrame
        Rows with usable geometry and standard column names.
    kind : str
    ledger : Ledger
        Receives ``column_missing``, ``value_missing``, ``id_duplicate``, ``land_code_unknown``,
        ``land_code_other_list``, ``number_unreadable`` and ``area_differs``.
    period : Period, optional
        Decides which list of land-use codes a layer should use.

    Returns
    -------
    geopandas.GeoDataFrame
        The same rows; land-use codes in the spelling of the lists, stated areas as numbers.
    """
    for column in kind_named(kind).required:
        if column not in frame:
            level: Level = "block" if column == "code" else "warn"
            found = [str(c) for c in frame.columns if c != frame.geometry.name]
            ledger.find("column_missing", level=level, column=column, kind=kind, found=found)
        else:
            empty = frame[column].isna() | (frame[column].astype(str).str.strip() == "")
            for row in frame.index[empty]:
                ledger.find("value_missing", row, "warn", column=column)
    if "id" in frame:
        ids = frame["id"].dropna().astype(str)
        for row, value in ids[ids.duplicated()].items():
            ledger.find("id_duplicate", row, "warn", column="id", found=value)
    if kind == "land_use" and "code" in frame:
        frame = _check_codes(frame, ledger, period)
    if "stated_area_ha" in frame:
        frame = _check_area(frame, ledger)
    return frame


def _check_codes(frame: gpd.GeoDataFrame, ledger: Ledger, period: Period | None) -> gpd.GeoDataFrame:
    given = frame["code"].astype(str).where(frame["code"].notna(), "")
    spelled = {value: normal_code(value) for value in given.unique()}
    codes = given.map(spelled)
    used = set(spelled.values()) - {""}
    unknown = {code for code in used if not ancestors(code)}
    for row, code in codes[codes.isin(unknown)].items():
        ledger.find("land_code_unknown", row, "warn", column="code", found=code)
    list_name = list_on(date(period.first, 12, 31)) if period else None
    other = used - unknown - set(code_list(list_name)) if list_name else set()
    if other:
        ledger.find(
            "land_code_other_list", level="warn", column="code", found=sorted(other), expected=list_name
        )
    return frame.assign(code=codes)


def _check_area(frame: gpd.GeoDataFrame, ledger: Ledger) -> gpd.GeoDataFrame:
    """Read the stated areas and put the computed ones beside them where they differ by more than 1 %."""
    text = frame["stated_area_ha"]
    numeric = pd.api.types.is_numeric_dtype(text)
    stated = text.astype(float) if numeric else pd.Series(numbers(text), frame.index)
    given = text.notna() & (text.astype(str).str.strip() != "")
    for row in frame.index[given & stated.isna()]:
        ledger.find("number_unreadable", row, "warn", column="stated_area_ha", found=str(text[row]))
    frame = frame.assign(stated_area_ha=stated)
    computed = _areas_ha(frame)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = (computed - stated) / stated
    for row in frame.index[(share.abs() > _AREA_NOTED) & (stated > 0)]:
        level: Level = "warn" if abs(share[row]) > _AREA_SUSPECT else "info"
        figures = {"stated_ha": float(stated[row]), "computed_ha": float(computed[row])}
        ledger.find("area_differs", row, level, **figures, share_pct=float(share[row] * 100))
    return frame


def _areas_ha(frame: gpd.GeoDataFrame) -> pd.Series[float]:
    """Areas in the metric system of the layer or of its place; NaN where it has neither."""
    if not is_metric(frame.crs):
        place = place_of(frame)
        if place is None:
            return pd.Series(np.nan, frame.index)
        plain = gpd.GeoDataFrame(geometry=frame.geometry)
        frame = to_crs(plain, metric_crs_at(*place))
    return frame.geometry.area / _HA
