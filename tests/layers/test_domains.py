"""Codes keep their values; what the file says they mean comes beside them, and is named."""

from __future__ import annotations

import re
import shutil
import sqlite3
import subprocess
import unicodedata
from contextlib import closing
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from layers import guarded_read, read_layer
from layers._domains import Meanings, _Listener, explained, meanings_of
from layers.errors import SourceError
from layers.findings import Ledger
from tests.layers.formats import ROWS, small_layer, write
from tests.layers.test_legacy_text import spoilt

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


SUBTYPED = """<t:DEFeatureClassInfo xmlns:t="a"><Name>khu</Name><GPFieldInfoExs>
<GPFieldInfoEx><Name>nhom</Name></GPFieldInfoEx>
<GPFieldInfoEx><Name>loai</Name><DomainName>chung</DomainName></GPFieldInfoEx></GPFieldInfoExs>
<SubtypeFieldName>nhom</SubtypeFieldName><Subtypes>
<Subtype><SubtypeName>Khu</SubtypeName><SubtypeCode>1</SubtypeCode><FieldInfos><SubtypeFieldInfo>
<FieldName>LOAI</FieldName><DomainName>cua_khu</DomainName></SubtypeFieldInfo></FieldInfos></Subtype>
<Subtype><SubtypeName>Cụm</SubtypeName><SubtypeCode>2</SubtypeCode><FieldInfos><SubtypeFieldInfo>
<FieldName>LOAI</FieldName><DomainName>cua_cum</DomainName></SubtypeFieldInfo></FieldInfos></Subtype>
<Subtype><SubtypeName>Khác</SubtypeName><SubtypeCode>3</SubtypeCode></Subtype>
<Subtype><SubtypeName>Số</SubtypeName><SubtypeCode>4</SubtypeCode><FieldInfos><SubtypeFieldInfo>
<FieldName>LOAI</FieldName><DomainName>khoang</DomainName></SubtypeFieldInfo></FieldInfos></Subtype>
</Subtypes></t:DEFeatureClassInfo>"""
RANGE = '<t:GPRangeDomain2 xmlns:t="a"><DomainName>khoang</DomainName></t:GPRangeDomain2>'


def domain(name: str, *texts: str) -> str:
    coded = "".join(
        f"<CodedValue><Name>{text}</Name><Code>{n}</Code></CodedValue>" for n, text in enumerate(texts, 1)
    )
    return (
        f'<t:GPCodedValueDomain2 xmlns:t="a"><DomainName>{name}</DomainName>'
        f"<CodedValues>{coded}</CodedValues></t:GPCodedValueDomain2>"
    )


def meanings_in(monkeypatch: pytest.MonkeyPatch, items: list[tuple[str, str]]) -> Meanings:
    table = pd.DataFrame(items, columns=["Name", "Definition"])
    monkeypatch.setattr("layers._domains.pyogrio.read_dataframe", lambda *_, **__: table)
    return meanings_of("ma.gdb", "OpenFileGDB", "khu", Ledger("khu"))


def test_the_list_is_that_of_the_subtype_of_the_row(monkeypatch: pytest.MonkeyPatch) -> None:
    meanings = meanings_in(
        monkeypatch,
        [
            ("khu", SUBTYPED),
            ("chung", domain("chung", "sai", "sai")),
            ("cua_khu", domain("cua_khu", "Khu công nghiệp", "Khu chế xuất")),
            ("cua_cum", domain("cua_cum", "Cụm công nghiệp")),
            ("khoang", RANGE),
        ],
    )
    frame = small_layer().iloc[:7].assign(nhom=[1, 2, 1, 2, 3, 9, 4], loai=[1, 1, 2, 2, 1, 1, 1])
    ledger = Ledger("khu")
    texts = explained(frame, meanings, ledger)
    assert texts["loai_text"].fillna("").tolist() == [
        "Khu công nghiệp",
        "Cụm công nghiệp",
        "Khu chế xuất",
        *[""] * 4,
    ]
    told = [(f.code, f.fields) for f in ledger.findings if f.fields.get("column") == "loai"]
    assert ("code_not_in_domain", {"column": "loai", "found": "2", "count": 1}) in told
    assert ("domain_subtype_open", {"column": "loai", "found": "nhom", "count": 2}) in told
    assert texts["nhom_text"].tolist()[:5] == ["Khu", "Cụm", "Khu", "Cụm", "Khác"]


def test_a_domain_of_the_name_of_the_layer_is_not_taken_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = domain("loai_khu", "Khu công nghiệp")
    items = [("khu", TABLE), ("khu", domain("khu", "a")), ("loai_khu", plain)]
    assert meanings_in(monkeypatch, items)["loai"].texts == {"1": "Khu công nghiệp"}


def test_the_case_of_a_column_does_not_matter_and_a_list_of_none_is_named(coded: Path) -> None:
    with closing(sqlite3.connect(coded)) as base:
        base.executescript(
            "update gpkg_data_columns set column_name = 'LOAI';"
            "insert into gpkg_data_columns (table_name, column_name, constraint_name)"
            " values ('khu', 'cu', 'loai_khu');"
        )
    found = guarded_read(str(coded), "industrial_park")
    assert found.layer.frame["loai_text"].iloc[0] == "Khu công nghiệp"
    told = {f.code: f.fields for f in found.findings}
    assert told["domain_column_missing"] == {"column": "cu"}


def test_the_texts_are_read_as_those_of_a_column_are(coded: Path) -> None:
    with closing(sqlite3.connect(coded)) as base:
        for text in ("Khu công nghiệp", "Cụm công nghiệp"):
            base.execute(
                "update gpkg_data_column_constraints set description = ? where description = ?",
                (spoilt(text, "tcvn3"), text),
            )
        base.execute(
            "insert into gpkg_data_column_constraints (constraint_name, constraint_type, value,"
            " description) values ('loai_khu', 'enum', '3', ?)",
            (spoilt("Đường  nội bộ", "tcvn3"),),
        )
        base.commit()
    found = guarded_read(str(coded), "industrial_park")
    texts = found.layer.frame["loai_text"].tolist()[:3]
    assert texts == ["Khu công nghiệp", "Cụm công nghiệp", "Đường nội bộ"]
    told = {f.code: f.fields for f in found.findings if f.fields.get("column") == "loai_text"}
    assert told["text_decoded"]["encoding"] == "tcvn3"


def test_the_texts_have_one_unicode_form(coded: Path) -> None:
    with closing(sqlite3.connect(coded)) as base:
        text = unicodedata.normalize("NFD", "Khu công nghiệp")
        base.execute("update gpkg_data_column_constraints set description = ? where value = '1'", (text,))
        base.commit()
    assert read_layer(str(coded), "industrial_park").layer.frame["loai_text"].iloc[0] == "Khu công nghiệp"
