"""Archives: the one layer of a .zip or .kmz, taken out into a folder of ours."""

from __future__ import annotations

import re
import shutil
import stat
import tempfile
import zipfile
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

from layers._door import opening, speaking_of
from layers._geodatabase import ENDING, geodatabases_in
from layers.causes import Cause
from layers.errors import SourceError
from layers.source import COMPANIONS, FORMATS, source_parts, true_ending

if TYPE_CHECKING:
    from collections.abc import Iterator

    from layers.source import Source

_LARGEST: Final = 4 << 30
_DEEPEST: Final = 1  # a .kmz in a .zip
_MOST_MEMBERS: Final = 5_000
#: bytes that may be packed ever so tightly, and how many times longer than the file more of them may be
_LOOSE: Final = 256 << 20
_TIGHTEST: Final = 150
#: signs in names that one library or another takes for its own
_ODD: Final = re.compile(r"[\x00-\x1f\"'`<>|*?:;%{}\\]")
_TABLES: Final = (".csv", ".tsv", ".xlsx", ".docx", ".txt")


@contextmanager
def unpacked(source: Source, *, depth: int = 0) -> Iterator[Source]:
    """Give the source that can be opened: the one asked for, or the file that its archive holds.

    A file that is called otherwise than its bytes say comes under a name that fits.

    Raises
    ------
    SourceError
        As :func:`layers.source.format_of`; ``zip_without_layer``, ``zip_too_large``, ``zip_unsafe``,
        ``layer_ambiguous``, ``layer_missing`` or ``source_unreadable`` for an archive.
    """
    ending = true_ending(source.path)
    archived = ending in (".zip", ".kmz")
    if not archived and ending == source.path.suffix.lower() and not _ODD.search(source.path.name):
        yield source
        return
    with tempfile.TemporaryDirectory() as folder:
        if archived:
            if depth > _DEEPEST:
                raise SourceError("zip_unsafe", path=str(source.path), found=Cause("zip_nested"))
            with opening(source.path), zipfile.ZipFile(source.path) as archive:
                member, layer = _choose(source, members(archive, source.path, ending))
                inner = _extract(archive, member, Path(folder), source.path)
            names = {inner: f"{source.path}/{_plain(member)}", Path(folder): str(source.path)}
        else:
            inner, layer = _staged(source, Path(folder), ending)
            names = {inner: str(source.path), Path(folder): str(source.path)}
        staged = replace(source, path=inner, layer=layer)
        with speaking_of(names), unpacked(staged, depth=depth + 1) as opened:
            yield opened


def _staged(source: Source, folder: Path, ending: str) -> tuple[Path, str | None]:
    """Link a file and its companions under a name that fits and that every library takes."""
    stem = _ODD.sub("_", source.path.stem)
    if ending == ENDING:
        place = folder / (stem + ending)
        with opening(source.path):
            place.mkdir()
            for part in source_parts(source.path):
                link(part, place / part.name)
        return place, stem if source.layer == source.path.stem else source.layer
    with opening(source.path):
        for part in source_parts(source.path):
            link(part, folder / (stem + part.suffix))
        inner = folder / (stem + ending)
        if not inner.exists():
            link(source.path, inner)
    return inner, stem if source.layer == source.path.stem else source.layer


def link(part: Path, place: Path) -> None:
    """Put a file in a folder of ours: as a link where the system has links, else as a copy."""
    try:
        place.symlink_to(part.resolve())
    except OSError:
        shutil.copyfile(part, place)


def members(archive: zipfile.ZipFile, path: Path, ending: str) -> list[str]:
    """List the files of an archive that we read; tables only where there is nothing else."""
    check_archive(archive, path)
    files = [m for m in archive.namelist() if _is_file(m)]
    bases = _bases(files, path)
    within = tuple(f"{base}/" for base in bases)
    known = [m for m in files if FORMATS.get(_suffix(m), "zip") != "zip" and not _plain(m).startswith(within)]
    known += bases
    maps = [m for m in known if _suffix(m) not in _TABLES]
    tables = [m for m in known if _suffix(m) in _TABLES[:4]] or known
    if not known:
        raise SourceError("zip_without_layer", path=str(path), found=files[:10], expected=".shp")
    if ending == ".kmz":
        documents = [m for m in maps if _suffix(m) == ".kml"]
        return [m for m in documents if m.lower() == "doc.kml"] or documents or maps
    return maps or tables


def _bases(files: list[str], path: Path) -> dict[str, list[str]]:
    """Geodatabases by the names they go by: the archive's own where their tables lie in it bare."""
    return {folder or path.stem: parts for folder, parts in geodatabases_in(files).items()}


def zipped_layers(path: Path) -> list[str]:
    """List the layers of an archive by the names that ``FILE[:LAYER]`` takes."""
    with opening(path), zipfile.ZipFile(path) as archive:
        return [_stem(m) for m in members(archive, path, true_ending(path))]


def check_archive(archive: zipfile.ZipFile, path: Path) -> None:
    """Refuse an archive that no office makes: of too many members, packed too tightly, with links."""
    infos = archive.infolist()
    if len(infos) > _MOST_MEMBERS:
        raise SourceError("zip_unsafe", path=str(path), found=Cause("zip_members"))
    if len({info.filename for info in infos}) < len(infos):
        raise SourceError("zip_unsafe", path=str(path), found=Cause("zip_doubled"))
    if any(stat.S_ISLNK(info.external_attr >> 16) for info in infos):
        raise SourceError("zip_unsafe", path=str(path), found=Cause("zip_links"))
    # what zipfile takes out is never longer than what it was said to be
    size = sum(info.file_size for info in infos)
    if size > _LOOSE and size > _TIGHTEST * max(path.stat().st_size, 1):
        raise SourceError("zip_unsafe", path=str(path), found=Cause("zip_ratio"))


def _choose(source: Source, found: list[str]) -> tuple[str, str | None]:
    """Pick the member, and the layer inside it that remains to be chosen."""
    if len(found) == 1:
        return found[0], source.layer
    named = [m for m in found if source.layer in (m, PurePosixPath(_plain(m)).name, _stem(m))]
    if len(named) == 1:
        return named[0], None
    code = "layer_ambiguous" if source.layer is None or named else "layer_missing"
    raise SourceError(code, path=str(source.path), found=source.layer, expected=[_stem(m) for m in found])


def _extract(archive: zipfile.ZipFile, member: str, folder: Path, path: Path) -> Path:
    """Write a member and its companions under their bare names, so that none leads out of the folder."""
    files = [m for m in archive.namelist() if _is_file(m)]
    if base := _bases(files, path).get(member):
        place = folder / f"{PurePosixPath(_plain(member)).stem}{ENDING}"
        place.mkdir()
        _take_out(archive, [archive.getinfo(m) for m in base], place, path)
        return place
    suffixes = (_suffix(member), *COMPANIONS.get(_suffix(member), ()))
    stem = PurePosixPath(_plain(member)).with_suffix("")
    parts = [
        info
        for info in archive.infolist()
        if _is_file(info.filename)
        and PurePosixPath(_plain(info.filename)).with_suffix("") == stem
        and _suffix(info.filename) in suffixes
    ]
    _take_out(archive, parts, folder, path)
    return folder / PurePosixPath(_plain(member)).name


def _take_out(archive: zipfile.ZipFile, parts: list[zipfile.ZipInfo], folder: Path, path: Path) -> None:
    size = sum(info.file_size for info in parts)
    if size > _LARGEST:
        raise SourceError("zip_too_large", path=str(path), found=size, expected=_LARGEST)
    for info in parts:
        place = folder / PurePosixPath(_plain(info.filename)).name
        with archive.open(info) as packed, place.open("wb") as handle:
            shutil.copyfileobj(packed, handle, 1 << 20)


def _is_file(member: str) -> bool:
    plain = _plain(member)
    return not (plain.endswith("/") or plain.startswith("__MACOSX/") or PurePosixPath(plain).name[:1] == ".")


def _plain(member: str) -> str:
    return member.replace("\\", "/")


def _suffix(member: str) -> str:
    return PurePosixPath(_plain(member)).suffix.lower()


def _stem(member: str) -> str:
    return PurePosixPath(_plain(member)).stem
