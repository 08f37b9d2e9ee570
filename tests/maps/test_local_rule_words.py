"""A rule of one province says whose it is wherever it is listed."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace

import geopandas as gpd
import pytest
from shapely import Point, box

from layers import Layer, reference
from maps.pages._candidate_rules import _note
from maps.pages._candidate_view import CandidateView
from maps.tables import records
from maps.words import words
from spatial.constraint_list import constraint_list
from spatial.exclusions import ExclusionQuestion, exclusions, why_not
from spatial.provinces import Provinces

#: of Lào Cai here, for the sake of the test
RULES = reference.table("conflict_rules").assign(
    province_code=lambda rows: ["15" if key == "CCN-RESIDENTIAL" else "" for key in rows.index]
)


def layer(kind):
    return Layer(gpd.GeoDataFrame(geometry=[box(500000, 2400000, 501000, 2401000)], crs=5897), kind, kind)


def question(provinces):
    distances = reference.table("safety_distances")
    day = date(2026, 6, 1)
    return ExclusionQuestion("industrial_cluster", day, RULES, distances, provinces=provinces)


def local(rows):
    (row,) = [row for row in records(rows) if row["rule"] == "CCN-RESIDENTIAL"]
    return row


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("stated", ["01", ""])
def test_the_province_of_a_rule_that_is_not_applied_is_named(lang, stated):
    asked = question(Provinces(stated=stated))
    listed = local(constraint_list([layer("residential")], asked))
    assert listed["why"] == ("elsewhere" if stated else "province_unknown")
    assert "Lào Cai" in _note(listed, words(lang))
    answer = exclusions(layer("admin_unit"), [layer("residential")], question=asked)
    row = local(why_not(answer, Point(500500, 2400500)))
    assert "Lào Cai" in CandidateView._said(SimpleNamespace(words=words(lang)), row)
