"""The reading half of a bundle: every value looked at, nothing of it run."""

from __future__ import annotations

import io
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from affine import Affine

from layers._bundle_columns import read_column, read_crs, read_stamp
from layers._bundle_writer import MARK, NUMBERS
from layers._parquet_pages import page_bytes

if TYPE_CHECKING:
    import zipfile
    from collections.abc import Callable

    from numpy.typing import NDArray

    Making = Callable[[str, dict[str, Any]], Any]

__all__ = ["Making", "Reader"]

#: how much larger all frames together may be than the bundle, and than the largest bundle where it is small
_UNPACKED: Final = 16
_SMALL_UNPACKED: Final = 2
_ROWS: Final = 65_536
_BYTES: Final = 8
_NOT_FINITE: Final = ("nan", "inf", "-inf")


class Reader:
    """Values out of JSON and the members beside it; ValueError, TypeError or KeyError for anything odd."""

    def __init__(self, box: zipfile.ZipFile, making: Making, most_bytes: int) -> None:
        self._box, self._making = box, making
        size = min(sum(one.file_size for one in box.infolist()), most_bytes)
        self._left = max(size * _UNPACKED, most_bytes * _SMALL_UNPACKED)
        self._taken: set[str] = set()
        self._known: list[Any] = []
        self._kinds: dict[str, Callable[[dict[str, Any]], Any]] = {
            "float": self._float,
            "dict": lambda v: {self.value(key): self.value(part) for key, part in v["is"]},
            "moment": lambda v: datetime.fromisoformat(v["is"]),
            "stamp": read_stamp,
            "day": lambda v: date.fromisoformat(v["is"]),
            "nat": lambda _: pd.NaT,
            "crs": lambda v: read_crs(v["is"]),
            "affine": lambda v: Affine(*map(float, v["is"])),
            "tuple": lambda v: tuple(map(self.value, v["is"])),
            "set": lambda v: set(map(self.value, v["is"])),
            "same": lambda v: self._known[_place(v["is"])],
        }
        self._numbered: dict[str, Callable[[dict[str, Any]], Any]] = {
            "frame": self._frame,
            "series": self._series,
            "array": self._array,
            "shapes": lambda v: self._frame(v["is"])["shape"].to_numpy(),
            "objects": lambda v: _objects([self.value(part) for part in v["is"]]),
            "of": self._record,
        }

    def value(self, plain: Any) -> Any:
        """The value of plain values."""
        if isinstance(plain, list):
            return [self.value(part) for part in plain]
        if not isinstance(plain, dict):
            return plain
        if MARK not in plain:
            return {key: self.value(part) for key, part in plain.items()}
        kind = plain[MARK]
        if kind in self._kinds:
            return self._kinds[kind](plain)
        found = self._numbered[kind](plain)
        self._known.append(found)
        return found

    def _float(self, plain: dict[str, Any]) -> float:
        if plain["is"] not in _NOT_FINITE:
            raise ValueError(plain["is"])
        return float(plain["is"])

    def _record(self, plain: dict[str, Any]) -> Any:
        return self._making(plain["name"], {key: self.value(part) for key, part in plain["is"].items()})

    def _series(self, plain: dict[str, Any]) -> pd.Series:
        found: pd.Series = self._frame(plain["is"]).iloc[:, 0]
        return found.rename(self.value(plain["name"]))

    def _frame(self, plain: dict[str, Any]) -> pd.DataFrame:
        table, rows, specs = self._table(plain["is"]), _place(plain["rows"]), plain["columns"]
        if table.num_columns and table.num_rows != rows:
            raise ValueError(rows)
        index = self._index(plain["index"], table, specs)
        count = sum(name.startswith("c") for name in specs)
        read = [self._column(table, f"c{n}", specs) for n in range(count)]
        # a column of objects has to say so, or pandas takes it for one of text
        columns = {n: pd.Series(one, index=index, dtype=one.dtype) for n, one in enumerate(read)}
        frame = pd.DataFrame(columns, index=index)
        if len(frame) != rows:
            raise ValueError(rows)
        frame.columns = self._labels(plain["names"])
        active = plain["geometry"]
        if active is not False:
            frame = gpd.GeoDataFrame(frame) if active is None else gpd.GeoDataFrame(frame, geometry=active)
        frame.attrs = self.value(plain["attrs"])
        return frame

    def _table(self, name: str) -> pa.Table:
        """A member as a table; what unpacks to far more than the bundle isn't unpacked."""
        content = pa.py_buffer(self._content(name, "parquet"))
        with pq.ParquetFile(pa.BufferReader(content)) as file:
            fields = list(file.schema_arrow)
        # what its end says of its size may be a lie
        if page_bytes(content, self._left) > self._left:
            raise ValueError("size")
        wide = [field.name for field in fields if _is_wide(field.type)]
        if not all(pa.types.is_primitive(field.type) or field.name in wide for field in fields):
            raise ValueError("type")
        # a value that stands once in the file may stand in a million rows: counted before they are made
        with pq.ParquetFile(pa.BufferReader(content), read_dictionary=wide) as file:
            for batch in file.iter_batches(batch_size=_ROWS, use_threads=False):
                self._left -= sum(map(_unpacked, batch.columns))
                if self._left < 0:
                    raise ValueError("size")
        with pq.ParquetFile(pa.BufferReader(content)) as file:
            return file.read()

    def _content(self, name: Any, ending: str) -> bytes:
        """A member, which is read once: what stands twice in a bundle is named by its number."""
        member = _member(name, ending)
        if member in self._taken:
            raise ValueError(member)
        self._taken.add(member)
        return self._box.read(member)

    def _column(self, table: pa.Table, at: str, specs: dict[str, Any]) -> Any:
        spec = specs[at]
        values = [self.value(part) for part in spec["values"]] if "values" in spec else None
        return read_column(table.column(at) if at in table.column_names else None, spec, values)

    def _index(self, plain: dict[str, Any], table: pa.Table, specs: dict[str, Any]) -> pd.Index:
        name = self.value(plain["name"])
        if "range" in plain:
            return _range(plain["range"], name)
        labels = self._column(table, "i", specs)
        index: pd.Index = pd.Index(labels, name=name, dtype=labels.dtype)
        return index

    def _labels(self, plain: dict[str, Any]) -> pd.Index:
        name = self.value(plain["name"])
        if "range" in plain:
            return _range(plain["range"], name)
        values = [self.value(label) for label in plain["labels"]]
        if plain["of"] == "text":
            kind: Any = pd.StringDtype(plain["storage"], na_value=pd.NA if plain["na"] else np.nan)
        else:
            kind = object if plain["of"] in ("objects", "places") else np.dtype(plain["of"])
        index: pd.Index = pd.Index(values, dtype=kind, name=name)
        return index

    def _array(self, plain: dict[str, Any]) -> NDArray[Any]:
        """An array of numbers, exactly as long as its member says."""
        content = self._content(plain["is"], "npy")
        stream = io.BytesIO(content)
        if np.lib.format.read_magic(stream) != (1, 0):
            raise ValueError("version")
        shape, _, kind = np.lib.format.read_array_header_1_0(stream)
        if (
            kind.kind not in NUMBERS
            or int(np.prod(shape, dtype=object)) * kind.itemsize != len(content) - stream.tell()
        ):
            raise ValueError("array")
        stream.seek(0)
        return np.asarray(np.lib.format.read_array(stream, allow_pickle=False))


def _is_wide(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_binary(kind))


def _unpacked(column: pa.Array) -> int:
    """Bytes of a column with every value in its row."""
    if not pa.types.is_dictionary(column.type):
        return int(column.nbytes)
    lengths = pc.binary_length(column.dictionary).take(column.indices)
    return int(pc.sum(lengths).as_py() or 0) + len(column) * _BYTES


def _objects(values: list[Any]) -> NDArray[np.object_]:
    out = np.empty(len(values), dtype=object)
    for n, value in enumerate(values):
        out[n] = value
    return out


def _range(parts: Any, name: Any) -> pd.RangeIndex:
    start, stop, step = map(int, parts)
    return pd.RangeIndex(start, stop, step, name=name)


def _place(value: Any) -> int:
    if type(value) is not int or value < 0:
        raise ValueError(value)
    return value


def _member(name: Any, ending: str) -> str:
    number, _, found = str(name).partition(".")
    if not number.isdecimal() or found != ending:
        raise ValueError(name)
    return str(name)
