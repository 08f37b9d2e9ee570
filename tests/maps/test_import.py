"""``thocong import``: a trial, a save, a report, and the way back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
import shapely
from click.testing import CliRunner
from streamlit.testing.v1 import AppTest

from maps.cli import main
from tests.layers.formats import ROWS, small_layer, write

if TYPE_CHECKING:
    from pathlib import Path

    from layers import Workspace


def run(*arguments: Any, code: int = 0) -> Any:
    done = CliRunner().invoke(main, [str(a) for a in arguments])
    assert done.exit_code == code, done.output
    return done


@pytest.fixture
def damaged(tmp_path: Path) -> Path:
    """Lots of which one has no geometry and one crosses itself."""
    frame = small_layer()
    frame.loc[2, "geometry"] = None
    corners = shapely.get_coordinates(frame.geometry.iloc[0])[:4]
    frame.loc[0, "geometry"] = shapely.polygons(corners[[0, 2, 1, 3, 0]])
    return write(tmp_path, "gpkg", frame)


def test_a_file_is_saved_with_its_report(tmp_path: Path, workspace: Workspace, damaged: Path) -> None:
    report, told = tmp_path / "bao_cao.xlsx", tmp_path / "a.json"
    base = ("--workspace", workspace.folder, "--kind", "industrial_park", "--report", report, "--json", told)
    run("import", damaged, *base, "--name", "lô", "--decision", "QĐ 1", "--exit-zero")
    found = json.loads(told.read_text(encoding="utf-8"))
    assert (found["rows_read"], found["rows_used"], found["rows_set_aside"]) == (ROWS, ROWS - 1, 1)
    assert found["set_aside_by_code"] == {"geometry_null": 1}
    assert (found["rows_repaired"], found["repaired_by_code"]) == (1, {"geometry_repaired": 1})
    assert (found["version"], found["previous_version"], found["dry_run"]) == (1, None, False)
    assert {"code", "layer", "row", "message", "fix"} <= set(found["findings"][0])
    assert found["crs_verdict"]["state"] == "plausible"
    layer = workspace.load("lô")
    assert (len(layer.frame), layer.provenance.decision) == (ROWS - 1, "QĐ 1")
    book = openpyxl.load_workbook(report)
    cells = {cell.value for sheet in book for row in sheet.iter_rows() for cell in row}
    assert {ROWS, ROWS - 1, "geometry_null", "geometry_repaired"} <= cells
    assert workspace.records("import")[0]["quality"]["rows_used"] == ROWS - 1


def test_a_trial_saves_nothing(workspace: Workspace, damaged: Path) -> None:
    done = run(
        "import", damaged, "--workspace", workspace.folder, "--kind", "road", "--dry-run", "--exit-zero"
    )
    assert "chưa lưu" in done.stderr
    assert workspace.layers() == []


def test_corners_out_of_order_are_exchanged_where_it_is_asked(tmp_path: Path, workspace: Workspace) -> None:
    rows = ("558000;2325000", "558100;2325100", "558100;2325000", "558000;2325100")
    path = tmp_path / "dan.csv"
    path.write_text("\n".join(["Y;X 5897", *rows]), encoding="utf-8")
    base = ("import", path, "--workspace", workspace.folder, "--kind", "industrial_park")
    assert "2 ↔ 3" in run(*base, "--dry-run").output
    done = run(*base, "--exchange", "1:2-3", "--lang", "en")
    assert "points 2 ↔ 3 were exchanged, as you asked; the ring has 1.00 ha" in done.output
    layer = workspace.load("dan")
    assert layer.frame.area.sum() == pytest.approx(10_000)
    assert "corners_exchanged 1:2-3" in layer.provenance.steps
    assert "1:2-3" in run(*base, "--exchange", "2-3", code=2).output


def test_an_import_is_undone(tmp_path: Path, workspace: Workspace) -> None:
    path = write(tmp_path, "geojson")
    base = ("--workspace", workspace.folder, "--kind", "industrial_park", "--name", "lô", "--json", "-")
    assert json.loads(run("import", path, *base).stdout)["version"] == 1
    write(tmp_path, "geojson", small_layer().iloc[:5])
    again = json.loads(run("import", path, *base).stdout)
    assert (again["version"], again["previous_version"]) == (2, 1)
    assert len(workspace.load("lô").frame) == 5
    run("workspace", "undo", workspace.folder, "lô", "--to", "1")
    assert len(workspace.load("lô").frame) == ROWS


def test_an_import_of_a_new_layer_is_undone_from_the_terminal(tmp_path: Path, workspace: Workspace) -> None:
    path = write(tmp_path, "geojson")
    run("import", path, "--workspace", workspace.folder, "--kind", "industrial_park", "--name", "lô")
    done = run("workspace", "undo", workspace.folder, "lô")
    assert "phiên bản 1 vẫn giữ" in done.stderr + done.stdout
    assert "lô" not in run("workspace", "list", workspace.folder).stdout
    assert "lô" in run("workspace", "list", workspace.folder, "--withdrawn").stdout
    assert "1" in run("workspace", "history", workspace.folder, "lô").stdout
    again = run("workspace", "undo", workspace.folder, "lô", code=2)
    assert "đã được gỡ" in again.stderr
    run("workspace", "undo", workspace.folder, "lô", "--to", "1")
    assert len(workspace.load("lô").frame) == ROWS


def test_the_mistake_is_named_and_mended_only_when_asked(tmp_path: Path, workspace: Workspace) -> None:
    first = tmp_path / "first"
    first.mkdir()
    whole = write(first, "gpkg")
    base = ("--workspace", workspace.folder, "--kind", "industrial_park", "--json", "-")
    run("import", whole, *base, "--name", "ranh")
    shifted = small_layer().to_crs(
        "+proj=tmerc +lat_0=0 +lon_0=105 +k=0.9999 +x_0=500000 +ellps=WGS84 +towgs84=0,0,0"
    )
    second = write(tmp_path, "gpkg", shifted.set_crs(5897, allow_override=True))
    found = json.loads(run("import", second, *base, "--name", "mới", "--dry-run").stdout)
    proposed = found["crs_verdict"]["proposed"]
    assert (found["crs_verdict"]["state"], proposed["mistake"]) == ("mistake", "no_datum_shift")
    assert proposed["moved_m"] == pytest.approx(224, abs=2)
    run("import", second, *base, "--name", "mới", "--read-as", proposed["treatment"])
    ours, theirs = workspace.load("mới"), workspace.load("ranh")
    assert ours.frame.geometry.distance(theirs.frame.geometry).max() < 0.01
    assert ours.provenance.steps[-1] == f"crs_treated {proposed['treatment']}"


def test_what_can_not_be_read_or_placed_saves_nothing(tmp_path: Path, workspace: Workspace) -> None:
    (tmp_path / "a.gpkg").write_bytes(b"rubbish")
    base = ("--workspace", workspace.folder, "--kind", "industrial_park")
    told = tmp_path / "a.json"
    run("import", tmp_path / "a.gpkg", *base, "--json", told, code=2)
    assert json.loads(told.read_text())["rows_read"] == 0
    drawing = write(tmp_path, "dxf")
    run("import", drawing, *base, code=1)
    assert workspace.layers() == []
    run("import", drawing, *base, "--read-as", "EPSG:5897+nonsense", code=2)
    run("import", drawing, *base, "--read-as", "EPSG:5897")
    assert [v.rows for v in workspace.layers()] == [ROWS]


def test_check_tells_the_verdict(tmp_path: Path) -> None:
    path = write(tmp_path, "gpkg")
    found = json.loads(run("check", path, "--kind", "industrial_park", "--json", "-").stdout)
    assert found["crs_verdict"]["state"] == "plausible"
    assert found["rows_read"] == ROWS


def test_a_coverage_is_mended_when_asked_and_says_what_moved(tmp_path: Path, workspace: Workspace) -> None:
    frame = small_layer().iloc[:2].assign(code=["LUC", "ONT"])
    east = [558_000, 558_099.8]
    frame = frame.set_geometry([shapely.box(x, 2_325_000, x + 100, 2_325_100) for x in east], crs=5897)
    path = write(tmp_path, "gpkg", frame)
    base = ("--workspace", workspace.folder, "--kind", "land_use", "--name", "đất", "--json", "-")
    plain = json.loads(run("import", path, *base).stdout)
    assert [f["code"] for f in plain["findings"] if f["code"].startswith("coverage")] == ["coverage_slivers"]
    mended = json.loads(run("import", path, *base, "--mend-m", "0.5").stdout)
    told = next(f for f in mended["findings"] if f["code"] == "coverage_mended")
    assert 0 < told["fields"]["area_ha"] < 0.01
    assert workspace.load("đất").provenance.steps[-1] == "coverage_mended 0.5"
    assert workspace.load("đất").frame.geometry.area.sum() == pytest.approx(19_980, abs=0.1)


def test_the_page_lists_faults_and_mends_them() -> None:
    def script() -> None:
        import geopandas as gpd
        import pandas as pd
        import streamlit as st
        from shapely import box

        from layers import Layer, Reading
        from maps.pages._faults import looked_over, show_faults
        from maps.words import words

        vi = words("vi")
        boxes = [box(558_000 + 90 * i, 2_325_000, 558_100 + 90 * i, 2_325_100) for i in range(2)]
        layer = Layer(gpd.GeoDataFrame({"code": ["LUC", "ONT"]}, geometry=boxes, crs=5897), "đất", "land_use")
        reading = Reading(layer, (), 2, pd.DataFrame({"row": [], "code": []}))
        found = looked_over(reading, vi, mark="đất")
        st.session_state["chosen"] = show_faults(found, vi, chart="chart")
        st.session_state["said"] = [f.code for f in found.reading.findings]

    page = AppTest.from_function(script, default_timeout=60).run()
    assert not page.exception
    assert "1 lỗi hình" in page.markdown[0].value
    assert page.dataframe[0].value.iloc[0, :3].tolist() == ["Chồng lấn", "0, 1", "0,1000"]
    assert page.session_state["said"] == ["coverage_overlap"]
    page.text_input[0].set_value("20").run()
    assert "coverage_mended" in page.session_state["said"]
