"""Looking into a file before it is imported: layers, columns, system, first rows, feature by feature."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

import fiona
import pyogrio
from fiona.errors import FionaError

from layers._vector import layer_names
from layers.source import format_of

if TYPE_CHECKING:
    from layers.source import Source

__all__ = ["Look", "look_into"]


@dataclass(frozen=True)
class Look:
    """What a file holds, without reading it whole.

    Parameters
    ----------
    format : str
        A value of :data:`layers.source.FORMATS`.
    layers : list of str
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
    """Look into a vector file.

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
        As :func:`layers.source.format_of`, and ``source_unreadable``.
    """
    name = format_of(source.path)
    if name in ("GeoParquet", "table", "zip"):
        return Look(name, [source.name], source.name, "", "", {}, -1, [])
    path = str(source.path)
    names = layer_names(path)
    layer = source.layer or (names[0] if names else "")
    if not layer:
        return Look(name, names, "", "", "", {}, -1, [])
    try:
        return _with_fiona(path, name, names, layer, sample_rows)
    except (FionaError, OSError, ValueError):
        # fiona's own GDAL knows fewer formats than pyogrio's
        return _with_pyogrio(path, name, names, layer)


def _with_fiona(path: str, name: str, names: list[str], layer: str, sample_rows: int) -> Look:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with fiona.open(path, layer=layer, allow_unsupported_drivers=True) as rows:
            return Look(
                format=name,
                layers=names,
                layer=layer,
                geometry=str(rows.schema["geometry"]),
                crs=str(rows.crs) if rows.crs else "",
                columns={str(k): str(v) for k, v in rows.schema["properties"].items()},
                rows=len(rows) if name not in ("OSM", "DXF", "DGN") else -1,
                sample=[dict(row.properties) for row in islice(rows, sample_rows)],
            )


def _with_pyogrio(path: str, name: str, names: list[str], layer: str) -> Look:
    info = pyogrio.read_info(path, layer=layer)
    return Look(
        format=name,
        layers=names,
        layer=layer,
        geometry=str(info["geometry_type"]),
        crs=str(info["crs"] or ""),
        columns=dict(zip(map(str, info["fields"]), map(str, info["dtypes"]), strict=True)),
        rows=int(info["features"]),
        sample=[],
    )
