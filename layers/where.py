"""Keeping the rows of a layer that hold a value: of a file as it is read, or of a layer of the workspace."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from layers.errors import SchemaError

if TYPE_CHECKING:
    import geopandas as gpd

    from layers.findings import Ledger

__all__ = ["rows_where"]


def rows_where(
    frame: gpd.GeoDataFrame, where: tuple[str, tuple[str, ...]] | None, ledger: Ledger
) -> gpd.GeoDataFrame:
    """Keep the rows asked for; the others are counted as set aside, bad rows among them only noted.

    Parameters
    ----------
    frame : geopandas.GeoDataFrame
    where : tuple of (str, tuple of str) or None
        Column and the values to keep, read as text; no values keep every row that has one.
    ledger : Ledger
        Receives ``rows_filtered`` or ``rows_with_value``.

    Returns
    -------
    geopandas.GeoDataFrame
        The rows kept, same columns; a tag of OSM becomes a column of its own.

    Raises
    ------
    SchemaError
        ``column_missing`` for a column that the frame lacks.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from layers.findings import Ledger
    >>> from shapely import Point
    >>> frame = gpd.GeoDataFrame({"code": ["ONT", "LUC"]}, geometry=[Point(0, 0), Point(1, 1)], crs=5897)
    >>> rows_where(frame, ("code", ("ONT",)), Ledger("đất"))["code"].tolist()
    ['ONT']
    """
    if where is None:
        return frame
    column, values = where
    frame = _with_column(frame, column, ledger)
    text = frame[column].astype(str).where(frame[column].notna(), "")
    keep = text.isin(values) if values else text != ""
    counts = text[text != ""].value_counts()
    ledger.find(
        "rows_filtered" if values else "rows_with_value",
        level="info",
        column=column,
        values=list(values),
        kept=int(keep.sum()),
        others=int((~keep).sum()),
        found=[f"{value} ({n})" for value, n in counts.head(12).items()],
    )
    kept = {None, *map(str, frame.index[keep])}
    ledger.findings = [f if f.row in kept else replace(f, level="warn") for f in ledger.findings]
    for row in frame.index[~keep]:
        ledger.aside.setdefault(row, "rows_filtered")
    return frame.loc[keep]


def _with_column(frame: gpd.GeoDataFrame, column: str, ledger: Ledger) -> gpd.GeoDataFrame:
    if column not in frame and "other_tags" in frame:  # where GDAL puts the rarer tags of OSM
        tags = frame["other_tags"].astype(str).str.extract(rf'"{re.escape(column)}"=>"([^"]*)"', expand=False)
        frame = frame.assign(**{column: tags})
    if column not in frame:
        found = [str(c) for c in frame.columns if c != frame.geometry.name]
        raise SchemaError("column_missing", layer=ledger.layer, column=column, found=found)
    return frame
