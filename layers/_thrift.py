"""Headers in the compact protocol of Thrift, read in a bounded number of steps whatever they say.

A header comes from a file that somebody may have sent: a list may say that it has 2**60 parts, a text that it
ends beyond the file. Every part is one step, there are few of them, and none lies outside of what was given.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["read_struct"]

_STOP, _TRUE, _FALSE, _BYTE, _DOUBLE, _BINARY, _LIST, _SET, _STRUCT = 0, 1, 2, 3, 7, 8, 9, 10, 12
_WHOLE: Final = (4, 5, 6)
_DEEP: Final = 6
#: a header of a page with all its statistics has some twenty fields
_MOST_STEPS: Final = 64
_LONG_LIST: Final = 15
_MORE: Final = 128
_WIDEST: Final = 63
_DOUBLE_BYTES: Final = 8


def read_struct(content: memoryview) -> tuple[dict[int, Any], int]:
    """Read the struct that content begins with.

    Parameters
    ----------
    content : memoryview
        Bytes; what stands behind the struct isn't looked at.

    Returns
    -------
    tuple
        Fields by their numbers (whole numbers, truths and structs; anything else is ``None``), and the bytes
        that the struct takes.

    Raises
    ------
    ValueError
        ``header``: it is none, or says more than it can hold, or has a field twice.
    """
    reader = _Reader(content)
    return reader.struct(_DEEP), reader.at


class _Reader:
    """A place in the content, and the steps that are left."""

    def __init__(self, content: memoryview) -> None:
        self._content, self.at, self._left = content, 0, _MOST_STEPS
        self._plain: dict[int, Callable[[], Any]] = {
            **dict.fromkeys(_WHOLE, self._whole),
            **dict.fromkeys((_TRUE, _FALSE, _BYTE), self._byte),
            _DOUBLE: lambda: self._past(_DOUBLE_BYTES),
            _BINARY: lambda: self._past(self._varint()),
        }

    def struct(self, deep: int) -> dict[int, Any]:
        fields: dict[int, Any] = {}
        number = 0
        while (head := self._byte()) != _STOP:
            step, kind = head >> 4, head & 15
            number = number + step if step else self._whole()
            # the reader of Arrow goes by the first of two or by the last, as their kinds are
            if number in fields:
                raise ValueError("header")
            if kind in (_TRUE, _FALSE):  # a truth is told by its kind
                self._step()
                fields[number] = kind == _TRUE
            else:
                fields[number] = self._value(kind, deep)
        return fields

    def _value(self, kind: int, deep: int) -> Any:
        self._step()
        if kind in self._plain:
            return self._plain[kind]()
        if kind == _STRUCT and deep:
            return self.struct(deep - 1)
        if kind in (_LIST, _SET) and deep:
            return self._list(deep - 1)
        raise ValueError("header")

    def _list(self, deep: int) -> None:
        head = self._byte()
        count, kind = head >> 4, head & 15
        if count == _LONG_LIST:
            count = self._varint()
        if count > len(self._content) - self.at:  # a part takes a byte at least
            raise ValueError("header")
        for _ in range(count):
            self._value(kind, deep)

    def _step(self) -> None:
        self._left -= 1
        if self._left < 0:
            raise ValueError("header")

    def _byte(self) -> int:
        at = self.at
        self._past(1)
        return self._content[at]

    def _past(self, count: int) -> None:
        if count > len(self._content) - self.at:
            raise ValueError("header")
        self.at += count

    def _whole(self) -> int:
        value = self._varint()
        return (value >> 1) ^ -(value & 1)

    def _varint(self) -> int:
        value = 0
        for shift in range(0, _WIDEST + 1, 7):
            byte = self._byte()
            value |= (byte & (_MORE - 1)) << shift
            if byte < _MORE:
                return value
        raise ValueError("header")
