"""Errors carry a code and fields, also across processes."""

from __future__ import annotations

import pickle

import pytest

from layers import errors
from layers.errors import CrsError, SourceError, ThoCongError

FAMILY = [getattr(errors, name) for name in errors.__all__]


def test_code_and_fields_are_kept() -> None:
    error = SourceError("source_missing", path="ccn.gpkg", expected=["a", "b"])
    assert error.code == "source_missing"
    assert error.fields == {"path": "ccn.gpkg", "expected": ["a", "b"]}


def test_text_names_the_code_and_every_field() -> None:
    assert str(CrsError("crs_missing", layer="lu")) == "crs_missing: layer='lu'"


def test_text_of_an_error_without_fields_is_its_code() -> None:
    assert str(ThoCongError("no_layers")) == "no_layers"


def test_a_field_may_be_called_code() -> None:
    assert ThoCongError("land_code_unknown", code="XYZ").fields == {"code": "XYZ"}


@pytest.mark.parametrize("kind", FAMILY)
def test_every_error_is_caught_as_the_base_error(kind: type[ThoCongError]) -> None:
    with pytest.raises(ThoCongError, match=r"some_code: row='7'"):
        raise kind("some_code", row="7")


@pytest.mark.parametrize("kind", FAMILY)
def test_an_error_survives_pickling_with_type_code_and_fields(kind: type[ThoCongError]) -> None:
    again = pickle.loads(pickle.dumps(kind("crs_missing", layer="khu", count=3)))
    assert type(again) is kind
    assert (again.code, again.fields) == ("crs_missing", {"layer": "khu", "count": 3})
