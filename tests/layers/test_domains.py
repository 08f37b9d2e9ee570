"""Codes keep their values; what the file says they mean comes beside them, and is named."""

from __future__ import annotations

import re
import shutil
import sqlite3
import subprocess
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from layers import guarded_read, read_layer
from layers._domains import _Listener
from layers.errors import SourceError
from tests.layers.formats import ROWS, small_layer, write

if TYPE_CHECKING:
    from pathlib import Path

LISTS = """
create table gpkg_data_columns (table_name text not null, column_name text not null, name text, title text,
  description text, mime_type text, constraint_name text, primary key (table_name, column_name));
create table gpkg_data_column_constraints (constraint_name text not null, constraint_type text not null,
  value text, min numeric, min_is_inclusive boolean, max numeric, max_is_inclusive boolean, description text);
insert into gpkg_data_columns (table_name, column_name, constraint_name) values ('khu', 'loai', 'loai_khu');
insert into gpkg_data_column_constraints (constraint_name, constraint_type, value, description) values
  ('loai_khu', 'enum', '1', 'Khu công nghiệp'), ('loai_khu', 'enum', '2', 'Cụm công nghiệp');
insert or ignore into gpkg_extensions values
  ('gpkg_data_columns', null, 'gpkg_schema', 'http://www.geopackage.org/spec121/', 'read-write'),
  ('gpkg_data_column_constraints', null, 'gpkg_schema', 'http://www.geopackage.org/spec121/', 'read-write');
"""
DOMAIN = """<t:GPCodedValueDomain2 xmlns:t="a"><DomainName>loai_khu</DomainName><CodedValues>
<CodedValue><Name>Khu công nghiệp</Name><Code>1</Code></CodedValue>
<CodedValue><Name>Cụm công nghiệp</Name><Code>2</Code></CodedValue></CodedValues></t:GPCodedValueDomain2>"""
TABLE = """<t:DEFeatureClassInfo xmlns:t="a"><Name>khu</Name><GPFieldInfoExs>
<GPFieldInfoEx><Name>so_lo</Name></GPFieldInfoEx>
<GPFieldInfoEx><Name>loai</Name><DomainName>loai_khu</DomainName></GPFieldInfoEx></GPFieldInfoExs>
<SubtypeFieldName>nhom</SubtypeFieldName><Subtypes><Subtype><SubtypeName>Hiện trạng</SubtypeName>
<SubtypeCode>0</SubtypeCode></Subtype></Subtypes></t:DEFeatureClassInfo>"""


@pytest.fixture
def coded(tmp_path: Path) -> Path:
    """The small layer as GeoPackage with a column of codes, two of three of them in a list of values."""
    frame = small_layer().assign(loai=[1, 2, 3] * (ROWS // 3)).astype({"loai": "int32", "so_lo": "int32"})
    path = write(tmp_path, "gpkg", frame)
    with closing(sqlite3.connect(path)) as base:
        base.executescript(LISTS)
    return path


def assert_explained(path: Path | str) -> None:
    found = guarded_read(str(path), "industrial_park")
    frame = found.layer.frame
    assert frame["loai"].tolist() == [1, 2, 3] * (ROWS // 3)
    texts = frame["loai_text"].fillna("").tolist()
    assert texts == ["Khu công nghiệp", "Cụm công nghiệp", ""] * (ROWS // 3)
    told = {f.code: f.fields for f in found.findings}
    assert told["codes_explained"] == {"column": "loai", "found": "loai_text", "count": 16}
    assert told["code_not_in_domain"] == {"column": "loai", "found": "3", "count": 8}
    assert found.rows_used == ROWS


def test_lists_of_values_of_a_geopackage_come_beside_the_codes(coded: Path) -> None:
    assert_explained(coded)


def test_domains_of_a_geodatabase_come_beside_the_codes(coded: Path, tmp_path: Path) -> None:
    program = shutil.which("ogr2ogr")
    if program is None:
        pytest.skip("no ogr2ogr here, which alone writes domains into a geodatabase")
    path = tmp_path / "ma.gdb"
    subprocess.run([program, "-f", "OpenFileGDB", path, coded], check=True, capture_output=True)
    assert_explained(f"{path}:khu")


def test_definitions_of_a_geodatabase_are_taken_apart() -> None:
    domain, table = _Listener(), _Listener()
    domain.parser.Parse(DOMAIN, True)
    table.parser.Parse(TABLE, True)
    assert (domain.domain, domain.codes) == ("loai_khu", {"1": "Khu công nghiệp", "2": "Cụm công nghiệp"})
    assert table.columns == {"loai": "loai_khu"}
    assert (table.subtyped, table.subtypes) == ("nhom", {"0": "Hiện trạng"})
    with pytest.raises(SourceError, match="xml_with_dtd"):
        _Listener().parser.Parse('<!DOCTYPE r [<!ENTITY a "b">]><r>&a;</r>', True)


def test_a_definition_with_a_document_type_is_named_and_the_rows_are_read(tmp_path: Path) -> None:
    base = write(tmp_path, "gdb")
    items = base / "a00000004.gdbtable"
    text = b'<!DOCTYPE r [<!ENTITY a "DomainName">]><r>&a;</r>'
    raw = re.sub(
        rb"<typens:DEFeatureClassInfo .*?</typens:DEFeatureClassInfo>",
        lambda found: text.ljust(len(found[0])),
        items.read_bytes(),
        flags=re.DOTALL,
    )
    assert text in raw
    items.write_bytes(raw)
    found = guarded_read(str(base), "industrial_park")
    assert found.rows_used == ROWS
    assert "domains_unreadable" in [f.code for f in found.findings]


def test_a_column_of_that_name_stays_as_it_is(coded: Path) -> None:
    with closing(sqlite3.connect(coded)) as base:
        base.execute("alter table khu add column loai_text text default 'của tôi'")
        base.commit()
    found = read_layer(str(coded), "industrial_park")
    assert set(found.layer.frame["loai_text"]) == {"của tôi"}
    assert found.layer.frame["loai_text_"].iloc[0] == "Khu công nghiệp"


def test_the_texts_follow_their_rows_through_a_filter(coded: Path) -> None:
    from layers import Source

    frame = read_layer(Source(coded, where=("loai", ("2",))), "industrial_park").layer.frame
    assert frame["loai_text"].tolist() == ["Cụm công nghiệp"] * 8
