"""The workspace: saved whole or not at all, every version kept, and what it lives through."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from geopandas.testing import assert_geodataframe_equal
from hypothesis import given
from hypothesis import strategies as st
from shapely import Point, Polygon, box

from layers import Finding, Layer, Period, Provenance, Workspace
from layers._catalogue import Catalogue
from layers.crs import as_crs, to_crs
from layers.errors import CrsError, QuestionError, SchemaError, StoreError

if TYPE_CHECKING:
    from collections.abc import Callable


def files(workspace: Workspace) -> list[str]:
    return sorted(f.name for f in (workspace.folder / "versions").iterdir())


# --- making and opening ----------------------------------------------------------------------------------


def test_a_new_workspace_is_empty_and_knows_its_system_and_name(tmp_path: Path) -> None:
    Workspace.create(tmp_path / "a" / "b", crs="EPSG:9208", name="Lào Cai")
    again = Workspace(tmp_path / "a" / "b")
    assert (again.crs.to_epsg(), again.name, again.layers()) == (9208, "Lào Cai", [])
    assert Workspace.create(tmp_path / "c", crs=5897).name == "c"


def test_a_system_without_a_code_comes_back(tmp_path: Path) -> None:
    crs = "+proj=tmerc +lat_0=0 +lon_0=105.25 +k=0.9999 +x_0=500000 +y_0=0 +ellps=WGS84 +units=m"
    Workspace.create(tmp_path / "ws", crs=crs)
    assert Workspace(tmp_path / "ws").crs == as_crs(crs)


@pytest.mark.parametrize("crs", [4326, 3857, 4978])
def test_a_workspace_in_degrees_or_web_mercator_is_refused(tmp_path: Path, crs: int) -> None:
    with pytest.raises(CrsError, match="crs_not_metric"):
        Workspace.create(tmp_path / "ws", crs=crs)
    assert not (tmp_path / "ws").exists()


def test_a_workspace_is_never_made_over_another(workspace: Workspace, park: Layer) -> None:
    workspace.save(park)
    with pytest.raises(StoreError, match="workspace_exists"):
        Workspace.create(workspace.folder, crs=9208)
    assert len(workspace.load("khu").frame) == 3


def test_where_a_file_stands_no_workspace_can_be_made(tmp_path: Path) -> None:
    (tmp_path / "ws").write_text("x")
    with pytest.raises(StoreError, match="workspace_unwritable"):
        Workspace.create(tmp_path / "ws", crs=5897)


@pytest.mark.parametrize("folder", ["nowhere", "x" * 5_000, "a\0b"])
def test_what_is_no_workspace_is_missing(tmp_path: Path, folder: str) -> None:
    with pytest.raises(StoreError, match="workspace_missing"):
        Workspace(tmp_path / folder)


@pytest.mark.parametrize("content", [b"", b"rubbish" * 1_000, b"SQLite format 3\x00" + bytes(4_000)])
def test_a_catalogue_that_is_none_is_damaged(workspace: Workspace, content: bytes) -> None:
    (workspace.folder / "catalogue.sqlite").write_bytes(content)
    with pytest.raises(StoreError, match="workspace_damaged"):
        Workspace(workspace.folder)


def test_a_catalogue_that_does_not_say_its_system_is_damaged(workspace: Workspace) -> None:
    with closing(sqlite3.connect(workspace.folder / "catalogue.sqlite")) as base:
        base.execute("delete from meta")
        base.commit()
    with pytest.raises(StoreError, match=r"workspace_damaged: .*found='meta.crs'"):
        Workspace(workspace.folder)


@pytest.mark.parametrize(
    "statement",
    [
        "update versions set provenance = '{'",
        "update versions set provenance = '[1]'",
        "update versions set first = 2030, last = 2021",
        "update versions set first = 2021, last = 2030, stage = 'dreamt'",
        "update versions set extent = 'POLYGON (('",
        "update findings set fields = 'no json'",
        "drop table versions",
    ],
)
def test_what_stands_in_a_damaged_catalogue_never_escapes_as_a_foreign_error(
    workspace: Workspace, park: Layer, statement: str
) -> None:
    workspace.save(park, findings=[Finding("geometry_null", "khu", "1", "block")])
    with closing(sqlite3.connect(workspace.folder / "catalogue.sqlite")) as base:
        base.execute(statement)
        base.commit()
    with pytest.raises(StoreError, match="workspace_damaged"):
        (workspace.load("khu"), workspace.findings("khu"))


# --- saving and loading ----------------------------------------------------------------------------------


def test_a_layer_comes_back_as_it_was_saved(workspace: Workspace, squares: gpd.GeoDataFrame) -> None:
    frame = squares.assign(
        text=["Hoà Lạc", None, ""],
        number=[1.5, np.nan, -3.0],
        whole=[1, 2, 3],
        day=pd.to_datetime(["2026-06-23", None, "2025-07-01"]),
        yes=[True, False, True],
    )
    frame.index = pd.Index(["a", "b", "c"], name="mã")
    origin = Provenance(source="khu.gpkg", decision="QĐ 2170/QĐ-UBND", steps=("crs_assumed",))
    extent = Polygon([(0, 0), (1 / 3, 0), (1, 1e-9)])
    layer = Layer(
        frame,
        "Khu công nghiệp: bản đồ/2026",
        "industrial_park",
        Period(2021, 2030, "approved"),
        origin,
        extent,
    )
    workspace.save(layer, note="lần đầu")
    again = Workspace(workspace.folder).load("Khu công nghiệp: bản đồ/2026")
    assert_geodataframe_equal(again.frame, frame)
    assert (again.period, again.provenance, again.kind_name) == (layer.period, origin, "industrial_park")
    assert again.extent is not None
    assert again.extent.equals_exact(extent, 0)
    entry = workspace.version(layer.name)
    assert (entry.version, entry.rows, entry.note, entry.current) == (1, 3, "lần đầu", True)


@given(
    st.lists(
        st.tuples(st.text(max_size=8) | st.none(), st.integers(-(2**62), 2**62), st.floats(allow_nan=True)),
        min_size=1,
        max_size=5,
    )
)
def test_columns_of_any_content_come_back(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[Any, ...]]
) -> None:
    texts, wholes, numbers = zip(*rows, strict=True)
    kept = [None if t is None else t.encode("utf-8", "ignore").decode() for t in texts]
    shapes = [Point(i, i) for i in range(len(rows))]
    frame = gpd.GeoDataFrame({"t": kept, "w": wholes, "n": numbers}, geometry=shapes, crs=5897)
    workspace = Workspace.create(tmp_path_factory.mktemp("ws"), crs=5897)
    workspace.save(Layer(frame, "trường", "school"))
    again = workspace.load("trường").frame
    assert [None if pd.isna(v) else v for v in again["t"]] == kept
    assert again["w"].tolist() == list(wholes)
    assert np.array_equal(again["n"], np.array(numbers), equal_nan=True)


def test_a_layer_of_another_system_is_brought_into_that_of_the_workspace(workspace: Workspace) -> None:
    degrees = gpd.GeoDataFrame({"name": ["x"]}, geometry=[box(105.5, 21.0, 105.51, 21.01)], crs=4326)
    workspace.save(Layer(degrees, "khu", "industrial_park", extent=box(105, 20, 106, 22)))
    again = workspace.load("khu")
    assert again.frame.crs == workspace.crs
    assert again.frame.geometry.iloc[0].equals(to_crs(degrees, workspace.crs).geometry.iloc[0])
    assert again.extent is not None
    assert again.extent.area == pytest.approx(104e3 * 221.4e3, rel=0.01)


def test_an_empty_layer_and_a_column_called_bbox_can_be_saved(
    workspace: Workspace, squares: gpd.GeoDataFrame
) -> None:
    workspace.save(Layer(squares.iloc[:0], "trống", "industrial_park"))
    assert len(workspace.load("trống").frame) == 0
    workspace.save(Layer(squares.assign(bbox="x"), "khung", "industrial_park"))
    assert workspace.load("khung").frame["bbox"].tolist() == ["x"] * 3


def test_a_geometry_column_of_any_name_comes_back(workspace: Workspace, squares: gpd.GeoDataFrame) -> None:
    workspace.save(Layer(squares.rename_geometry("hình"), "khu", "industrial_park"))
    assert workspace.load("khu").frame.geometry.name == "hình"


def test_layers_of_one_folded_name_have_files_of_their_own(
    workspace: Workspace, squares: gpd.GeoDataFrame
) -> None:
    for name in ("Hoà Lạc", "Hòa Lạc", "???", "!!!"):
        workspace.save(Layer(squares, name, "industrial_park"))
    assert [v.layer for v in workspace.layers()] == sorted(["Hoà Lạc", "Hòa Lạc", "???", "!!!"])
    assert len(files(workspace)) == 4


def refused_frames() -> dict[
    str, tuple[Callable[[gpd.GeoDataFrame], gpd.GeoDataFrame], type[Exception], str]
]:
    def mixed(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        return frame.assign(v=pd.Series([1, "x", 2.5], index=frame.index, dtype=object))

    def doubled(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        return frame.rename(columns={"id": "name"})

    return {
        "labels twice": (
            lambda f: f.set_index(pd.Index([7, 7, 8])),
            SchemaError,
            "index_duplicate: layer='khu', found='7'",
        ),
        "columns twice": (doubled, SchemaError, r"column_duplicate: layer='khu', found=\['name'\]"),
        "mixed column": (
            mixed,
            SchemaError,
            r"column_mixed: layer='khu', column='v', found=\['float', 'int', 'str'\]",
        ),
        "no system": (
            lambda f: gpd.GeoDataFrame({"a": [1]}, geometry=[Point(0, 0)]),
            CrsError,
            "crs_missing: layer='khu'",
        ),
        "out of reach": (
            lambda f: gpd.GeoDataFrame(geometry=[Point(105, 21), Point(np.inf, 95)], crs=4326),
            CrsError,
            "coordinates_unreachable: layer='khu', row='1', count=1",
        ),
    }


@pytest.mark.parametrize("case", refused_frames())
def test_what_a_file_can_not_hold_is_refused_and_leaves_nothing(
    workspace: Workspace, squares: gpd.GeoDataFrame, case: str
) -> None:
    change, error, message = refused_frames()[case]
    with pytest.raises(error, match=message):
        workspace.save(Layer(change(squares), "khu", "industrial_park"))
    assert (workspace.layers(), files(workspace)) == ([], [])


def test_a_layer_needs_a_name_and_a_kind_that_exists(workspace: Workspace, squares: gpd.GeoDataFrame) -> None:
    with pytest.raises(StoreError, match="layer_unnamed"):
        workspace.save(Layer(squares, "  ", "industrial_park"))
    with pytest.raises(QuestionError, match="kind_unknown"):
        workspace.save(Layer(squares, "khu", "castle"))
    assert files(workspace) == []


# --- versions --------------------------------------------------------------------------------------------


def test_every_version_stays_and_any_can_be_current_again(
    workspace: Workspace, squares: gpd.GeoDataFrame
) -> None:
    book = [Finding("geometry_null", "khu", "9", "block", {"n": np.int64(3), "day": date(2026, 1, 2)})]
    for rows in (3, 2, 1):
        expected = 3 - rows or None
        layer = Layer(squares.iloc[:rows], "khu", "industrial_park")
        workspace.save(layer, expected=expected, findings=book if rows == 3 else ())
    assert [len(workspace.load("khu", v).frame) for v in (1, 2, 3)] == [3, 2, 1]
    restored = workspace.restore("khu", 1)
    assert (restored.version, restored.note, restored.current) == (4, "restored 1", True)
    assert len(workspace.load("khu").frame) == 3
    assert workspace.load("khu").provenance.steps == ("restored 1",)
    assert [v.version for v in workspace.history("khu")] == [4, 3, 2, 1]
    assert [f.as_dict() for f in workspace.findings("khu")] == [
        {"code": "geometry_null", "layer": "khu", "row": "9", "level": "block", "n": 3, "day": "2026-01-02"}
    ]
    assert workspace.findings("khu", 3) == []


def test_what_was_never_saved_is_unknown_with_what_there_is(workspace: Workspace, park: Layer) -> None:
    workspace.save(park)
    with pytest.raises(StoreError, match=r"layer_unknown: layer='lô', expected=\['khu'\]"):
        workspace.load("lô")
    with pytest.raises(StoreError, match=r"version_unknown: layer='khu', found=2, expected=\[1\]"):
        workspace.load("khu", 2)
    with pytest.raises(StoreError, match="version_unknown"):
        workspace.restore("khu", 0)


@pytest.mark.parametrize("expected", [None, 0, 1, 3])
def test_a_save_on_top_of_something_else_is_a_conflict_and_leaves_nothing(
    workspace: Workspace, park: Layer, expected: int | None
) -> None:
    workspace.save(park)
    workspace.save(park, expected=1)
    before = files(workspace)
    with pytest.raises(StoreError, match="save_conflict: layer='khu'") as caught:
        workspace.save(park, expected=expected)
    assert (caught.value.fields["expected"], caught.value.fields["found"]) == (expected, 2)
    assert files(workspace) == before


def test_a_first_save_that_expects_a_version_is_a_conflict(workspace: Workspace, park: Layer) -> None:
    with pytest.raises(StoreError, match="save_conflict"):
        workspace.save(park, expected=1)
    assert files(workspace) == []


def test_records_stay_in_order_with_plain_values(workspace: Workspace) -> None:
    content = {
        "area": np.float64(1.5),
        "n": np.int64(7),
        "day": date(2026, 1, 2),
        "codes": {"LUC"},
        "tên": "Hoà Lạc",
    }
    first = workspace.record("run", content)
    second = workspace.record("run", {"n": 8})
    workspace.record("override", {"n": 9})
    runs = Workspace(workspace.folder).records("run")
    assert [r["id"] for r in runs] == [first, second]
    assert {k: runs[0][k] for k in content} == {
        "area": 1.5,
        "n": 7,
        "day": "2026-01-02",
        "codes": ["LUC"],
        "tên": "Hoà Lạc",
    }
    assert workspace.records("nothing") == []


# --- damage ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("at", [0.02, 0.3, 0.6, 0.98])
def test_a_flipped_bit_in_a_version_is_noticed_and_the_others_stay(
    workspace: Workspace, park: Layer, at: float
) -> None:
    first = workspace.save(park)
    workspace.save(park, expected=1)
    path = workspace.folder / "versions" / first.file
    raw = bytearray(path.read_bytes())
    raw[int(len(raw) * at)] ^= 1
    path.write_bytes(raw)
    assert workspace.damaged() == [first.file]
    with pytest.raises(StoreError, match="version_damaged: layer='khu', version=1"):
        workspace.load("khu", 1)
    with pytest.raises(StoreError, match="version_damaged"):
        workspace.restore("khu", 1)
    assert len(workspace.load("khu").frame) == 3


@pytest.mark.parametrize(
    "spoil", [Path.unlink, lambda p: p.write_bytes(b""), lambda p: p.write_bytes(b"PAR1")]
)
def test_a_version_file_that_is_gone_or_cut_is_noticed(
    workspace: Workspace, park: Layer, spoil: Callable[[Path], Any]
) -> None:
    entry = workspace.save(park)
    spoil(workspace.folder / "versions" / entry.file)
    assert workspace.damaged() == [entry.file]
    with pytest.raises(StoreError, match="version_damaged"):
        workspace.load("khu")


def test_a_sound_workspace_has_no_damage(workspace: Workspace, park: Layer) -> None:
    workspace.save(park)
    assert workspace.damaged() == []


def test_a_catalogue_held_by_somebody_else_is_busy(
    workspace: Workspace, park: Layer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("layers._catalogue._PATIENCE_S", 0.05)
    with closing(sqlite3.connect(workspace.folder / "catalogue.sqlite", isolation_level=None)) as other:
        other.execute("begin immediate")
        with pytest.raises(StoreError, match="workspace_busy"):
            workspace.save(park)
        other.execute("rollback")
    assert files(workspace) == []
    assert workspace.save(park).version == 1


# --- a full disk -----------------------------------------------------------------------------------------


def test_a_disk_that_fills_up_while_a_version_is_written_leaves_the_old_one(
    workspace: Workspace, park: Layer, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace.save(park)
    before = files(workspace)

    def half(_self: gpd.GeoDataFrame, path: Path, **_options: Any) -> None:
        path.write_bytes(b"PAR1 and then")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(gpd.GeoDataFrame, "to_parquet", half)
    with pytest.raises(StoreError, match=r"save_failed: layer='khu', found='disk_full'"):
        workspace.save(park, expected=1)
    assert files(workspace) == before
    assert len(workspace.load("khu").frame) == 3


def test_a_disk_that_can_not_be_synced_leaves_the_old_version(
    workspace: Workspace, park: Layer, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace.save(park)
    before = files(workspace)

    def fail(_handle: int) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(StoreError, match="save_failed"):
        workspace.save(park, expected=1)
    assert files(workspace) == before


def test_a_version_reaches_the_disk_before_it_gets_its_name_and_the_name_before_the_entry(
    workspace: Workspace, park: Layer, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []

    def noting(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **options: Any) -> Any:
            done.append(name)
            return real(*args, **options)

        return call

    monkeypatch.setattr(os, "fsync", noting("sync", os.fsync))
    monkeypatch.setattr(Path, "rename", noting("name", Path.rename))
    monkeypatch.setattr(Catalogue, "enter", noting("enter", Catalogue.enter))
    workspace.save(park)
    assert done == ["sync", "name", "sync", "enter"]


def test_a_limit_on_the_size_of_files_is_felt_as_a_full_disk(
    workspace: Workspace, squares: gpd.GeoDataFrame
) -> None:
    resource = pytest.importorskip("resource")
    many = pd.concat([squares] * 2_000, ignore_index=True).assign(
        noise=np.random.default_rng(1).random(6_000)
    )
    workspace.save(Layer(squares, "khu", "industrial_park"))
    before = files(workspace)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, hard))
    try:
        with pytest.raises(StoreError, match="save_failed"):
            workspace.save(Layer(many, "khu", "industrial_park"), expected=1)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert files(workspace) == before
    assert len(workspace.load("khu").frame) == 3


def test_a_file_with_fewer_rows_than_it_should_have_is_not_entered(
    workspace: Workspace, park: Layer, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = gpd.GeoDataFrame.to_parquet
    monkeypatch.setattr(
        gpd.GeoDataFrame, "to_parquet", lambda self, path, **o: real(self.iloc[:1], path, **o)
    )
    with pytest.raises(StoreError, match="save_failed: layer='khu', expected=3, found=1"):
        workspace.save(park)
    assert (workspace.layers(), files(workspace)) == ([], [])


def test_an_interruption_right_after_the_entry_does_not_take_the_file_away(
    workspace: Workspace, park: Layer, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Catalogue.enter

    def interrupted(self: Catalogue, *args: Any, **options: Any) -> int:
        real(self, *args, **options)
        raise KeyboardInterrupt

    monkeypatch.setattr(Catalogue, "enter", interrupted)
    with pytest.raises(KeyboardInterrupt, match=r"^$"):
        workspace.save(park)
    assert len(workspace.load("khu").frame) == 3
