"""Where a layer comes from."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from layers.provenance import Provenance, file_hash

if TYPE_CHECKING:
    from pathlib import Path

FULL = Provenance(
    source="ccn.gpkg:ccn",
    sha256="ab" * 32,
    decision="QĐ 2170/QĐ-UBND",
    body="UBND tỉnh Lào Cai",
    date="2026-06-23",
    scale="1:10000",
    licence="CC BY 4.0",
    made=True,
    steps=("crs_assumed", "geometry_repaired x2"),
)


def test_provenance_survives_json() -> None:
    assert Provenance.from_dict(json.loads(json.dumps(FULL.as_dict()))) == FULL


def test_unknown_keys_of_a_later_version_are_left_out() -> None:
    assert Provenance.from_dict({"source": "a.shp", "colour": "red"}) == Provenance(source="a.shp")


def test_nothing_known_is_all_empty_and_not_made() -> None:
    assert Provenance.from_dict({}) == Provenance()
    assert Provenance().made is False


def test_the_hash_of_one_file_is_the_sha256_of_its_bytes(tmp_path: Path) -> None:
    file = tmp_path / "a.bin"
    file.write_bytes(b"khu" * 1_000_000)
    assert file_hash(file) == hashlib.sha256(b"khu" * 1_000_000).hexdigest()


def test_the_hash_of_several_parts_ignores_the_order_they_are_named_in(tmp_path: Path) -> None:
    shp, dbf = tmp_path / "a.shp", tmp_path / "a.dbf"
    shp.write_bytes(b"shapes")
    dbf.write_bytes(b"rows")
    assert file_hash(shp, dbf) == file_hash(dbf, shp) == hashlib.sha256(b"rowsshapes").hexdigest()


def test_the_hash_tells_when_any_part_changed(tmp_path: Path) -> None:
    shp, dbf = tmp_path / "a.shp", tmp_path / "a.dbf"
    shp.write_bytes(b"shapes")
    dbf.write_bytes(b"rows")
    before = file_hash(shp, dbf)
    dbf.write_bytes(b"rowz")
    assert file_hash(shp, dbf) != before
