"""Hostile workspaces: a catalogue that lies, files that lead elsewhere, code where tables are expected."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import time
from contextlib import closing
from typing import TYPE_CHECKING, Final

import geopandas as gpd
from shapely import box

from layers import Layer, Workspace
from layers.bundle import write_bundle
from layers.provenance import file_hash

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: as an answer is named that is stored in a workspace
ANSWER: Final = f"conflicts-{'0' * 16}.{'0' * 12}.answer"
#: statements that spoil a catalogue; ``{secret}`` is a file outside of the workspace
_SQL: Final = {
    "a file that leads out": "update versions set file = '../../elsewhere/secret.parquet', sha256 = '{hash}'",
    "a file by its whole path": "update versions set file = '{secret}', sha256 = '{hash}'",
    "a file without a name": "update versions set file = ''",
    "a file that is a number": "update versions set file = 7",
    "a file of zero bytes in its name": "update versions set file = cast(x'610062' as text)",
    "a file of a long name": "update versions set file = printf('%.5000c', 'a')",
    "a file that is null": "pragma writable_schema = on; update sqlite_schema set sql = replace(sql, "
    "'file text not null', 'file text') where name = 'versions'; pragma writable_schema = reset",
    "a version beyond all numbers": "update versions set version = 1e300 where version = 2; "
    "update heads set version = 1e300",
    "a version that is text": "update versions set version = 'x' where version = 2; update heads set version = 'x'",
    "rows beyond all numbers": "update versions set rows = 9223372036854775807",
    "rows that are text": "update versions set rows = 'many'",
    "years beyond all numbers": "update versions set first = 9223372036854775807, last = -5, stage = 'x'",
    "a provenance that is none": "update versions set provenance = '[1, 2'",
    "a provenance of a list": "update versions set provenance = '[]'",
    "a provenance deep as a well": "update versions set provenance = '{deep}'",
    "an extent that is none": "update versions set extent = 'POLYGON ((0 0'",
    "a kind that is none": "update versions set kind = '../../x'",
    "a system that is none": "update meta set value = '{secret}' where key = 'crs'",
    "a system by address": "update meta set value = 'http://127.0.0.1:9/a.wkt' where key = 'crs'",
    "a system in degrees": "update meta set value = '4326' where key = 'crs'",
    "a system that is a blob": "update meta set value = x'ff00ff' where key = 'crs'",
    "no system": "delete from meta",
    "no table of versions": "drop table versions",
    "no table of heads": "drop table heads",
    "a table without columns": "drop table versions; create table versions (a)",
    "a million heads": "with recursive n(i) as (select 1 union all select i + 1 from n where i < 100000) "
    "insert into heads select 'x' || i, i from n",
    "a view that never ends": "drop table meta; create view meta as with recursive n(i) as "
    "(select 1 union all select i + 1 from n) select i as key, i as value from n",
    "a view of versions that never ends": "alter table versions rename to old; create view versions as "
    "with recursive n(i) as (select 1 union all select i + 1 from n) select old.* from old, n",
    "a trigger on every save": "create trigger t after insert on versions begin delete from versions; end",
    "a name of signs": "update versions set layer = char(27) || '[2J../<b>{secret}'; "
    "update heads set layer = char(27) || '[2J../<b>{secret}'",
    "bytes that are no text": "update versions set note = cast(x'ff' as text), saved_at = x'ff'",
}


def hostile_workspaces(folder: Path, secret: Path) -> Iterator[tuple[str, Path]]:
    """Make every hostile workspace; ``secret`` is a GeoParquet file outside of them."""
    whole = folder / "whole"
    make_whole(whole)
    deep = "[" * 20_000
    for name, script in _SQL.items():
        place = _copy(whole, folder)
        text = script.format(secret=secret, hash=file_hash(secret), deep=deep)
        with closing(sqlite3.connect(place / "catalogue.sqlite")) as base:
            base.executescript(text)
            base.commit()
        yield name, place
    yield from _files(whole, folder, secret)


def make_whole(place: Path) -> None:
    """A workspace with one layer in two versions."""
    base = Workspace.create(place, crs=5897)
    frame = gpd.GeoDataFrame(
        {"name": ["A"]}, geometry=[box(558_000, 2_325_000, 558_100, 2_325_100)], crs=5897
    )
    base.save(Layer(frame, "khu", "industrial_park"))
    base.save(Layer(frame, "khu", "industrial_park"), expected=1)


def _copy(whole: Path, folder: Path) -> Path:
    place = folder / f"ws{len(list(folder.iterdir())):03d}"
    shutil.copytree(whole, place)
    return place


def _files(whole: Path, folder: Path, secret: Path) -> Iterator[tuple[str, Path]]:
    contents = {
        "a catalogue of zeros": bytes(8_192),
        "an empty catalogue": b"",
        "a catalogue of rubbish": b"SQLite format 3\x00" + os.urandom(4_000),
        "a catalogue that is JSON": json.dumps({"versions": ["../../x"]}).encode(),
    }
    for name, content in contents.items():
        place = _copy(whole, folder)
        (place / "catalogue.sqlite").write_bytes(content)
        yield name, place
    for name, content in {
        "a version that is GeoJSON": b'{"type": "FeatureCollection", "features": []}',
        "a version that is a GeoPackage": b"SQLite format 3\x00" + bytes(90),
        "a version of zeros": bytes(5_000),
        "a version cut": b"PAR1",
    }.items():
        for hashed in (False, True):
            place = _copy(whole, folder)
            for path in (place / "versions").iterdir():
                path.write_bytes(content)
                if hashed:
                    _vouch(place, path)
            yield f"{name}{', with its hash' if hashed else ''}", place
    yield from _links(whole, folder, secret)


def _vouch(place: Path, path: Path) -> None:
    with closing(sqlite3.connect(place / "catalogue.sqlite")) as base:
        base.execute("update versions set sha256 = ? where file = ?", (file_hash(path), path.name))
        base.commit()


def _links(whole: Path, folder: Path, secret: Path) -> Iterator[tuple[str, Path]]:
    place = _copy(whole, folder)
    for path in (place / "versions").iterdir():
        path.unlink()
        path.symlink_to(secret)
        _vouch(place, path)
    yield "versions that are links to another file", place
    place = _copy(whole, folder)
    for path in (place / "versions").iterdir():
        path.unlink()
        os.mkfifo(path)
    yield "versions that are pipes", place
    place = _copy(whole, folder)
    for path in (place / "versions").iterdir():
        path.unlink()
        path.symlink_to("/dev/zero")
    yield "versions that never end", place
    place = _copy(whole, folder)
    shutil.rmtree(place / "versions")
    (place / "versions").symlink_to(secret.parent)
    yield "a folder of versions that leads out", place
    place = _copy(whole, folder)
    (place / "catalogue.sqlite").unlink()
    (place / "catalogue.sqlite").symlink_to(secret.parent / "catalogue.sqlite")
    yield "a catalogue that leads out", place
    place = _copy(whole, folder)
    (place / "catalogue.sqlite").unlink()
    os.mkfifo(place / "catalogue.sqlite")
    yield "a catalogue that is a pipe", place
    place = _copy(whole, folder)
    (place / "kept").symlink_to(secret.parent)
    (place / "coordinates").symlink_to(secret.parent)
    yield "folders of kept things that lead out", place
    for home in ("answers", "rasters", "kept"):
        place = _copy(whole, folder)
        (place / home).symlink_to(secret.parent)
        yield f"a folder of {home} that leads out", place
        place = _copy(whole, folder)
        (place / home).mkdir()
        (place / home / f"slope-{'0' * 12}").symlink_to(secret.parent)
        yield f"a link out among the {home}", place
    place = _copy(whole, folder)
    (place / "rasters" / "slope").mkdir(parents=True)
    (place / "rasters" / "slope" / "slope.tif.partial").symlink_to(secret)
    yield "a draft of a raster that leads out", place
    place = _copy(whole, folder)
    (place / "answers").mkdir()
    os.mkfifo(place / "answers" / ANSWER)
    yield "an answer that is a pipe", place
    place = _copy(whole, folder)
    left = place / "versions" / "khu.0123456789ab.part"
    left.symlink_to(secret.parent)
    os.utime(left, (0, 0), follow_symlinks=False)
    yield "a leftover that leads out", place
    place = _copy(whole, folder)
    shutil.rmtree(place / "versions")
    (place / "versions").write_text("x", encoding="utf-8")
    yield "a folder of versions that is a file", place


def hide_version(folder: Path) -> Path:
    """Put a layer, and files that look like leftovers, where no workspace may reach."""
    folder.mkdir()
    path = folder / "secret.parquet"
    frame = gpd.GeoDataFrame({"name": ["MAT-7391-KHONG-DUOC-LO"]}, geometry=[box(0, 0, 1, 1)], crs=5897)
    frame.to_parquet(path)
    old = time.time() - 90 * 86_400
    left = ("khu.0123456789ab.parquet", "khu.0123456789ac.part", ".arrays-01234567")
    for name in (*left, f"{ANSWER}.0123456789ab.part"):
        (folder / name).write_text("not yours", encoding="utf-8")
        os.utime(folder / name, (old, old))
    named = dict(
        zip(("kind", "key", "mark"), ANSWER.removesuffix(".answer").replace("-", ".").split("."), strict=True)
    )
    texts = dict.fromkeys(("asked_at", "rules", "program", "engine", "shape"), "x")
    write_bundle(
        folder / ANSWER,
        None,
        head={**named, **texts, "layers": []},
        naming=lambda _: ("", {}),
        most_bytes=2**20,
    )
    make_whole(folder / "other")
    shutil.copyfile(folder / "other" / "catalogue.sqlite", folder / "catalogue.sqlite")
    return path
