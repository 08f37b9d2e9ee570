"""Headers that say anything at all: read or refused, and in few steps."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers import _thrift
from layers._thrift import read_struct

WITHOUT_END = b"\xff" * 9 + b"\x7f"


class Counted(_thrift._Reader):
    """A reader that ends a test where it would go on and on."""

    looks = 0

    def _past(self, count: int) -> None:
        type(self).looks += 1
        assert type(self).looks < 2_000
        super()._past(count)


@pytest.fixture(autouse=True)
def _counting(monkeypatch) -> None:
    monkeypatch.setattr(_thrift, "_Reader", Counted)


def told(content: bytes) -> tuple[dict, int]:
    Counted.looks = 0
    found, used = read_struct(memoryview(content))
    assert 1 <= used <= len(content)
    return found, used


def test_fields_are_read_and_what_is_behind_them_is_not() -> None:
    # 1: -3 as a whole number; 2: true; 3: a text; 4: a struct of 1: 64; 5: a list of two bytes
    content = b"\x15\x05\x11\x18\x02ab\x1c\x15\x80\x01\x00\x19\x23\x07\x08\x00rest"
    assert told(content) == ({1: -3, 2: True, 3: None, 4: {1: 64}, 5: None}, len(content) - 4)


@pytest.mark.parametrize(
    "content",
    [
        b"\x19\xf7" + WITHOUT_END,  # doubles
        b"\x19\xfc" + WITHOUT_END + b"\x00" * 60_000,  # structs with nothing in them
        b"\x19\xf3" + WITHOUT_END + b"\x00" * 60_000,  # bytes
        b"\x19\xf3\xe0\xd4\x03" + b"\x00" * 60_000,  # as many as there are
        b"\x18" + WITHOUT_END,  # a text
        b"\x17\x00",  # half a number
        b"\x1c" * 60_000,  # a struct in a struct
        b"\x19\x19" * 30_000,  # a list in a list
        b"\x15" + b"\xff" * 60_000,  # a number
        b"\x15\x02" * 30_000,  # fields
        b"\x15\x02\x05\x02\x04\x00",  # a field twice
        b"\x15\x02",  # no end
        b"",
    ],
)
def test_what_says_more_than_it_holds_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match="header"):
        told(content)


@given(st.binary(max_size=300) | st.binary(max_size=60).map(lambda rest: b"\x19\xf7" + rest))
def test_random_bytes_end(content: bytes) -> None:
    try:
        told(content)
    except ValueError as error:
        assert str(error) == "header"  # noqa: PT017 - or they are a header
