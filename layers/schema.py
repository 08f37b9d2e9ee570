"""Columns of each kind, written once: how they are named, and what they must hold."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from layers._areas import areas_ha
from layers._field_values import PER_HA, as_numbers
from layers._numbers import numbers
from layers._text import find_suspicious, normal_values, text_columns
from layers.causes import Cause
from layers.fields import AREA_FIELDS, match_fields, whole_as_text
from layers.kinds import kind as kind_named
from layers.landuse import ancestors, code_list, list_on, normal_code

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd

    from layers.fields import FieldMatch
    from layers.findings import Ledger, Level
    from layers.period import Period

__all__ = ["check", "map_columns", "normal_text", "use_fields"]

_AREA_NOTED: Final = 0.01
_AREA_SUSPECT: Final = 0.10
_CODES: Final = ("id", "code", "kind", "name")


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
        shapefile, or where their values tell; a column without any value gives way to one that has some.
        Other columns as they were.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from layers.findings import Ledger
    >>> from shapely import box
    >>> frame = gpd.GeoDataFrame({"MaLoaiDat": ["LUC"]}, geometry=[box(0, 0, 1, 1)], crs=5897)
    >>> list(map_columns(frame, "land_use", Ledger("lu")).columns)
    ['code', 'geometry']
    """
    return use_fields(frame, match_fields(frame, kind), ledger)


def use_fields(frame: gpd.GeoDataFrame, matches: Sequence[FieldMatch], ledger: Ledger) -> gpd.GeoDataFrame:
    """Give the columns of a layer the names of its fields.

    Parameters
    ----------
    frame : geopandas.GeoDataFrame
    matches : sequence of FieldMatch
        As :func:`layers.fields.match_fields` finds them.
    ledger : Ledger
        Receives ``column_mapped`` (by values a warning, as it needs a look), ``column_ambiguous``,
        ``area_unit_read``, ``area_unit_open`` and ``number_unreadable``.

    Returns
    -------
    geopandas.GeoDataFrame
        Same rows; areas stated in square metres as hectares, whole numbers of codes without decimals.
    """
    renames: dict[Any, str] = {}
    for match in matches:
        if match.by == "asked":
            code = "area_unit_open" if match.field in AREA_FIELDS else "column_ambiguous"
            ledger.find(code, level="warn", field=match.field, found=list(match.others))
        elif match.column and match.column != match.field:
            renames[match.column] = match.field
            level: Level = "warn" if match.by == "values" else "info"
            how = {"by": Cause(f"field_by_{match.by}"), "share_pct": round(match.confidence * 100)}
            ledger.find("column_mapped", level=level, column=match.column, field=match.field, **how)
    frame = _renamed(frame, renames)
    chosen = {m.field: m for m in matches if m.column}
    made = {f: whole_as_text(frame[f]) for f in _CODES if f in chosen}
    frame = frame.assign(**made) if made else frame
    area = chosen.get("stated_area_ha")
    return _in_hectares(frame, area, ledger) if area and area.unit in ("m2", "km2") else frame


def _in_hectares(frame: gpd.GeoDataFrame, area: FieldMatch, ledger: Ledger) -> gpd.GeoDataFrame:
    given = frame[area.field]
    values = as_numbers(given)
    for row in frame.index[given.notna() & (given.astype(str).str.strip() != "") & np.isnan(values)]:
        ledger.find("number_unreadable", row, "warn", column=area.column, found=str(given[row]))
    unit = area.unit.replace("2", "²")
    ledger.find("area_unit_read", level="info", column=area.column, unit=unit, count=int(given.notna().sum()))
    return frame.assign(**{area.field: values / PER_HA[area.unit]})


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
            ledger.find("column_missing", level=level, column=column, field=column, kind=kind, found=found)
        else:
            empty = frame[column].isna() | (frame[column].astype(str).str.strip() == "")
            for row in frame.index[empty]:
                ledger.find("value_missing", row, "warn", column=column, field=column)
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
    computed = areas_ha(frame)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = (computed - stated) / stated
    for row in frame.index[(share.abs() > _AREA_NOTED) & (stated > 0)]:
        level: Level = "warn" if abs(share[row]) > _AREA_SUSPECT else "info"
        figures = {"stated_ha": float(stated[row]), "computed_ha": float(computed[row])}
        ledger.find("area_differs", row, level, **figures, share_pct=float(share[row] * 100))
    return frame
