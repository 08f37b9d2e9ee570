"""A reading before it is saved: its first rows, its areas, its place on the map, what was found."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from layers.crs import to_crs
from maps.answer_map import context_layers
from maps.canvas import to_lonlat
from maps.country_map import country_layer
from maps.pages._cache import cached_sight
from maps.pages._faults import chosen_layer, show_faults
from maps.pages._findings import show_findings
from maps.pages._frame import plain
from maps.pages._import_kept import kept
from maps.pages._map import View, served_tiles, show_map
from maps.reading_preview import areas_of, areas_table, decoded_lines, first_rows

if TYPE_CHECKING:
    import geopandas as gpd
    from pyproj import CRS

    from layers import Layer, Reading
    from layers.store import Workspace
    from maps.canvas import MapLayer
    from maps.pages._faults import LookedOver
    from maps.words import Words

__all__ = ["context_of", "counts_of", "show_reading"]

_MOST_ON_MAP = 3_000


def counts_of(reading: Reading) -> dict[str, int]:
    """Count the rows of a reading.

    Parameters
    ----------
    reading : Reading

    Returns
    -------
    dict of str to int
        ``read``, ``used``, ``aside``.
    """
    return {"read": reading.rows_read, "used": reading.rows_used, "aside": len(reading.set_aside)}


def context_of(base: Workspace, words: Words) -> tuple[list[MapLayer], dict[str, Any]]:
    """Return the newest boundaries of the workspace, to lie below a preview; else where the provinces lie.

    Parameters
    ----------
    base : Workspace
    words : Words

    Returns
    -------
    layers : list of MapLayer
    tiles : dict
        As :func:`maps.pages._map.show_map` takes them.
    """
    units = [v for v in base.layers() if v.kind_name == "admin_unit"]
    if not units:
        return [country_layer(words)], {}
    newest = sorted(units, key=lambda v: v.period.last if v.period else 0)[-1:]
    below = [cached_sight(str(base.folder), v.layer, v.version) for v in newest]
    known = [replace(one, id=f"context-{n}") for n, one in enumerate(context_layers(below, words))]
    tiles = {name.replace("layer-", "context-"): where for name, where in served_tiles(base, below).items()}
    return known, tiles


def show_reading(base: Workspace, found: LookedOver, words: Words, *, mapped: bool) -> None:
    """Show a reading.

    Parameters
    ----------
    base : Workspace
    found : LookedOver
    words : Words
    mapped : bool
        True where its place is on another map already.
    """
    reading = found.reading
    st.markdown(words("cli.check.rows", layer=f"**{plain(reading.layer.name)}**", **counts_of(reading)))
    frame = reading.layer.frame
    with_map = frame.crs is not None and not frame.empty and not mapped
    key = f"import-{reading.layer.provenance.sha256[:8]}-{frame.crs.to_epsg() if frame.crs else 0}"
    left, right = st.columns([5, 5] if with_map else [99, 1], gap="small")
    with left:
        _rows(reading, words)
        _areas(base, found, words)
        fault = show_faults(found, words, chart=key)
        if reading.findings:
            show_findings(reading.findings, words)
        else:
            st.success(words("cli.check.clean"))
    if with_map:
        with right:
            _map(base, found, words, fault=fault, key=key)


def _rows(reading: Reading, words: Words) -> None:
    table = first_rows(reading, words)
    st.caption(words("import.first_rows", count=len(table), rows=reading.rows_used))
    if len(table.columns):
        st.dataframe(table, width="stretch", height=min(38 + 35 * max(len(table), 1), 388))
    for line in decoded_lines(reading, words):
        st.caption(plain(line))


def _areas(base: Workspace, found: LookedOver, words: Words) -> None:
    if any(step.startswith("drawn") for step in found.reading.layer.provenance.steps):
        return  # the drawing says its area itself
    areas = kept("areas", found.mark, lambda: areas_of(found.reading, base.crs))
    if areas is None:
        return
    if areas.rows.empty:
        st.markdown(words("import.area", computed_ha=words.number(areas.computed_ha, 2)))
        return
    sums = {"computed_ha": words.number(areas.computed_ha, 2), "stated_ha": words.number(areas.stated_ha, 2)}
    st.markdown(words("import.areas", count=areas.apart, **sums))
    if areas.apart:
        st.dataframe(areas_table(areas, words), hide_index=True, width="stretch")


def _map(
    base: Workspace, found: LookedOver, words: Words, *, fault: gpd.GeoDataFrame | None, key: str
) -> None:
    layer = found.reading.layer
    box, few = kept("preview", found.mark, lambda: _seen_from_afar(layer, base.crs))
    named = replace(few, name=layer.name, provenance=layer.provenance)
    label = words("made.label") if layer.provenance.made else ""
    shown = [replace(one, show=True, folded=False) for one in context_layers([named], words)]
    shown += [chosen_layer(fault, words)] if fault is not None else []
    below, tiles = context_of(base, words)
    show_map(key, [*shown, *below], words, view=View(box, base.crs, label, title=layer.name), tiles=tiles)
    if len(few.frame) < len(layer.frame):
        st.caption(words("import.few_on_map", count=len(few.frame), rows=len(layer.frame)))


def _seen_from_afar(layer: Layer, crs: CRS) -> tuple[tuple[float, float, float, float], Layer]:
    """Box round all rows in degrees, and as many of them as the screen takes, from everywhere in the file.

    They come in metres: a legend is in the order of areas.
    """
    west, south, east, north = to_lonlat(layer.frame[[layer.frame.geometry.name]]).total_bounds
    rows = np.linspace(0, len(layer.frame) - 1, min(len(layer.frame), _MOST_ON_MAP)).astype(int)
    few = layer.with_frame(to_crs(layer.frame.iloc[rows], crs, layer=layer.name), extent=None)
    return (float(west), float(south), float(east), float(north)), few
