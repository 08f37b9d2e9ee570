from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from geopandas.testing import assert_geodataframe_equal
from shapely import box

from layers.chunks import read_chunks, write_chunks
from layers.errors import SourceError


@pytest.fixture
def land(frame_of):
    rng = np.random.default_rng(2)
    places = rng.uniform(0, 10_000, (500, 2))
    codes = rng.choice(["LUC", "ONT"], 500)
    index = np.arange(1000, 1500)
    return frame_of(*[box(x, y, x + 10, y + 10) for x, y in places], index=index, code=codes)


@pytest.mark.parametrize("memory_mb", [1000.0, 0.2, 0.0001])
def test_every_row_comes_back_once_whatever_the_room(memory_mb, land, tmp_path):
    path = tmp_path / "land.parquet"
    assert write_chunks([land.iloc[:200], land.iloc[200:]], path) == 500
    chunks = list(read_chunks(path, memory_mb=memory_mb))
    again = pd.concat(chunks).sort_index()
    assert_geodataframe_equal(again, land, check_dtype=False, check_index_type=False)
    assert (len(chunks) == 1) == (memory_mb == 1000.0)


def test_what_lies_far_from_the_boxes_is_passed_over(land, tmp_path):
    path = tmp_path / "land.parquet"
    write_chunks([land], path)
    near = np.array([[0.0, 0.0, 3000.0, 3000.0], [9000.0, 9000.0, 9500.0, 9500.0]])
    found = pd.concat(read_chunks(path, near=near)).sort_index()
    expected = land[land.intersects(box(*near[0])) | land.intersects(box(*near[1]))]
    assert found.index.tolist() == expected.index.tolist()
    assert list(read_chunks(path, near=np.array([[-50.0, -50.0, -40.0, -40.0]]))) == []


def test_files_of_others_without_boxes_are_read_whole(land, tmp_path):
    path = tmp_path / "land.parquet"
    land.to_parquet(path)
    near = np.array([[0.0, 0.0, 100.0, 100.0]])
    assert len(pd.concat(read_chunks(path, near=near))) == 500


def test_other_files_are_refused_by_name(tmp_path):
    table = tmp_path / "table.parquet"
    pd.DataFrame({"a": [1]}).to_parquet(table)
    text = tmp_path / "text.parquet"
    text.write_text("not parquet")
    for path in (table, text, tmp_path / "nowhere.parquet"):
        with pytest.raises(SourceError, match=f"source_unreadable: path='{path.name}'"):
            next(read_chunks(path))
