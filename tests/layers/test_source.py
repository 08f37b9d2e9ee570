"""Naming a source, and refusing what can't be what its name says."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from layers.errors import SourceError
from layers.source import FORMATS, Source, format_of, parse_source, source_parts

GOOD = {
    ".shp": b"\x00\x00\x27\x0a" + bytes(96),
    ".gpkg": b"SQLite format 3\x00" + bytes(84),
    ".fgb": b"fgb\x03fgb\x00",
    ".parquet": b"PAR1....PAR1",
    ".geoparquet": b"PAR1....PAR1",
    ".zip": b"PK\x05\x06" + bytes(18),
    ".kmz": b"PK\x03\x04" + bytes(18),
    ".xlsx": b"PK\x03\x04" + bytes(18),
    ".docx": b"PK\x03\x04" + bytes(18),
    ".geojson": b'\xef\xbb\xbf {"type": "FeatureCollection"}',
    ".json": b"[]",
    ".kml": b'<?xml version="1.0"?><kml/>',
    ".gml": b"\n<gml/>",
    ".osm": b"<osm/>",
    ".tab": b"!Table\n!version 300\n",
    ".mif": b"VERSION 300\n",
    ".dxf": b"  0\nSECTION\n",
    ".dgn": b"\x08\x09\xfe\x02",
    ".pbf": b"\x00\x00\x00\x0d\x0a\x09OSMHeader",
    ".csv": b"a;b\n",
    ".tsv": b"a\tb\n",
    ".txt": b"a b\n",
}


def written(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def test_every_format_has_a_sample_here() -> None:
    assert set(GOOD) == set(FORMATS) - {".gdb"}  # a folder


@pytest.mark.parametrize("ending", sorted(GOOD))
@pytest.mark.parametrize("case", [str.lower, str.upper])
def test_the_ending_decides_in_any_case(tmp_path: Path, ending: str, case: type[str]) -> None:
    assert format_of(written(tmp_path, "ranh giới" + case(ending), GOOD[ending])) == FORMATS[ending]


@pytest.mark.parametrize("ending", sorted(GOOD))
def test_a_virtual_source_that_points_elsewhere_is_refused_under_any_name(
    tmp_path: Path, ending: str
) -> None:
    pointer = (
        b'<OGRVRTDataSource><OGRVRTLayer name="a"><SrcDataSource>/etc/x.csv</SrcDataSource></OGRVRTLayer>'
    )
    with pytest.raises(SourceError, match="format_mismatch"):
        format_of(written(tmp_path, f"a{ending}", pointer))


@pytest.mark.parametrize(
    "start", [b"<!-- -->", b'<?xml version="1.0"?>\n<kml xmlns:gml="http://www.opengis.net/gml">']
)
@pytest.mark.parametrize("ending", [".kml", ".gml", ".osm"])
def test_a_pointer_behind_a_harmless_beginning_is_refused(tmp_path: Path, ending: str, start: bytes) -> None:
    with pytest.raises(SourceError, match="format_mismatch"):
        format_of(written(tmp_path, f"a{ending}", start + b"<OGRVRTDataSource></OGRVRTDataSource>"))


def test_a_json_that_runs_a_pipeline_is_refused(tmp_path: Path) -> None:
    body = b'{"type": "gdal_streamed_alg", "command_line": "gdal vector pipeline ! read /etc/x"}'
    with pytest.raises(SourceError, match="format_mismatch"):
        format_of(written(tmp_path, "a.geojson", body))


@pytest.mark.parametrize("ending", sorted(set(GOOD) - {".csv", ".tsv", ".txt", ".dxf", ".dgn", ".pbf"}))
def test_bytes_of_another_format_are_refused_with_what_was_found(tmp_path: Path, ending: str) -> None:
    with pytest.raises(SourceError, match="format_mismatch") as caught:
        format_of(written(tmp_path, f"a{ending}", b"\x89PNG\r\n\x1a\n" + bytes(30)))
    assert caught.value.fields["format"] == FORMATS[ending]
    assert caught.value.fields["found"] == "89 50 4e 47 0d 0a 1a 0a"


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@pytest.mark.parametrize(
    ("name", "content", "code", "found"),
    [
        ("a.dwg", b"AC1027" + bytes(50), "dwg_unsupported", "DWG 2013"),
        ("a.dxf", b"AC1015" + bytes(50), "dwg_unsupported", "DWG 2000"),
        ("a.dwg", b"AC1099" + bytes(50), "dwg_unsupported", "DWG"),
        ("a.dgn", OLE + bytes(50), "dgn8_unsupported", "DGN v8"),
        ("a.dat", OLE + bytes(50) + "Dgn~Mf".encode("utf-16-le"), "dgn8_unsupported", "DGN v8"),
        ("a.xls", OLE + bytes(50), "format_unsupported", "XLS"),
    ],
)
def test_drawings_that_nothing_free_reads_say_what_to_save_them_as(
    tmp_path: Path, name: str, content: bytes, code: str, found: str
) -> None:
    with pytest.raises(SourceError, match=code) as caught:
        format_of(written(tmp_path, name, content))
    assert caught.value.fields["found"] == found
    assert "DXF" in caught.value.fields["expected"]


def test_an_unknown_ending_is_refused_with_those_that_are_known(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="format_unknown") as caught:
        format_of(written(tmp_path, "a.odt", b"hello"))
    assert ".gpkg" in caught.value.fields["expected"]


def test_an_empty_file_is_named_as_such(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="source_empty"):
        format_of(written(tmp_path, "a.gpkg", b""))


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="source_is_folder"):
        format_of(tmp_path)


def test_a_file_that_is_gone_is_missing(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="source_missing"):
        format_of(tmp_path / "a.gpkg")


def test_a_file_that_may_not_be_read_is_unreadable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path, "a.geojson", GOOD[".geojson"])

    def refuse(*_args: object, **_options: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(SourceError, match=r"source_unreadable.*found='no_permission'"):
        format_of(path)


def test_a_layer_is_named_after_a_colon(tmp_path: Path) -> None:
    path = written(tmp_path, "a.gpkg", GOOD[".gpkg"])
    assert parse_source(f"{path}:khu công nghiệp") == Source(path, "khu công nghiệp")
    assert parse_source(str(path)) == Source(path)


def test_a_file_with_a_colon_in_its_name_is_taken_as_it_stands(tmp_path: Path) -> None:
    path = written(tmp_path, "a:b.gpkg", GOOD[".gpkg"])
    assert parse_source(str(path)) == Source(path)


@pytest.mark.parametrize(
    "text",
    ["", "no_such.gpkg", "no_such.gpkg:zones", "x" * 5000, "a\0b", ":", "C:\\khu\\a.gpkg:zones", "a\nb:c"],
)
def test_what_names_no_file_is_missing(text: str) -> None:
    with pytest.raises(SourceError, match="source_missing"):
        parse_source(text)


def test_a_drive_letter_is_part_of_the_path() -> None:
    with pytest.raises(SourceError, match="source_missing") as caught:
        parse_source("C:\\khu\\a.gpkg:zones")
    assert caught.value.fields["path"] == "C:\\khu\\a.gpkg"


def test_the_name_of_a_source_is_short() -> None:
    assert Source(Path("/x/ranh.gioi.gpkg")).name == "ranh"
    assert Source(Path("/x/ranh.gpkg"), "khu").name == "ranh:khu"


def test_the_parts_of_a_shapefile_are_found_in_any_case(tmp_path: Path) -> None:
    names = ["khu.SHP", "khu.Dbf", "khu.shx", "khu.PRJ", "khu.cpg", "khu.txt", "khu2.dbf"]
    for name in names:
        written(tmp_path, name, b"x")
    (tmp_path / "khu.sbn").mkdir()
    found = [p.name for p in source_parts(tmp_path / "khu.SHP")]
    assert found[0] == "khu.SHP"
    assert sorted(found[1:]) == ["khu.Dbf", "khu.PRJ", "khu.cpg", "khu.shx"]


def test_changes_not_yet_in_a_geopackage_belong_to_it(tmp_path: Path) -> None:
    for name in ("a.gpkg", "a.gpkg-wal", "b.gpkg-wal"):
        written(tmp_path, name, b"x")
    assert [p.name for p in source_parts(tmp_path / "a.gpkg")] == ["a.gpkg", "a.gpkg-wal"]


def test_a_zip_has_the_bytes_of_a_zip(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("a.txt", "x")
    assert format_of(tmp_path / "a.zip") == "zip"
