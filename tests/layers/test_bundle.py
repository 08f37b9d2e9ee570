"""Bundles: what was written comes back exactly, is there whole or not at all, and nothing of it runs."""

from __future__ import annotations

import io
import json
import pickle
import tempfile
import zipfile
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely
from affine import Affine
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import pandas as columns

from layers.bundle import Unfit, bundle_head, read_bundle, write_bundle
from layers.crs import as_crs
from layers.errors import StoreError
from layers.findings import Finding
from tests.hostile.parquets import vast_page
from tests.same import assert_same

MOST = 2**24
CELLS = st.none() | st.booleans() | st.integers(-(2**40), 2**40) | st.floats() | st.text(max_size=5)
VALUES = st.recursive(
    CELLS | st.dates() | st.datetimes(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(st.text(max_size=3) | st.integers(0, 9), inner, max_size=3)
    ),
    max_leaves=8,
)


def naming(value):
    if isinstance(value, Finding):
        return "Finding", {"code": value.code, "layer": value.layer, "fields": value.fields}
    raise Unfit(type(value).__name__)


def making(name, fields):
    return {"Finding": Finding}[name](**fields)


def there_and_back(folder, value):
    path = folder / "a.bundle"
    write_bundle(path, value, head={"of": "test"}, naming=naming, most_bytes=MOST)
    return read_bundle(path, making=making, most_bytes=MOST)


def frame():
    point, area = shapely.Point(1 / 3, 2), shapely.Polygon([(0, 0), (1, 0), (1, 1)], [])
    index = pd.Index(["p", "q", "r"], name="id")
    facts = {
        "text": pd.array(["Hòa Lạc", None, ""], dtype="str"),
        "mixed": pd.Series([1, True, None], dtype=object).to_numpy(),
        "lists": pd.Series([["a"], [], ["b", "c"]], dtype=object).to_numpy(),
        "days": pd.to_datetime(["2026-11-22", None, "2020-01-01"]),
        "whole": pd.array([1, None, 3], dtype="Int64"),
        "number": [0.1, np.nan, -np.inf],
        "flag": [True, False, True],
    }
    return gpd.GeoDataFrame(facts, geometry=[point, None, area], crs=5897, index=index)


@given(VALUES)
def test_plain_values_come_back(tmp_path_factory, value):
    assert_same(value, there_and_back(tmp_path_factory.mktemp("b"), value))


@given(columns.data_frames(
    [columns.column("f", elements=st.floats()), columns.column("o", elements=CELLS, dtype=object),
     columns.column("i", elements=st.integers(-9, 9), dtype="int32")]))  # fmt: skip
def test_frames_come_back_with_their_types(tmp_path_factory, table):
    assert_same(table, there_and_back(tmp_path_factory.mktemp("b"), table))


def test_shapes_days_texts_and_systems_come_back(tmp_path):
    value = {
        "frame": frame(),
        "none": frame().iloc[:0],
        "no columns": pd.DataFrame(index=pd.RangeIndex(2, 8, 3)),
        "series": frame()["number"],
        "cells": np.arange(6, dtype=np.float32).reshape(2, 3),
        "shapes": frame().geometry.to_numpy(),
        "grid": (as_crs(5897), Affine(10, 0, 5, 0, -10, 7)),
        "when": [date(2026, 1, 2), datetime(2026, 1, 2, 3, 4)],  # noqa: DTZ001
        "found": Finding("a", "b", fields={"$": 1, "n": {3: "x"}}),
    }
    assert_same(value, there_and_back(tmp_path, value))


def test_no_moment_comes_back_as_none(tmp_path):
    column = pd.Series([pd.NaT, datetime(2026, 1, 2), None], dtype=object)  # noqa: DTZ001
    found = there_and_back(tmp_path, column)
    assert found[0] is pd.NaT
    assert (found[1], found[2]) == (column[1], None)


def test_what_stands_twice_is_written_once(tmp_path):
    one = frame()
    found = there_and_back(tmp_path, [one, {"again": one}])
    assert found[0] is found[1]["again"]


def test_the_head_is_read_alone(tmp_path):
    there_and_back(tmp_path, frame())
    assert bundle_head(tmp_path / "a.bundle")["of"] == "test"


@pytest.mark.parametrize(
    "value",
    [
        {1, "a"},
        object(),
        pd.Categorical(["a"]),
        1j,
        "\ud800",
        pd.Series(["a", "\ud800"], dtype=object),
        np.array(["a", "bc"]),
        np.array([1, 2], dtype="timedelta64[s]"),
        np.datetime64("2026-01-01", "ns"),
        np.timedelta64(5, "ns"),
        {3, None},
    ],
)
def test_what_no_bundle_can_hold_is_refused_and_leaves_nothing(tmp_path, value):
    with pytest.raises(Unfit, match="."):
        there_and_back(tmp_path, [value])
    assert list(tmp_path.iterdir()) == []


def test_what_is_too_large_is_refused_and_the_old_one_stays(tmp_path):
    path = tmp_path / "a.bundle"
    write_bundle(path, 1, head={}, naming=naming, most_bytes=MOST)
    with pytest.raises(StoreError, match="bundle_too_large"):
        write_bundle(path, np.zeros(5000), head={}, naming=naming, most_bytes=1000)
    assert read_bundle(path, making=making, most_bytes=MOST) == 1
    assert [p.name for p in tmp_path.iterdir()] == ["a.bundle"]


# --- files of somebody else's -------------------------------------------------------------------------------


def forged(folder, values, members=(), *, compress=zipfile.ZIP_STORED):
    path = folder / "forged.bundle"
    with zipfile.ZipFile(path, "w", compress) as box:
        box.writestr("head.json", json.dumps({"form": 1}))
        box.writestr("values.json", json.dumps(values))
        for name, content in members:
            box.writestr(name, content)
    return path


class Trap:
    """What a pickle would run."""

    def __reduce__(self):
        raise AssertionError("was run")


def npy(array):
    content = io.BytesIO()
    np.save(content, array, allow_pickle=True)
    return content.getvalue()


def lying_npy():
    content = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        content, {"descr": "<f8", "fortran_order": False, "shape": (10**12,)}
    )
    return content.getvalue()


@pytest.mark.parametrize(
    ("values", "members"),
    [
        ({"$": "of", "name": "os.system", "is": {}}, ()),
        ({"$": "of", "name": "Finding", "is": {"odd": 1}}, ()),
        ({"$": "array", "is": "0.npy"}, [("0.npy", npy(np.array([None, 1], dtype=object)))]),
        ({"$": "array", "is": "0.npy"}, [("0.npy", lying_npy())]),
        ({"$": "array", "is": "0.npy"}, [("0.npy", pickle.dumps([1]))]),
        ({"$": "array", "is": "../head.json"}, ()),
        ({"$": "same", "is": 0}, ()),
        ({"$": "odd", "is": 0}, ()),
        ({"$": "float", "is": "1e3"}, ()),
        ({"$": "crs", "is": "+proj=pipeline"}, ()),
        ({"$": "frame", "is": "0.parquet"}, [("0.parquet", b"PAR1 nonsense PAR1")]),
    ],
)
def test_whatever_is_odd_is_damage_and_runs_nothing(tmp_path, values, members):
    with pytest.raises(StoreError, match="bundle_damaged"):
        read_bundle(forged(tmp_path, values, members), making=making, most_bytes=MOST)


def repeated(rows, size):
    """A column that says one value over and over, in a few bytes."""
    values = pa.array(["x" * size])
    table = pa.table({"c0": pa.DictionaryArray.from_arrays(np.zeros(rows, np.int32), values)})
    content = io.BytesIO()
    pq.write_table(table, content, compression="zstd", store_schema=False)
    return content.getvalue()


def framed(rows, member="0.parquet"):
    spec = {"of": "text", "storage": "pyarrow", "na": False}
    index = {"range": [0, rows, 1], "name": None}
    names = {"range": [0, 1, 1], "name": None}
    plain = {"$": "frame", "is": member, "rows": rows, "columns": {"c0": spec}, "index": index}
    return {**plain, "names": names, "geometry": False, "attrs": {}}


def test_one_value_said_a_thousand_times_is_counted_before_it_is_made(tmp_path, monkeypatch):
    few = forged(tmp_path, framed(100), [("0.parquet", repeated(100, 10_000))])
    assert len(read_bundle(few, making=making, most_bytes=MOST)) == 100
    many = forged(tmp_path, framed(9_000), [("0.parquet", repeated(9_000, 10_000))])
    assert many.stat().st_size < 3_000
    monkeypatch.setattr(pq.ParquetFile, "read", lambda *_: pytest.fail("was unpacked"))
    with pytest.raises(StoreError, match="bundle_damaged"):
        read_bundle(many, making=making, most_bytes=MOST)


def test_frames_are_counted_together_and_each_member_is_read_once(tmp_path):
    members = [(f"{n}.parquet", repeated(2_000, 10_000)) for n in range(2)]
    one = forged(tmp_path, [framed(2_000)], members)
    assert len(read_bundle(one, making=making, most_bytes=MOST)[0]) == 2_000
    both = forged(tmp_path, [framed(2_000), framed(2_000, "1.parquet")], members)
    with pytest.raises(StoreError, match="bundle_damaged"):
        read_bundle(both, making=making, most_bytes=MOST)
    twice = forged(tmp_path, [framed(10), framed(10)], [("0.parquet", repeated(10, 10))])
    with pytest.raises(StoreError, match="bundle_damaged"):
        read_bundle(twice, making=making, most_bytes=MOST)


def test_what_unpacks_to_more_isnt_unpacked(tmp_path):
    path = forged(tmp_path, "a" * 10**6, compress=zipfile.ZIP_DEFLATED)
    with pytest.raises(StoreError, match="bundle_damaged"):
        read_bundle(path, making=making, most_bytes=MOST)
    with pytest.raises(StoreError, match="bundle_damaged"):
        read_bundle(forged(tmp_path, "a" * 2 * 10**6), making=making, most_bytes=1000)


@given(st.data())
def test_a_bundle_that_was_changed_is_damage_or_the_same(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("b")
    path = folder / "a.bundle"
    write_bundle(path, {"a": frame(), "b": [1.5, "x"]}, head={}, naming=naming, most_bytes=MOST)
    content = bytearray(path.read_bytes())
    at = data.draw(st.integers(0, len(content) - 1))
    content[at] ^= data.draw(st.integers(1, 255))
    path.write_bytes(bytes(content[: data.draw(st.sampled_from([None, at]))]))
    try:
        found = read_bundle(path, making=making, most_bytes=MOST)
    except StoreError as error:
        assert error.code == "bundle_damaged"  # noqa: PT017 - either a refusal with a name, or no damage
    else:
        assert_same({"a": frame(), "b": [1.5, "x"]}, found)


def test_no_bundle_is_told_from_a_damaged_one(tmp_path):
    with pytest.raises(StoreError, match="bundle_missing"):
        read_bundle(tmp_path / "a", making=making, most_bytes=MOST)
    with pytest.raises(StoreError, match="bundle_missing"):
        bundle_head(tmp_path / "a")


def test_a_member_that_denies_its_size_isnt_unpacked(tmp_path, monkeypatch):
    content = vast_page(tmp_path / "a.parquet", 40_000_000).read_bytes()
    assert len(content) < 20_000
    path = forged(tmp_path, framed(1), [("0.parquet", content)])
    monkeypatch.setattr(pq.ParquetFile, "iter_batches", lambda *_, **__: pytest.fail("was unpacked"))
    with pytest.raises(StoreError, match="bundle_damaged"):
        read_bundle(path, making=making, most_bytes=MOST)


ZONES = st.none() | st.sampled_from([UTC, timezone(timedelta(hours=7)), ZoneInfo("Asia/Ho_Chi_Minh")])


@given(st.datetimes().filter(lambda m: 1700 < m.year < 2200), ZONES, st.sampled_from(["s", "ms", "us", "ns"]))
def test_a_moment_of_pandas_among_objects_comes_back_as_it_was(moment, zone, unit):
    stamp = pd.Timestamp(moment).as_unit(unit).tz_localize("UTC" if zone else None)
    stamp = stamp.tz_convert(zone) if zone else stamp
    frame = pd.DataFrame({"a": pd.Series([stamp, moment, None, "x"], dtype=object)})
    with tempfile.TemporaryDirectory() as folder:
        found = there_and_back(Path(folder), frame)["a"]
    assert [type(one) for one in found] == [type(one) for one in frame["a"]]
    assert found[0] == stamp
    assert (found[0].unit, found[0].tz, found[0].utcoffset()) == (stamp.unit, stamp.tz, stamp.utcoffset())


@pytest.mark.parametrize(
    "odd", [{"is": "1"}, {"unit": "Y"}, {"unit": "h"}, {"zone": "../../etc/passwd"}, {"zone": "9" * 30}]
)
def test_a_moment_that_was_tampered_with_is_damage(tmp_path, odd):
    values = {"$": "stamp", "is": 1, "unit": "ns", "zone": "", **odd}
    with pytest.raises(StoreError, match="bundle_damaged"):
        read_bundle(forged(tmp_path, values, []), making=making, most_bytes=MOST)
