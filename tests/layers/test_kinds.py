"""Kinds of layers."""

from __future__ import annotations

import pytest

from layers.errors import QuestionError
from layers.kinds import kind, kinds, zone_kind_of


def test_kinds_are_listed_by_role_and_each_has_one() -> None:
    assert {k.role for k in kinds()} == {"zone", "constraint", "context"}
    assert sum(len(kinds(role)) for role in ("zone", "constraint", "context")) == len(kinds())


def test_land_use_covers_all_land_and_needs_a_code() -> None:
    assert (kind("land_use").coverage, kind("land_use").required) == ("full", ("code",))


@pytest.mark.parametrize("name", ["industrial_park", "industrial_cluster", "high_tech_zone", "protected"])
def test_zones_and_protected_land_are_areas(name: str) -> None:
    assert kind(name).geometry == "polygon"


def test_every_kind_has_known_values() -> None:
    for k in kinds():
        assert k.geometry in ("polygon", "any")
        assert k.coverage in ("full", "sparse")
        assert k.group


def test_an_unknown_kind_is_refused_with_those_that_exist() -> None:
    with pytest.raises(QuestionError, match="kind_unknown: found='castle'") as caught:
        kind("castle")
    assert "river" in caught.value.fields["expected"]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("KCN", "industrial_park"),
        ("Khu công nghiệp", "industrial_park"),
        ("ccn", "industrial_cluster"),
        ("CỤM CÔNG NGHIỆP", "industrial_cluster"),
        ("Khu công nghệ cao", "high_tech_zone"),
        ("Khu kinh tế", "economic_zone"),
        ("industrial_park", "industrial_park"),
        ("land_use", None),
        ("chợ", None),
        ("", None),
    ],
)
def test_zone_kinds_are_read_as_offices_write_them(text: str, name: str | None) -> None:
    assert zone_kind_of(text) == name
