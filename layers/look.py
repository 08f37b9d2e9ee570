"""Looking into a file before it is imported: layers, columns, system, first rows, feature by feature."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

import pyarrow.parquet as pq
import pyogrio
from pyproj import CRS

from layers._boundary import find_systems
from layers._door import hearing, opening
from layers._table import load_grid
from layers._unpack import unpacked, zipped_layers
from layers._vector import layer_names, open_fiona, prepared
from layers.crs import as_crs
from layers.errors import SourceError
from layers.findings import Ledger
from layers.source import format_of

if TYPE_CHECKING:
    from layers._vector import Prepared
    from layers.source import Source

__all__ = ["Look", "look_into"]

_UNCOUNTED: Final = ("OSM", "DXF", "DGN")
#: formats that fiona reads as well as pyogrio does: its KML knows no columns
_FIONA_KNOWS: Final = ("ESRI Shapefile", "GPKG", "GeoJSON", "FlatGeobuf", "MapInfo File", "DXF", "DGN")


@dataclass(frozen=True)
class Look:
    """What a file holds, without reading it whole.

    Parameters
    ----------
    format : str
        A value of :data:`layers.source.FORMATS`.
    layers : list of str
        What ``FILE:LAYER`` takes: layers, files in an archive, EPSG codes of a coordinate table.
    layer : str
        The layer that was looked into, empty where none could be chosen.
    geometry : str
    crs : str
        Name of the system, empty where the file states none.
    columns : dict of str to str
        Column to type.
    rows : int
        Number of features the file states, -1 where it states none.
    sample : list of dict
        First features: attributes only.
    """

    format: str
    layers: list[str]
    layer: str
    geometry: str
    crs: str
    columns: dict[str, str]
    rows: int
    sample: list[dict[str, Any]]


def look_into(source: Source, *, sample_rows: int = 10) -> Look:
    """Look into a file.

    Parameters
    ----------
    source : Source
        With the layer to look into; without it the only or the first one.
    sample_rows : int
        How many features to show.

    Returns
    -------
    Look

    Raises
    ------
    SourceError
        As :func:`layers.source.format_of`, and ``source_unreadable``, ``layer_missing`` or
        ``table_without_coordinates``.
    """
    if format_of(source.path) == "zip":
        names = zipped_layers(source.path)
        if source.layer is None and len(names) > 1:
            return Look("zip", names, "", "", "", {}, -1, [])
    with unpacked(source) as inner:
        name = format_of(inner.path)
        if name == "table":
            return _look_at_table(inner, sample_rows)
        if name == "GeoParquet":
            return _look_at_parquet(inner, sample_rows)
        with prepared(inner, Ledger(source.name)) as file:
            return _look_at_vector(file, inner, sample_rows)


def _look_at_vector(file: Prepared, source: Source, sample_rows: int) -> Look:
    names = layer_names(file)
    layer = names[0] if names and source.layer in (None, source.path.stem) else source.layer or ""
    if not layer:
        return Look(file.format, names, "", "", "", {}, -1, [])
    if layer not in names:
        raise SourceError("layer_missing", path=str(source.path), found=layer, expected=names)
    look = Look(file.format, names, layer, "", "", {}, -1, [])
    if file.format in _FIONA_KNOWS:
        try:
            return _with_fiona(file.path, look, sample_rows)
        except Exception:  # noqa: BLE001 - fiona raises GDAL's errors as they come; pyogrio says it better
            return _with_pyogrio(file, look, sample_rows)
    return _with_pyogrio(file, look, sample_rows)


def _with_fiona(path: str, look: Look, sample_rows: int) -> Look:
    with hearing(), open_fiona(path, look.layer, look.format) as rows:
        return replace(
            look,
            geometry=str(rows.schema["geometry"]),
            crs=_name_of(rows.crs_wkt),
            columns={str(k): str(v) for k, v in rows.schema["properties"].items()},
            rows=len(rows) if look.format not in _UNCOUNTED else -1,
            sample=[dict(row.properties) for row in islice(rows, sample_rows)],
        )


def _with_pyogrio(file: Prepared, look: Look, sample_rows: int) -> Look:
    with opening(file.given), hearing():
        count = look.format not in _UNCOUNTED
        info = pyogrio.read_info(file.path, layer=look.layer, force_feature_count=count)
        head = _first_rows(file, look.layer, sample_rows) if sample_rows > 0 else []
    rows = file.rows if file.rows is not None else int(info["features"])
    return replace(
        look,
        geometry=str(info["geometry_type"]),
        crs=_name_of(info["crs"]),
        columns=dict(zip(map(str, info["fields"]), map(str, info["dtypes"]), strict=True)),
        rows=rows if count else -1,
        sample=head,
    )


def _first_rows(file: Prepared, layer: str, count: int) -> list[dict[str, Any]]:
    options: dict[str, Any] = {"layer": layer, "max_features": count, "read_geometry": False}
    try:
        head = pyogrio.read_dataframe(file.path, **options)
    except UnicodeDecodeError:
        head = pyogrio.read_dataframe(file.path, encoding="ISO-8859-1", **options)
    return [{str(k): v for k, v in row.items()} for row in head.to_dict("records")]


def _name_of(crs: Any) -> str:
    return CRS.from_user_input(crs).name if crs else ""


def _look_at_parquet(source: Source, sample_rows: int) -> Look:
    with opening(source.path):
        file = pq.ParquetFile(source.path)
        fields = {field.name: str(field.type) for field in file.schema_arrow}
        attributes = [name for name in fields if "binary" not in fields[name] and name != "bbox"]
        batch = next(file.iter_batches(max(sample_rows, 1), columns=attributes), None)
        sample = batch.to_pylist()[:sample_rows] if batch is not None else []
        rows = file.metadata.num_rows
    name = source.path.stem
    return Look("GeoParquet", [name], name, "", "", {k: fields[k] for k in attributes}, rows, sample)


def _look_at_table(source: Source, sample_rows: int) -> Look:
    grid = load_grid(source.path, Ledger(source.name))
    systems = find_systems(grid, source)
    codes = [str(s.epsg) for s in systems if s.epsg is not None]
    layer = source.layer or (codes[0] if codes else source.path.stem)
    crs = as_crs(layer).name if layer in codes else ""
    sample = [{str(i + 1): cell for i, cell in enumerate(row)} for row in grid.rows[:sample_rows]]
    columns = {str(i + 1): "text" for i in range(grid.width)}
    return Look("table", codes or [source.path.stem], layer, "Polygon", crs, columns, -1, sample)
