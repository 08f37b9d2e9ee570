"""One small VN-2000 layer with Vietnamese text, written in every format that GDAL can write."""

from __future__ import annotations

import warnings
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import pyogrio
from shapely import Polygon, box

if TYPE_CHECKING:
    from pathlib import Path

ROWS: Final = 24
X0, Y0 = 558_000.0, 2_325_000.0


def small_layer() -> gpd.GeoDataFrame:
    """Lots of one hectare, some with a notch, each with its own name."""
    rows: list[dict[str, Any]] = []
    for i in range(ROWS):
        x, y = X0 + 120 * (i % 6), Y0 + 120 * (i // 6)
        notched = Polygon([(x, y), (x + 100, y), (x + 100, y + 100), (x + 50, y + 40 + i), (x, y + 100)])
        shape = notched if i % 3 else box(x, y, x + 100, y + 100)
        rows.append(
            {
                "ten_khu": f"Cụm công nghiệp Hoà Lạc số {i + 1} – đường Đặng Văn Ngữ",
                "ma_so": f"CCN{i + 1:03d}",
                "so_lo": i + 1,
                "geometry": shape,
            }
        )
    return gpd.GeoDataFrame(rows, crs=5897)


@dataclass(frozen=True)
class Written:
    """How a format is written, and what it honestly loses.

    Parameters
    ----------
    ending : str
    driver : str
        ``""`` where the file is not written by GDAL.
    options : dict
    loses : frozenset of str
        Of ``"columns"``, ``"crs"``, ``"datum"``, ``"order"``, ``"precision"``, ``"plane"`` (the file
        holds longitude and latitude).
    """

    ending: str
    driver: str
    options: dict[str, Any]
    loses: frozenset[str] = frozenset()


UTF8 = {"encoding": "UTF-8"}
FORMATS: Final = {
    "shp": Written(".shp", "ESRI Shapefile", UTF8),
    "zip": Written(".zip", "", {}),
    "gpkg": Written(".gpkg", "GPKG", {}),
    "gdb": Written(".gdb", "OpenFileGDB", {}),
    "gdb-zip": Written(".zip", "", {}),
    "geojson": Written(".geojson", "GeoJSON", {}),
    "fgb": Written(".fgb", "FlatGeobuf", {}, frozenset({"order"})),
    "parquet": Written(".parquet", "", {}),
    "kml": Written(".kml", "LIBKML", {}, frozenset({"plane"})),
    "kml-plain": Written(".kml", "KML", {}, frozenset({"plane"})),
    "kmz": Written(".kmz", "", {}, frozenset({"plane"})),
    "gml": Written(".gml", "GML", {}),
    "tab": Written(".tab", "MapInfo File", UTF8, frozenset({"datum", "precision"})),
    "mif": Written(".mif", "MapInfo File", UTF8, frozenset({"datum"})),
    "dxf": Written(".dxf", "DXF", {}, frozenset({"columns", "crs"})),
    "dgn": Written(".dgn", "DGN", {}, frozenset({"columns", "crs"})),
}


def write(folder: Path, name: str, frame: gpd.GeoDataFrame | None = None) -> Path:
    """Write a layer as ``khu`` in a format of :data:`FORMATS`; returns the file to open."""
    how = FORMATS[name]
    frame = small_layer() if frame is None else frame
    path = folder / f"khu{how.ending}"
    if name == "parquet":
        frame.to_parquet(path)
    elif name == "zip":
        inner = write(folder, "shp", frame)
        _pack(path, [f for f in folder.iterdir() if f.stem == inner.stem and f != path])
    elif name == "gdb-zip":
        inner = write(folder, "gdb", frame)
        parts = sorted(inner.iterdir())
        _pack(path, parts, as_names=[f"{inner.name}/{f.name}" for f in parts])
        inner.rmdir()
    elif name == "kmz":
        inner = write(folder, "kml", frame)
        _pack(path, [inner], as_names=["doc.kml"])
        inner.unlink()
    else:
        kept = frame[[frame.geometry.name]] if "columns" in how.loses else frame
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of names cut at ten letters
            pyogrio.write_dataframe(kept, path, driver=how.driver, **how.options)
    return path


def _pack(path: Path, files: list[Path], as_names: list[str] | None = None) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file, name in zip(files, as_names or [f.name for f in files], strict=True):
            archive.write(file, name)
    for file in files:
        if file.suffix != ".kml":
            file.unlink()
