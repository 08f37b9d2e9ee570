"""Coordinates of a layer on disk, mapped into memory: what a question of areas reads instead of a layer.

Written once, in Hilbert order so that neighbours on the map are neighbours on the disk. A question then
reads only the pages round its zones, and not one geometry object is made. The folder can be thrown away
at any time: it is made again from the version it was made of.
"""

from __future__ import annotations

import json
import shutil
import uuid
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from layers._parquet_pages import check_parquet
from layers.crs import as_crs
from layers.errors import GeometryError, SchemaError, StoreError
from layers.kept import sync_files

if TYPE_CHECKING:
    from collections.abc import Callable

    import geopandas as gpd
    from numpy.typing import NDArray
    from pyproj import CRS

__all__ = ["Coordinates", "coordinates_of", "kept_coordinates", "open_coordinates", "write_coordinates"]

_FORMAT = 1
_WRITING = Lock()
_ARRAYS = ("xy", "ring", "feature", "outer", "bounds", "area_m2", "row")
# columns with more different values than this are not classes to add up by
_MOST_CLASSES = 4096


@dataclass(frozen=True)
class Coordinates:
    """Polygons of a layer as arrays, mapped from disk.

    Parameters
    ----------
    xy : numpy.ndarray
        Coordinates, ring after ring, closing vertex repeated; metres.
    ring : numpy.ndarray
        Ring to its first coordinate; one longer than the rings.
    feature : numpy.ndarray
        Feature to its first ring; one longer than the features. Lines and points have no ring.
    outer : numpy.ndarray
        Whether a ring is an outer ring.
    bounds, area_m2 : numpy.ndarray
        Box and area of each feature.
    row : numpy.ndarray
        Feature to its row in the layer.
    crs : pyproj.CRS
    labels : pandas.Index
        Index of the layer, row by row.
    classes : dict
        Column to the code of each feature and the names the codes stand for.
    """

    xy: NDArray[np.float64]
    ring: NDArray[np.int64]
    feature: NDArray[np.int64]
    outer: NDArray[np.bool_]
    bounds: NDArray[np.float64]
    area_m2: NDArray[np.float64]
    row: NDArray[np.int64]
    crs: CRS
    labels: pd.Index
    classes: dict[str, tuple[NDArray[np.int32], list[Any]]]

    def __len__(self) -> int:
        """Features."""
        return len(self.row)


def write_coordinates(frame: gpd.GeoDataFrame, folder: Path | str) -> None:
    """Write the coordinates of a layer; the folder is there whole or not at all.

    Parameters
    ----------
    frame : geopandas.GeoDataFrame
        Valid geometry in a projected system in metres; index unique.
    folder : pathlib.Path or str
        Made new; one that stands there already is replaced.

    Raises
    ------
    GeometryError
        ``geometry_invalid`` for a missing, non-finite or invalid geometry: nothing later checks again.
    """
    geometry = frame.geometry.to_numpy()
    bad = np.flatnonzero(~shapely.is_valid(geometry) | shapely.is_missing(geometry))
    if len(bad):
        reason = str(shapely.is_valid_reason(geometry[bad[0]]))
        raise GeometryError("geometry_invalid", layer="", row=str(frame.index[bad[0]]), found=reason)
    row = np.argsort(_along_hilbert(frame), kind="stable")
    folder = Path(folder)
    draft = folder.with_name(f".{folder.name}-{uuid.uuid4().hex[:8]}")
    draft.mkdir(parents=True)
    try:
        for name, values in _arrays(geometry[row]).items():
            np.save(draft / f"{name}.npy", values)
        np.save(draft / "row.npy", row)
        _write_classes(frame.iloc[row], draft)
        labels = pd.DataFrame({"label": frame.index.to_numpy()})
        labels.to_parquet(draft / "labels.parquet")
        meta = {"format": _FORMAT, "crs": frame.crs.to_wkt() if frame.crs else "", "rows": len(frame)}
        (draft / "meta.json").write_text(json.dumps(meta), encoding="utf-8")
        sync_files(draft)
        shutil.rmtree(folder, ignore_errors=True)
        try:
            draft.rename(folder)
        except OSError:
            if not (folder / "meta.json").is_file():  # else another process was first with the same
                raise
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def kept_coordinates(folder: Path, make: Callable[[], gpd.GeoDataFrame]) -> Coordinates:
    """Open the coordinates of a frame, and write them first where they are not there yet, or damaged.

    A map asks for many tiles at once: the first of them writes, the others wait for it.

    Parameters
    ----------
    folder : pathlib.Path
    make : callable
        Reads the frame.

    Returns
    -------
    Coordinates

    Raises
    ------
    GeometryError
        As :func:`write_coordinates`.
    """
    with _WRITING:
        try:
            return open_coordinates(folder)
        except StoreError:
            write_coordinates(make(), folder)
        return open_coordinates(folder)


def open_coordinates(folder: Path | str) -> Coordinates:
    """Map the coordinates of a layer into memory; nothing is read until it is used.

    Parameters
    ----------
    folder : pathlib.Path or str

    Returns
    -------
    Coordinates

    Raises
    ------
    StoreError
        ``coordinates_damaged`` if a file is missing, or cut, or of another format.
    """
    folder = Path(folder)
    try:
        meta = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
        if meta["format"] != _FORMAT:
            raise ValueError(meta["format"])  # noqa: TRY301 - told in one place with the rest
        arrays = {name: np.load(folder / f"{name}.npy", mmap_mode="r") for name in _ARRAYS}
        classes = {
            column["name"]: (np.load(folder / Path(column["file"]).name, mmap_mode="r"), column["values"])
            for column in json.loads((folder / "classes.json").read_text(encoding="utf-8"))
        }
        check_parquet(folder / "labels.parquet")
        labels = pd.Index(pd.read_parquet(folder / "labels.parquet")["label"].to_numpy())
        if len(arrays["row"]) != meta["rows"] or len(arrays["xy"]) != arrays["ring"][-1]:
            raise ValueError(len(arrays["row"]))  # noqa: TRY301
    except (OSError, ValueError, KeyError, EOFError, TypeError, AttributeError) as error:
        raise StoreError("coordinates_damaged", path=str(folder), found=str(error)[:200]) from error
    return Coordinates(**arrays, crs=as_crs(meta["crs"]), labels=labels, classes=classes)


def coordinates_of(frame: gpd.GeoDataFrame) -> Coordinates:
    """Take the coordinates of a layer apart in memory: for drawing what was never saved.

    Parameters
    ----------
    frame : geopandas.GeoDataFrame
        Any system; nothing is checked.

    Returns
    -------
    Coordinates
    """
    row = np.argsort(_along_hilbert(frame), kind="stable")
    ordered = frame.iloc[row]
    arrays = _arrays(ordered.geometry.to_numpy())
    labels = pd.Index(frame.index.to_numpy())
    return Coordinates(**arrays, row=row, crs=as_crs(frame.crs), labels=labels, classes=_classes(ordered))


def _along_hilbert(frame: gpd.GeoDataFrame) -> NDArray[np.int64]:
    bounds = frame.total_bounds
    if len(frame) == 0 or not np.isfinite(bounds).all() or (bounds[:2] == bounds[2:]).all():
        return np.arange(len(frame))
    empty = frame.geometry.is_empty.to_numpy()
    out = np.full(len(frame), np.iinfo(np.int64).max)
    out[~empty] = frame[~empty].hilbert_distance(level=16).to_numpy()
    return out


def _arrays(geometry: NDArray[np.object_]) -> dict[str, NDArray[Any]]:
    bounds, area = shapely.bounds(geometry), shapely.area(geometry)
    flat = np.isin(shapely.get_type_id(geometry), (3, 6)) & ~shapely.is_empty(geometry)
    parts, of_part = shapely.get_parts(geometry[flat], return_index=True)
    rings, of_ring = shapely.get_rings(parts, return_index=True)
    outer = np.ones(len(of_ring), dtype=bool)
    outer[1:] = of_ring[1:] != of_ring[:-1]
    owner = np.flatnonzero(flat)[of_part[of_ring]]
    count = np.bincount(owner, minlength=len(geometry))
    return {
        "xy": shapely.get_coordinates(rings),
        "ring": _offsets(shapely.get_num_coordinates(rings)),
        "feature": _offsets(count),
        "outer": outer,
        "bounds": bounds,
        "area_m2": area,
    }


def _offsets(count: NDArray[Any]) -> NDArray[np.int64]:
    return np.concatenate([[0], np.cumsum(count, dtype=np.int64)])


def _classes(frame: gpd.GeoDataFrame) -> dict[str, tuple[NDArray[np.int32], list[Any]]]:
    known: dict[str, tuple[NDArray[np.int32], list[Any]]] = {}
    for column in frame.drop(columns=str(frame.geometry.name)):
        try:
            code, values = pd.factorize(frame[column], sort=True, use_na_sentinel=False)
        except TypeError:  # values that can't be compared, or lists, are no classes
            continue
        plain = all(isinstance(value, str | int | float | None) for value in list(values))
        if plain and len(values) <= _MOST_CLASSES:
            known[str(column)] = code.astype(np.int32), [None if pd.isna(v) else v for v in list(values)]
    return known


def _write_classes(frame: gpd.GeoDataFrame, folder: Path) -> None:
    known: list[dict[str, Any]] = []
    for name, (code, values) in _classes(frame).items():
        file = f"class-{len(known)}.npy"
        np.save(folder / file, code)
        known.append({"name": name, "file": file, "values": values})
    (folder / "classes.json").write_text(json.dumps(known), encoding="utf-8")


def class_codes(coordinates: Coordinates, column: str) -> tuple[NDArray[np.int32], list[Any]]:
    """Codes of a column and what they stand for.

    Parameters
    ----------
    coordinates : Coordinates
    column : str

    Returns
    -------
    tuple
        Code of each feature, and the values.

    Raises
    ------
    SchemaError
        ``column_missing``.
    """
    if column not in coordinates.classes:
        raise SchemaError("column_missing", layer="", column=column, found=list(coordinates.classes))
    return coordinates.classes[column]
