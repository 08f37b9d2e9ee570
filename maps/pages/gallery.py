"""Page of parts, for developers: shared parts on the sample data, shown where ``THOCONG_GALLERY`` is set."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import streamlit as st

from maps.change_map import change_layers
from maps.compare_view import Side, period_label, side_layers
from maps.flow_chart import land_names
from maps.pages._cache import cached_layer, workspace_bounds
from maps.pages._compare_view import show_periods, show_views
from maps.pages._draw import draw_boundary
from maps.pages._figures import show_flows, show_stock
from maps.pages._frame import heading, speak, workspace
from maps.pages._map import View, clicked_point, go_to, made_label, served_tiles
from maps.pages._number import number_box
from maps.stock_chart import Benchmark

if TYPE_CHECKING:
    from layers import Layer
    from layers.store import Workspace
    from maps.words import Words

__all__ = ["show"]

_CLUSTERS = ("industrial_clusters_2020", "industrial_clusters_2030")
_LAND = ("land_use_2010", "land_use_2015", "land_use_2020", "land_use_2025")


def show() -> None:
    """Show the page."""
    words = speak()
    base = workspace()
    heading(words("page.gallery.title"), base, made=True)
    parts = {
        "views": _views,
        "periods": _periods,
        "figures": _figures,
        "drawing": _drawing,
        "numbers": _numbers,
    }
    part = st.segmented_control(
        words("page.gallery.title"),
        list(parts),
        default="views",
        format_func=lambda name: words(f"page.gallery.{name}"),
        required=True,
        key="gallery-part",
        label_visibility="collapsed",
    )
    parts[str(part)](base, words)


def _layers(base: Workspace, names: tuple[str, ...]) -> list[Layer]:
    heads = {v.layer: v.version for v in base.layers()}
    return [cached_layer(str(base.folder), name, heads[name]) for name in names]


def _view(base: Workspace, layers: list[Layer], words: Words) -> View:
    heads = {v.layer: v.version for v in base.layers()}
    bounds = workspace_bounds(str(base.folder), tuple((one.name, heads[one.name]) for one in layers))
    return View(bounds, base.crs, made_label(layers, words))


def _changes(before: Layer, after: Layer) -> gpd.GeoDataFrame:
    """Pieces by what became of them; enough to look at, no analysis."""
    old, new = before.frame[["geometry"]], after.frame[["geometry"]]
    ways = {"gained": (new, old), "lost": (old, new)}
    parts = [one.overlay(other, how="difference").assign(change=c) for c, (one, other) in ways.items()]
    parts.append(old.overlay(new, how="intersection").assign(change="unchanged"))
    return gpd.GeoDataFrame(pd.concat(parts, ignore_index=True), crs=before.frame.crs)


def _views(base: Workspace, words: Words) -> None:
    layers = _layers(base, _CLUSTERS)
    land = _layers(base, (_LAND[0], _LAND[-1]))
    sides = []
    for layer, ground in zip(layers, land, strict=True):
        both = [ground, layer]
        tiles = served_tiles(base, both)
        sides.append(Side(period_label(layer, words), side_layers(both, words), tiles))
    change = change_layers(_changes(*layers), words)
    point = clicked_point("gallery")
    if point is not None:
        st.caption(f"{words.number(point[1], 5)}°, {words.number(point[0], 5)}°")
    if st.button(words("map.zoom"), key="gallery-go"):
        west, south, east, north = (float(side) for side in layers[0].frame.to_crs(4326).total_bounds)
        go_to("gallery", ((west * 3 + east) / 4, (south * 3 + north) / 4, east, north))
    show_views("gallery", sides, words, view=_view(base, layers, words), change=change)


def _periods(base: Workspace, words: Words) -> None:
    layers = _layers(base, _LAND)
    sides = [
        Side(period_label(one, words), side_layers([one], words), served_tiles(base, [one]), str(one.period))
        for one in layers
    ]
    show_periods("gallery-periods", sides, words, view=_view(base, layers, words))


def _drawing(base: Workspace, words: Words) -> None:
    drawn = draw_boundary(base, words, key="gallery-drawing")
    st.code(drawn.wkt if drawn is not None else "–")


def _numbers(base: Workspace, words: Words) -> None:
    """A box for a number in each state: as it starts, empty, unreadable, read two ways, out of bounds."""
    _ = base
    states = {"full": None, "empty": "", "unreadable": "5 mẫu", "two_ways": "1.500", "beyond": "6000"}
    for place, (name, typed) in zip(st.columns(len(states)), states.items(), strict=True):
        key = f"gallery-number-{name}"
        if typed is not None:
            st.session_state.setdefault(key, typed)
        number = number_box(words("site_question.min_ha"), 12.5, (0.1, 5000.0), words, key=key, place=place)
        place.caption(words.number(number, 2) or "–")


def _figures(base: Workspace, words: Words) -> None:
    layers = _layers(base, (*_LAND, "land_use_2030"))
    # by a point of each parcel: enough to look at, no analysis
    last = layers[3].frame[["code", "geometry"]]
    points = last.set_geometry(last.representative_point()).assign(area_ha=last.geometry.area / 1e4)
    both = points.sjoin(layers[0].frame[["code", "geometry"]], lsuffix="after", rsuffix="before")
    flows = both.groupby(["code_before", "code_after"])["area_ha"].sum().reset_index()
    flows.columns = pd.Index(["before", "after", "area_ha"])
    left, right = st.columns([3, 2], gap="medium")
    heads = (period_label(layers[0], words), period_label(layers[3], words))
    with left:
        picked = show_flows("gallery-flows", flows, words, names=land_names(words), heads=heads)
    st.caption(" → ".join(picked) if picked else "")
    rows = [
        {
            "year": one.period.last if one.period else 0,
            "area_ha": float(one.frame.loc[one.frame["code"] == code].geometry.area.sum() / 1e4),
            "planned": bool(one.period and one.period.stage != "surveyed"),
            "series": code,
        }
        for one in layers
        for code in ("LUC", "ONT")
    ]
    with right:
        start = float(layers[0].frame.loc[layers[0].frame["code"] == "LUC"].geometry.area.sum() / 1e4)
        mark = Benchmark("−100 ha/năm", [(2010, start), (2030, start - 2000)])
        dot = show_stock("gallery-stock", pd.DataFrame(rows), words, benchmark=mark)
    st.caption(str(dot or ""))


if __name__ == "__main__":
    show()
