"""The peer of the front-end benchmark: the page anybody would write first, ``folium.GeoJson`` in Streamlit.

Plain folium asks a CDN for its scripts, so this page is given the ones we ship, from the same route as
ours; nothing else of ours is in it. ``THOCONG_BENCH_LAYER`` names the GeoParquet file it shows.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import folium
import geopandas as gpd
import streamlit as st
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from streamlit.runtime.scriptrunner import get_script_run_ctx

from maps.assets import BUNDLE_ROUTE, STATIC, bundle_text
from maps.elements import OfflineMap

if TYPE_CHECKING:
    from starlette.requests import Request


@st.cache_data
def _shapes(path: str) -> gpd.GeoDataFrame:
    return gpd.read_parquet(path).to_crs(4326)


def show() -> None:
    """Show the layer, and the code of the feature that was clicked."""
    # it registers itself with the server that runs the script
    from streamlit_folium import st_folium  # noqa: PLC0415

    shapes = _shapes(os.environ["THOCONG_BENCH_LAYER"])
    drawn = OfflineMap("vi", tiles=None)
    folium.GeoJson(shapes, tooltip=folium.GeoJsonTooltip(["code"])).add_to(drawn)
    west, south, east, north = shapes.total_bounds
    drawn.fit_bounds([[south, west], [north, east]])
    told = st_folium(drawn, height=520, width=900, returned_objects=["last_active_drawing"])
    feature = (told or {}).get("last_active_drawing")
    if feature:
        st.markdown(f"Mã: {feature['properties']['code']}")


def _bundle(request: Request) -> Response:
    return Response(bundle_text(request.path_params["name"]), media_type="text/javascript")


if get_script_run_ctx(suppress_warning=True) is None:
    app = st.App(
        Path(__file__),
        routes=[Route(BUNDLE_ROUTE, _bundle), Mount("/gis/static", StaticFiles(directory=STATIC))],
    )
else:
    show()
