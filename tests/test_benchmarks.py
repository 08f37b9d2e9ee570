"""The benchmarks themselves: the same inputs every time, answers that agree; no time is asserted."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shapely
from geopandas.testing import assert_geodataframe_equal

from benchmarks import _inputs, vector
from benchmarks._measure import Engine, Found, Job, _compared, measured, table


@pytest.fixture(autouse=True)
def kept_apart(monkeypatch, tmp_path):
    monkeypatch.setattr(_inputs, "KEPT", tmp_path)
    monkeypatch.delenv("THOCONG_BENCH_PG", raising=False)
    vector._postgis.why_not.cache_clear()


def made_twice(monkeypatch, tmp_path, make):
    first = make()
    monkeypatch.setattr(_inputs, "KEPT", tmp_path / "again")
    return first, make()


@pytest.mark.parametrize(
    "make",
    [
        lambda: _inputs.land(300),
        lambda: _inputs.land_later(300, "mixed"),
        lambda: _inputs.land_later(300, "noise"),
        lambda: _inputs.zones(50),
        lambda: _inputs.rings(20),
        lambda: _inputs.homes(500),
    ],
    ids=["land", "mixed", "noise", "zones", "rings", "homes"],
)
def test_inputs_are_the_same_every_time_and_valid(monkeypatch, tmp_path, make):
    first, second = made_twice(monkeypatch, tmp_path, make)
    assert_geodataframe_equal(first, second)
    assert first.is_valid.all()
    assert first.crs.to_epsg() == 3405


@pytest.mark.parametrize("make", [_inputs.land, _inputs.land_later], ids=["land", "later"])
def test_land_has_neither_gaps_nor_overlaps(make):
    land = make(300)
    assert len(land) == 300
    assert land.area.sum() == pytest.approx(_inputs.EXTENT.area, rel=1e-12)
    assert shapely.coverage_is_valid(land.geometry.to_numpy())
    assert shapely.equals(shapely.coverage_union_all(land.geometry.to_numpy()), _inputs.EXTENT)


def test_the_second_period_changes_what_it_says():
    before = _inputs.land(300)
    mixed, noise = _inputs.land_later(300, "mixed"), _inputs.land_later(300, "noise")
    moved = [
        ~shapely.equals_exact(before.geometry.to_numpy(), later.geometry.to_numpy(), 0.0)
        for later in (mixed, noise)
    ]
    assert 0.15 < moved[0].mean() < 0.4
    assert moved[1].all()
    assert 0 < (mixed["code"] != before["code"]).mean() < 0.05
    assert shapely.hausdorff_distance(before.geometry.to_numpy(), noise.geometry.to_numpy()).max() < 1.0


@pytest.mark.parametrize("name", sorted(vector.JOBS))
def test_all_engines_agree_on_a_small_job(name):
    job = vector.JOBS[name]
    given = job.inputs(300)
    expected, *others = [engine.ask(given).area_m2 for engine in job.engines()]
    for found in others:
        assert _compared(expected, found)[1]


def few(n):
    return vector.Frames(_inputs.zones(20), _inputs.land(n))


def few_engines():
    return vector._engines()[:3]


def wrong(given):
    return Found(vector._by_geopandas(given).area_m2 + 1.0)


def one_is_wrong():
    return [vector._engines()[0], Engine("wrong", wrong)]


def test_rows_say_who_agrees():
    rows = list(measured(Job("few", few, few_engines), 300, 1))
    assert [r.agrees for r in rows] == [True] * 3
    assert [r.invalid for r in rows] == [0] * 3
    assert rows[0].ratio_cpu == 1.0
    assert rows[0].peak_mb >= 0
    assert table(rows).count("\n") == 5


def test_an_answer_that_differs_is_told():
    rows = list(measured(Job("few", few, one_is_wrong), 300, 1))
    assert [r.agrees for r in rows] == [True, False]
    assert rows[1].max_diff_m2 == pytest.approx(1.0)
    assert "**differs**" in table(rows)


def test_an_area_that_is_missing_counts_as_a_difference():
    whole = pd.Series([5.0, 3.0], index=pd.MultiIndex.from_tuples([(0, "LUC"), (1, "LUC")]))
    assert _compared(whole, whole.iloc[:1]) == (3.0, False)
    assert _compared(whole, whole + np.array([0.0, 5e-7]))[1]
