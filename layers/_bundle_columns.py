"""Columns of a frame as Arrow writes them, each with what it takes to have the very column back."""

from __future__ import annotations

import re
from datetime import timedelta, timezone
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import shapely

from layers.crs import as_crs

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pyproj import CRS

    Spec = dict[str, Any]

__all__ = ["Unfit", "plain_column", "plain_crs", "plain_stamp", "read_column", "read_crs", "read_stamp"]

_NUMPY: Final = re.compile(r"bool|u?int(8|16|32|64)|float(32|64)|datetime64\[(s|ms|us|ns)\]")
#: numbers of which some may be missing
_MASKED: Final = (
    *("Int8", "Int16", "Int32", "Int64", "UInt8", "UInt16", "UInt32", "UInt64", "Float32", "Float64"),
    "boolean",
)
#: of moments
_UNITS: Final = ("s", "ms", "us", "ns")
_STORAGE: Final = ("pyarrow", "python")
_SCALARS: Final = (str, int, float, bool, type(None))


class Unfit(TypeError):  # noqa: N818 - says what it is
    """A value that no bundle can hold."""


def plain_column(values: pd.Series | pd.Index, crs: CRS | None = None) -> tuple[pa.Array | None, Spec]:
    """Write a column: its array, and what says how to read it.

    Columns of objects are written as the different values there are and the place of each among them; the
    values themselves stand in the description, under ``values``, for whoever writes plain values.
    """
    kind = values.dtype
    if isinstance(kind, pd.StringDtype):
        spec = {"of": "text", "storage": kind.storage, "na": kind.na_value is pd.NA}
        return pa.array(values.to_numpy(dtype=object), type=pa.large_string(), from_pandas=True), spec
    if isinstance(kind, gpd.array.GeometryDtype):
        return _binary(values.to_numpy()), {"of": "geometry", "crs": plain_crs(crs)}
    if isinstance(kind, np.dtype) and kind.hasobject:
        return _objects(values.to_numpy())
    if str(kind) in _MASKED:
        return pa.array(values.array), {"of": str(kind)}
    if isinstance(kind, np.dtype) and _NUMPY.fullmatch(str(kind)):
        return pa.array(values.to_numpy(), from_pandas=False), {"of": str(kind)}
    raise Unfit(f"column of {kind}")


def plain_crs(crs: CRS | None) -> int | str | None:
    """Name a system by its number where that says all, else by its text."""
    if crs is None:
        return None
    code = crs.to_epsg()
    return code if code is not None and as_crs(code) == crs else str(crs.to_wkt())


def read_column(array: pa.ChunkedArray | None, spec: Spec, values: list[Any] | None) -> Any:
    """Read a column back; raises ValueError, TypeError or KeyError for what was tampered with."""
    of = spec["of"]
    if of == "objects":
        return _object_array(values or [])
    if array is None:
        raise ValueError(of)
    if of == "places":
        return _placed(array, values or [])
    if of == "geometry":
        shapes = shapely.from_wkb(array.to_numpy(zero_copy_only=False), on_invalid="raise")
        return gpd.array.GeometryArray(np.asarray(shapes, dtype=object), crs=read_crs(spec["crs"]))
    if of == "text":
        return _texts(array, spec)
    if of in _MASKED:
        kind: Any = pd.array([], dtype=of).dtype
        return kind.__from_arrow__(array)
    return _numbers(array, of)


def read_crs(value: Any) -> CRS | None:
    """Read a system."""
    if value is not None and not isinstance(value, int | str):
        raise TypeError(value)
    return None if value is None else as_crs(value)


def plain_stamp(value: pd.Timestamp) -> Spec:
    """Name a moment of pandas by its number in its unit, and its zone by the zone's name or hours."""
    zone = value.tz
    if zone is None:
        name = ""
    elif isinstance(zone, ZoneInfo) and zone.key:
        name = zone.key
    elif type(zone) is timezone:
        name = f"{zone.utcoffset(None) // timedelta(microseconds=1)}"
    else:
        raise Unfit(f"zone {type(zone).__name__}")
    return {"is": int(value.asm8.astype(np.int64)), "unit": value.unit, "zone": name}


def read_stamp(spec: Spec) -> pd.Timestamp:
    """Read a moment of pandas."""
    if type(spec["is"]) is not int or spec["unit"] not in _UNITS:
        raise ValueError(spec["unit"])
    moment = pd.Timestamp(np.datetime64(spec["is"], spec["unit"]))
    zone = spec["zone"]
    if not zone:
        return moment
    whole = zone.removeprefix("-").isdecimal()
    known = timezone(timedelta(microseconds=int(zone))) if whole else ZoneInfo(zone)
    return moment.tz_localize("UTC").tz_convert(known)


def _numbers(array: pa.ChunkedArray, of: str) -> NDArray[Any]:
    found = np.array(array.to_numpy(zero_copy_only=False))
    # days come back by the millisecond, everything else as it was
    fits = str(found.dtype) == of or (found.dtype.kind == "M" and of.startswith("datetime64"))
    if not _NUMPY.fullmatch(of) or not fits:
        raise ValueError(of)
    return found.astype(of)


def _binary(shapes: NDArray[np.object_]) -> pa.Array:
    return pa.array(shapely.to_wkb(shapes, include_srid=False), type=pa.large_binary())


def _texts(array: pa.ChunkedArray, spec: Spec) -> Any:
    if spec["storage"] not in _STORAGE or not pa.types.is_string(array.type):
        raise ValueError(spec["storage"])
    kind = pd.StringDtype(spec["storage"], na_value=pd.NA if spec["na"] else np.nan)
    return pd.array(array.to_numpy(zero_copy_only=False), dtype=kind)


def _objects(values: NDArray[np.object_]) -> tuple[pa.Array | None, Spec]:
    """Values of all kinds: the different ones once, or each by itself where they can't be told apart."""
    if not all(isinstance(value, _SCALARS) for value in values):
        return None, {"of": "objects", "values": list(values)}
    places: dict[tuple[str, Any], int] = {}
    at = np.fromiter((places.setdefault(_told(v), len(places)) for v in values), np.int32, len(values))
    first = np.unique(at, return_index=True)[1]
    return pa.array(at), {"of": "places", "values": [values[n] for n in first]}


def _told(value: Any) -> tuple[str, Any]:
    """1, 1.0 and True are three values, and no number is one like any other."""
    blank = isinstance(value, float) and value != value  # noqa: PLR0124 - NaN
    return type(value).__name__, None if blank else value


def _placed(array: pa.ChunkedArray, values: list[Any]) -> NDArray[np.object_]:
    at = array.to_numpy(zero_copy_only=False)
    if len(at) and not (at.dtype == np.int32 and at.min() >= 0 and at.max() < len(values)):
        raise ValueError("places")
    return _object_array(values)[at] if len(at) else np.empty(0, dtype=object)


def _object_array(values: list[Any]) -> NDArray[np.object_]:
    out = np.empty(len(values), dtype=object)
    for n, value in enumerate(values):
        out[n] = value
    return out
