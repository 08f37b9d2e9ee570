"""Files that are odd but whole: what offices send, and a careful reader must not refuse."""

from __future__ import annotations

import json
import shutil
import sqlite3
import zipfile
from contextlib import closing
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import pyogrio
from shapely import LineString, Point

from tests.layers.formats import FORMATS, small_layer, write

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_TEXTS: Final = ("geojson", "kml", "kml-plain", "gml", "mif", "dxf")
_ALONE: Final = ("gpkg", "geojson", "fgb", "parquet", "kml", "kmz", "gml", "dxf", "dgn", "zip")


def oddities(folder: Path) -> Iterator[tuple[str, Path]]:
    """Make every odd file; gives what is odd about it and the file to open."""
    for n, (name, make) in enumerate([*_renamed(), *_rewritten(), *_packed(), *_special()]):
        place = folder / f"{n:03d}"
        place.mkdir()
        yield name, make(place)


Make = tuple[str, "Callable[[Path], Path]"]


def _renamed() -> Iterator[Make]:
    names = {
        "no ending known": "khu.dat",
        "an ending of another format": "khu.xml",
        "an ending in capitals": "KHU{}",
        "a name with spaces and marks": "Bản đồ quy hoạch (lần 2){}",
        "a name with quotes": "khu 'A' \"B\"{}",
        "two dots": "khu.v2.final{}",
    }
    for what, name in names.items():
        for kind in _ALONE:
            ending = FORMATS[kind].ending

            def make(place: Path, kind: str = kind, name: str = name, ending: str = ending) -> Path:
                path = write(place, kind)
                big = ending.upper() if name.startswith("KHU") else ending
                return path.rename(place / name.format(big))

            yield f"{kind}: {what}", make
    for kind in ("shp", "tab", "mif"):
        for what, stem in (("spaces and marks", "Bản đồ (2)"), ("quotes", "khu 'A'"), ("capitals", "KHU")):

            def move(place: Path, kind: str = kind, stem: str = stem) -> Path:
                path = write(place, kind)
                for part in list(place.iterdir()):
                    part.rename(place / (stem + (part.suffix.upper() if stem == "KHU" else part.suffix)))
                ending = path.suffix.upper() if stem == "KHU" else path.suffix
                return place / (stem + ending)

            yield f"{kind}: a name with {what}", move


def _rewritten() -> Iterator[Make]:
    changes: dict[str, Callable[[bytes], bytes]] = {
        "a byte-order mark": lambda raw: b"\xef\xbb\xbf" + raw,
        "the ends of lines of Windows": lambda raw: raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"),
        "blanks at the end": lambda raw: raw + b"\n\n   \n",
    }
    for what, change in changes.items():
        for kind in _TEXTS:
            if kind in ("dxf", "mif") and what != "the ends of lines of Windows":
                continue

            def make(place: Path, kind: str = kind, change: Callable[[bytes], bytes] = change) -> Path:
                path = write(place, kind)
                path.write_bytes(change(path.read_bytes()))
                return path

            yield f"{kind}: {what}", make
    for kind in ("gpkg", "shp", "fgb", "geojson"):

        def linked(place: Path, kind: str = kind) -> Path:
            (place / "real").mkdir()
            path = write(place / "real", kind)
            for part in (place / "real").iterdir():
                (place / part.name).symlink_to(part)
            return place / path.name

        yield f"{kind}: a link to the file", linked


def _packed() -> Iterator[Make]:
    for kind in ("shp", "gpkg", "geojson", "kml", "tab", "mif", "gml", "dxf"):
        for what, prefix in (
            ("flat", ""),
            ("in a folder", "Dữ liệu/lớp/"),
            ("with the leftovers of a Mac", "a/"),
        ):

            def make(place: Path, kind: str = kind, prefix: str = prefix) -> Path:
                (place / "x").mkdir()
                write(place / "x", kind)
                with zipfile.ZipFile(place / "goi.zip", "w", zipfile.ZIP_DEFLATED) as archive:
                    for part in sorted((place / "x").iterdir()):
                        archive.write(part, prefix + part.name)
                        if prefix == "a/":
                            archive.writestr(f"__MACOSX/a/._{part.name}", b"\x00\x05\x16\x07")
                shutil.rmtree(place / "x")
                return place / "goi.zip"

            yield f"zip of {kind}: {what}", make


def _special() -> Iterator[Make]:
    def json_of(**others: Any) -> Callable[[Path], Path]:
        def make(place: Path) -> Path:
            content = json.loads(write(place, "geojson").read_text())
            (place / "khu.geojson").write_text(json.dumps({**content, **others}))
            return place / "khu.geojson"

        return make

    yield (
        "geojson: a system by its old name",
        json_of(crs={"type": "name", "properties": {"name": "EPSG:5897"}}),
    )
    yield "geojson: a list called features within", json_of(properties={"features": [1, 2]})
    yield "geojson: no features", json_of(features=[])
    yield "geojson: a feature alone", lambda p: _json(p, lambda c: c["features"][0])
    yield "geojson: a geometry alone", lambda p: _json(p, lambda c: c["features"][0]["geometry"])
    yield "geojson: a feature a line", _lines
    yield "geojson: nested attributes", lambda p: _json(p, _nested)
    for kind in ("shp", "gpkg", "geojson", "fgb", "parquet", "tab", "mif", "gml", "kml"):
        yield f"{kind}: points", lambda p, k=kind: write(p, k, _points())
        yield f"{kind}: lines", lambda p, k=kind: write(p, k, _paths())
        yield f"{kind}: heights", lambda p, k=kind: write(p, k, _high())
        if kind != "fgb":
            yield f"{kind}: a geometry missing", lambda p, k=kind: write(p, k, _holed())
    for ending in (".dbf", ".prj", ".cpg", ".shx"):
        yield f"shp: without {ending}", lambda p, e=ending: _without(p, e)
    yield "shp: with a metadata file", _with_metadata
    yield "shp: no rows", lambda p: write(p, "shp", small_layer().iloc[:0])
    yield (
        "gpkg: a view as a layer",
        lambda p: _sql(
            p,
            "create view v as select fid, geom, ten_khu from khu where so_lo > 3;"
            "insert into gpkg_contents (table_name, data_type, identifier, srs_id) select 'v', 'features', 'v', srs_id"
            " from gpkg_contents; insert into gpkg_geometry_columns select 'v', 'geom', geometry_type_name, srs_id, z, m"
            " from gpkg_geometry_columns where table_name = 'khu'; delete from gpkg_contents where table_name = 'khu'",
        ),
    )
    yield (
        "gpkg: a table of notes beside",
        lambda p: _sql(p, "create table ghi_chu (a text); insert into ghi_chu values ('x')"),
    )
    yield (
        "gpkg: a trigger that keeps the date",
        lambda p: _sql(
            p,
            "create trigger t after update on khu begin update gpkg_contents set last_change = strftime('%Y'); end",
        ),
    )
    yield (
        "gpkg: a view of numbers",
        lambda p: _sql(p, "create view tong as select count(*), sum(so_lo), max(round(so_lo, 2)) from khu"),
    )
    yield "gpkg: no index of places", lambda p: _options(p, "GPKG", ".gpkg", SPATIAL_INDEX="NO")
    yield "gpkg: version 1.0", lambda p: _options(p, "GPKG", ".gpkg", VERSION="1.0")
    yield "fgb: no index of places", lambda p: _options(p, "FlatGeobuf", ".fgb", SPATIAL_INDEX="NO")
    yield "gml: version 2", lambda p: _options(p, "GML", ".gml", FORMAT="GML2")
    yield "gml: version 3.2", lambda p: _options(p, "GML", ".gml", FORMAT="GML3.2")
    yield "gml: without its schema", lambda p: _options(p, "GML", ".gml", XSISCHEMA="OFF")
    for compression in ("snappy", "gzip", "zstd", None):
        yield f"parquet: {compression}", lambda p, c=compression: _parquet(p, compression=c)
    yield "parquet: GeoArrow", lambda p: _parquet(p, geometry_encoding="geoarrow")
    yield (
        "parquet: no system",
        lambda p: write(p, "parquet", small_layer().set_crs(None, allow_override=True)),
    )


def _json(place: Path, change: Callable[[Any], Any]) -> Path:
    path = write(place, "geojson")
    path.write_text(json.dumps(change(json.loads(path.read_text()))))
    return path


def _nested(content: Any) -> Any:
    for feature in content["features"]:
        feature["properties"]["chi_tiet"] = {"a": [1, {"b": "c"}]}
    return content


def _lines(place: Path) -> Path:
    path = write(place, "geojson")
    features = json.loads(path.read_text())["features"]
    path.write_text("\n".join(json.dumps(f) for f in features) + "\n")
    return path


def _points() -> gpd.GeoDataFrame:
    frame = small_layer()
    return frame.set_geometry(frame.geometry.centroid)


def _paths() -> gpd.GeoDataFrame:
    frame = small_layer()
    return frame.set_geometry([LineString(g.exterior.coords[:3]) for g in frame.geometry], crs=5897)


def _high() -> gpd.GeoDataFrame:
    frame = small_layer()
    return frame.set_geometry(
        gpd.GeoSeries([Point(p.x, p.y, 12.5) for p in frame.geometry.centroid], crs=5897)
    )


def _holed() -> gpd.GeoDataFrame:
    frame = small_layer()
    frame.loc[3, "geometry"] = None
    return frame


def _without(place: Path, ending: str) -> Path:
    path = write(place, "shp")
    path.with_suffix(ending).unlink()
    return path


def _with_metadata(place: Path) -> Path:
    path = write(place, "shp")
    (place / "khu.shp.xml").write_text("<metadata/>")
    (place / "khu.sbn").write_bytes(bytes(100))
    (place / "khu.qpj").write_text("x")
    return path


def _sql(place: Path, script: str) -> Path:
    path = write(place, "gpkg")
    with closing(sqlite3.connect(path)) as base:
        base.executescript(script)
        base.commit()
    return path


def _options(place: Path, driver: str, ending: str, **options: str) -> Path:
    path = place / f"khu{ending}"
    pyogrio.write_dataframe(small_layer(), path, driver=driver, **options)
    return path


def _parquet(place: Path, **options: Any) -> Path:
    path = place / "khu.parquet"
    small_layer().to_parquet(path, **options)
    return path
