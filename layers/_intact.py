"""Is a file whole? The formats whose readers stop at damage without a word are walked through first.

A cut DXF, DGN or MIF file gives fewer rows and no error; a word among the coordinates of a KML file is
read as 0; what stands in a GeoJSON list and is no feature is passed over.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import repeat
from typing import TYPE_CHECKING, Final
from xml.parsers import expat

import numpy as np

from layers._told import CornerCount, find_zeros
from layers.causes import cause_of
from layers.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from typing import BinaryIO

    from layers.findings import Ledger

_BLOCK: Final = 1 << 20
_BINARY: Final = (".dgn", ".pbf")
_NUMBER: Final = re.compile(r"[-+]?(?:(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|nan|inf(?:inity)?)", re.IGNORECASE)
_COORDINATE_TAGS: Final = ("coordinates", "posList", "pos", "lowerCorner", "upperCorner")
_ROOTS: Final = {".kml": ("kml",), ".osm": ("osm",)}
_GML: Final = "http://www.opengis.net/gml"
_STEP: Final = np.zeros(256, dtype=np.int8)
_STEP[list(b"[{")] = 1
_STEP[list(b"]}")] = -1
_SPACE: Final = np.isin(np.arange(256), list(b" \t\r\n"))


@dataclass(frozen=True)
class Walk:
    """What a walk through a file told.

    Parameters
    ----------
    rows : int or None
        Number of rows the file holds, where the walk tells.
    last_cut : bool
        True where the last row has lost some of its points.
    """

    rows: int | None = None
    last_cut: bool = False


def check_whole(path: Path, name: str, ledger: Ledger) -> Walk:
    """Walk through a file of a format that needs it.

    Parameters
    ----------
    path : pathlib.Path
    name : str
        A value of :data:`layers.source.FORMATS`.
    ledger : Ledger
        Receives ``source_truncated`` where rows at the end may be missing.

    Returns
    -------
    Walk

    Raises
    ------
    SourceError
        ``source_unreadable``, ``format_mismatch`` or ``coordinates_unreadable``.
    """
    walk: Callable[[Path, Ledger], Walk] | None = {
        ".kml": _walk_xml,
        ".gml": _walk_xml,
        ".osm": _walk_xml,
        ".dxf": _walk_dxf,
        ".dgn": _walk_dgn,
        ".mif": _walk_mif,
        ".pbf": _walk_pbf,
    }.get(path.suffix.lower(), _count_features if name == "GeoJSON" else None)
    if walk is not None and path.suffix.lower() not in _BINARY:
        find_zeros(path, ledger)
    return walk(path, ledger) if walk else Walk()


class _XmlWalk:
    """Listener of one pass over an XML file: its root, and every coordinate in it a number."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.StartDoctypeDeclHandler = self.doctype
        self.parser.CharacterDataHandler = self.data
        self.parser.StartNamespaceDeclHandler = self.namespace
        self.root = ""
        self.is_gml = False
        self.text: list[str] | None = None

    def namespace(self, _prefix: str | None, uri: str | None) -> None:
        """Note that the file speaks GML."""
        self.is_gml = self.is_gml or (uri or "").startswith(_GML)

    def doctype(self, name: str, *_ids: object) -> None:
        """Refuse a document type: it defines what else is to be fetched, or how the text multiplies."""
        raise SourceError("xml_with_dtd", path=str(self.path), found=name[:40])

    def start(self, tag: str, _attributes: dict[str, str]) -> None:
        """Begin to listen where coordinates begin."""
        name = tag.rpartition(" ")[2]
        self.root = self.root or name
        if name in _COORDINATE_TAGS:
            self.text = []

    def data(self, text: str) -> None:
        """Gather the text of coordinates."""
        if self.text is not None:
            self.text.append(text)

    def end(self, _tag: str) -> None:
        """Look at each coordinate gathered."""
        if self.text is None:
            return
        for token in re.split(r"[\s,]+", "".join(self.text).strip(" \t\r\n,")):
            if token and not _NUMBER.fullmatch(token):
                row = self.parser.CurrentLineNumber
                raise SourceError("coordinates_unreadable", path=str(self.path), line=row, found=token[:40])
        self.text = None


def _walk_xml(path: Path, _ledger: Ledger) -> Walk:
    walk = _XmlWalk(path)
    try:
        with path.open("rb") as handle:
            walk.parser.ParseFile(handle)
    except expat.ExpatError as error:
        raise SourceError("source_unreadable", path=str(path), found=cause_of(error)) from error
    ending = path.suffix.lower()
    if walk.root not in _ROOTS.get(ending, (walk.root,)) or (ending == ".gml" and not walk.is_gml):
        raise SourceError(
            "format_mismatch", path=str(path), format=ending[1:].upper(), found=f"<{walk.root}>"
        )
    return Walk()


def _walk_dxf(path: Path, ledger: Ledger) -> Walk:
    """Text DXF: pairs of lines, a group code and its value, the last of them 0 EOF."""
    with path.open("rb") as handle:
        if handle.read(18) == b"AutoCAD Binary DXF":
            raise SourceError(
                "format_unsupported", path=str(path), found="DXF (binary)", expected="DXF (ASCII)"
            )
        handle.seek(0)
        code, value, line = b"", b"", 0
        corners = CornerCount()
        for line, (code, value) in enumerate(_pairs(handle), 1):
            corners.take(code, value)
            if code.isdigit() and _is_coordinate(int(code)) and not _is_float(value):
                raise SourceError(
                    "coordinates_unreadable",
                    path=str(path),
                    line=2 * line,
                    found=value[:40].decode("latin-1"),
                )
    if corners.wrong:
        ledger.find("corners_missing", level="block", count=corners.wrong)
    if (code, value) != (b"0", b"EOF"):
        ledger.find(
            "source_truncated",
            level="block",
            expected="EOF",
            found=value[:40].decode("latin-1"),
            line=2 * line,
        )
    return Walk()


def _pairs(handle: BinaryIO) -> Iterator[tuple[bytes, bytes]]:
    for code in handle:
        yield code.strip(), next(handle, b"").strip()


def _is_coordinate(code: int) -> bool:
    return 10 <= code <= 39  # noqa: PLR2004 - x 10-19, y 20-29, z 30-39 in the DXF reference


def _is_float(text: bytes) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _walk_dgn(path: Path, ledger: Ledger) -> Walk:
    """DGN v7: elements, each with its length in words, the last one marked by FF FF."""
    size = path.stat().st_size
    with path.open("rb") as handle:
        at = 0
        while at + 2 <= size:
            handle.seek(at)
            head = handle.read(4)
            if head[:2] == b"\xff\xff":
                return Walk()
            at += 4 + 2 * int.from_bytes(head[2:4], "little")
    ledger.find("source_truncated", level="block", expected="FF FF", found=f"{size} bytes")
    return Walk()


def _walk_mif(path: Path, ledger: Ledger) -> Walk:
    """MIF: after DATA, objects whose points are counted beforehand; as many as the MID file has lines."""
    with path.open("r", encoding="latin-1") as handle:
        lines = iter(handle)
        if not any(line.strip().lower() == "data" for line in lines):
            raise SourceError("source_unreadable", path=str(path), found="no DATA")
        cut = not _objects_whole(lines) or _ends_in_point(path)
    if cut:
        ledger.find("source_truncated", level="block", expected="END", found=path.name)
    table = next((path.with_suffix(e) for e in (".mid", ".MID") if path.with_suffix(e).is_file()), None)
    if table is None:
        return Walk(last_cut=cut)
    with table.open("rb") as handle:
        return Walk(rows=sum(1 for line in handle if line.strip()), last_cut=cut)


def _objects_whole(lines: Iterator[str]) -> bool:
    """Say whether every region and line has the points it was said to have."""
    for line in lines:
        words = line.lower().split()
        if words[:1] == ["region"]:
            counts = _unsaid(words[1:2])
        elif words[:2] == ["pline", "multiple"]:
            counts = _unsaid(words[2:3])
        elif words[:1] == ["pline"]:
            counts = iter(words[1:2])
        else:
            continue
        for count in counts:
            stated = count or next(lines, "").strip()
            if not stated.isdigit() or not _has_points(lines, int(stated)):
                return False
    return True


def _unsaid(words: list[str]) -> Iterator[str]:
    """Count parts whose points are counted on a line of their own."""
    return repeat("", int(words[0])) if words and words[0].isdigit() else iter(())


def _has_points(lines: Iterator[str], count: int) -> bool:
    return all(len(next(lines, "").split()) == 2 for _ in range(count))  # noqa: PLR2004 - x and y


def _ends_in_point(path: Path) -> bool:
    """Say whether a file ends in the midst of a line of coordinates."""
    with path.open("rb") as handle:
        handle.seek(max(path.stat().st_size - 400, 0))
        tail = handle.read()
    last = tail.splitlines()[-1].split()
    return not tail.endswith(b"\n") and bool(last) and all(_is_float(word) for word in last)


def _walk_pbf(path: Path, ledger: Ledger) -> Walk:
    """OSM: blobs, each with a header that tells its length."""
    size = path.stat().st_size
    with path.open("rb") as handle:
        at = 0
        while at < size:
            handle.seek(at)
            head = int.from_bytes(handle.read(4), "big")
            length = _blob_length(handle.read(min(head, 64 * 1024)))
            if length is None:
                raise SourceError("source_unreadable", path=str(path), found=f"OSM blob, byte {at}")
            at += 4 + head + length
    if at > size:
        ledger.find("source_truncated", level="block", expected=at, found=size)
    return Walk()


def _blob_length(head: bytes) -> int | None:
    """Field 3 of a BlobHeader: field 1 is a text, field 2 bytes, both told by their length."""
    at = 0
    while at < len(head):
        key, at = _varint(head, at)
        value, at = _varint(head, at)
        if key == 3 << 3:
            return value
        if key & 7 == 2:  # noqa: PLR2004 - wire type of a text
            at += value
    return None


def _varint(raw: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while at < len(raw):
        value |= (raw[at] & 127) << shift
        at += 1
        if raw[at - 1] < 128:  # noqa: PLR2004 - the last byte of a number
            break
        shift += 7
    return value, at


def _count_features(path: Path, _ledger: Ledger) -> Walk:
    """Count what stands in the list ``features`` of a GeoJSON file, be it a feature or not."""
    _refuse_address(path)
    with path.open("rb") as handle:
        if not _find_list(handle):
            return Walk()
        depth, commas, filled, inside, rest = 1, 0, False, 0, b""
        while block := handle.read(_BLOCK):
            # without escaped signs a quotation mark always opens or closes a text
            block, rest = _whole_escapes(rest + block)
            parts = block.replace(rb"\\", b"").replace(rb"\"", b"").split(b'"')
            text = np.frombuffer(b"s".join(parts[inside::2]), dtype=np.uint8)
            inside = (inside + len(parts) - 1) % 2
            level = depth + np.cumsum(_STEP[text], dtype=np.int64)
            ended = np.flatnonzero(level < 1)
            stop = int(ended[0]) if len(ended) else len(text)
            commas += int(((text[:stop] == ord(",")) & (level[:stop] == 1)).sum())
            filled = filled or bool((~_SPACE[text[:stop]]).any())
            if len(ended):
                return Walk(rows=commas + filled)
            depth = int(level[-1]) if len(level) else depth
    return Walk()


def _refuse_address(path: Path) -> None:
    """Refuse a GeoJSON file whose system is to be fetched from somewhere; a system is given by its name."""
    seen = b""
    with path.open("rb") as handle:
        while block := handle.read(_BLOCK):
            seen = seen[-1024:] + block
            for found in re.finditer(rb'(?<!\\)"crs"\s*:\s*\{([^\x00]{0,600})', seen):
                if re.search(rb'"type"\s*:\s*"(?:link|url)"|"(?:href|url)"\s*:', found[1].split(b"}}")[0]):
                    raise SourceError("crs_by_address", path=str(path), expected='"type": "name"')


def _find_list(handle: BinaryIO) -> bool:
    """Go to the first element of the list; a text in an attribute can't look like its key."""
    seen = b""
    while block := handle.read(_BLOCK):
        seen = seen[-64:] + block
        if found := re.search(rb'(?<!\\)"features"\s*:\s*\[', seen):
            handle.seek(found.end() - len(seen), 1)
            return True
    return False


def _whole_escapes(raw: bytes) -> tuple[bytes, bytes]:
    kept = raw.rstrip(b"\\")
    odd = (len(raw) - len(kept)) % 2
    return (raw[:-1], raw[-1:]) if odd else (raw, b"")
