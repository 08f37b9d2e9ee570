"""``thocong import`` of every format that is offered: the same rows and areas in the workspace."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from click.testing import CliRunner
from streamlit.testing.v1 import AppTest

from maps.cli import main
from tests.hostile.originals import originals
from tests.layers.formats import FORMATS, ROWS, small_layer, write

if TYPE_CHECKING:
    from pathlib import Path

    from layers import Workspace

CODES = ["LUC", "ONT", "SKC", "CLN"] * 6


def run(*arguments: Any, code: int = 0) -> Any:
    done = CliRunner().invoke(main, [str(a) for a in arguments])
    assert done.exit_code == code, done.output
    return done


def bring(workspace: Workspace, path: Path, *more: Any, kind: str = "industrial_park") -> dict[str, Any]:
    base = ("--workspace", workspace.folder, "--kind", kind, "--name", "lô", "--json", "-", "--exit-zero")
    return dict(json.loads(run("import", path, *base, *more).stdout))


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_rows_and_areas_are_those_of_the_file(tmp_path: Path, workspace: Workspace, name: str) -> None:
    loses = FORMATS[name].loses
    crs = ("--assume-crs", "5897") if "crs" in loses else ()
    found = bring(workspace, write(tmp_path, name), *crs)
    assert (found["rows_read"], found["rows_used"], found["version"]) == (ROWS, ROWS, 1)
    areas = workspace.load("lô").frame.geometry.area.to_numpy()
    rel = 1e-3 if "precision" in loses else 1e-6
    assert np.sort(areas) == pytest.approx(np.sort(small_layer().area.to_numpy()), rel=rel)


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_tables_of_corners_become_areas(tmp_path: Path, workspace: Workspace, ending: str) -> None:
    originals(tmp_path, [ending])
    found = bring(workspace, tmp_path / ending / f"khu.{ending}", "--assume-crs", "5897")
    assert (found["rows_read"], found["rows_used"]) == (6, 6)
    assert workspace.load("lô").frame.geometry.area.tolist() == pytest.approx([10_000.0] * 6)


def test_an_extract_of_openstreetmap_gives_the_features_of_the_kind(
    tmp_path: Path, workspace: Workspace
) -> None:
    corners = [(105.60, 21.00), (105.61, 21.00), (105.61, 21.01), (105.60, 21.01)]
    nodes = "".join(f'<node id="{i}" lat="{y}" lon="{x}"/>' for i, (x, y) in enumerate(corners, 1))
    refs = "".join(f'<nd ref="{i}"/>' for i in (1, 2, 3, 4, 1))
    ways = "".join(
        f'<way id="{n}">{refs}<tag k="{k}" v="{v}"/></way>'
        for n, (k, v) in enumerate([("landuse", "residential"), ("landuse", "forest")], 10)
    )
    path = tmp_path / "a.osm"
    path.write_text(f'<osm version="0.6">{nodes}{ways}</osm>', encoding="utf-8")
    found = bring(workspace, path, kind="residential")
    assert (found["rows_read"], found["rows_used"]) == (2, 1)
    # a hundredth of a degree each way at 21° north, on the ellipsoid
    assert workspace.load("lô").frame.geometry.area.iloc[0] == pytest.approx(1_039.0 * 1_107.1, rel=0.002)


def test_a_layer_of_several_is_chosen_by_the_option(tmp_path: Path, workspace: Workspace) -> None:
    import pyogrio

    path = write(tmp_path, "gpkg")
    pyogrio.write_dataframe(small_layer().head(5), path, layer="lo", append=True)
    assert bring(workspace, path, "--layer", "lo")["rows_read"] == 5


def test_fields_are_shown_changed_and_remembered(tmp_path: Path, workspace: Workspace) -> None:
    frame = small_layer().assign(HT=CODES, QH=CODES[::-1], DTICH=small_layer().area)
    path = write(tmp_path, "gpkg", frame)
    first = bring(workspace, path, "--dry-run", kind="land_use")
    asked = next(f for f in first["fields"] if f["by"] == "asked")
    assert (asked["field"], asked["others"]) == ("code", ["HT", "QH"])
    area = next(f for f in first["fields"] if f["field"] == "stated_area_ha")
    assert (area["column"], area["unit"]) == ("DTICH", "m2")
    said = bring(workspace, path, "--map", "code=QH", kind="land_use")
    assert next(f for f in said["fields"] if f["field"] == "code")["by"] == "said"
    again = bring(workspace, path, kind="land_use")
    code = next(f for f in again["fields"] if f["field"] == "code")
    assert (code["column"], code["by"]) == ("QH", "remembered")
    assert workspace.load("lô").frame["code"].tolist() == CODES[::-1]
    trial = ("--workspace", workspace.folder, "--kind", "land_use", "--dry-run", "--exit-zero")
    told = run("import", path, *trial)
    assert "nhớ từ tệp trước cùng nguồn" in told.output
    run("check", path, "--kind", "land_use", "--map", "mau=QH", code=2)


def test_the_page_shows_the_fields_and_keeps_a_choice() -> None:
    def script() -> None:
        import geopandas as gpd
        import pandas as pd
        from shapely import box

        from layers import Layer, Reading
        from layers.fields import FieldChoices, match_fields
        from maps.pages._fields import said_fields, show_fields
        from maps.words import words

        shapes = [box(i, 0, i + 1, 1) for i in range(3)]
        columns = {"HT": ["LUC", "ONT", "SKC"], "QH": ["ONT", "ONT", "SKC"]}
        frame = gpd.GeoDataFrame(columns, geometry=shapes, crs=5897)
        matches = match_fields(frame, "land_use", FieldChoices(said_fields("a", "land_use")))
        nothing = pd.DataFrame({"row": [], "code": []})
        layer = Layer(frame, "đất", "land_use")
        reading = Reading(layer, (), 3, nothing, tuple(matches), ("HT", "QH"))
        show_fields(reading, words("vi"), mark="a")

    page = AppTest.from_function(script, default_timeout=60).run()
    assert not page.exception
    box = page.selectbox[0]
    assert (box.label, box.value) == ("mã loại đất", ("", ""))
    assert any("cần bạn chọn" in c.value for c in page.caption)
    box.select(("QH", "")).run()
    assert not page.exception
    assert page.selectbox[0].value == ("QH", "")
    assert any("do bạn chọn" in c.value for c in page.caption)


def test_classes_kept_with_decimals_are_the_classes_without(tmp_path: Path) -> None:
    from maps.cli.inputs import Assumptions, Inputs

    for name, values in (("a", [1.0, 2.0, None] * 8), ("b", ["1", "2", None] * 8)):
        (tmp_path / name).mkdir()
        path = write(tmp_path / name, "gpkg", small_layer().assign(lop=values))
        layer, column = Inputs(None, Assumptions()).land(str(path), "lop", role="before")
        assert layer.frame[column].tolist()[:2] == ["1", "2"]


def test_a_raster_is_checked_without_a_kind_and_a_layer_only_with_one(tmp_path: Path) -> None:
    from tests.layers.test_raster import land, written

    path = written(tmp_path / "a.tif", land())
    (tmp_path / "a.tfw").write_text("10\n0\n0\n-10\n558105\n2324995\n")
    found = json.loads(run("check", path, "--json", "-").stdout)
    assert (found["rows"], found["columns"], found["cell"], found["nodata"]) == (40, 50, 10.0, 0.0)
    assert [f["code"] for f in found["findings"]] == ["raster_sidecar_differs"]
    assert "lệch 10 ô" in run("check", path).output
    (tmp_path / "b.tif").write_text("<VRTDataset/>")
    assert "b.tif" in run("check", tmp_path / "b.tif", code=2).output
    assert "--kind" in run("check", write(tmp_path, "gpkg"), code=2).output
