"""Where the provinces lie: squares that hold communes, named, and said to be no boundaries."""

from __future__ import annotations

import shapely

from layers import reference
from maps.canvas import feature_group
from maps.country_map import country_layer, province_squares
from maps.words import words


def test_every_commune_lies_in_a_square_and_squares_overlap_nowhere():
    squares = province_squares()
    rows = reference.table("communes_2025")
    points = shapely.points(rows["lon"].astype(float), rows["lat"].astype(float))
    assert shapely.intersects(shapely.union_all(squares.geometry.to_numpy()), points).all()
    apart = shapely.union_all(squares.geometry.to_numpy()).area
    assert abs(shapely.area(squares.geometry.to_numpy()).sum() - apart) < 1e-9
    assert set(squares["province"]) == set(rows["province"])


def test_most_communes_lie_in_a_square_of_their_province():
    squares = province_squares().set_index("province").geometry
    rows = reference.table("communes_2025")
    points = shapely.points(rows["lon"].astype(float), rows["lat"].astype(float))
    own = shapely.intersects(squares.loc[rows["province"]].to_numpy(), points)
    assert own.mean() > 0.85


def test_the_layer_names_each_province_once_and_says_what_it_is_not():
    for lang, said in (("vi", "không phải địa giới"), ("en", "no boundaries")):
        layer = country_layer(words(lang))
        signs = [sign for sign in layer.frame["sign"] if sign]
        assert len(signs) == len(set(signs)) == 34
        assert said in layer.title
        feature_group(layer)
