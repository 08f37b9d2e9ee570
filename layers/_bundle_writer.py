"""The writing half of a bundle: values as JSON, frames and arrays as members beside it."""

from __future__ import annotations

import io
from datetime import date, datetime
from math import isfinite
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import shapely
from affine import Affine
from pyproj import CRS

from layers._bundle_columns import Unfit, plain_column, plain_crs, plain_stamp
from layers.errors import StoreError

if TYPE_CHECKING:
    import zipfile
    from collections.abc import Callable

    from numpy.typing import NDArray

    Naming = Callable[[Any], tuple[str, dict[str, Any]]]
    _Into = tuple[dict[str, Any], dict[str, Any]]

__all__ = ["MARK", "NUMBERS", "Writer"]

#: kinds of arrays
NUMBERS: Final = "biufM"

#: what is no plain value is a dict with this key
MARK: Final = "$"
#: kinds of small values, their names, and what they are written as; a moment is a day too
_MARKED: Final[tuple[tuple[Any, str, Callable[[Any], Any]], ...]] = (
    (datetime, "moment", datetime.isoformat),
    (date, "day", date.isoformat),
    (CRS, "crs", plain_crs),
    (Affine, "affine", lambda value: list(value[:6])),
    (tuple, "tuple", list),
    ((set, frozenset), "set", sorted),
)


class Writer:
    """Values as JSON; frames and arrays as members beside it."""

    def __init__(self, box: zipfile.ZipFile, naming: Naming, most_bytes: int) -> None:
        self._box, self._naming, self._left = box, naming, most_bytes
        self._most = most_bytes
        #: what was written: its number, and itself so that its identity stays its own
        self._known: dict[int, tuple[int, Any]] = {}
        self._members = 0

    def put(self, name: str, content: bytes) -> None:
        """Write a member, unless the bundle would be too large."""
        self._left -= len(content)
        if self._left < 0:
            raise StoreError("bundle_too_large", expected=self._most)
        self._box.writestr(name, content)

    def plain(self, value: Any) -> Any:
        """Plain values of a value."""
        if value is None or isinstance(value, bool | str):
            return value
        if isinstance(value, int | float | np.generic):
            return self._number(value)
        if isinstance(value, list):
            return [self.plain(part) for part in value]
        if isinstance(value, dict):
            return self._dict(value)
        return self._marked(value)

    def _number(self, value: Any) -> Any:
        if isinstance(value, np.datetime64 | np.timedelta64):  # some of them are told as whole numbers
            raise Unfit(type(value).__name__)
        found = value.item() if isinstance(value, np.generic) else value
        if isinstance(found, float) and not isfinite(found):
            return {MARK: "float", "is": str(found)}
        if isinstance(found, bool | int | float | str):
            return found
        raise Unfit(type(value).__name__)

    def _dict(self, value: dict[Any, Any]) -> dict[str, Any]:
        if all(type(key) is str for key in value) and MARK not in value:
            return {key: self.plain(part) for key, part in value.items()}
        return {MARK: "dict", "is": [[self.plain(k), self.plain(v)] for k, v in value.items()]}

    def _marked(self, value: Any) -> dict[str, Any]:
        if value is pd.NaT:  # a moment by its class
            return {MARK: "nat"}
        if isinstance(value, pd.Timestamp):
            return {MARK: "stamp", **plain_stamp(value)}
        for kinds, name, plain in _MARKED:
            if isinstance(value, kinds) and (name != "tuple" or type(value) is tuple):
                return {MARK: name, "is": self.plain(plain(value))}
        return self._numbered(value)

    def _numbered(self, value: Any) -> dict[str, Any]:
        """What is large or named: the second time only its number."""
        if id(value) in self._known:
            return {MARK: "same", "is": self._known[id(value)][0]}
        if isinstance(value, pd.DataFrame):
            plain = self._frame(value)
        elif isinstance(value, pd.Series):
            plain = {MARK: "series", "name": self.plain(value.name), "is": self._frame(value.to_frame(0))}
        elif isinstance(value, np.ndarray):
            plain = self._array(value)
        else:
            name, fields = self._naming(value)
            plain = {MARK: "of", "name": name, "is": {k: self.plain(v) for k, v in fields.items()}}
        self._known[id(value)] = (len(self._known), value)
        return plain

    def _frame(self, frame: pd.DataFrame) -> dict[str, Any]:
        """A frame as Parquet; columns by their places, for names may be anything."""
        arrays: dict[str, Any] = {}
        specs: dict[str, Any] = {}
        for n in range(frame.shape[1]):
            column = frame.iloc[:, n]
            crs = column.array.crs if isinstance(column.dtype, gpd.array.GeometryDtype) else None
            self._column(f"c{n}", column, (arrays, specs), crs)
        index = self._index(frame.index, "i", (arrays, specs))
        content = io.BytesIO()
        pq.write_table(pa.table(arrays), content, compression="zstd", store_schema=False)
        active = frame._geometry_column_name if isinstance(frame, gpd.GeoDataFrame) else False  # noqa: SLF001
        return {
            MARK: "frame",
            "is": self._member("parquet", content.getvalue()),
            "rows": len(frame),
            "columns": specs,
            "index": index,
            "names": self._labels(frame.columns),
            "geometry": active,
            "attrs": self.plain(dict(frame.attrs)),
        }

    def _column(self, at: str, column: Any, into: _Into, crs: Any) -> None:
        array, spec = plain_column(column, crs)
        if array is not None:
            into[0][at] = array
        into[1][at] = {key: self.plain(part) for key, part in spec.items()}

    def _index(self, index: pd.Index, at: str, into: _Into) -> dict[str, Any]:
        if isinstance(index, pd.MultiIndex):
            raise Unfit("index of several levels")
        name = self.plain(index.name)
        if isinstance(index, pd.RangeIndex):
            return {"range": [index.start, index.stop, index.step], "name": name}
        self._column(at, index, into, None)
        return {"at": at, "name": name}

    def _labels(self, labels: pd.Index) -> dict[str, Any]:
        name = self.plain(labels.name)
        if isinstance(labels, pd.RangeIndex):
            return {"range": [labels.start, labels.stop, labels.step], "name": name}
        if isinstance(labels, pd.MultiIndex):
            raise Unfit("columns of several levels")
        spec = {key: part for key, part in plain_column(labels)[1].items() if key != "values"}
        return {**spec, "labels": [self.plain(label) for label in labels], "name": name}

    def _array(self, array: NDArray[Any]) -> dict[str, Any]:
        if array.dtype != object:
            if array.dtype.kind not in NUMBERS:
                raise Unfit(f"array of {array.dtype}")
            content = io.BytesIO()
            np.lib.format.write_array(content, np.ascontiguousarray(array), allow_pickle=False)
            return {MARK: "array", "is": self._member("npy", content.getvalue())}
        if array.ndim != 1:
            raise Unfit("objects in rows and columns")
        if len(array) and all(v is None or isinstance(v, shapely.Geometry) for v in array):
            frame = pd.DataFrame({"shape": gpd.array.GeometryArray(array)})
            return {MARK: "shapes", "is": self._frame(frame)}
        return {MARK: "objects", "is": [self.plain(value) for value in array]}

    def _member(self, ending: str, content: bytes) -> str:
        name = f"{self._members}.{ending}"
        self._members += 1
        self.put(name, content)
        return name
