"""Hostile file geodatabases: links, lengths beyond all memory, bombs in their definitions, archives of them."""

from __future__ import annotations

import os
import re
import shutil
import stat
import struct
import warnings
import zipfile
from typing import TYPE_CHECKING, Final

from tests.layers.formats import write

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.hostile.attacks import Ground

_ROWS: Final = "a00000009.gdbtable"
_INDEX: Final = "a00000009.gdbtablx"
_ITEMS: Final = "a00000004.gdbtable"
_CATALOGUE: Final = "a00000001.gdbtable"
#: what, in which file, where, and what stands there then
_NUMBERS: Final = {
    "two billion rows": (_ROWS, 4, struct.pack("<I", 0x7FFFFFFF)),
    "rows of two GB": (_ROWS, 8, struct.pack("<I", 0x7FFFFFFF)),
    "columns described beyond the end": (_ROWS, 32, struct.pack("<Q", 1 << 62)),
    "columns described in the head": (_ROWS, 32, struct.pack("<Q", 0)),
    "an index of four billion blocks": (_INDEX, 4, struct.pack("<I", 0xFFFFFFFF)),
    "an index of two billion rows": (_INDEX, 8, struct.pack("<I", 0x7FFFFFFF)),
    "an index of offsets 255 bytes wide": (_INDEX, 12, struct.pack("<I", 255)),
    "an index of offsets no byte wide": (_INDEX, 12, struct.pack("<I", 0)),
    "every row at one place": (_INDEX, 16, struct.pack("<I", 0x451)[:4] * 200),
    "every row beyond the end": (_INDEX, 16, b"\xff" * 800),
    "a catalogue of two billion tables": (_CATALOGUE, 4, struct.pack("<I", 0x7FFFFFFF)),
    "a catalogue that describes itself": (_CATALOGUE, 32, struct.pack("<Q", 40)),
    "a version of the future": (_ROWS, 0, struct.pack("<I", 0x7FFFFFFF)),
}


def hostile_geodatabases(ground: Ground) -> Iterator[tuple[str, Path]]:
    """Make every hostile geodatabase, as a folder and in an archive."""
    for make in (_numbers, _definitions, _rows, _parts):
        for name, path in make(ground):
            yield f"{name}, a folder", path
            if all(part.is_file() and not part.is_symlink() for part in path.iterdir()):
                yield f"{name}, an archive", _packed(ground, lambda z, p=path: _fill(z, p, "khu.gdb/"))
    yield from _archives(ground)


def _base(ground: Ground) -> Path:
    place = ground.put("x", b"")
    place.unlink()
    return write(place.parent, "gdb")


def _put_at(path: Path, at: int, content: bytes) -> None:
    raw = path.read_bytes()
    path.write_bytes(raw[:at] + content + raw[at + len(content) :])


def _numbers(ground: Ground) -> Iterator[tuple[str, Path]]:
    for name, (part, at, content) in _NUMBERS.items():
        base = _base(ground)
        _put_at(base / part, at, content)
        yield name, base


def _definitions(ground: Ground) -> Iterator[tuple[str, Path]]:
    """XML in the table of items, as long as what stood there before."""
    laughs = '<!ENTITY a "ha">' + "".join(
        f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9)
    )
    texts = {
        "an entity of another file": f'<!DOCTYPE r [<!ENTITY x SYSTEM "{ground.secret.as_uri()}">]><r>&x;</r>',
        "an entity by address": f'<!DOCTYPE r SYSTEM "{ground.address}/a.dtd"><r/>',
        "entities that multiply": f"<!DOCTYPE r [{laughs}]><r>&j;</r>",
        "a schema by address": f'<r xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        f'xsi:schemaLocation="a {ground.address}/a.xsd"/>',
        "tags five hundred deep": "<a>" * 150,
        "a path to another file": f"<r><CatalogPath>{ground.secret}</CatalogPath><Name>{ground.secret}</Name></r>",
    }
    for name, text in texts.items():
        base = _base(ground)
        raw = (base / _ITEMS).read_bytes()
        spoilt = re.sub(
            rb"<(?:type[a-z]*:|esri:)?DE[A-Za-z]+ .*?</(?:type[a-z]*:|esri:)?DE[A-Za-z]+>",
            lambda found: text.encode()[: len(found[0])].ljust(len(found[0])),  # noqa: B023 - used at once
            raw,
            flags=re.DOTALL,
        )
        assert spoilt != raw, "no definition found"
        (base / _ITEMS).write_bytes(spoilt)
        yield f"{name} in a definition", base


def _rows(ground: Ground) -> Iterator[tuple[str, Path]]:
    """Lengths in the rows themselves: each starts after the first word that says how long it is."""
    for name, ahead, content in (
        ("a row of four GB", 0, b"\xff\xff\xff\x7f"),
        ("a row of a negative length", 0, b"\xff\xff\xff\xff"),
        ("a text of a length beyond all memory", 5, b"\xff\xff\xff\xff\xff\x0f"),
        ("lengths everywhere beyond all memory", 8, b"\xff\xff\xff\xff\x0f" * 30),
    ):
        base = _base(ground)
        at = int.from_bytes((base / _INDEX).read_bytes()[16:20], "little")
        _put_at(base / _ROWS, at + ahead, content)
        yield name, base


def _parts(ground: Ground) -> Iterator[tuple[str, Path]]:
    for part in (_ROWS, _INDEX, _ITEMS, "a00000004.gdbtablx", "a00000002.gdbtable", "a00000007.gdbtable"):
        base = _base(ground)
        (base / part).unlink()
        yield f"{part} missing", base
        base = _base(ground)
        (base / part).write_bytes(bytes((base / part).stat().st_size))
        yield f"{part} of zeros", base
        base = _base(ground)
        (base / part).write_bytes(b"")
        yield f"{part} empty", base
    yield from _odd_parts(ground)


def _odd_parts(ground: Ground) -> Iterator[tuple[str, Path]]:
    base = _base(ground)
    (base / _ROWS).unlink()
    (base / _ROWS).symlink_to(ground.secret)
    yield "a table that is a link to another file", base
    base = _base(ground)
    (base / _INDEX).unlink()
    (base / _INDEX).mkdir()
    yield "a table that is a folder", base
    base = _base(ground)
    (base / "a00000009.freelist").symlink_to("/dev/zero")
    yield "a list that never ends", base
    base = _base(ground)
    (base / _ITEMS).unlink()
    os.mkfifo(base / _ITEMS)
    yield "a table that is a pipe", base
    base = _base(ground)
    for number in range(4_100):
        (base / f"a{number + 256:08x}.atx").write_bytes(b"")
    yield "thousands of indexes", base
    base = _base(ground)
    shutil.copyfile(base / _CATALOGUE, base / _ROWS)
    yield "a table that is the catalogue", base
    base = _base(ground)
    shutil.move(base, base.with_name("b.gdb"))
    base.mkdir()
    shutil.move(base.with_name("b.gdb"), base / "b.gdb")
    yield "one in another", base


def _fill(archive: zipfile.ZipFile, base: Path, folder: str) -> None:
    for part in sorted(base.iterdir()):
        archive.write(part, f"{folder}{part.name}")


def _packed(ground: Ground, fill: Callable[[zipfile.ZipFile], None]) -> Path:
    path = ground.put("khu.zip", b"")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of members that are there twice
        fill(archive)
    return path


def _archives(ground: Ground) -> Iterator[tuple[str, Path]]:
    base = _base(ground)
    whole = _packed(ground, lambda z: _fill(z, base, "khu.gdb/"))

    def linked(archive: zipfile.ZipFile) -> None:
        _fill(archive, base, "khu.gdb/")
        info = zipfile.ZipInfo("khu.gdb/a0000000a.gdbtable")
        info.create_system, info.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
        archive.writestr(info, str(ground.secret))

    def vast(archive: zipfile.ZipFile) -> None:
        _fill(archive, base, "khu.gdb/")
        archive.writestr("khu.gdb/a0000000a.gdbtable", bytes(600 << 20))

    def crowd(archive: zipfile.ZipFile) -> None:
        _fill(archive, base, "khu.gdb/")
        for number in range(6_000):
            archive.writestr(f"khu.gdb/a{number + 256:08x}.atx", b"")

    yield "an archive in an archive", _packed(ground, lambda z: z.write(whole, "khu.gdb.zip"))
    yield "a link in an archive", _packed(ground, linked)
    if ground.heavy:
        yield "a table that unpacks to 600 MB", _packed(ground, vast)
    yield "thousands of indexes in an archive", _packed(ground, crowd)
    for folder in ("../../khu.gdb/", "/tmp/khu.gdb/", "..\\..\\khu.gdb\\", "C:\\khu.gdb\\", "a/" * 400):
        yield f"members {folder[:20]}", _packed(ground, lambda z, f=folder: _fill(z, base, f))
    yield "every member twice", _packed(ground, lambda z: [_fill(z, base, "khu.gdb/") for _ in "ab"] and None)
    yield "one in another in an archive", _packed(ground, lambda z: _fill(z, base, "a.gdb/b.gdb/"))
