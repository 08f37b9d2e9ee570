"""Columns of each kind, written once: how they are named, and what they must hold."""

from __future__ import annotations

import re
from datetime import date
from functools import cache
from typing import TYPE_CHECKING

import pandas as pd

from layers import reference
from layers.kinds import kind as kind_named
from layers.landuse import ancestors, code_list, list_on, normal_code
from layers.names import fold, normal

if TYPE_CHECKING:
    import geopandas as gpd

    from layers.findings import Ledger
    from layers.period import Period

__all__ = ["check", "map_columns", "normal_text"]

_AREA_NOTED = 0.01
_AREA_SUSPECT = 0.10
_HA = 10_000.0


@cache
def _spellings() -> list[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    rows = reference.table("columns")
    return [
        (row.field, tuple(row.kinds.split()), tuple(_plain(s) for s in row.spellings.split()))
        for row in rows.itertuples()
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
        them in any spelling of ``data/reference/columns.csv``; other columns as they were.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from layers.findings import Ledger
    >>> from shapely import box
    >>> frame = gpd.GeoDataFrame({"MaLoaiDat": ["LUC"]}, geometry=[box(0, 0, 1, 1)], crs=5897)
    >>> list(map_columns(frame, "land_use", Ledger("lu")).columns)
    ['code', 'geometry']
    """
    present = {_plain(str(column)): column for column in reversed(frame.columns)}
    renames: dict[str, str] = {}
    taken: set[str] = set()
    for field, kinds, spellings in sorted(_spellings(), key=lambda s: s[1] == ("*",)):
        if kinds != ("*",) and kind not in kinds:
            continue
        found = next((present[s] for s in spellings if s in present and present[s] not in taken), None)
        if found is None or found == frame.geometry.name:
            continue
        taken.add(found)
        if found != field:
            renames[found] = field
            ledger.find("column_mapped", level="info", column=str(found), field=field)
    clash = {field: f"{field}_" for field in renames.values() if field in frame.columns and field not in renames}
    return frame.rename(columns={**clash, **renames})


def normal_text(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Bring every text column to Unicode form NFC.

    Parameters
    ----------
    frame : geopandas.GeoDataFrame

    Returns
    -------
    geopandas.GeoDataFrame
        A copy where any text changed, else the frame itself.
    """
    columns = [c for c in frame.columns if c != frame.geometry.name and not pd.api.types.is_numeric_dtype(frame[c])]
    changed = {c: frame[c].map(lambda v: normal(v) if isinstance(v, str) else v) for c in columns}
    return frame.assign(**changed) if changed else frame


def check(frame: gpd.GeoDataFrame, kind: str, ledger: Ledger, *, period: Period | None = None) -> gpd.GeoDataFrame:
    """Check the columns of a layer against its kind.

    Parameters
    ----------
    frame : geopandas.GeoDataFrame
        Rows with usable geometry and standard column names.
    kind : str
    ledger : Ledger
        Receives ``column_missing``, ``value_missing``, ``id_duplicate``, ``land_code_unknown``,
        ``land_code_other_list`` and ``area_differs``.
    period : Period, optional
        Decides which list of land-use codes a layer should use.

    Returns
    -------
    geopandas.GeoDataFrame
        The same rows; land-use codes in the spelling of the lists.
    """
    for column in kind_named(kind).required:
        if column not in frame:
            level = "block" if column == "code" else "warn"
            found = [str(c) for c in frame.columns if c != frame.geometry.name]
            ledger.find("column_missing", level=level, column=column, kind=kind, found=found)
        else:
            empty = frame[column].isna() | (frame[column].astype(str).str.strip() == "")
            for row in frame.index[empty]:
                ledger.find("value_missing", row, "warn", column=column)
    if "id" in frame:
        for row, value in frame.loc[frame["id"].notna() & frame["id"].duplicated(), "id"].items():
            ledger.find("id_duplicate", row, "warn", column="id", found=str(value))
    if kind == "land_use" and "code" in frame:
        frame = _check_codes(frame, ledger, period)
    _check_area(frame, ledger)
    return frame


def _check_codes(frame: gpd.GeoDataFrame, ledger: Ledger, period: Period | None) -> gpd.GeoDataFrame:
    codes = frame["code"].map(lambda v: normal_code(str(v)) if pd.notna(v) else "")
    unknown = [code for code in codes.unique() if code and not ancestors(code)]
    for row, code in codes[codes.isin(unknown)].items():
        ledger.find("land_code_unknown", row, "warn", column="code", found=code)
    list_name = list_on(date(period.first, 12, 31)) if period else None
    if list_name:
        other = [c for c in codes.unique() if c and c not in unknown and c not in code_list(list_name)]
        if other:
            ledger.find("land_code_other_list", level="warn", column="code", found=sorted(other), expected=list_name)
    return frame.assign(code=codes)


def _check_area(frame: gpd.GeoDataFrame, ledger: Ledger) -> None:
    """Put the stated and the computed area side by side where they differ by more than 1 %."""
    from layers.crs import is_metric  # noqa: PLC0415

    if "stated_area_ha" not in frame or not is_metric(frame.crs):
        return
    stated = pd.to_numeric(frame["stated_area_ha"], errors="coerce")
    computed = frame.geometry.area / _HA
    share = (computed - stated) / stated
    for row in frame.index[(share.abs() > _AREA_NOTED) & (stated > 0)]:
        ledger.find(
            "area_differs",
            row,
            "warn" if abs(share[row]) > _AREA_SUSPECT else "info",
            stated_ha=float(stated[row]),
            computed_ha=float(computed[row]),
            share_pct=float(share[row] * 100),
        )
