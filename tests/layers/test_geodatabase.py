"""File geodatabases: as a folder and in an archive, with one layer or several, and nothing from elsewhere."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

import geopandas as gpd
import pyogrio
import pytest

from layers import Source, guarded_look, guarded_read, read_layer
from layers.errors import SourceError
from tests.layers.formats import ROWS, small_layer, write

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def two_layers(tmp_path: Path) -> Path:
    """A geodatabase with the small layer and its first five rows, and a table without geometry."""
    path = write(tmp_path, "gdb")
    frame = small_layer().astype({"so_lo": "int32"})
    pyogrio.write_dataframe(frame.head(5), path, layer="lo", driver="OpenFileGDB", append=True)
    table = frame.drop(columns="geometry").head(2)
    pyogrio.write_dataframe(table, path, layer="bang", driver="OpenFileGDB", append=True)
    return path


def packed(base: Path, path: Path, *, folder: str) -> Path:
    """Pack the tables of a geodatabase under a folder of an archive."""
    with zipfile.ZipFile(path, "w") as archive:
        for part in sorted(base.iterdir()):
            archive.write(part, f"{folder}{part.name}")
    return path


def test_a_folder_is_read_through_the_guard_with_rows_and_areas(tmp_path: Path) -> None:
    found = guarded_read(str(write(tmp_path, "gdb")), "industrial_park")
    assert found.layer.frame.geometry.area.tolist() == pytest.approx(small_layer().area.tolist())
    assert found.layer.frame["name"].tolist() == small_layer()["ten_khu"].tolist()
    assert found.layer.frame.crs.to_epsg() == 5897
    assert found.rows_read == found.rows_used == ROWS


@pytest.mark.parametrize("folder", ["quy hoạch.gdb/", "Giao/nop/2025.gdb/", ""])
def test_an_archive_is_read_wherever_the_tables_lie_in_it(tmp_path: Path, folder: str) -> None:
    path = packed(write(tmp_path, "gdb"), tmp_path / "a.zip", folder=folder)
    assert guarded_read(str(path), "industrial_park").rows_used == ROWS


def test_several_layers_are_listed_and_one_is_chosen(two_layers: Path, tmp_path: Path) -> None:
    archive = packed(two_layers, tmp_path / "a.zip", folder="a.gdb/")
    for path in (two_layers, archive):
        assert guarded_look(Source(path)).layers == ["khu", "lo"]
        assert guarded_read(f"{path}:lo", "industrial_park").rows_read == 5
        with pytest.raises(SourceError, match="layer_missing"):
            guarded_read(f"{path}:đường", "industrial_park")
    # `khu.gdb` has a layer of its own name; an archive called otherwise leaves it open
    with pytest.raises(SourceError, match="layer_ambiguous") as caught:
        guarded_read(str(archive), "industrial_park")
    assert caught.value.fields["expected"] == ["khu", "lo"]


def test_several_geodatabases_in_an_archive_are_told_apart(tmp_path: Path) -> None:
    base = write(tmp_path, "gdb")
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for folder in ("mot", "hai"):
            for part in sorted(base.iterdir()):
                archive.write(part, f"{folder}.gdb/{part.name}")
    assert guarded_look(Source(path)).layers == ["hai", "mot"]
    with pytest.raises(SourceError, match="layer_ambiguous"):
        guarded_read(str(path), "industrial_park")
    assert guarded_read(f"{path}:mot", "industrial_park").rows_used == ROWS


def test_files_that_are_no_tables_are_left_where_they_are(tmp_path: Path) -> None:
    base = write(tmp_path, "gdb")
    (base / "khu.geojson").write_text("{}", encoding="utf-8")
    (base / "a00000001.vrt").write_text("<OGRVRTDataSource/>", encoding="utf-8")
    path = packed(base, tmp_path / "a.zip", folder="a.gdb/")
    assert guarded_read(str(path), "industrial_park").rows_used == ROWS
    assert guarded_read(str(base), "industrial_park").rows_used == ROWS


def test_a_link_in_the_folder_is_refused(tmp_path: Path) -> None:
    base = write(tmp_path, "gdb")
    (tmp_path / "secret").write_bytes(b"x")
    (base / "a00000009.freelist").symlink_to(tmp_path / "secret")
    with pytest.raises(SourceError, match="folder_unsafe"):
        guarded_read(str(base), "industrial_park")


def test_a_folder_that_is_none_and_a_file_that_is_called_one_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.gdb").mkdir()
    with pytest.raises(SourceError, match="source_is_folder"):
        guarded_read(str(tmp_path / "a.gdb"), "industrial_park")
    (tmp_path / "b.gdb").write_bytes(b"rubbish, long enough to be a file")
    with pytest.raises(SourceError, match="format_mismatch"):
        guarded_read(str(tmp_path / "b.gdb"), "industrial_park")


def test_a_table_that_lost_rows_is_told(tmp_path: Path) -> None:
    base = write(tmp_path, "gdb")
    table = base / "a00000009.gdbtable"
    table.write_bytes(table.read_bytes()[:-900])
    with pytest.raises(SourceError, match="source_unreadable"):
        read_layer(Source(base), "industrial_park")


def test_a_folder_with_an_odd_name_is_read(tmp_path: Path) -> None:
    base = write(tmp_path, "gdb").rename(tmp_path / "Bản đồ 'A' (lần 2)")
    assert guarded_read(Source(base), "industrial_park").rows_used == ROWS


def test_what_is_written_again_is_the_same_to_the_millimetre(tmp_path: Path) -> None:
    path = write(tmp_path, "gdb")
    found = read_layer(Source(path), "industrial_park").layer.frame
    assert isinstance(found, gpd.GeoDataFrame)
    apart = found.geometry.reset_index(drop=True).hausdorff_distance(small_layer().geometry)
    assert apart.max() < 0.001


@pytest.mark.parametrize("content", [bytes(5_000), b"", b"\x09" * 40])
@pytest.mark.parametrize("part", ["a00000009.gdbtable", "a00000009.gdbtablx"])
def test_a_table_that_is_none_is_refused_and_not_taken_for_an_empty_one(
    tmp_path: Path, part: str, content: bytes
) -> None:
    base = write(tmp_path, "gdb")
    (base / part).write_bytes(content)
    with pytest.raises(SourceError, match="source_unreadable: .*content_damaged"):
        read_layer(Source(base), "industrial_park")


def test_the_rows_that_a_table_states_are_held_against_those_that_came(tmp_path: Path) -> None:
    base = write(tmp_path, "gdb")
    table = base / "a00000009.gdbtable"
    raw = table.read_bytes()
    table.write_bytes(raw[:4] + (ROWS + 6).to_bytes(4, "little") + raw[8:])
    found = read_layer(Source(base), "industrial_park")
    (told,) = [f for f in found.findings if f.code == "rows_unread"]
    assert (told.level, told.fields["expected"], told.fields["found"]) == ("block", ROWS + 6, ROWS)
