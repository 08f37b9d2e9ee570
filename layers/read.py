"""The door in: from a file to a checked layer, with a book of everything that was seen on the way."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pandas as pd

from layers import reference
from layers._table import read_boundary
from layers._vector import read_rows
from layers.clean import clean_geometry
from layers.crs import as_crs, in_vietnam, to_crs
from layers.errors import CrsError
from layers.findings import Ledger
from layers.kinds import kind as kind_named
from layers.layer import Layer
from layers.provenance import Provenance, file_hash
from layers.schema import check, map_columns, normal_text
from layers.source import Source, format_of, parse_source, source_parts

if TYPE_CHECKING:
    import geopandas as gpd

    from layers.findings import Finding
    from layers.period import Period

__all__ = ["Reading", "read_layer"]


@dataclass(frozen=True)
class Reading:
    """A layer as read, and the book of the reading.

    Parameters
    ----------
    layer : Layer
        Rows that can be used; index is the row number in the file, from 1.
    findings : tuple of Finding
    rows_read : int
    set_aside : pandas.DataFrame
        Columns ``row`` and ``code``; ``rows_read == rows_used + len(set_aside)`` always.
    """

    layer: Layer
    findings: tuple[Finding, ...]
    rows_read: int
    set_aside: pd.DataFrame

    @property
    def rows_used(self) -> int:
        """Number of rows in the layer."""
        return len(self.layer.frame)


def read_layer(
    source: Source | str, kind: str, *, name: str | None = None, period: Period | None = None
) -> Reading:
    """Read, check and mend one layer of a file.

    Parameters
    ----------
    source : Source or str
        ``FILE[:LAYER]`` or a :class:`~layers.source.Source` with a filter or an assumed system.
        SHP (also zipped), GPKG, GeoJSON, KML, GML, FlatGeobuf, GeoParquet, MapInfo TAB/MIF, DXF,
        DGN v7, OSM extract, or a table of boundary coordinates (CSV, XLSX).
    kind : str
        One of :func:`layers.kinds.kinds`. From an OSM extract only the rows that carry the tags of
        the kind (``data/reference/osm_tags.csv``) are used, unless the source has its own filter.
    name : str, optional
        Name of the layer, default that of the source.
    period : Period, optional
        Years and stage of the layer.

    Returns
    -------
    Reading

    Raises
    ------
    SourceError
        The file can't be read at all: ``source_missing``, ``source_empty``, ``source_unreadable``,
        ``format_unknown``, ``format_mismatch``, ``no_layers``, ``layer_missing``,
        ``layer_ambiguous``, ``no_geometry``, ``table_without_coordinates``, ...
    QuestionError
        ``kind_unknown``.
    """
    asked = parse_source(source) if isinstance(source, str) else source
    wanted = kind_named(kind)
    format_name = format_of(asked.path)
    if format_name == "OSM":
        asked = _with_osm_tags(asked, kind)
    ledger = Ledger(name or asked.name)
    frame = read_boundary(asked, ledger) if format_name == "table" else read_rows(asked, ledger)
    rows_read = len(frame)
    frame = _filtered(frame, asked, ledger)
    frame = _with_crs(frame, asked, ledger)
    frame = frame.drop(index=[row for row in ledger.aside if row in frame.index])
    frame = clean_geometry(frame, ledger, polygons=wanted.geometry == "polygon")
    frame = map_columns(normal_text(frame), kind, ledger)
    frame = check(frame, kind, ledger, period=period)
    if frame.empty:
        ledger.find("layer_empty", level="block", rows_read=rows_read)
    parts = source_parts(asked.path)
    provenance = Provenance(
        source=f"{asked.path.name}:{asked.layer}" if asked.layer else asked.path.name,
        sha256=file_hash(*parts),
        made=_is_made(frame),
        steps=_steps(ledger),
    )
    layer = Layer(frame, ledger.layer, kind, period, provenance)
    return Reading(layer, tuple(ledger.findings), rows_read, ledger.aside_frame())


def _with_osm_tags(source: Source, kind: str) -> Source:
    rows = reference.table("osm_tags")
    rows = rows[rows["kind"] == kind]
    if rows.empty:
        return source
    tag = rows.iloc[0]
    layer = source.layer or tag["layer"]
    values = () if tag["values"] == "*" else tuple(tag["values"].split())
    where = source.where or ((tag["key"], values) if layer == tag["layer"] else None)
    return replace(source, layer=layer, where=where)


def _filtered(frame: gpd.GeoDataFrame, source: Source, ledger: Ledger) -> gpd.GeoDataFrame:
    """Keep the rows asked for; the others are counted as set aside, bad rows among them only noted."""
    if source.where is None:
        return frame
    column, values = source.where
    if column not in frame:
        ledger.find("column_missing", level="block", column=column, found=[str(c) for c in frame.columns])
        return frame
    text = frame[column].astype("string").fillna("")
    keep = text.isin(values) if values else text != ""
    counts = text[text != ""].value_counts()
    ledger.find(
        "rows_filtered",
        level="info",
        column=column,
        values=list(values),
        kept=int(keep.sum()),
        others=int((~keep).sum()),
        found=[f"{value} ({n})" for value, n in counts.head(12).items()],
    )
    ledger.findings = [
        replace(f, level="warn") if f.row is not None and not keep.get(int(f.row), False) else f
        for f in ledger.findings
    ]
    for row in frame.index[~keep]:
        ledger.aside.setdefault(row, "rows_filtered")
    return frame[keep]


def _with_crs(frame: gpd.GeoDataFrame, source: Source, ledger: Ledger) -> gpd.GeoDataFrame:
    """Settle the system: what the file states, else what the caller assumes, else a finding that blocks."""
    if frame.crs is not None:
        if frame.crs.is_engineering or frame.crs.is_bound:
            ledger.find("crs_local", level="block", found=frame.crs.name)
        return frame
    if source.assume_crs is None:
        ledger.find("crs_missing", level="block", found=_range_of(frame), expected="EPSG:5897")
        return frame
    crs = as_crs(source.assume_crs)
    given = frame.set_crs(crs)
    ledger.find("crs_assumed", level="warn", crs=crs.name)
    _check_assumed(given, ledger)
    return given


def _range_of(frame: gpd.GeoDataFrame) -> str:
    west, south, east, north = frame.total_bounds
    return f"x {west:.7g} … {east:.7g}, y {south:.7g} … {north:.7g}"


def _check_assumed(frame: gpd.GeoDataFrame, ledger: Ledger) -> None:
    """An assumed system must at least put the first usable point somewhere near Vietnam."""
    usable = frame[frame.geometry.notna() & ~frame.geometry.is_empty]
    if usable.empty or usable.crs is None:
        return
    point = usable.iloc[[0]].set_geometry(usable.iloc[[0]].representative_point())
    try:
        lonlat = to_crs(point, as_crs(4326)).geometry.iloc[0]
    except CrsError:
        return
    if not in_vietnam(lonlat.x, lonlat.y):
        ledger.find("crs_assumed_implausible", level="block", crs=usable.crs.name, found=_range_of(frame))


def _is_made(frame: gpd.GeoDataFrame) -> bool:
    return "made" in frame and bool(frame["made"].isin([True, 1, "1", "true", "True"]).any())


def _steps(ledger: Ledger) -> tuple[str, ...]:
    kept = ("crs_assumed", "geometry_repaired", "shx_restored", "rows_filtered", "axes_swapped")
    counts: dict[str, int] = {}
    for finding in ledger.findings:
        if finding.code in kept:
            counts[finding.code] = counts.get(finding.code, 0) + 1
    return tuple(f"{code} x{n}" if n > 1 else code for code, n in counts.items())
