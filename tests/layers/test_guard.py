"""The guarded door: the same answer as the open one, and nothing else can be done through it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from layers import Period, Reading, Source, guarded_look, guarded_read, read_layer
from layers.causes import Cause
from layers.errors import CrsError, QuestionError, SourceError
from layers.findings import Finding
from layers.guard import _KENNEL, DRIVERS, Limits, _environment, protections
from layers.look import look_into
from layers.provenance import Provenance
from tests.hostile.attacks import SECRET, Ground, attacks, hide_secret
from tests.hostile.damage import Damage, spoil
from tests.hostile.judge import outcome
from tests.hostile.odd import oddities
from tests.hostile.originals import PARTS, main_file, originals
from tests.hostile.run_hostile import Ear, guarded, listening
from tests.layers.formats import ROWS, small_layer, write

if TYPE_CHECKING:
    from pathlib import Path

LINUX = sys.platform.startswith("linux")
LIMITS = Limits(memory_mb=1_024, seconds=30)


@pytest.fixture(scope="session")
def whole_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small layer in every format."""
    folder = tmp_path_factory.mktemp("whole")
    originals(folder, PARTS)
    return folder


@pytest.mark.parametrize("name", ["shp", "gpkg", "geojson", "parquet", "zip", "dxf"])
def test_the_answer_is_that_of_the_open_door(tmp_path: Path, name: str) -> None:
    source = Source(write(tmp_path, name), assume_crs="EPSG:5897")
    period = Period(2021, 2030, "approved")
    ours = guarded_read(source, "industrial_park", name="Khu", period=period)
    open_ = read_layer(source, "industrial_park", name="Khu", period=period)
    assert ours.layer.frame.equals(open_.layer.frame)
    assert ours.layer.frame.crs == open_.layer.frame.crs
    assert ours.layer.frame.index.equals(open_.layer.frame.index)
    assert (ours.findings, ours.rows_read) == (open_.findings, open_.rows_read)
    assert (ours.layer.provenance, ours.layer.period) == (open_.layer.provenance, period)
    assert guarded_look(source) == look_into(source)


def test_rows_set_aside_come_back_with_their_codes(tmp_path: Path) -> None:
    frame = small_layer()
    frame.loc[3, "geometry"] = None
    found = guarded_read(str(write(tmp_path, "gpkg", frame)), "industrial_park")
    assert found.set_aside.to_dict("list") == {"row": [4], "code": ["geometry_null"]}
    assert found.rows_read == found.rows_used + 1 == ROWS


def test_errors_come_back_as_what_they_are(tmp_path: Path) -> None:
    path = write(tmp_path, "gpkg")
    with pytest.raises(SourceError, match="layer_missing") as caught:
        guarded_read(Source(path, "không có"), "industrial_park")
    assert caught.value.fields["path"] == str(path)
    with pytest.raises(QuestionError, match="kind_unknown"):
        guarded_read(Source(path), "lâu đài")
    drawing = write(tmp_path, "dxf")
    with pytest.raises(CrsError, match="crs_unreadable"):
        guarded_read(Source(drawing, assume_crs="hệ gì đó"), "industrial_park")


def test_a_relative_path_and_a_path_with_marks_are_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "Dữ liệu của tôi"
    folder.mkdir()
    write(folder, "shp")
    monkeypatch.chdir(folder)
    assert guarded_read("khu.shp", "industrial_park").rows_used == ROWS


def test_only_the_drivers_of_our_formats_are_there() -> None:
    code = "import pyogrio, json; print(json.dumps(sorted(pyogrio.list_drivers())))"
    said = subprocess.run([sys.executable, "-c", code], env=_environment(), capture_output=True, check=True)
    assert set(json.loads(said.stdout)) <= set(DRIVERS)
    assert {"GPKG", "ESRI Shapefile", "DXF"} <= set(json.loads(said.stdout))


def test_no_secret_of_the_server_is_in_a_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THOCONG_SECRET", SECRET)
    assert SECRET not in _environment().values()


@pytest.mark.skipif(not LINUX, reason="Landlock and seccomp are Linux's")
def test_this_system_holds_files_network_and_limits(tmp_path: Path) -> None:
    held = protections(tmp_path)
    if "files" not in held:
        pytest.skip("this kernel has no Landlock")
    assert held == ["limits", "files", "network"]


CAGED = """
import os, socket, sys
from pathlib import Path
from layers._cage import enter_cage
allowed, folder, other = map(Path, sys.argv[1:])
held = enter_cage([allowed], folder, memory_mb=64, seconds=20)
assert allowed.read_text() == "a"
(folder / "out").write_text("b")
def refused(act):
    try:
        act()
    except (OSError, MemoryError):
        return True
    return False
print(",".join(held), refused(other.read_text), refused(lambda: (other.parent / "new").write_text("x")),
      refused(socket.socket), refused(lambda: os.execv("/bin/true", ["true"])),
      refused(lambda: bytearray(1 << 30)), refused(lambda: os.kill(1, 0)))
"""


@pytest.mark.skipif(not LINUX, reason="Landlock and seccomp are Linux's")
def test_in_the_cage_nothing_else_can_be_read_written_reached_or_run(tmp_path: Path) -> None:
    for name in ("in", "out", "elsewhere"):
        (tmp_path / name).mkdir()
    (tmp_path / "in" / "a").write_text("a")
    (tmp_path / "elsewhere" / "b").write_text("b")
    places = [tmp_path / "in" / "a", tmp_path / "out", tmp_path / "elsewhere" / "b"]
    said = subprocess.run(
        [sys.executable, "-c", CAGED, *map(str, places)], capture_output=True, text=True, check=True
    ).stdout.split()
    if said[0] != "limits,files,network":
        pytest.skip(f"this kernel holds only {said[0]}")
    assert said[1:] == ["True"] * 6


def test_a_file_that_takes_too_long_is_given_up(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"2325000;558000\n" * 2_000_000)
    with pytest.raises(SourceError, match=r"reading_too_slow: .*expected=1"):
        guarded_read(Source(tmp_path / "a.csv"), "industrial_park", limits=Limits(seconds=1))


def test_a_file_that_takes_too_much_memory_is_given_up(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"1" * (48 << 20))
    with pytest.raises(SourceError, match=r"memory|reading_crashed"):
        guarded_read(Source(tmp_path / "a.csv"), "industrial_park", limits=Limits(memory_mb=64, seconds=60))


@pytest.mark.skipif(not LINUX, reason="elsewhere each file has a process of its own")
def test_readers_are_there_again_after_their_process_was_killed(tmp_path: Path) -> None:
    source = Source(write(tmp_path, "geojson"))
    assert guarded_read(source, "industrial_park").rows_used == ROWS
    process = _KENNEL._process
    assert process is not None
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert guarded_read(source, "industrial_park").rows_used == ROWS


def test_several_files_are_read_at_once(tmp_path: Path) -> None:
    paths = []
    for n, name in enumerate(["geojson", "gpkg", "fgb", "shp"]):
        (tmp_path / str(n)).mkdir()
        paths.append(write(tmp_path / str(n), name))
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda p: guarded_read(Source(p), "industrial_park"), paths * 2))
    assert [r.rows_used for r in found] == [ROWS] * 8


def test_nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "scratch"))
    (tmp_path / "scratch").mkdir()
    path = write(tmp_path, "gml")
    before = {f.name: f.read_bytes() for f in tmp_path.iterdir() if f.is_file()}
    guarded_read(Source(path), "industrial_park")
    assert list((tmp_path / "scratch").iterdir()) == []
    assert {f.name: f.read_bytes() for f in tmp_path.iterdir() if f.is_file()} == before


def test_what_comes_back_is_data_and_keeps_causes() -> None:
    from layers import _parcel

    marked = _parcel._marked({"why": Cause("memory"), "at": (1, 2.5, None), "n": {"a": True}})
    back = json.loads(json.dumps(marked), object_hook=_parcel._unmarked)
    assert type(back["why"]) is Cause
    assert back == {"why": "memory", "at": [1, 2.5, None], "n": {"a": True}}


@pytest.mark.parametrize(
    "content", ["{}", "[]", '{"error": "Exception", "code": "x", "fields": {}}', "rubbish"]
)
def test_a_parcel_that_is_none_is_an_error_of_the_file(tmp_path: Path, content: str) -> None:
    from layers.guard import _taken

    (tmp_path / "book.json").write_text(content)
    with pytest.raises(SourceError, match=r"reading_crashed|x: path"):
        _taken(tmp_path, "done", tmp_path / "a.gpkg", LIMITS)


# --- damaged, hostile, odd: a sample of what `make test-hostile` runs in thousands -------------------------


@pytest.mark.parametrize("name", sorted(PARTS))
def test_of_a_damaged_file_nothing_is_lost_without_a_word(
    whole_files: Path, tmp_path: Path, name: str
) -> None:
    main = main_file(name)
    whole = read_layer(Source(whole_files / name / main, assume_crs="5897"), "industrial_park")
    assert isinstance(whole, Reading)
    parts = {"gdb": PARTS["gdb"][:5], "gdb-zip": PARTS["gdb"][:2]}.get(name, PARTS[name])
    for n, part in enumerate(parts):
        for how, seed in (("cut", 95), ("flip", 1), ("zero", 2), *([("zeros", 0)] if n else [])):
            place = tmp_path / f"{n}{how}{seed}"
            spoil(whole_files / name, place, Damage(how, part, seed))
            source = Source(place / main, assume_crs="5897")
            what = outcome(lambda s=source: guarded_read(s, "industrial_park", limits=LIMITS), whole)
            assert what in ("refused", "told", "whole", "altered"), f"{part} {how} {seed}"


SLOW = (
    "60,000 columns",
    "MB",
    "4 GB",
    "20,000",
    "a million",
    "last row",
    "zero b",
    "multiply",
    "billion rows",
)


def test_hostile_files_leak_nothing_reach_nobody_and_end(tmp_path: Path) -> None:
    server = listening()
    (tmp_path / "files").mkdir()
    address = f"http://127.0.0.1:{server.server_port}"
    ground = Ground(tmp_path / "files", hide_secret(tmp_path / "elsewhere"), address, heavy=False)
    heard = len(Ear.heard)
    count = 0
    for n, (name, path) in enumerate(attacks(ground)):
        if n % 5 or any(word in name for word in SLOW):
            continue
        count += 1
        how, out = guarded(path)
        assert how not in ("reading_crashed", "reading_too_slow"), name
        assert SECRET not in out, name
    server.shutdown()
    server.server_close()
    assert count > 25
    assert len(Ear.heard) == heard
    assert sorted(p.name for p in (tmp_path / "elsewhere").iterdir()) == [
        "secret.csv",
        "secret.geojson",
        "secret.txt",
    ]


def test_odd_but_whole_files_are_read(tmp_path: Path) -> None:
    refused = []
    for n, (name, path) in enumerate(oddities(tmp_path)):
        if n % 7:
            continue
        try:
            read_layer(Source(path, assume_crs="5897"), "road")
        except SourceError as error:
            refused.append(f"{name}: {error}")
    assert refused == []


def test_the_limits_grow_with_the_file(tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    with path.open("wb") as handle:
        handle.truncate(100 << 20)
    assert Limits.for_file(path).seconds == 390


def test_a_finding_and_a_provenance_survive_the_way(tmp_path: Path) -> None:
    source = Source(write(tmp_path, "dxf"))
    found = guarded_read(source, "industrial_park")
    assert all(isinstance(f, Finding) for f in found.findings)
    assert isinstance(found.layer.provenance, Provenance)


@pytest.mark.parametrize("name", ["geojson", "csv", "dxf", "mif", "kml"])
def test_zero_bytes_in_a_file_of_text_are_told(whole_files: Path, tmp_path: Path, name: str) -> None:
    main = main_file(name)
    spoil(whole_files / name, tmp_path, Damage("cut", PARTS[name][0], 100))
    raw = (tmp_path / main).read_bytes()
    at = len(raw) // 2
    (tmp_path / main).write_bytes(raw[:at] + bytes(40) + raw[at + 40 :])
    try:
        found = read_layer(Source(tmp_path / main, assume_crs="5897"), "industrial_park")
    except SourceError as error:
        code = error.code
    else:
        code = next(f.code for f in found.findings if f.level == "block")
    assert code in ("text_with_zeros", "source_unreadable", "coordinates_unreadable")


def test_a_polyline_without_all_its_corners_is_told(whole_files: Path, tmp_path: Path) -> None:
    text = (whole_files / "dxf" / "khu.dxf").read_text()
    at = text.index("\n 93\n", text.index("HATCH"))
    (tmp_path / "khu.dxf").write_text(text[:at] + "\n 93\n9" + text[at + 5 :])
    found = read_layer(Source(tmp_path / "khu.dxf", assume_crs="5897"), "industrial_park")
    assert "corners_missing" in {f.code for f in found.findings}
