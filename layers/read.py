"""The door in: from a file to a checked layer, with a book of everything that was seen on the way."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from layers import reference
from layers._boundary import UNNAMED, read_boundary
from layers._domains import KEPT, explained, with_texts
from layers._drawing import read_drawing
from layers._known_crs import usable_crs
from layers._place import lonlat_swapped, place_of, range_of
from layers._unpack import unpacked
from layers._vector import read_rows
from layers.causes import Cause
from layers.clean import clean_geometry
from layers.crs import as_crs, in_vietnam
from layers.fields import match_fields
from layers.findings import Ledger
from layers.kinds import kind as kind_named
from layers.layer import Layer
from layers.legacy_text import with_text_read
from layers.provenance import Provenance, file_hash
from layers.schema import check, normal_text, use_fields
from layers.source import FORMATS, Source, format_of, parse_source, source_parts
from layers.treatment import parse_treatment
from layers.where import rows_where

if TYPE_CHECKING:
    from layers.fields import FieldChoices, FieldMatch
    from layers.findings import Finding
    from layers.period import Period
    from layers.treatment import Treatment

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
    fields : tuple of FieldMatch
        Which column was taken for which field, and what is to be asked.
    columns : tuple of str
        Headings as the file has them.
    unnamed : tuple of (int, str)
        Boundaries of a table of corners that doesn't name them: row, and what follows the name of the table
        in theirs (empty, `` (2)``). No other row is called after its file.
    """

    layer: Layer
    findings: tuple[Finding, ...]
    rows_read: int
    set_aside: pd.DataFrame
    fields: tuple[FieldMatch, ...] = ()
    columns: tuple[str, ...] = ()
    unnamed: tuple[tuple[int, str], ...] = ()

    @property
    def rows_used(self) -> int:
        """Number of rows in the layer."""
        return len(self.layer.frame)

    def named(self, name: str) -> Reading:
        """Return the same reading under another name; nothing is read again.

        Boundaries that a table of corners doesn't name are called as the table is, and so as the layer from
        now on. Whatever a file states as a name stays.

        Parameters
        ----------
        name : str
            Of the layer, and of it in every finding.

        Returns
        -------
        Reading
        """
        findings = tuple(replace(finding, layer=name) for finding in self.findings)
        layer = replace(self.layer, name=name)
        ends = dict(self.unnamed)
        called = layer.frame.index.isin(list(ends))
        if called.any() and "name" in layer.frame:  # a field may have been read from that column instead
            frame = layer.frame.copy()
            frame.loc[called, "name"] = [f"{name}{ends[row]}" for row in frame.index[called]]
            layer = replace(layer, frame=frame)
        return replace(self, layer=layer, findings=findings)


def read_layer(
    source: Source | str,
    kind: str,
    *,
    name: str | None = None,
    period: Period | None = None,
    fields: FieldChoices | None = None,
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
    fields : FieldChoices, optional
        What is known of its columns beforehand.

    Returns
    -------
    Reading

    Raises
    ------
    SourceError
        The file can't be read at all: ``source_missing``, ``source_is_folder``, ``source_empty``,
        ``source_unreadable``, ``format_unknown``, ``format_unsupported``, ``format_mismatch``,
        ``coordinates_unreadable``, ``shp_part_cut``, ``zip_without_layer``, ``zip_too_large``,
        ``no_layers``, ``layer_missing``, ``layer_ambiguous``, ``no_geometry``,
        ``table_without_coordinates``, ``table_ragged``, ``table_too_large``, ``table_line_too_long`` or
        ``columns_too_many``.
    CrsError
        ``crs_unreadable`` for an assumed system that doesn't exist.
    SchemaError
        ``column_missing`` for a column to filter by, or said to hold a field, that the file lacks.
    QuestionError
        ``kind_unknown``.
    """
    asked = parse_source(source) if isinstance(source, str) else source
    wanted = kind_named(kind)
    ledger = Ledger(name or asked.name)
    with unpacked(asked) as inner:
        told = format_of(asked.path)
        if FORMATS.get(asked.path.suffix.lower()) != told:
            ledger.find("format_by_content", level="info", found=asked.path.suffix, expected=told)
        frame, used = _read(inner, kind, ledger)
    rows_read, unnamed = len(frame), frame.attrs.pop(UNNAMED, ())
    texts = explained(frame, frame.attrs.pop(KEPT, {}), ledger)
    frame = rows_where(frame, used.where, ledger)
    frame = _with_crs(frame, asked, ledger)
    frame = frame.loc[~frame.index.isin(list(ledger.aside))]
    frame = clean_geometry(frame, ledger, polygons=wanted.geometry == "polygon")
    frame = with_text_read(frame, ledger)
    frame = normal_text(frame, ledger)
    columns = tuple(str(c) for c in frame.columns if c != frame.geometry.name)
    matches = match_fields(frame, kind, fields, source=asked.path.name)
    frame = use_fields(frame, matches, ledger)
    frame = check(frame, kind, ledger, period=period)
    frame = with_texts(frame, texts)
    if frame.empty:
        ledger.find("layer_empty", level="block", rows_read=rows_read)
    provenance = Provenance(
        source=f"{asked.path.name}:{asked.layer}" if asked.layer else asked.path.name,
        sha256=file_hash(*source_parts(asked.path)),
        made=_is_made(frame),
        steps=(*_steps(ledger), *([f"crs_treated {asked.read_as}"] if asked.read_as else [])),
    )
    layer = Layer(frame, ledger.layer, kind, period, provenance)
    aside = ledger.aside_frame()
    return Reading(layer, tuple(ledger.findings), rows_read, aside, tuple(matches), columns, unnamed)


def _read(source: Source, kind: str, ledger: Ledger) -> tuple[gpd.GeoDataFrame, Source]:
    """Read the rows, and give the source as it was understood: an OSM extract is filtered by its tags."""
    name = format_of(source.path)
    if name == "table":
        return read_boundary(source, ledger), source
    for one in source.exchanges:
        ledger.find("exchange_unused", exchange=str(one), found=0, name="")
    if name == "OSM":
        source = _with_osm_tags(source, kind)
    if name in ("DXF", "DGN"):
        return read_drawing(source, ledger, areas=kind_named(kind).geometry == "polygon"), source
    return read_rows(source, ledger), source


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


def _with_crs(frame: gpd.GeoDataFrame, source: Source, ledger: Ledger) -> gpd.GeoDataFrame:
    """Settle the system: what the file states, else what the caller assumes, else a finding that blocks."""
    if source.read_as is not None:
        return _treated(frame, parse_treatment(source.read_as), ledger)
    stated = frame.crs
    crs = usable_crs(as_crs(stated), ledger) if stated is not None else None
    if crs is not None:
        if source.assume_crs is not None and as_crs(source.assume_crs) != crs:
            assumed = as_crs(source.assume_crs).name
            ledger.find("crs_assumed_unused", level="warn", crs=crs.name, found=assumed)
        frame = frame if crs == stated else frame.set_crs(crs, allow_override=True)
        return _check_stated(frame, ledger)
    frame = _without_crs(frame)
    if source.assume_crs is None:
        ledger.find("crs_missing", level="block", found=range_of(frame), expected="EPSG:5897")
        return frame
    crs = as_crs(source.assume_crs)
    given = frame.set_crs(crs)
    ledger.find("crs_assumed", level="warn", crs=crs.name)
    place = place_of(given)
    if len(frame) and (place is None or not in_vietnam(*place)):
        ledger.find("crs_assumed_implausible", level="block", crs=crs.name, found=range_of(frame))
    return given


def _treated(frame: gpd.GeoDataFrame, treatment: Treatment, ledger: Ledger) -> gpd.GeoDataFrame:
    """Take the numbers the way somebody decided, and keep on record what the file says."""
    stated = as_crs(frame.crs).name if frame.crs is not None else Cause("crs_none")
    ledger.find("crs_treated", level="warn", found=stated, treatment=str(treatment), crs=treatment.crs.name)
    return treatment.apply(frame)


def _check_stated(frame: gpd.GeoDataFrame, ledger: Ledger) -> gpd.GeoDataFrame:
    """Take away a system that every row contradicts: degrees said to be metres, or the reverse."""
    bounds = shapely.bounds(frame.geometry.to_numpy())
    bounds = bounds[np.isfinite(bounds).all(axis=1)]
    if frame.crs is None or not len(bounds):
        return frame
    degrees = (np.abs(bounds) <= [180, 90, 180, 90]).all(axis=1)
    if degrees.all() if frame.crs.is_projected else not degrees.any():
        swapped = not frame.crs.is_projected and lonlat_swapped(bounds)
        code = "lonlat_swapped" if swapped else "crs_implausible"
        ledger.find(code, level="block", crs=frame.crs.name, found=range_of(frame))
        return _without_crs(frame)
    return frame


def _without_crs(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    if frame.crs is None:
        return frame
    # set_geometry would give the old system to geometry that has none
    name = str(frame.geometry.name)
    plain = pd.DataFrame(frame.drop(columns=name))
    plain.insert(list(frame.columns).index(name), name, frame.geometry.to_numpy())
    return gpd.GeoDataFrame(plain, geometry=name)


def _is_made(frame: gpd.GeoDataFrame) -> bool:
    return "made" in frame and bool(frame["made"].isin([True, 1, "1", "true", "True"]).any())


def _steps(ledger: Ledger) -> tuple[str, ...]:
    kept = (
        "crs_assumed",
        "geometry_repaired",
        "shx_restored",
        "rows_filtered",
        "rows_with_value",
        "axes_swapped",
        "text_decoded",
    )
    counts: dict[str, int] = {}
    for finding in ledger.findings:
        if finding.code in kept:
            counts[finding.code] = counts.get(finding.code, 0) + 1
    exchanged = [f"{f.code} {f.fields['exchange']}" for f in ledger.findings if f.code == "corners_exchanged"]
    return (*(f"{code} x{n}" if n > 1 else code for code, n in counts.items()), *exchanged)
