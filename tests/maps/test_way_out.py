"""What leaves: no formula, no script, no path and no line of a file that somebody's text could have made."""

from __future__ import annotations

import csv
import re
import zipfile
from dataclasses import replace

import ezdxf
import geopandas as gpd
import openpyxl
import pyogrio
import pytest
from docx import Document
from hypothesis import given
from hypothesis import strategies as st
from shapely import box

from layers import Layer, Provenance
from layers.dxf import write_dxf
from layers.names import file_stem
from layers.write import write_shapefile_zip
from maps.export import export_layer
from maps.export.candidates import write_dossier
from maps.pages._exports import written
from maps.words import words
from spatial.candidates import candidates
from tests.maps.conftest import HOSTILE
from tests.spatial.planted import district, wanted

EVIL = ("=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "\t=1", HOSTILE, "A\n0\nLINE", "../../x", "]]><b>")
STARTS = ("=", "+", "-", "@", "\t", "\r")
E, N = 558_000, 2_325_000


def hostile_layer():
    shapes = [box(E + 200 * n, N, E + 200 * n + 100, N + 100) for n in range(len(EVIL))]
    frame = gpd.GeoDataFrame({"name": EVIL, "=1+1": EVIL}, geometry=shapes, crs=5897)
    origin = Provenance(source=EVIL[0], decision=HOSTILE, body="=1+1")
    return Layer(frame, f"../../{HOSTILE}", "industrial_cluster", None, origin)


def in_scripts(text):
    """Scripts in which text of a layer stands anywhere but in a string between double quotes."""
    scripts = re.findall(r"<script[^>]*>(.*?)</script>", text, re.DOTALL)
    ours = [s for s in scripts if "alert(2)" in s]
    return [s for s in ours if "alert(2)" in re.sub(r'"(?:[^"\\]|\\.)*"', '""', s)]


def formulas(path):
    """Cells of a workbook that a spreadsheet would reckon, but for our own check sums."""
    book = openpyxl.load_workbook(path)
    return [c.value for page in book for row in page for c in row if c.data_type == "f"]


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_a_layer_of_hostile_text_stays_text_in_every_format(tmp_path, lang):
    layer, say = hostile_layer(), words(lang)
    for ending in (".csv", ".geojson", ".gpkg", ".html", ".kml", ".xlsx", ".zip"):
        export_layer(layer, tmp_path / f"khu{ending}", say)
    with (tmp_path / "khu.csv").open(encoding="utf-8-sig", newline="") as handle:
        cells = [cell for row in csv.reader(handle) for cell in row]
    assert not [c for c in cells if c.startswith(STARTS) and not re.fullmatch(r"-?[\d.e+-]+", c)]
    assert formulas(tmp_path / "khu.xlsx") == []
    html = (tmp_path / "khu.html").read_text(encoding="utf-8")
    assert "<img src=x" not in html
    assert not in_scripts(html)
    kml = (tmp_path / "khu.kml").read_text(encoding="utf-8")
    assert "<img" not in kml.replace("<![CDATA[", "")
    assert "<b>" not in kml.split("<Document")[1].replace("&lt;b&gt;", "")
    assert pyogrio.read_dataframe(tmp_path / "khu.kml", layer=0)["Name"].notna().all()
    assert set(pyogrio.read_dataframe(tmp_path / "khu.gpkg", layer="khu")["name"]) == set(EVIL)
    assert set(gpd.read_file(tmp_path / "khu.geojson")["name"]) == set(EVIL)
    with zipfile.ZipFile(tmp_path / "khu.zip") as archive:
        assert all(re.fullmatch(r"khu\.\w+|README\.txt", name) for name in archive.namelist())


def test_a_layer_named_like_a_path_is_written_nowhere_else(tmp_path):
    frame = hostile_layer().frame[["geometry"]]
    write_shapefile_zip(tmp_path / "a.zip", {"../../../out": frame, "a/b": frame, "..": frame})
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        stems = {name.rsplit(".", 1)[0] for name in archive.namelist()}
    assert stems == {"out", "a_b", "layer", "README"}
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.zip"]
    seen = []

    def write(path):
        seen.append(path)
        path.write_bytes(b"x")

    assert written(write, f"../../{tmp_path.name}-out.gpkg") == b"x"
    assert seen[0].name == f"{tmp_path.name}-out.gpkg"
    assert not (tmp_path.parent / seen[0].name).exists()


def test_a_label_with_line_breaks_is_one_text_of_a_drawing(tmp_path):
    frame = hostile_layer().frame.rename(columns={"name": "label"})[["label", "geometry"]]
    write_dxf(tmp_path / "a.dxf", {"sites": frame}, about="=1+1\n0\nLINE")
    drawing = ezdxf.readfile(tmp_path / "a.dxf")
    kinds = [entity.dxftype() for entity in drawing.modelspace()]
    assert sorted(set(kinds)) == ["LWPOLYLINE", "MTEXT", "TEXT"]
    assert kinds.count("TEXT") == kinds.count("LWPOLYLINE") == len(EVIL)


@given(st.text(max_size=120))
def test_a_name_of_a_file_is_from_the_allow_list_whatever_it_was_made_of(name):
    stem = file_stem(name)
    assert re.fullmatch(r"[\w .()-]{1,81}", stem)
    assert stem[0] not in " .-"
    assert ".." not in stem
    assert file_stem(stem) == stem


@pytest.fixture(scope="module")
def search(tmp_path_factory):
    """The zip of a search for sites in which every text is hostile."""
    folder = tmp_path_factory.mktemp("hostile")
    area, constraints, criteria, others = district()

    def evil(layer):
        text = [EVIL[n % len(EVIL)] for n in range(len(layer.frame))]
        return replace(
            layer,
            frame=layer.frame.assign(name=text),
            provenance=Provenance(source=EVIL[0], decision=HOSTILE, body="=1+1"),
        )

    others = [evil(layer) for layer in others]
    answer = candidates(
        evil(area),
        [evil(c) for c in constraints],
        criteria,
        question=wanted(cell_m=40.0, count=2),
        others=others,
    )
    answer.run["asked_at"] = "2026-06-02T08:00:00+00:00"
    with zipfile.ZipFile(write_dossier(answer, folder, words("vi"))) as archive:
        names = archive.namelist()
        archive.extractall(folder / "out")
    return folder / "out", names


def test_members_of_the_zip_of_a_search_have_names_from_the_allow_list(search):
    _, names = search
    assert len(names) > 5
    assert all(re.fullmatch(r"[\w .()/-]+", name) and ".." not in name and name[0] != "/" for name in names)


def test_no_member_of_the_zip_of_a_search_reckons_or_runs(search):
    folder, _ = search
    kinds = {path.suffix for path in folder.rglob("*")}
    assert kinds >= {".xlsx", ".docx", ".pdf", ".kml", ".dxf", ".html", ".geojson"}
    for path in folder.rglob("*.xlsx"):
        assert formulas(path) == []
    for path in [*folder.rglob("*.html"), *folder.rglob("*.kml")]:
        text = path.read_text(encoding="utf-8")
        assert "<img src=x" not in text
        assert not in_scripts(text)
    for path in folder.rglob("*.dxf"):
        assert not ezdxf.readfile(path).audit().errors
    for path in folder.rglob("*.docx"):
        parts = zipfile.ZipFile(path)
        xml = parts.read("word/document.xml").decode()
        assert not re.findall(r"<w:instrText|<w:fldSimple|DDEAUTO", xml)
        assert not [n for n in parts.namelist() if "vba" in n.lower() or "embeddings" in n]
        assert len(Document(str(path)).paragraphs) > 3
    for path in folder.rglob("*.pdf"):
        raw = path.read_bytes()
        assert not [word for word in (b"/JavaScript", b"/Launch", b"/EmbeddedFile") if word in raw]
