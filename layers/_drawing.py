"""Areas of a drawing: closed lines and hatches with the texts inside of them; the rest is counted and named.

Drawings hold lines, texts and areas side by side. Where a layer of areas is wanted, a closed line is one; a
text belongs to the smallest area it lies in; a line whose ends nearly meet is named with its gap and closed
only on request; an area drawn twice, as a hatch and as its border, counts once.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely import STRtree

from layers._door import hearing, opening
from layers._dxf_rows import read_dxf
from layers._vector import prepared, read_rows
from layers.errors import SourceError
from layers.source import format_of

if TYPE_CHECKING:
    from layers.findings import Ledger
    from layers.source import Source

#: a gap wider than this, and than a tenth of the line's length, belongs to a line that is meant to be open
_GAP_M: Final = 5.0
_GAP_SHARE: Final = 0.1
_NEAR: Final = 0.05
_SAME: Final = 1e-3
_RING: Final = 3
_NAMED: Final = 200
_LINE: Final = 1
_POLYGONS: Final = (3, 6)
_ALL: Final = ("entities", "elements")


def read_drawing(source: Source, ledger: Ledger, *, areas: bool) -> gpd.GeoDataFrame:
    """Read a DXF or DGN drawing as areas, or as the lines and points it has.

    A layer that is named is a layer of the drawing; ``entities`` and ``elements`` stand for all of it.
    """
    layer = None if source.layer in (None, source.path.stem, *_ALL) else source.layer
    if format_of(source.path) == "DXF":
        with prepared(source, ledger), opening(source.path), hearing():
            frame = read_dxf(source.path, ledger, explode=areas)
    else:
        frame = read_rows(replace(source, layer=None), ledger)
        frame = frame.assign(Layer=frame["Level"].astype(str)) if "Level" in frame else frame
    if layer is not None and layer not in set(frame["Layer"].astype(str)):
        expected = sorted(set(frame["Layer"].astype(str)))
        raise SourceError("layer_missing", path=str(source.path), found=layer, expected=expected)
    if areas:
        return areas_of_drawing(frame, ledger, layer=layer, close_m=source.close_m)
    frame = without_texts(frame, ledger)
    if layer is not None:
        _aside(frame, (frame["Layer"].astype(str) != layer).to_numpy(), "drawing_other_layer", ledger)
    return frame


def areas_of_drawing(
    frame: gpd.GeoDataFrame, ledger: Ledger, *, layer: str | None = None, close_m: float = 0.0
) -> gpd.GeoDataFrame:
    """Make areas of the rows of a drawing.

    Parameters
    ----------
    frame : geopandas.GeoDataFrame
        Entities, index unique; a column ``Text`` where there are texts.
    ledger : Ledger
        Receives ``polyline_closed``, ``polyline_open``, ``drawing_twice``, ``texts_placed`` and
        ``drawing_rest``; rows that are no areas are set aside.
    layer : str, optional
        Name of a drawing layer: only its areas, with texts of any layer.
    close_m : float
        Widest gap that is closed, in units of the drawing.

    Returns
    -------
    geopandas.GeoDataFrame
        The same rows; ``Text`` of an area is that of the texts inside of it.
    """
    shapes = _closed(frame, ledger, close_m)
    kind = shapely.get_type_id(shapes)
    areas = np.isin(kind, _POLYGONS)
    if layer is not None:
        other = areas & (frame["Layer"].astype(str) != layer).to_numpy()
        _aside(frame, other, "drawing_other_layer", ledger)
        areas &= ~other
    areas &= ~_twice(frame, shapes, areas, ledger)
    frame = frame.set_geometry(gpd.GeoSeries(shapes, index=frame.index, crs=frame.crs))
    frame = _with_texts(frame, areas, ledger)
    rest = ~areas & ~frame.index.isin(list(ledger.aside))
    if rest.any():
        named = Counter(_names(frame.loc[rest]))
        found = [f"{name} ({count})" for name, count in named.most_common(_NAMED)]
        ledger.find("drawing_rest", level="warn", count=int(rest.sum()), found=found[:20])
        _aside(frame, rest, "drawing_rest", ledger)
    return frame


def without_texts(frame: gpd.GeoDataFrame, ledger: Ledger) -> gpd.GeoDataFrame:
    """Set aside the texts of a drawing where its lines or points are wanted."""
    texts = _texts(frame)
    if texts.any():
        ledger.find(
            "texts_unplaced", level="info", count=int(texts.sum()), found=_sample(frame.loc[texts, "Text"])
        )
        _aside(frame, texts, "drawing_text", ledger)
    return frame


def _aside(frame: gpd.GeoDataFrame, which: Any, code: str, ledger: Ledger) -> None:
    """Set rows aside that one finding speaks of together."""
    for row in frame.index[which]:
        ledger.aside.setdefault(row, code)


def _names(frame: gpd.GeoDataFrame) -> list[str]:
    kind = next((frame[c].astype(str) for c in ("Entity", "Type") if c in frame), frame.geom_type)
    layer = frame["Layer"] if "Layer" in frame else frame.get("Level", pd.Series("", frame.index))
    return [f"{a} / {b}" for a, b in zip(kind, layer.astype(str), strict=True)]


def _closed(frame: gpd.GeoDataFrame, ledger: Ledger, close_m: float) -> Any:
    """Turn closed lines into areas; name those that are nearly closed, and close them where asked to."""
    shapes = shapely.force_2d(frame.geometry.to_numpy())
    lines = np.flatnonzero(shapely.get_type_id(shapes) == _LINE)
    lines = lines[shapely.get_num_coordinates(shapes[lines]) > _RING - 1]
    first, last = shapely.get_point(shapes[lines], 0), shapely.get_point(shapes[lines], -1)
    gaps = shapely.distance(first, last)
    long = shapely.length(shapes[lines])
    labels = frame.index.tolist()
    for at, gap, length in zip(lines, gaps, long, strict=True):
        points = shapely.get_coordinates(shapes[at])
        if gap > 0 and gap <= close_m:
            points = np.vstack([points, points[:1]])
            ledger.find("polyline_closed", labels[int(at)], "warn", gap_m=float(gap))
        elif gap > 0:
            if gap <= _GAP_M and gap <= _GAP_SHARE * length:
                ledger.set_aside([labels[int(at)]], "polyline_open", gap_m=float(gap), length_m=float(length))
            continue
        if len(points) > _RING:
            shapes[at] = shapely.polygons(points)
    return shapes


def _twice(frame: gpd.GeoDataFrame, shapes: Any, areas: Any, ledger: Ledger) -> Any:
    """Find areas that are drawn once more further down, such as a hatch and its border."""
    out = np.zeros(len(frame), dtype=bool)
    at = np.flatnonzero(areas & shapely.is_valid(shapes))
    if len(at) < 2:  # noqa: PLR2004 - one alone is never twice
        return out
    bounds = shapely.bounds(shapes[at])
    ours, theirs = STRtree(shapes[at]).query(shapely.centroid(shapes[at]), predicate=None)
    later = ours < theirs
    ours, theirs = ours[later], theirs[later]
    near = (np.abs(bounds[ours] - bounds[theirs]) <= _NEAR).all(axis=1)
    for a, b in zip(at[ours[near]], at[theirs[near]], strict=True):
        if not out[a] and not out[b]:
            apart = shapely.area(shapely.symmetric_difference(shapes[a], shapes[b]))
            out[b] = apart <= _SAME * shapely.area(shapes[a])
    if out.any():
        ledger.find("drawing_twice", level="info", count=int(out.sum()))
        _aside(frame, out, "drawing_twice", ledger)
    return out


def _texts(frame: gpd.GeoDataFrame) -> Any:
    if "Text" not in frame:
        return np.zeros(len(frame), dtype=bool)
    point = shapely.get_type_id(frame.geometry.to_numpy()) == 0
    given = frame["Text"].notna() & (frame["Text"].astype(str).str.strip() != "")
    return point & given.to_numpy()


def _with_texts(frame: gpd.GeoDataFrame, areas: Any, ledger: Ledger) -> gpd.GeoDataFrame:
    """Give each text to the smallest area it lies in; from above downwards where an area has several."""
    texts = _texts(frame)
    if not texts.any():
        return frame.drop(columns="Text") if "Text" in frame else frame
    shapes = frame.geometry.to_numpy()
    points, inside = np.flatnonzero(texts), np.flatnonzero(areas)
    ours, theirs = STRtree(shapes[inside]).query(shapes[points], predicate="intersects")
    pairs = pd.DataFrame({"text": points[ours], "area": inside[theirs]})
    pairs["size"] = shapely.area(shapes[pairs["area"].to_numpy()])
    pairs = pairs.sort_values("size", kind="stable").drop_duplicates("text")
    pairs["y"] = -shapely.get_y(shapes[pairs["text"].to_numpy()])
    pairs["words"] = frame["Text"].to_numpy()[pairs["text"].to_numpy()]
    joined = pairs.sort_values(["y", "text"]).groupby("area")["words"].agg(lambda w: " | ".join(map(str, w)))
    made = pd.Series(None, index=frame.index, dtype=object)
    made.iloc[joined.index.to_numpy()] = joined.to_numpy()
    used = np.zeros(len(frame), dtype=bool)
    used[pairs["text"].to_numpy()] = True
    ledger.find("texts_placed", level="info", count=int(used.sum()), areas=len(joined))
    lost = texts & ~used
    if lost.any():
        ledger.find(
            "texts_unplaced", level="warn", count=int(lost.sum()), found=_sample(frame.loc[lost, "Text"])
        )
    _aside(frame, used, "text_in_area", ledger)
    _aside(frame, lost, "drawing_text", ledger)
    return frame.assign(Text=made)


def _sample(texts: pd.Series[Any]) -> list[str]:
    return [str(t)[:40] for t in texts.drop_duplicates().head(8)]
