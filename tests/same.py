"""Two answers held against one another, down to the last coordinate and the type of every column."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pandas.testing import assert_frame_equal, assert_series_equal

from maps.answer_records import Later


def assert_same(one: Any, other: Any, where: str = "answer") -> None:
    """Fail with the place where the two differ."""
    if is_dataclass(one):
        assert type(one) is type(other) or isinstance(other, Later), where
        for field in fields(one):
            assert_same(getattr(one, field.name), getattr(other, field.name), f"{where}.{field.name}")
    elif isinstance(one, pd.DataFrame):
        _frames(one, other, where)
    elif isinstance(one, pd.Series):
        assert_series_equal(one, other, check_exact=True)
    elif isinstance(one, np.ndarray):
        _arrays(one, other, where)
    elif isinstance(one, dict | list | tuple):
        assert type(one) is type(other), where
        assert len(one) == len(other), where
        named = one if isinstance(one, dict) else range(len(one))
        assert list(named) == list(other if isinstance(other, dict) else range(len(other))), where
        for key in named:
            assert_same(one[key], other[key], f"{where}[{key!r}]")
    elif isinstance(one, float) and np.isnan(one):
        assert np.isnan(other), where
    else:
        assert one == other, where


def _frames(one: pd.DataFrame, other: pd.DataFrame, where: str) -> None:
    assert type(one) is type(other), where
    shapes = [name for name, kind in one.dtypes.items() if str(kind) == "geometry"]
    assert list(one.columns) == list(other.columns), where
    for name in shapes:
        assert one[name].array.crs == other[name].array.crs, where
        a, b = one[name].to_numpy(), other[name].to_numpy()
        assert (shapely.is_missing(a) == shapely.is_missing(b)).all(), where
        assert (shapely.equals_identical(a, b) | shapely.is_missing(a)).all(), where
    if isinstance(one, gpd.GeoDataFrame):
        assert one._geometry_column_name == other._geometry_column_name, where
    plain = [frame.drop(columns=shapes) for frame in (pd.DataFrame(one), pd.DataFrame(other))]
    assert_frame_equal(*plain, check_exact=True, check_column_type=True, check_index_type=True, obj=where)
    assert one.attrs == other.attrs, where


def _arrays(one: np.ndarray, other: np.ndarray, where: str) -> None:
    assert (one.dtype, one.shape) == (other.dtype, other.shape), where
    if one.dtype != object:
        np.testing.assert_array_equal(one, other)
        return
    for a, b in zip(one, other, strict=True):
        assert_same(a, b, where)
