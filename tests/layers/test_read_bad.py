"""Bad input: a clear error or a finding, never a traceback, a silent drop or a wrong number."""

from __future__ import annotations

import contextlib
import json
import random
import shutil
import sqlite3
import zipfile
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
from shapely import Point, Polygon, box

from layers import Layer, Reading, Source, Workspace, parse_source, read_layer
from layers.align import align
from layers.crs import require_metric
from layers.errors import CrsError, QuestionError, SourceError, ThoCongError
from layers.look import Look, look_into
from tests.layers.formats import FORMATS, ROWS, small_layer, write

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PARTS = {
    "shp": (".shp", ".dbf", ".shx"),
    "tab": (".tab", ".dat", ".map", ".id"),
    "mif": (".mif", ".mid"),
}
CUTS = (10, 45, 75, 90, 99)
# a geodatabase is a folder: its damage stands in tests/hostile
ALONE = [name for name in sorted(FORMATS) if name != "gdb"]
CASES = [(name, part) for name in ALONE for part in PARTS.get(name, (FORMATS[name].ending,))]
TRIANGLE = {
    "type": "Polygon",
    "coordinates": [[[105.5, 21.0], [105.51, 21.0], [105.51, 21.01], [105.5, 21.0]]],
}


@pytest.fixture(scope="session")
def originals(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small layer in every format, written once."""
    folder = tmp_path_factory.mktemp("originals")
    for name in FORMATS:
        (folder / name).mkdir()
        write(folder / name, name)
    return folder


def attempt(path: Path, **options: Any) -> Reading | ThoCongError:
    """Read; whatever is neither a reading in balance nor an error of ours fails the test."""
    try:
        found = read_layer(Source(path, **options), "industrial_park")
    except ThoCongError as error:
        return error
    assert found.rows_read == found.rows_used + len(found.set_aside)
    assert found.set_aside["row"].is_unique
    blocked = {f.row for f in found.findings if f.level == "block" and f.row is not None}
    assert blocked <= {str(row) for row in found.set_aside["row"]}
    return found


def glance(path: Path) -> None:
    """Look into a file; anything but a look or an error of ours fails the test."""
    with contextlib.suppress(ThoCongError):
        assert isinstance(look_into(Source(path)), Look)


def blocks(found: Reading | ThoCongError) -> list[str]:
    if isinstance(found, ThoCongError):
        return [found.code]
    return sorted({f.code for f in found.findings if f.level == "block"} - {"crs_missing"})


def geojson(path: Path, *features: Any, **others: Any) -> Path:
    path.write_text(json.dumps({"type": "FeatureCollection", **others, "features": list(features)}))
    return path


def feature(geometry: Any = TRIANGLE, **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "properties": properties, "geometry": geometry}


# --- cut files -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cut", CUTS)
@pytest.mark.parametrize("case", CASES, ids="".join)
def test_a_cut_file_gives_an_error_or_says_what_is_missing(
    originals: Path, tmp_path: Path, case: tuple[str, str], cut: int
) -> None:
    name, part = case
    shutil.copytree(originals / name, tmp_path, dirs_exist_ok=True)
    victim = tmp_path / f"khu{part}"
    raw = victim.read_bytes()
    victim.write_bytes(raw[: len(raw) * cut // 100])
    before = {f.name: f.read_bytes() for f in tmp_path.iterdir()}
    found = attempt(tmp_path / f"khu{FORMATS[name].ending}")
    assert {f.name: f.read_bytes() for f in tmp_path.iterdir()} == before
    if isinstance(found, Reading):
        whole = found.rows_used == ROWS and all(
            a.equals(b) for a, b in zip(found.layer.frame.geometry, small_layer().geometry, strict=True)
        )
        # an index made again and an end without meaning lose nothing; everything else must be said
        assert blocks(found) or whole or FORMATS[name].loses
    glance(tmp_path / f"khu{FORMATS[name].ending}")


@pytest.mark.parametrize("cut", CUTS)
@pytest.mark.parametrize(
    "name", ["gpkg", "geojson", "fgb", "parquet", "zip", "kml", "kml-plain", "kmz", "gml"]
)
def test_of_a_cut_file_in_these_formats_nothing_is_used(
    originals: Path, tmp_path: Path, name: str, cut: int
) -> None:
    raw = (originals / name / f"khu{FORMATS[name].ending}").read_bytes()
    path = tmp_path / f"khu{FORMATS[name].ending}"
    path.write_bytes(raw[: len(raw) * cut // 100])
    found = attempt(path)
    assert isinstance(found, SourceError)
    assert found.code in ("source_unreadable", "no_layers")
    assert found.fields["path"] == str(path)


@pytest.mark.parametrize("cut", CUTS)
def test_of_a_cut_shp_the_whole_records_are_used_and_the_others_set_aside(
    originals: Path, tmp_path: Path, cut: int
) -> None:
    shutil.copytree(originals / "shp", tmp_path, dirs_exist_ok=True)
    raw = (tmp_path / "khu.shp").read_bytes()
    (tmp_path / "khu.shp").write_bytes(raw[: len(raw) * cut // 100])
    found = attempt(tmp_path / "khu.shp")
    assert isinstance(found, Reading)
    assert found.rows_read == ROWS
    assert 0 < found.rows_used < ROWS
    assert set(found.set_aside["code"]) == {"geometry_cut"}
    truncated = next(f for f in found.findings if f.code == "shp_truncated")
    assert truncated.fields["expected"] == len(raw)
    given = small_layer().geometry
    for row, shape in found.layer.frame.geometry.items():
        assert shape.equals(given.iloc[row - 1])


@pytest.mark.parametrize("cut", CUTS)
def test_a_cut_index_is_made_again_and_nothing_is_lost(originals: Path, tmp_path: Path, cut: int) -> None:
    shutil.copytree(originals / "shp", tmp_path, dirs_exist_ok=True)
    raw = (tmp_path / "khu.shx").read_bytes()
    (tmp_path / "khu.shx").write_bytes(raw[: len(raw) * cut // 100])
    found = attempt(tmp_path / "khu.shp")
    assert isinstance(found, Reading)
    assert found.rows_used == ROWS
    assert [f.code for f in found.findings if f.level != "info"] == ["shx_restored"]


@pytest.mark.parametrize("cut", CUTS)
def test_a_cut_table_says_how_much_of_it_is_missing(originals: Path, tmp_path: Path, cut: int) -> None:
    shutil.copytree(originals / "shp", tmp_path, dirs_exist_ok=True)
    raw = (tmp_path / "khu.dbf").read_bytes()
    (tmp_path / "khu.dbf").write_bytes(raw[: len(raw) * cut // 100])
    found = attempt(tmp_path / "khu.shp")
    assert isinstance(found, SourceError)
    assert found.code == "shp_part_cut"
    assert (found.fields["part"], found.fields["found"]) == ("khu.dbf", len(raw) * cut // 100)
    assert found.fields["expected"] in (len(raw), len(raw) - 1)


def test_a_shp_without_even_a_header_is_refused(originals: Path, tmp_path: Path) -> None:
    shutil.copytree(originals / "shp", tmp_path, dirs_exist_ok=True)
    raw = (tmp_path / "khu.shp").read_bytes()
    (tmp_path / "khu.shp").write_bytes(raw[:60])
    with pytest.raises(SourceError, match=r"shp_part_cut: .*expected=100, found=60"):
        read_layer(str(tmp_path / "khu.shp"), "industrial_park")


def test_a_cut_shp_without_an_index_keeps_the_two_counts_apart(originals: Path, tmp_path: Path) -> None:
    shutil.copytree(originals / "shp", tmp_path, dirs_exist_ok=True)
    raw = (tmp_path / "khu.shp").read_bytes()
    (tmp_path / "khu.shp").write_bytes(raw[: len(raw) // 2])
    (tmp_path / "khu.shx").unlink()
    found = attempt(tmp_path / "khu.shp")
    assert {"shp_truncated", "shp_parts_disagree"} <= set(blocks(found))


@pytest.mark.parametrize("name", ["dxf", "dgn", "mif"])
def test_a_cut_drawing_blocks_even_where_every_row_was_read(
    originals: Path, tmp_path: Path, name: str
) -> None:
    shutil.copytree(originals / name, tmp_path, dirs_exist_ok=True)
    path = tmp_path / f"khu.{name}"
    raw = path.read_bytes()
    path.write_bytes(raw[:-4] if name != "mif" else raw[: raw.rindex(b"Region")])
    found = attempt(path)
    assert set(blocks(found)) & {"source_truncated", "rows_unread"}


def test_the_last_shape_of_a_cut_mif_is_not_used_with_half_its_points(
    originals: Path, tmp_path: Path
) -> None:
    shutil.copytree(originals / "mif", tmp_path, dirs_exist_ok=True)
    raw = (tmp_path / "khu.mif").read_text()
    last = raw.rindex("Region")
    kept = raw[:last] + "\n".join(raw[last:].split("\n")[:5])
    (tmp_path / "khu.mif").write_text(kept + "\n")
    found = attempt(tmp_path / "khu.mif")
    if isinstance(found, Reading):
        assert found.set_aside["code"].tolist() == ["geometry_cut"]
    assert blocks(found)


def test_pages_of_a_geopackage_that_are_rubbish_never_cost_rows_in_silence(tmp_path: Path) -> None:
    many = gpd.GeoDataFrame(
        {"name": [f"Khu {i}" for i in range(2_000)]},
        geometry=[box(558_000 + 20 * i, 2_325_000, 558_010 + 20 * i, 2_325_010) for i in range(2_000)],
        crs=5897,
    )
    pyogrio.write_dataframe(many, tmp_path / "a.gpkg", driver="GPKG")
    raw = (tmp_path / "a.gpkg").read_bytes()
    seed = random.Random(7)
    silent = 0
    for _ in range(12):
        page = seed.randrange(8, len(raw) // 4096)
        filling = bytes(4096) if seed.random() < 0.5 else seed.randbytes(4096)
        spoilt = raw[: page * 4096] + filling + raw[(page + 1) * 4096 :]
        (tmp_path / "b.gpkg").write_bytes(spoilt)
        found = attempt(tmp_path / "b.gpkg")
        silent += not blocks(found) and not (isinstance(found, Reading) and found.rows_used == 2_000)
    assert silent == 0


# --- flipped bytes ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "part"), CASES)
def test_flipped_bytes_never_escape_as_foreign_errors(
    originals: Path, tmp_path: Path, name: str, part: str
) -> None:
    main = tmp_path / f"khu{FORMATS[name].ending}"
    raw = (originals / name / f"khu{part}").read_bytes()
    for seed in range(6):
        dice = random.Random(seed * 1_000 + CASES.index((name, part)))
        shutil.copytree(originals / name, tmp_path, dirs_exist_ok=True)
        spoilt = bytearray(raw)
        for _ in range(dice.choice([1, 2, 8])):
            spoilt[dice.randrange(min(len(raw), 400) if dice.random() < 0.5 else len(raw))] = dice.choice(
                [0, 255, dice.randrange(256)]
            )
        (tmp_path / f"khu{part}").write_bytes(spoilt)
        attempt(main)
        glance(main)


def test_a_count_in_a_header_beyond_all_memory_is_no_memory_error(originals: Path, tmp_path: Path) -> None:
    shutil.copytree(originals / "shp", tmp_path, dirs_exist_ok=True)
    table = bytearray((tmp_path / "khu.dbf").read_bytes())
    table[4:8] = (2**31 - 1).to_bytes(4, "little")
    (tmp_path / "khu.dbf").write_bytes(table)
    assert blocks(attempt(tmp_path / "khu.shp")) == ["shp_part_cut"]


def test_a_region_with_more_parts_than_there_is_memory_ends_soon(originals: Path, tmp_path: Path) -> None:
    shutil.copytree(originals / "mif", tmp_path, dirs_exist_ok=True)
    text = (tmp_path / "khu.mif").read_text()
    (tmp_path / "khu.mif").write_text(text.replace("Region 1", "Region 999999999999", 1))
    assert blocks(attempt(tmp_path / "khu.mif"))


# --- empty and missing -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_an_empty_file_is_named_as_such(tmp_path: Path, name: str) -> None:
    path = tmp_path / f"khu{FORMATS[name].ending}"
    path.touch()
    with pytest.raises(SourceError, match="source_empty"):
        read_layer(str(path), "industrial_park")


@pytest.mark.parametrize("name", ["shp", "gpkg", "geojson", "fgb", "parquet", "gml"])
def test_a_layer_without_rows_blocks(tmp_path: Path, name: str) -> None:
    path = write(tmp_path, name, small_layer().iloc[:0])
    found = attempt(path)
    if isinstance(found, SourceError):  # a GML file without features names no layer at all
        assert (name, found.code) == ("gml", "no_layers")
        return
    assert (found.rows_read, found.rows_used) == (0, 0)
    assert "layer_empty" in blocks(found)


def test_a_geopackage_without_layers_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path, "gpkg")
    base = sqlite3.connect(path)
    for (name,) in base.execute("select name from sqlite_master where type = 'trigger'").fetchall():
        base.execute(f'drop trigger "{name}"')
    base.execute("delete from gpkg_geometry_columns")
    base.execute("delete from gpkg_contents")
    base.execute("drop table khu")
    base.commit()
    base.close()
    found = attempt(path)
    assert isinstance(found, SourceError)
    assert found.code in ("source_unreadable", "no_layers")


def test_a_geopackage_with_attributes_only_has_no_geometry(tmp_path: Path) -> None:
    frame = small_layer().drop(columns="geometry")
    pyogrio.write_dataframe(frame, tmp_path / "a.gpkg", driver="GPKG", layer="bang")
    with pytest.raises(SourceError, match="no_geometry") as caught:
        read_layer(str(tmp_path / "a.gpkg"), "industrial_park")
    assert caught.value.fields["found"] == ["ten_khu", "ma_so", "so_lo"]


def test_a_database_that_is_no_geopackage_is_refused(tmp_path: Path) -> None:
    base = sqlite3.connect(tmp_path / "a.gpkg")
    base.execute("create table t (a)")
    base.commit()
    base.close()
    assert blocks(attempt(tmp_path / "a.gpkg")) == ["source_unreadable"]


def test_a_folder_and_a_missing_file_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="source_is_folder"):
        read_layer(str(tmp_path), "industrial_park")
    with pytest.raises(SourceError, match="source_missing"):
        read_layer(str(tmp_path / "a.shp"), "industrial_park")


def test_an_unknown_kind_is_refused_before_the_file_is_opened(tmp_path: Path) -> None:
    (tmp_path / "a.gpkg").write_bytes(b"rubbish")
    with pytest.raises(QuestionError, match="kind_unknown"):
        read_layer(str(tmp_path / "a.gpkg"), "castle")


def test_an_assumed_system_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CrsError, match="crs_unreadable: found='Hà Nội'"):
        read_layer(Source(write(tmp_path, "dxf"), assume_crs="Hà Nội"), "industrial_park")


# --- geometry --------------------------------------------------------------------------------------------


def saved(tmp_path: Path, *geometry: Any, crs: Any = 5897, **columns: Any) -> Path:
    columns = columns or {"name": [f"Khu {i}" for i in range(len(geometry))]}
    path = tmp_path / "a.parquet"
    gpd.GeoDataFrame(columns, geometry=list(geometry), crs=crs).to_parquet(path)
    return path


def test_rows_that_can_not_be_used_are_set_aside_one_by_one(tmp_path: Path) -> None:
    good = box(558_000, 2_325_000, 558_100, 2_325_100)
    with np.errstate(all="ignore"):
        bad = {
            "geometry_null": None,
            "geometry_empty": Polygon(),
            "coordinates_not_finite": Polygon(
                [(558_000, 2_325_000), (558_000, np.nan), (558_100, 2_325_100)]
            ),
            "coordinates_out_of_range": Polygon([(558_000, 2_325_000), (558_000, 9e9), (558_100, 2_325_100)]),
            "geometry_unrepairable": Polygon(
                [(558_000, 2_325_000), (558_050, 2_325_050), (558_100, 2_325_100)]
            ),
            "geometry_without_area": box(558_000, 2_325_000, 558_000.0001, 2_325_000.0001),
            "geometry_type": Point(558_000, 2_325_000),
        }
    found = attempt(saved(tmp_path, good, *bad.values()))
    assert isinstance(found, Reading)
    assert (found.rows_read, found.rows_used) == (8, 1)
    assert found.set_aside.set_index("row")["code"].to_dict() == dict(enumerate(bad, 2))


def test_infinite_coordinates_are_named_by_row(tmp_path: Path) -> None:
    shape = Polygon([(558_000, 2_325_000), (np.inf, 2_325_000), (558_100, 2_325_100)])
    found = attempt(saved(tmp_path, shape, box(558_000, 2_325_000, 558_100, 2_325_100)))
    assert isinstance(found, Reading)
    assert [(f.code, f.row) for f in found.findings if f.level == "block"] == [
        ("coordinates_not_finite", "1")
    ]


def test_a_layer_of_mixed_types_uses_the_areas_and_names_the_rest(tmp_path: Path) -> None:
    path = geojson(
        tmp_path / "a.geojson",
        feature(name="a"),
        feature({"type": "Point", "coordinates": [105.5, 21.0]}, name="b"),
        feature({"type": "LineString", "coordinates": [[105.5, 21.0], [105.6, 21.0]]}, name="c"),
    )
    found = attempt(path)
    assert isinstance(found, Reading)
    assert [(f.row, f.fields["found"]) for f in found.findings if f.code == "geometry_type"] == [
        ("2", "Point"),
        ("3", "LineString"),
    ]
    mixed = read_layer(str(path), "school")
    assert (mixed.rows_used, "geometry_mixed" in [f.code for f in mixed.findings]) == (3, True)


# --- GeoJSON and KML -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("junk", "extra"),
    [
        ([5, None, {"type": "Foo"}, {}, "[{,}]", [1, [2]]], {}),
        ([], {}),
        ([None], {"bbox": [1, 2, 3, 4]}),
        ([7], {"note": 'a "features": [ b \\'}),
    ],
)
def test_what_is_no_feature_in_a_list_of_features_is_counted(
    tmp_path: Path, junk: list[Any], extra: dict[str, Any]
) -> None:
    tricky = feature(name='a "b" \\ ] } , [ {', ghi_chu='\\\\"')
    found = attempt(geojson(tmp_path / "a.geojson", tricky, *junk, feature(name="b"), **extra))
    assert isinstance(found, Reading)
    assert found.rows_used == 2
    unread = [f.fields for f in found.findings if f.code == "rows_unread"]
    assert unread == [{"expected": 2 + len(junk), "found": 2}] * bool(junk)


def test_features_are_counted_across_blocks_of_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("layers._intact._BLOCK", 7)
    features = [feature(name=f'k"{i}" \\ đường, [{{') for i in range(9)]
    found = attempt(geojson(tmp_path / "a.geojson", *features, None, note="x" * 30))
    assert isinstance(found, Reading)
    assert [f.fields for f in found.findings if f.code == "rows_unread"] == [{"expected": 10, "found": 9}]


@pytest.mark.parametrize(
    "body",
    [
        "{}",
        "[]",
        "5",
        '{"hello": 1}',
        "[" * 100_000,
        '{"type":"FeatureCollection","features":[{"a":1e999}]}',
        "{" + "\x00" * 50,
    ],
)
def test_json_that_is_no_map_is_refused(tmp_path: Path, body: str) -> None:
    (tmp_path / "a.geojson").write_text(body)
    assert blocks(attempt(tmp_path / "a.geojson"))[0] in ("source_unreadable", "format_mismatch")


@pytest.mark.parametrize(
    "geometry",
    [
        None,
        {"type": "Polygon", "coordinates": "abc"},
        {"type": "Rhombus", "coordinates": []},
        {"type": "Polygon", "coordinates": [[["105", 21], [105.1, None], [1, 2], [3, 4]]]},
    ],
)
def test_a_feature_whose_geometry_is_nothing_is_set_aside(tmp_path: Path, geometry: Any) -> None:
    found = attempt(geojson(tmp_path / "a.geojson", feature(geometry, name="a"), feature(name="b")))
    assert isinstance(found, Reading)
    assert found.set_aside.to_dict("list") == {"row": [1], "code": ["geometry_null"]}


@pytest.mark.parametrize(
    "ring", [[[105.5, 21.0], [105.51, 21.0]], [[105.5, 21.0], [105.51, 21.0], [105.51, 21.01]]]
)
def test_a_ring_that_does_not_close_is_set_aside_with_its_size(
    tmp_path: Path, ring: list[list[float]]
) -> None:
    found = attempt(
        geojson(
            tmp_path / "a.geojson",
            feature({"type": "Polygon", "coordinates": [ring]}, name="a"),
            feature(name="b"),
        )
    )
    assert isinstance(found, Reading)
    (finding,) = [f for f in found.findings if f.code == "geometry_unreadable"]
    assert (finding.row, finding.fields["found"]) == ("1", f"Polygon, {len(ring)}")


def test_a_property_called_geometry_costs_no_row_and_is_named(tmp_path: Path) -> None:
    properties = {"name": "a", "geometry": "hình", "bbox": [1, 2], "tags": {"a": 1}}
    whole = {"type": "Feature", "properties": properties, "geometry": TRIANGLE}
    found = attempt(geojson(tmp_path / "a.geojson", whole))
    assert isinstance(found, Reading)
    assert found.rows_used == 1
    assert found.layer.frame.geometry.iloc[0].area > 0
    assert [f.fields["column"] for f in found.findings if f.code == "column_lost"] == ["geometry"]


KML = """<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document><name>khu</name>
{}</Document></kml>"""
PLACE = (
    "<Placemark><name>a</name><Polygon><outerBoundaryIs><LinearRing><coordinates>{}</coordinates>"
    "</LinearRing></outerBoundaryIs></Polygon></Placemark>"
)
RING = "105.5,21,0 105.51,21,0 105.51,21.01,0 105.5,21,0"


@pytest.mark.parametrize("wrong", ["abc", "105;51", "1O5.51", "105.51°"])
def test_a_word_among_coordinates_is_not_read_as_zero(tmp_path: Path, wrong: str) -> None:
    (tmp_path / "a.kml").write_text(KML.format(PLACE.format(RING.replace("105.51", wrong, 1))))
    with pytest.raises(SourceError, match="coordinates_unreadable") as caught:
        read_layer(str(tmp_path / "a.kml"), "industrial_park")
    assert caught.value.fields["line"] == 2
    assert caught.value.fields["found"] == wrong


def test_nan_among_coordinates_sets_the_row_aside(tmp_path: Path) -> None:
    (tmp_path / "a.kml").write_text(
        KML.format(PLACE.format(RING.replace("105.51", "NaN", 1)) + PLACE.format(RING))
    )
    found = attempt(tmp_path / "a.kml")
    assert isinstance(found, Reading)
    assert found.set_aside.to_dict("list") == {"row": [1], "code": ["coordinates_not_finite"]}


def test_a_placemark_without_geometry_is_set_aside(tmp_path: Path) -> None:
    (tmp_path / "a.kml").write_text(KML.format(PLACE.format(RING) + "<Placemark><name>b</name></Placemark>"))
    found = attempt(tmp_path / "a.kml")
    assert isinstance(found, Reading)
    assert found.set_aside.to_dict("list") == {"row": [2], "code": ["geometry_null"]}


@pytest.mark.parametrize("ending", [".kml", ".gml", ".osm"])
def test_xml_of_another_kind_is_refused(tmp_path: Path, ending: str) -> None:
    (tmp_path / f"a{ending}").write_text('<?xml version="1.0"?><html><body/></html>')
    with pytest.raises(SourceError, match=r"format_mismatch: .*found='<html>'"):
        read_layer(str(tmp_path / f"a{ending}"), "industrial_park")


def test_xml_that_multiplies_itself_is_refused(tmp_path: Path) -> None:
    bomb = (
        '<!DOCTYPE kml [<!ENTITY a "aaaaaaaaaa">'
        + "".join(f'<!ENTITY {chr(98 + i)} "{f"&{chr(97 + i)};" * 10}">' for i in range(12))
        + "]>"
    )
    (tmp_path / "a.kml").write_text(
        bomb + KML.format("<Placemark><name>&m;</name></Placemark>").split("?>", 1)[1]
    )
    assert blocks(attempt(tmp_path / "a.kml")) == ["xml_with_dtd"]


def test_a_word_among_the_coordinates_of_a_dxf_is_not_read_as_zero(originals: Path, tmp_path: Path) -> None:
    raw = (originals / "dxf" / "khu.dxf").read_text()
    at = raw.index("\n 10\n558") + len("\n 10\n")
    (tmp_path / "a.dxf").write_text(raw[:at] + "x" + raw[at:])
    with pytest.raises(SourceError, match=r"coordinates_unreadable: .*found='x558"):
        read_layer(Source(tmp_path / "a.dxf", assume_crs="5897"), "industrial_park")


# --- archives --------------------------------------------------------------------------------------------


def test_a_zip_that_holds_nothing_we_read_says_what_it_holds(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("ảnh/a.jpg", "x")
        archive.writestr("__MACOSX/a.shp", "x")
        archive.writestr("thu muc/.hidden.shp", "x")
        archive.writestr("./", "")
    with pytest.raises(SourceError, match="zip_without_layer") as caught:
        read_layer(str(tmp_path / "a.zip"), "industrial_park")
    assert caught.value.fields["found"] == ["ảnh/a.jpg"]


def test_names_in_a_zip_never_lead_out_of_the_folder(tmp_path: Path) -> None:
    inner = write(tmp_path, "geojson")
    outside = tmp_path / "sub"
    outside.mkdir()
    with zipfile.ZipFile(outside / "a.zip", "w") as archive:
        archive.write(inner, "../../../khu.geojson")
    inner.unlink()
    assert read_layer(str(outside / "a.zip"), "industrial_park").rows_used == ROWS
    assert [f.name for f in tmp_path.rglob("*")] == ["sub", "a.zip"]


def test_a_zip_that_unpacks_to_more_than_a_disk_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("layers._unpack._LARGEST", 1_000)
    with pytest.raises(SourceError, match=r"zip_too_large: .*expected=1000"):
        read_layer(str(write(tmp_path, "zip")), "industrial_park")


def test_a_locked_zip_is_unreadable_and_says_why(tmp_path: Path) -> None:
    path = write(tmp_path, "zip")
    raw = bytearray(path.read_bytes())
    for mark, flag in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = -1
        while (at := raw.find(mark, at + 1)) >= 0:
            raw[at + flag] |= 1
    path.write_bytes(raw)
    with pytest.raises(SourceError, match=r"source_unreadable: .*encrypted"):
        read_layer(str(path), "industrial_park")


def test_an_empty_zip_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w"):
        pass
    assert blocks(attempt(tmp_path / "a.zip")) == ["zip_without_layer"]


# --- systems and places ----------------------------------------------------------------------------------


def test_measuring_a_layer_in_degrees_is_an_error(tmp_path: Path) -> None:
    found = read_layer(str(geojson(tmp_path / "a.geojson", feature(name="a"))), "industrial_park")
    with pytest.raises(CrsError, match="crs_not_metric: layer='a', found='WGS 84'"):
        require_metric(found.layer.frame, found.layer.name)


def test_layers_of_two_provinces_are_told_apart(tmp_path: Path) -> None:
    ha_noi = small_layer()
    lao_cai = gpd.GeoDataFrame(
        {"ten_khu": ["Võ Lao"]}, geometry=[box(440_000, 2_457_000, 441_000, 2_458_000)], crs=9208
    )
    layers = []
    for name, frame in (("ha_noi", ha_noi), ("lao_cai", lao_cai)):
        frame.to_parquet(tmp_path / f"{name}.parquet")
        layers.append(read_layer(str(tmp_path / f"{name}.parquet"), "industrial_park").layer)
    apart = [f for f in align(layers).findings if f.code == "layers_apart"]
    assert [(f.layer, f.fields["other"]) for f in apart] == [("lao_cai", "ha_noi")]
    workspace = Workspace.create(tmp_path / "ws", crs=5897)
    for layer in layers:
        workspace.save(layer)
    moved = workspace.load("lao_cai").frame
    assert moved.crs.to_epsg() == 5897
    assert moved.geometry.iloc[0].area == pytest.approx(1e6, rel=1e-3)


def test_a_layer_drawn_in_the_zone_of_another_province_is_pointed_out(tmp_path: Path) -> None:
    found = read_layer(
        str(saved(tmp_path, box(593_000, 2_325_000, 593_100, 2_325_100), crs=9208)), "industrial_park"
    )
    (finding,) = [f for f in found.findings if f.code == "zone_of_other_province"]
    assert finding.fields == {"found": "VN-2000 / TM-3 104-45", "expected": "VN-2000 / TM-3 zone 482"}


# --- rows ------------------------------------------------------------------------------------------------


def test_ids_used_twice_unknown_codes_and_missing_columns_are_findings(tmp_path: Path) -> None:
    shapes = [box(558_000 + 200 * i, 2_325_000, 558_100 + 200 * i, 2_325_100) for i in range(3)]
    path = saved(tmp_path, *shapes, ma=["1", "2", "1"], loai_dat=["LUC", "ONT", "XYZ"])
    found = read_layer(str(path), "land_use")
    assert [(f.code, f.row) for f in found.findings if f.level != "info"] == [
        ("id_duplicate", "3"),
        ("land_code_unknown", "3"),
    ]
    without = read_layer(str(path), "industrial_park")
    assert [f.fields["column"] for f in without.findings if f.code == "column_missing"] == ["name"]


def test_a_million_troubles_of_one_kind_stay_readable(tmp_path: Path) -> None:
    count = 12_000
    frame = gpd.GeoDataFrame(
        {"name": ["x"] * count, "id": ["same"] * count},
        geometry=[box(558_000 + i, 2_325_000, 558_000.5 + i, 2_325_000.5) for i in range(count)],
        crs=5897,
    )
    frame.to_parquet(tmp_path / "a.parquet")
    found = read_layer(str(tmp_path / "a.parquet"), "industrial_park")
    assert len(found.findings) == 10_001
    assert found.findings[-1].fields == {"of": "id_duplicate", "count": count - 1 - 10_000}


# --- names of sources ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "call", [lambda p: read_layer(p, "industrial_park"), lambda p: look_into(parse_source(p)), parse_source]
)
@pytest.mark.parametrize("text", ["", "\0", "x" * 10_000, "no.gpkg:", "::", "\ud800.gpkg"])
def test_names_that_no_file_has_are_errors_of_ours(call: Callable[[str], Any], text: str) -> None:
    with pytest.raises(SourceError, match="source_missing"):
        call(text)


def test_a_layer_read_badly_can_still_be_shown_with_its_findings(tmp_path: Path) -> None:
    found = read_layer(str(saved(tmp_path, None, None)), "industrial_park")
    assert isinstance(found.layer, Layer)
    assert found.layer.frame.empty
    assert {"layer_empty"} <= set(blocks(found))


def test_more_columns_than_any_layer_has_are_refused_before_a_table_is_made(tmp_path: Path) -> None:
    row = {"type": "Feature", "properties": {f"c{n}": n for n in range(4_100)}, "geometry": None}
    path = tmp_path / "a.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [row]}), encoding="utf-8")
    with pytest.raises(SourceError, match="columns_too_many"):
        read_layer(str(path), "industrial_park")


@pytest.mark.parametrize("piece", ["1", "2325000;558000;"])
def test_a_line_longer_than_any_table_has_is_refused_before_it_is_taken_apart(
    tmp_path: Path, piece: str
) -> None:
    path = tmp_path / "a.csv"
    path.write_text("X 5897;Y\n" + piece * (1_100_000 // len(piece)), encoding="utf-8")
    with pytest.raises(SourceError, match="table_line_too_long") as caught:
        read_layer(str(path), "industrial_park")
    assert caught.value.fields["line"] == 2
