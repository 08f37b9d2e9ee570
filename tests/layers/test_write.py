"""The door out: nothing that was given is missing in the file."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
from shapely import box

from layers.write import LayerStyle, write_gpkg

if TYPE_CHECKING:
    from pathlib import Path


def squares(count: int) -> gpd.GeoDataFrame:
    shapes = [box(i, 0, i + 1, 1) for i in range(count)]
    return gpd.GeoDataFrame({"so": range(count)}, geometry=shapes, crs=5897)


@pytest.mark.parametrize("name", ["khu", "KHU", "Khu"])
def test_a_table_with_the_name_of_a_layer_takes_nothing_from_it(tmp_path: Path, name: str) -> None:
    path = tmp_path / "a.gpkg"
    names = write_gpkg(path, {"khu": squares(3)}, tables={name: pd.DataFrame({"x": [1, 2]})})
    assert names == {("layer", "khu"): "khu", ("table", name): f"{name}_2"}
    assert len(pyogrio.read_dataframe(path, layer="khu")) == 3
    assert pyogrio.read_dataframe(path, layer=f"{name}_2")["x"].tolist() == [1, 2]


def test_layers_that_differ_in_case_only_are_both_there_each_with_its_style(tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    styles = {"khu": LayerStyle("một", "<qgis/>"), "KHU": LayerStyle("hai", "<qgis/>")}
    write_gpkg(path, {"khu": squares(1), "KHU": squares(2)}, styles=styles)
    assert [len(pyogrio.read_dataframe(path, layer=n)) for n in ("khu", "KHU_2")] == [1, 2]
    with closing(sqlite3.connect(path)) as base:
        stored = base.execute("select f_table_name, styleName from layer_styles order by id").fetchall()
    assert stored == [("khu", "một"), ("KHU_2", "hai")]
    # read with warnings as errors: GDAL warns of a moment that is not written as the format wants it
    assert pyogrio.read_dataframe(path, layer="layer_styles")["update_time"].notna().all()


def test_names_of_the_format_itself_are_not_given_away(tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    layers = {"gpkg_contents": squares(2), "layer_styles": squares(3)}
    names = write_gpkg(path, layers, styles={"layer_styles": LayerStyle("một", "<qgis/>")})
    assert list(names.values()) == ["_gpkg_contents", "layer_styles_2"]
    assert [len(pyogrio.read_dataframe(path, layer=n)) for n in names.values()] == [2, 3]


def test_an_empty_layer_is_left_out_and_takes_no_name(tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    tables = {"khu": pd.DataFrame({"x": [1]})}
    names = write_gpkg(path, {"khu": squares(0), "lo": squares(1)}, tables=tables)
    assert names == {("layer", "lo"): "lo", ("table", "khu"): "khu"}
