"""Faults of the geometry of a layer that is brought in: listed, shown on the map, mended."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import streamlit as st

from layers.faults import FAULTS, fault_book, mended_layer
from maps.canvas import MapLayer, to_lonlat
from maps.pages._import_kept import kept
from maps.pages._map import go_to
from maps.pages._number import number_box
from maps.styles import Look

if TYPE_CHECKING:
    from collections.abc import Hashable

    from layers import Finding, Layer, Reading
    from maps.words import Words

__all__ = ["LookedOver", "chosen_layer", "looked_over", "show_faults"]

_MOST = 500
_WIDEST_M = 50.0
_CLOSEST = 18.5
_AROUND_M = 12.0
_FAULT = Look(fill="#e11d48", stroke="#e11d48", weight=3.0, opacity=0.45)
_RING = Look(stroke="#e11d48", weight=2.0, dash="5 4")
_FIGURES = {"area_ha": 4, "width_m": 2, "length_m": 1, "angle_deg": 1}


@dataclass(frozen=True)
class LookedOver:
    """A reading whose geometry was looked over.

    Parameters
    ----------
    reading : Reading
        Mended where that was asked for; its findings name every fault.
    faults : geopandas.GeoDataFrame
        As :func:`layers.faults.layer_faults`.
    mark : hashable
        What tells it from every other of the session: the file, how it is read, how it was mended.
    """

    reading: Reading
    faults: gpd.GeoDataFrame
    mark: Hashable


def looked_over(reading: Reading, words: Words, *, mark: Hashable) -> LookedOver:
    """Look the geometry over, and mend it within the tolerance that the reader writes; nothing until then.

    Parameters
    ----------
    reading : Reading
    words : Words
    mark : hashable
        What tells the reading from every other of the session.

    Returns
    -------
    LookedOver
    """
    layer = reading.layer
    tolerance_m, origin = 0.0, layer.provenance
    if layer.kind.geometry == "polygon" and layer.frame.crs is not None and not layer.frame.empty:
        # of these bytes alone: the next file is mended when somebody asks for it
        key = f"import-mend-{origin.sha256[:12]}-{origin.source}"
        within = number_box(
            words("coverage.mend"), 0.0, (0.0, _WIDEST_M), words, key=key, help=words("coverage.mend_help")
        )
        if within is None:  # nothing is shown, and nothing saved, as if it had been mended
            st.stop()
        tolerance_m = within
    exact = (mark, tolerance_m)

    def look() -> tuple[Layer, tuple[Finding, ...], gpd.GeoDataFrame]:
        better, told = mended_layer(layer, tolerance_m=tolerance_m) if tolerance_m else (layer, [])
        book = fault_book(better)
        return better, (*told, *book.findings), book.table

    whole, told, faults = kept("faults", exact, look)
    # the name may have been changed since
    done = replace(reading, layer=whole, findings=(*reading.findings, *told))
    return LookedOver(done.named(layer.name), faults, exact)


def show_faults(found: LookedOver, words: Words, *, chart: str) -> gpd.GeoDataFrame | None:
    """List the faults; the one that is chosen is what the map goes to.

    Parameters
    ----------
    found : LookedOver
    words : Words
    chart : str
        Name of the map that goes there.

    Returns
    -------
    geopandas.GeoDataFrame or None
        The fault that is chosen.
    """
    layer, faults = found.reading.layer, found.faults
    if layer.kind.geometry != "polygon" or layer.frame.crs is None or layer.frame.empty:
        return None
    if faults.empty:
        st.success(words("coverage.whole" if layer.kind.coverage == "full" else "coverage.sound"))
        return None
    st.markdown(words("coverage.found", count=len(faults)))
    present = [kind for kind in FAULTS if (faults["kind"] == kind).any()]
    asked = st.pills(
        words("coverage.kind"),
        present,
        format_func=lambda kind: _sum_of(faults[faults["kind"] == kind], kind, words),
        label_visibility="collapsed",
        key="import-fault-kind",
    )
    few = faults[faults["kind"] == asked] if asked else faults
    few = few[few.groupby("kind").cumcount() < _MOST]
    if len(few) < (faults["kind"] == asked).sum() or (not asked and len(few) < len(faults)):
        st.caption(words("coverage.shown", count=_MOST))
    event = st.dataframe(
        _table(few, words),
        hide_index=True,
        width="stretch",
        height=min(38 + 35 * len(few), 388),
        on_select="rerun",
        selection_mode="single-row",
        # another list begins without the choice made in the one before
        key=f"import-faults-{asked}-{len(faults)}",
    )
    rows = event["selection"]["rows"]
    if not rows or rows[0] >= len(few):
        st.session_state.pop("import-fault-shown", None)
        return None
    one = few.iloc[[rows[0]]]
    _go(one, (asked, len(faults), rows[0]), chart)
    return one


def _sum_of(faults: gpd.GeoDataFrame, kind: str, words: Words) -> str:
    name = words(f"coverage.{kind}")
    area_ha = float(faults["area_ha"].sum())
    if kind == "unshared":
        return words("coverage.counted", kind=name, count=len(faults))
    return words("coverage.sums", kind=name, count=len(faults), area_ha=area_ha)


def _table(faults: gpd.GeoDataFrame, words: Words) -> pd.DataFrame:
    """Only columns in which one of these kinds has a figure."""
    columns = {
        words("coverage.kind"): [words(f"coverage.{kind}") for kind in faults["kind"]],
        words("coverage.rows"): faults["rows"].tolist(),
    }
    for name, digits in _FIGURES.items():
        if faults[name].notna().any():
            head = words("column.area_ha") if name == "area_ha" else words(f"coverage.{name}")
            columns[head] = [words.number(v, digits) for v in faults[name]]
    return pd.DataFrame(columns)


def _go(fault: gpd.GeoDataFrame, mark: tuple[object, ...], chart: str) -> None:
    """Take the map there once: afterwards it stays where the reader moves it."""
    if st.session_state.get("import-fault-shown") == mark:
        return
    st.session_state["import-fault-shown"] = mark
    west, south, east, north = to_lonlat(_around(fault)).total_bounds
    go_to(chart, (float(west), float(south), float(east), float(north)), closest=_CLOSEST)


def _around(fault: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    ring = fault.geometry.minimum_bounding_circle().buffer(_AROUND_M)
    return fault[["geometry"]].set_geometry(ring)


def chosen_layer(fault: gpd.GeoDataFrame, words: Words) -> MapLayer:
    """Draw a fault so that even a hair's breadth is seen: itself, and a ring round it.

    Parameters
    ----------
    fault : geopandas.GeoDataFrame
        One row of the list.
    words : Words

    Returns
    -------
    MapLayer
    """
    kind = words(f"coverage.{fault['kind'].iloc[0]}")
    itself = fault[["geometry"]]
    if fault.geom_type.iloc[0] == "Point":
        itself = itself.set_geometry(fault.buffer(0.4))
    drawn = pd.concat([itself.assign(look=0), _around(fault).assign(look=1)], ignore_index=True)
    drawn["tip"] = [[kind, str(fault["rows"].iloc[0])]] * 2
    return MapLayer(
        id="fault",
        title=f"{words('coverage.layer')}: {kind}",
        group=words("group.answer"),
        order=90,
        frame=gpd.GeoDataFrame(drawn, crs=fault.crs),
        looks=[_FAULT, _RING],
        legend=[_FAULT.legend()],
    )
