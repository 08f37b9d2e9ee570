"""Hostile files: each tries to read another file, to reach another machine, or to eat time and memory."""

from __future__ import annotations

import json
import shutil
import sqlite3
import stat
import struct
import zipfile
import zlib
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
from shapely import Polygon

from tests.hostile.geodatabases import hostile_geodatabases
from tests.layers.formats import small_layer, write

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

#: stands in the file that nothing may read
SECRET: Final = "MAT-7391-KHONG-DUOC-LO"
_SQUARE: Final = "105.5,21.0 105.51,21.0 105.51,21.01 105.5,21.0"
_RING: Final = [[105.5, 21.0], [105.51, 21.0], [105.51, 21.01], [105.5, 21.0]]
_KML: Final = (
    '<?xml version="1.0" encoding="UTF-8"?>{head}<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{body}'
    "<Placemark><name>{name}</name><Polygon><outerBoundaryIs><LinearRing><coordinates>"
    + _SQUARE
    + "</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark></Document></kml>"
)
_GML: Final = (
    '<?xml version="1.0"?>{head}<ogr:FeatureCollection xmlns:ogr="http://ogr.maptools.org/" '
    'xmlns:gml="http://www.opengis.net/gml" xmlns:xlink="http://www.w3.org/1999/xlink" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" {schema}>'
    '<gml:featureMember><ogr:a fid="a.1"><ogr:geometryProperty{link}><gml:Polygon srsName="EPSG:5897">'
    "<gml:outerBoundaryIs><gml:LinearRing><gml:coordinates>558000,2325000 558100,2325000 558100,2325100 "
    "558000,2325000</gml:coordinates></gml:LinearRing></gml:outerBoundaryIs></gml:Polygon>"
    "</ogr:geometryProperty><ogr:name>{name}</ogr:name></ogr:a></gml:featureMember></ogr:FeatureCollection>"
)


@dataclass(frozen=True)
class Ground:
    """Where hostile files lie, what they try to read, and whom they try to reach.

    Parameters
    ----------
    folder : pathlib.Path
    secret : pathlib.Path
        A CSV file outside of it; beside it lies the same as ``.geojson``.
    address : str
        ``http://127.0.0.1:PORT``.
    heavy : bool
        False leaves out the families whose files are large.
    """

    folder: Path
    secret: Path
    address: str
    heavy: bool = True

    def put(self, name: str, content: str | bytes) -> Path:
        """Write a file into a folder of its own."""
        place = self.folder / f"{len(list(self.folder.iterdir())):03d}"
        place.mkdir()
        path = place / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path


def hide_secret(folder: Path) -> Path:
    """Write what nothing may read."""
    folder.mkdir()
    path = folder / "secret.csv"
    path.write_text(f'WKT,name\n"POINT (105.5 21)",{SECRET}\n', encoding="utf-8")
    (folder / "secret.txt").write_text(SECRET, encoding="utf-8")
    content = {
        "type": "Feature",
        "properties": {"name": SECRET},
        "geometry": {"type": "Polygon", "coordinates": [_RING]},
    }
    (folder / "secret.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": [content]}))
    return path


def attacks(ground: Ground) -> Iterator[tuple[str, Path]]:
    """Make every hostile file; gives its name and its path."""
    families: tuple[Callable[[Ground], Iterator[tuple[str, Path]]], ...] = (
        _pointers,
        _json,
        _kml,
        _gml,
        _services,
        _mapinfo,
        _archives,
        _databases,
        _shapefiles,
        _drawings,
        _binary,
        _workbooks,
        _heavy,
        _names,
        hostile_geodatabases,
    )
    for family in families if ground.heavy else families[:6] + families[7:10] + families[13:]:
        for name, path in family(ground):
            yield f"{family.__name__.lstrip('_')}: {name}", path


def _pointers(ground: Ground) -> Iterator[tuple[str, Path]]:
    beside = ground.secret.with_suffix(".geojson")
    for target, label in (
        (str(ground.secret), "file"),
        (str(beside), "geojson"),
        (f"/vsicurl/{ground.address}/a.geojson", "curl"),
        (f"/vsizip/vsicurl/{ground.address}/a.zip", "zip of curl"),
    ):
        body = (
            f'<OGRVRTDataSource><OGRVRTLayer name="{Path(target).stem}"><SrcDataSource>{target}</SrcDataSource>'
            "</OGRVRTLayer></OGRVRTDataSource>"
        )
        for ending in (".vrt", ".kml", ".gml", ".geojson", ".csv", ".xml", ".osm", ".dxf"):
            yield f"virtual layer to a {label} as {ending}", ground.put(f"a{ending}", body)
    yield (
        "a pipeline",
        ground.put(
            "a.gdalg.json",
            json.dumps(
                {"type": "gdal_streamed_alg", "command_line": f"gdal vector pipeline ! read {beside}"}
            ),
        ),
    )
    yield "virtual layer behind a comment", ground.put("a.kml", f"<!-- {'x' * 9000} --><OGRVRTDataSource/>")
    yield (
        "a SQL that opens a file",
        ground.put(
            "b.vrt",
            f"<OGRVRTDataSource><OGRVRTLayer name='a'><SrcDataSource>{beside}</SrcDataSource>"
            "<SrcSQL>select * from secret</SrcSQL></OGRVRTLayer></OGRVRTDataSource>",
        ),
    )


def _feature(**others: object) -> dict[str, object]:
    return {
        "type": "Feature",
        "properties": {"name": "a"},
        "geometry": {"type": "Polygon", "coordinates": [_RING]},
        **others,
    }


def _json(ground: Ground) -> Iterator[tuple[str, Path]]:
    def collection(**others: object) -> str:
        return json.dumps({"type": "FeatureCollection", **others, "features": [_feature()]})

    for kind in ("proj4", "ogcwkt", "esriwkt"):
        link = {"type": "link", "properties": {"href": f"{ground.address}/crs", "type": kind}}
        yield f"a system by link, {kind}", ground.put("a.geojson", collection(crs=link))
    yield (
        "a system by url",
        ground.put(
            "a.geojson", collection(crs={"type": "url", "properties": {"url": f"{ground.address}/crs"}})
        ),
    )
    for name in (
        f"{ground.address}/crs",
        str(ground.secret),
        f"+init={ground.secret}:a",
        f"+nadgrids={ground.address}/g",
    ):
        yield (
            f"a system called {name[:12]}",
            ground.put("a.geojson", collection(crs={"type": "name", "properties": {"name": name}})),
        )
    yield (
        "an ESRI service",
        ground.put(
            "a.json",
            json.dumps(
                {
                    "geometryType": "esriGeometryPolygon",
                    "exceededTransferLimit": True,
                    "fields": [],
                    "features": [],
                }
            ),
        ),
    )
    yield "a topology", ground.put("a.json", '{"type":"Topology","objects":{},"arcs":[],"transform":{}}')
    yield (
        "a list 200,000 deep",
        ground.put("a.geojson", '{"type":"FeatureCollection","features":' + "[" * 200_000),
    )
    yield (
        "a feature with 60,000 columns",
        ground.put(
            "a.geojson",
            json.dumps(
                {
                    "type": "FeatureCollection",
                    "features": [_feature(properties={f"c{i}": i for i in range(60_000)})],
                }
            ),
        ),
    )


def _kml(ground: Ground) -> Iterator[tuple[str, Path]]:
    for target, label in (
        (ground.secret.with_suffix(".txt").as_uri(), "file"),
        (f"{ground.address}/x", "web"),
    ):
        head = f'<!DOCTYPE kml [<!ENTITY a SYSTEM "{target}">]>'
        for ending in (".kml", ".xml"):
            yield (
                f"an entity from a {label} as {ending}",
                ground.put(f"a{ending}", _KML.format(head=head, body="", name="&a;")),
            )
        parameter = f'<!DOCTYPE kml [<!ENTITY % p SYSTEM "{target}"> %p;]>'
        yield (
            f"a parameter entity from a {label}",
            ground.put("a.kml", _KML.format(head=parameter, body="", name="a")),
        )
        wide = _KML.format(head=head, body="", name="&a;").replace("UTF-8", "UTF-16")
        yield f"an entity from a {label} in UTF-16", ground.put("a.kml", wide.encode("utf-16"))
        for body, what in (
            (f"<NetworkLink><Link><href>{target}</href></Link></NetworkLink>", "network link"),
            (f"<GroundOverlay><Icon><href>{target}</href></Icon></GroundOverlay>", "overlay"),
            (f"<Style id='s'><IconStyle><Icon><href>{target}</href></Icon></IconStyle></Style>", "icon"),
            (f"<Schema name='s' id='s' parent='{target}'/><styleUrl>{target}#s</styleUrl>", "style"),
        ):
            yield f"a {what} to a {label}", ground.put("a.kml", _KML.format(head="", body=body, name="a"))
    laughs = "".join(f'<!ENTITY {chr(98 + i)} "{f"&{chr(97 + i)};" * 10}">' for i in range(12))
    yield (
        "an entity that multiplies",
        ground.put(
            "a.kml",
            _KML.format(head=f'<!DOCTYPE kml [<!ENTITY a "aaaaaaaaaa">{laughs}]>', body="", name="&m;"),
        ),
    )
    yield "folders 50,000 deep", ground.put("a.kml", _KML.format(head="", body="<Folder>" * 50_000, name="a"))


def _gml(ground: Ground) -> Iterator[tuple[str, Path]]:
    text = ground.secret.with_suffix(".txt")
    for target, label in ((text.as_uri(), "file"), (f"{ground.address}/x.xsd", "web"), (str(text), "path")):
        schema = f'xsi:schemaLocation="http://ogr.maptools.org/ {target}"'
        yield (
            f"a schema from a {label}",
            ground.put("a.gml", _GML.format(head="", schema=schema, link="", name="a")),
        )
        link = f' xlink:href="{target}#a"'
        yield (
            f"a geometry from a {label}",
            ground.put("a.gml", _GML.format(head="", schema="", link=link, name="a")),
        )
        head = f'<!DOCTYPE a [<!ENTITY a SYSTEM "{target}">]>'
        yield (
            f"an entity from a {label}",
            ground.put("a.gml", _GML.format(head=head, schema="", link="", name="&a;")),
        )
    yield (
        "an OSM file with an entity",
        ground.put(
            "a.osm",
            f'<!DOCTYPE osm [<!ENTITY a SYSTEM "{text.as_uri()}">]><osm version="0.6"><node id="1" lat="21" lon="105"><tag k="name" v="&a;"/></node></osm>',
        ),
    )


def _services(ground: Ground) -> Iterator[tuple[str, Path]]:
    for tag in ("OGRWFSDataSource", "OGROAPIFDataSource", "GDAL_WMS", "GDAL_WMTS", "OGRCSWDataSource"):
        body = f"<{tag}><URL>{ground.address}/wfs?</URL><Service name='WMS'><ServerUrl>{ground.address}/</ServerUrl></Service></{tag}>"
        for ending in (".xml", ".gml", ".kml"):
            yield f"{tag} as {ending}", ground.put(f"a{ending}", body)
    yield (
        "addresses in a list",
        ground.put("a.csv", f"WFS:{ground.address}/wfs\n/vsicurl/{ground.address}/a.geojson\n"),
    )
    yield (
        "a GeoRSS",
        ground.put(
            "a.xml",
            f"<rss version='2.0'><channel><item><link>{ground.address}/</link></item></channel></rss>",
        ),
    )


def _mapinfo(ground: Ground) -> Iterator[tuple[str, Path]]:
    head = "!table\n!version 300\n!charset WindowsLatin1\n\nDefinition Table\n"
    yield (
        "a linked table",
        ground.put("a.tab", f'{head}  Type LINKED Charset "WindowsLatin1"\n  Fields 1\n    a Char (10) ;\n'),
    )
    yield (
        "a table elsewhere",
        ground.put(
            "a.tab",
            f'{head}  File "{ground.secret}"\n  Type CSV Charset "WindowsLatin1"\n  Fields 1\n    a Char (80) ;\n',
        ),
    )
    yield (
        "a seamless table",
        ground.put(
            "a.tab",
            f'{head}  Type NATIVE Charset "WindowsLatin1"\n  Fields 2\n    Table Char (254) ;\n    Description Char (25) ;\nbegin_metadata\n"\\IsSeamless" = "TRUE"\nend_metadata\n',
        ),
    )
    yield (
        "a view",
        ground.put(
            "a.tab",
            f'!table\n!version 100\nOpen Table "{ground.secret.with_suffix("")}"\nCreate View a As\nSelect * from secret\n',
        ),
    )
    for count in ("999999999999", "-1", "2147483647"):
        yield (
            f"a region of {count} parts",
            ground.put("a.mif", f"Version 300\nColumns 1\n  a Char(10)\nData\n\nRegion {count}\n 4\n1 1\n"),
        )


def _archives(ground: Ground) -> Iterator[tuple[str, Path]]:
    def packed(name: str, fill: Callable[[zipfile.ZipFile], None]) -> Path:
        path = ground.put(name, b"")
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            fill(archive)
        return path

    def linked(archive: zipfile.ZipFile) -> None:
        info = zipfile.ZipInfo("a.geojson")
        info.create_system = 3
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(info, str(ground.secret.with_suffix(".geojson")))

    whole = json.dumps({"type": "FeatureCollection", "features": [_feature()]})
    yield "a link", packed("a.zip", linked)
    for name in ("../../../a.geojson", "/tmp/thocong-out.geojson", "..\\..\\a.geojson", "C:\\a.geojson"):
        yield f"a member {name}", packed("a.zip", lambda z, n=name: z.writestr(n, whole))
    yield (
        "a member that unpacks to 600 MB",
        packed("a.zip", lambda z: z.writestr("a.geojson", b" " * (600 << 20))),
    )
    yield (
        "20,000 members",
        packed("a.zip", lambda z: [z.writestr(f"{i}.txt", "") for i in range(20_000)] and None),
    )
    yield (
        "a virtual layer within",
        packed(
            "a.zip",
            lambda z: z.writestr(
                "a.kml",
                f"<OGRVRTDataSource><OGRVRTLayer name='a'><SrcDataSource>{ground.secret}</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>",
            ),
        ),
    )
    inner = packed("b.zip", lambda z: z.writestr("a.geojson", whole))
    for _ in range(3):
        content = inner.read_bytes()
        inner = packed("b.zip", lambda z, c=content: z.writestr("b.zip", c))
    yield "archives in archives", inner
    middle = packed("c.kmz", lambda z: z.writestr("doc.kml", b"PK\x03\x04"))
    yield "an archive called doc.kml", middle
    yield "a member twice", _twice(ground, whole)
    raw = bytearray(packed("a.zip", lambda z: z.writestr("a.geojson", b" " * (1 << 20))).read_bytes())
    at = raw.index(b"PK\x01\x02")
    raw[at + 24 : at + 28] = (100).to_bytes(4, "little")
    yield "a size that lies", ground.put("a.zip", bytes(raw))


def _twice(ground: Ground, whole: str) -> Path:
    import warnings

    path = ground.put("a.zip", b"")
    with zipfile.ZipFile(path, "w") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        archive.writestr("a.geojson", whole)
        archive.writestr("a.geojson", whole.replace('"a"', '"b"'))
    return path


def _databases(ground: Ground) -> Iterator[tuple[str, Path]]:
    csv, site = ground.secret, ground.address
    views = {
        "a file read": f"select 1 as fid, readfile('{csv}') as name",
        "an extension": f"select 1 as fid, load_extension('{csv}') as name",
        "a geocoder": f"select 1 as fid, ogr_geocode('{site}') as name",
        "a raster": f"select 1 as fid, gdal_get_pixel_value('/vsicurl/{site}/a.tif', 1, 'pixel', 0, 0) as name",
        "layers of a file": f"select 1 as fid, ogr_datasource_load_layers('{csv}') as name",
        "a blob from a file": f"select 1 as fid, BlobFromFile('{csv}') as name",
        "no end": "with recursive n(i) as (select 1 union all select i + 1 from n) select i as fid, 'a' as name from n",
    }
    for label, code in views.items():
        yield (
            f"a view with {label}",
            _gpkg(ground, f"drop table khu; create view khu as {code}, (select null) as geom"),
        )
    yield (
        "a trigger",
        _gpkg(ground, f"create trigger t after update on khu begin select load_extension('{csv}'); end"),
    )
    yield "a default", _gpkg(ground, f"create table d (a text default (readfile('{csv}')))")
    yield (
        "a virtual table in the schema",
        _gpkg_schema(
            ground, f"create virtual table v using VirtualOGR('{ground.secret.with_suffix('.geojson')}')"
        ),
    )
    yield (
        "a virtual table over the web",
        _gpkg_schema(ground, f"create virtual table v using VirtualOGR('/vsicurl/{site}/a.geojson')"),
    )
    yield "a geometry of two billion points", _gpkg_blob(ground)


def _gpkg(ground: Ground, script: str) -> Path:
    place = ground.put("khu.gpkg", b"x").parent
    path = write(place, "gpkg")
    with closing(sqlite3.connect(path)) as base:
        names = [n for (n,) in base.execute("select name from sqlite_master where type = 'trigger'")]
        for name in names:
            base.execute(f'drop trigger "{name}"')
        base.executescript(script)
        base.commit()
    return path


def _gpkg_schema(ground: Ground, code: str) -> Path:
    path = _gpkg(ground, "select 1")
    with closing(sqlite3.connect(path)) as base:
        base.execute("pragma writable_schema = on")
        base.execute("insert into sqlite_master values ('table', 'v', 'v', 0, ?)", (code,))
        base.execute(
            "insert into gpkg_contents (table_name, data_type, identifier, srs_id) values ('v', 'features', 'v', 4326)"
        )
        base.execute("insert into gpkg_geometry_columns values ('v', 'geom', 'POLYGON', 4326, 0, 0)")
        base.commit()
    return path


def _gpkg_blob(ground: Ground) -> Path:
    path = _gpkg(ground, "select 1")
    blob = b"GP\x00\x01" + struct.pack("<i", 5897) + struct.pack("<BIII", 1, 3, 1, 2_000_000_000) + bytes(64)
    with closing(sqlite3.connect(path)) as base:
        base.execute("update khu set geom = ?", (blob,))
        base.commit()
    return path


def _shapefiles(ground: Ground) -> Iterator[tuple[str, Path]]:
    def shape(**files: bytes) -> Path:
        place = ground.put("x", b"").parent
        (place / "x").unlink()
        path = write(place, "shp")
        for ending, content in files.items():
            path.with_suffix(f".{ending}").write_bytes(content)
        return path

    for text in (ground.address, str(ground.secret), f"+init={ground.secret}:1", "PROJCS[" * 9000):
        yield f"a system {text[:12]}", shape(prj=text.encode())
    yield "an encoding that is a path", shape(cpg=f"../../{ground.secret.name}".encode())
    head = bytearray(write(ground.put("y", b"").parent, "shp").read_bytes())
    spoilt = bytearray(head)
    spoilt[144:148] = (2**31 - 1).to_bytes(4, "little")
    yield "a polygon of two billion parts", shape(shp=bytes(spoilt))
    spoilt = bytearray(head)
    spoilt[148:152] = (2**31 - 1).to_bytes(4, "little")
    yield "a polygon of two billion points", shape(shp=bytes(spoilt))
    companion = shape()
    companion.with_suffix(".dbf").unlink()
    companion.with_suffix(".dbf").symlink_to(ground.secret)
    yield "a table that is a link", companion


def _drawings(ground: Ground) -> Iterator[tuple[str, Path]]:
    def dxf(*body: str) -> str:
        return "\n".join(["0", "SECTION", "2", "ENTITIES", *body, "0", "ENDSEC", "0", "EOF", ""])

    blocks = ["0", "SECTION", "2", "BLOCKS"]
    for i in range(12):
        blocks += ["0", "BLOCK", "8", "0", "2", f"B{i}", "10", "0", "20", "0"]
        for n in range(10):
            blocks += (
                ["0", "INSERT", "8", "0", "2", f"B{i + 1}", "10", str(n), "20", "0"]
                if i < 11
                else ["0", "LINE", "8", "0", "10", "0", "20", "0", "11", "1", "21", "1"]
            )
        blocks += ["0", "ENDBLK"]
    entity = ["0", "INSERT", "8", "0", "2", "B0", "10", "0", "20", "0"]
    yield "blocks that multiply", ground.put("a.dxf", "\n".join([*blocks, "0", "ENDSEC", ""]) + dxf(*entity))
    loop = [
        "0",
        "SECTION",
        "2",
        "BLOCKS",
        "0",
        "BLOCK",
        "2",
        "A",
        "0",
        "INSERT",
        "2",
        "A",
        "0",
        "ENDBLK",
        "0",
        "ENDSEC",
        "",
    ]
    yield (
        "a block within itself",
        ground.put("a.dxf", "\n".join(loop) + dxf("0", "INSERT", "8", "0", "2", "A", "10", "0", "20", "0")),
    )
    yield (
        "an insert in a billion rows",
        ground.put(
            "a.dxf",
            "\n".join(loop).replace("INSERT\n2\nA", "LINE\n10\n0\n20\n0\n11\n1\n21\n1")
            + dxf(
                "0",
                "INSERT",
                "8",
                "0",
                "2",
                "A",
                "10",
                "0",
                "20",
                "0",
                "70",
                "30000",
                "71",
                "30000",
                "44",
                "1",
                "45",
                "1",
            ),
        ),
    )
    yield (
        "a spline of a billion points",
        ground.put(
            "a.dxf",
            dxf(
                "0",
                "SPLINE",
                "8",
                "0",
                "70",
                "8",
                "71",
                "3",
                "72",
                "1000000000",
                "73",
                "1000000000",
                "74",
                "0",
            ),
        ),
    )
    yield (
        "an arc of a million turns",
        ground.put(
            "a.dxf",
            dxf("0", "ARC", "8", "0", "10", "0", "20", "0", "40", "1", "50", "0", "51", "360000000000"),
        ),
    )
    yield (
        "an element that points back",
        ground.put("a.dgn", bytes.fromhex("0809fe02") + bytes(1532) + b"\x01\x06\x00\x00" * 2000),
    )


def _binary(ground: Ground) -> Iterator[tuple[str, Path]]:
    bomb = zlib.compress(b"\x00" * (300 << 20), 9)
    blob = b"\x10" + _varint(300 << 20) + b"\x1a" + _varint(len(bomb)) + bomb
    head = b"\x0a\x09OSMHeader\x18" + _varint(len(blob))
    yield "a blob that unpacks to 300 MB", ground.put("a.pbf", len(head).to_bytes(4, "big") + head + blob)
    place = ground.put("x", b"").parent
    raw = bytearray(write(place, "fgb").read_bytes())
    for at in (8, 40, len(raw) // 2):
        spoilt = bytearray(raw)
        spoilt[at : at + 4] = b"\xff\xff\xff\x7f"
        yield f"a length of two billion at {at}", ground.put("a.fgb", bytes(spoilt))
    table = pa.table({"geometry": pa.array([small_layer().geometry.iloc[0].wkb])})
    for crs in ("/etc/hostname", f"+init={ground.secret}:a", {"href": ground.address}):
        geo = {
            "version": "1.1.0",
            "primary_column": "geometry",
            "columns": {"geometry": {"encoding": "WKB", "geometry_types": [], "crs": crs}},
        }
        path = ground.put("a.parquet", b"x")
        pq.write_table(table.replace_schema_metadata({b"geo": json.dumps(geo).encode()}), path)
        yield f"a system {str(crs)[:14]}", path
    path = ground.put("a.parquet", b"x")
    many = gpd.GeoDataFrame(
        {"name": [" " * 20_000_000] * 200}, geometry=[small_layer().geometry.iloc[0]] * 200, crs=5897
    )
    many.to_parquet(path, compression="zstd")
    yield "4 GB of blanks", path


def _varint(value: int) -> bytes:
    out = b""
    while value > 127:
        out, value = out + bytes([value & 127 | 128]), value >> 7
    return out + bytes([value])


def _workbooks(ground: Ground) -> Iterator[tuple[str, Path]]:
    def book(**parts: str | bytes) -> Path:
        path = ground.put("a.xlsx", b"x")
        openpyxl.Workbook().save(path)
        with zipfile.ZipFile(path) as old:
            kept = {n: old.read(n) for n in old.namelist()}
        kept |= {
            n.replace("__", "/").replace("_dot_", "."): v if isinstance(v, bytes) else v.encode()
            for n, v in parts.items()
        }
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in kept.items():
                archive.writestr(name, content)
        return path

    sheet = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>&a;</t></is></c></row></sheetData></worksheet>'
    for target in (ground.secret.with_suffix(".txt").as_uri(), f"{ground.address}/x"):
        yield (
            f"an entity from {target[:7]}",
            book(xl__worksheets__sheet1_dot_xml=f'<!DOCTYPE a [<!ENTITY a SYSTEM "{target}">]>{sheet}'),
        )
    laughs = "".join(f'<!ENTITY {chr(98 + i)} "{f"&{chr(97 + i)};" * 10}">' for i in range(12))
    yield (
        "an entity that multiplies",
        book(
            xl__worksheets__sheet1_dot_xml=f'<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa">{laughs}]>{sheet.replace("&a;", "&m;")}'
        ),
    )
    yield (
        "a sheet that unpacks to 400 MB",
        book(xl__worksheets__sheet1_dot_xml=sheet.encode()[:-20] + b" " * (400 << 20)),
    )
    yield (
        "a cell in the last column of the last row",
        book(
            xl__worksheets__sheet1_dot_xml=sheet.replace('r="1"', 'r="1048576"')
            .replace("A1", "XFD1048576")
            .replace("&a;", "1")
        ),
    )


def _heavy(ground: Ground) -> Iterator[tuple[str, Path]]:
    spiral = [(558_000 + (i * 7919) % 10_007, 2_325_000 + (i * 104_729) % 10_009) for i in range(6_000)]
    for name, ending in (("gpkg", ".gpkg"), ("geojson", ".geojson")):
        path = ground.put(f"a{ending}", b"x")
        path.unlink()
        frame = gpd.GeoDataFrame({"name": ["a"]}, geometry=[Polygon(spiral)], crs=5897)
        frame.to_file(path, driver={"gpkg": "GPKG", "geojson": "GeoJSON"}[name])
        yield f"a polygon that crosses itself a million times, {name}", path
    yield "a table of 60 MB of digits", ground.put("a.csv", b"1" * (60 << 20))
    yield "a table of one line of a million cells", ground.put("a.csv", b"2325000;558000;" * 1_000_000)
    yield "zero bytes", ground.put("a.csv", bytes(8 << 20))


def _names(ground: Ground) -> Iterator[tuple[str, Path]]:
    whole = json.dumps({"type": "FeatureCollection", "features": [_feature()]})
    for name in (
        "{0.__class__}.geojson",
        "a\nb.geojson",
        "-a.geojson",
        "%s%n.geojson",
        "<img src=x>.geojson",
        "a'; drop table.geojson",
        "a:b:c.geojson",
    ):
        yield f"a file called {name!r}", ground.put(name, whole)
    for magic, ending in (
        (b"%PDF-1.7\n", ".gpkg"),
        (b"\x89PNG\r\n\x1a\n", ".shp"),
        (b"<svg/>", ".kml"),
        (b"#!/bin/sh\n", ".dxf"),
        (b"MZ", ".csv"),
    ):
        yield f"{magic[:4]!r} as {ending}", ground.put(f"a{ending}", magic + bytes(400))


def clear(folder: Path) -> None:
    """Remove the hostile files."""
    shutil.rmtree(folder, ignore_errors=True)
