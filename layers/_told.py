"""Small signs of damage in files of text: zero bytes, and polylines without the corners they announce."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

    from layers.findings import Ledger

_BLOCK: Final = 1 << 20
_WIDE: Final = (b"\xff\xfe", b"\xfe\xff")


def find_zeros(path: Path, ledger: Ledger) -> None:
    """Enter ``text_with_zeros`` where a file of text holds zero bytes: part of it was lost on a disk."""
    count = 0
    with path.open("rb") as handle:
        if handle.read(2) in _WIDE:
            return
        handle.seek(0)
        while block := handle.read(_BLOCK):
            count += block.count(0)
    if count:
        ledger.find("text_with_zeros", level="block", count=count)


class CornerCount:
    """Counts the corners of polylines and hatches of a DXF file, each of which says how many it has."""

    def __init__(self) -> None:
        self.wrong = 0
        self._entity = b""
        self._polyline = False
        self._stated: int | None = None
        self._seen = 0

    def take(self, code: bytes, value: bytes) -> None:
        """Take one pair of the file."""
        if code == b"0":
            self._end()
            self._entity = value
        elif self._entity == b"HATCH":
            self._take_hatch(code, value)
        elif self._entity == b"LWPOLYLINE" and code == b"90":
            self._begin(value)
        self._seen += code == b"10"

    def _take_hatch(self, code: bytes, value: bytes) -> None:
        """Take a pair of a hatch: 92 begins a boundary, 93 says its corners, 97 ends it."""
        if code in (b"92", b"97"):
            self._end()
            self._polyline = code == b"92" and value.isdigit() and bool(int(value) & 2)
        elif code == b"93" and self._polyline:
            self._begin(value)

    def _begin(self, value: bytes) -> None:
        self._stated, self._seen = (int(value) if value.isdigit() else -1), 0

    def _end(self) -> None:
        self.wrong += self._stated is not None and self._stated != self._seen
        self._stated, self._polyline = None, False
