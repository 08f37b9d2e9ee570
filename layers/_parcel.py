"""A reading on its way back from the process that made it: a frame as Arrow, the book as JSON.

Nothing that comes from such a process is ever unpickled: it is data, whatever became of the process.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import pandas as pd
import pyarrow as pa

from layers import errors
from layers._raster_file import RasterBook
from layers.causes import Cause
from layers.errors import SourceError, ThoCongError
from layers.fields import FieldMatch
from layers.findings import Finding
from layers.layer import Layer
from layers.look import Look
from layers.period import Period
from layers.provenance import Provenance
from layers.read import Reading

if TYPE_CHECKING:
    from pathlib import Path

Answer = Reading | Look | RasterBook
_BOOK: Final = "book.json"
_FRAME: Final = "frame.arrow"
_BOOK_MAX_BYTES: Final = 256 << 20
_ERRORS: Final = {
    name: kind for name in errors.__all__ if issubclass(kind := getattr(errors, name), ThoCongError)
}


def pack(result: Answer | ThoCongError, folder: Path) -> None:
    """Write what came of a reading."""
    book: dict[str, Any]
    if isinstance(result, ThoCongError):
        book = {"error": type(result).__name__, "code": result.code, "fields": result.fields}
    elif isinstance(result, Look):
        book = {"look": asdict(result)}
    elif isinstance(result, RasterBook):
        book = {"raster": asdict(result)}
    else:
        layer = result.layer
        _storable(layer.frame).to_feather(folder / _FRAME, index=True, compression="uncompressed")
        book = {
            "layer": {
                "name": layer.name,
                "kind_name": layer.kind_name,
                "period": asdict(layer.period) if layer.period else None,
                "provenance": layer.provenance.as_dict(),
            },
            "findings": [asdict(f) for f in result.findings],
            "rows_read": result.rows_read,
            "fields": [asdict(m) for m in result.fields],
            "columns": list(result.columns),
            "unnamed": [list(entry) for entry in result.unnamed],
            "aside": [list(result.set_aside["row"]), list(result.set_aside["code"])],
        }
    with (folder / _BOOK).open("w", encoding="utf-8") as handle:
        json.dump(_marked(book), handle, ensure_ascii=True)


def unpack(folder: Path) -> Answer | ThoCongError:
    """Read what :func:`pack` wrote; anything else is an error of the file that was read."""
    path = folder / _BOOK
    if path.stat().st_size > _BOOK_MAX_BYTES:
        raise ValueError(_BOOK)
    book = json.loads(path.read_text(encoding="utf-8"), object_hook=_unmarked)
    if "error" in book:
        failed: type[ThoCongError] = _ERRORS.get(book["error"], SourceError)
        return failed(str(book["code"]), **book["fields"])
    if "look" in book:
        return Look(**book["look"])
    if "raster" in book:
        return RasterBook(**book["raster"])
    frame = gpd.read_feather(folder / _FRAME)
    told = book["layer"]
    period = Period(**told["period"]) if told["period"] else None
    provenance = Provenance.from_dict(told["provenance"])
    rows, codes = book["aside"]
    return Reading(
        Layer(frame, told["name"], told["kind_name"], period, provenance),
        tuple(Finding(**f) for f in book["findings"]),
        int(book["rows_read"]),
        pd.DataFrame({"row": rows, "code": codes}),
        tuple(FieldMatch(**{**m, "others": tuple(m["others"])}) for m in book["fields"]),
        tuple(book["columns"]),
        tuple((int(row), str(end)) for row, end in book["unnamed"]),
    )


def _storable(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Give columns that Arrow can't hold as they are (values of several types) as text."""
    out = frame
    for column in (c for c, kind in frame.dtypes.items() if kind == "object"):
        try:
            pa.array(frame[column], from_pandas=True)
        except (pa.ArrowException, ValueError, TypeError):
            text = [None if v is None or v != v else str(v) for v in frame[column]]  # noqa: PLR0124 - NaN
            out = out.copy() if out is frame else out
            out[column] = text
    return out


def _marked(value: Any) -> Any:
    """Plain values; what is more than its text says so."""
    if isinstance(value, Cause):
        return {"__cause__": str(value)}
    if isinstance(value, dict):
        return {str(k): _marked(v) for k, v in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_marked(v) for v in value]
    if value is None or isinstance(value, bool | int | float | str):
        return value
    return _marked(value.item()) if hasattr(value, "item") else str(value)


def _unmarked(value: dict[str, Any]) -> Any:
    return Cause(value["__cause__"]) if set(value) == {"__cause__"} else value
