"""Class values as codes 0, 1, 2, ... that count as places in a table, whatever type the file had."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from layers.errors import QuestionError, SchemaError

if TYPE_CHECKING:
    from types import ModuleType

    import pandas as pd
    from numpy.typing import NDArray

    from layers.grid import CellSource

    Codes = NDArray[np.unsignedinteger[Any]]

__all__ = ["class_column", "coded", "engine", "require_classes", "require_threads"]

_BYTE: Final = 256
_WIDEST_TABLE: Final = 1 << 22


def engine() -> ModuleType:
    """Return the compiled kernels, or the same in numpy; numba is loaded at the first use only."""
    from spatial import _compiled  # noqa: PLC0415 - asked anew each time

    if _compiled.COMPILED:
        from spatial import _raster_kernels  # noqa: PLC0415 - loads numba

        return _raster_kernels
    from spatial import _raster_plain  # noqa: PLC0415 - the other one

    return _raster_plain


def require_classes(*sources: CellSource) -> None:
    """Refuse rasters of measures where classes are counted."""
    for source in sources:
        if source.dtype.kind not in "iub" or source.dtype == np.uint64:
            raise SchemaError("raster_not_classes", layer=source.name, found=str(source.dtype))


def require_threads(threads: int) -> None:
    """Refuse a number of threads that is none."""
    if threads < 1:
        raise QuestionError("threads_unusable", found=threads, expected="1, 2, ...")


def coded(values: NDArray[Any]) -> tuple[Codes, NDArray[np.int64]]:
    """Turn class values into codes, and give the class of every code; not every code need occur."""
    if values.dtype.itemsize == 1:
        every = np.arange(_BYTE, dtype=np.uint8)
        return values.view(np.uint8), every.view(values.dtype).astype(np.int64)
    low, high = int(values.min()), int(values.max())
    if high - low < _BYTE:
        return (values - values.dtype.type(low)).astype(np.uint8), np.arange(low, high + 1)
    if high - low < _WIDEST_TABLE:
        shifted = values.astype(np.int64) - low
        found = np.flatnonzero(np.bincount(shifted.ravel()))
        place = np.zeros(high - low + 1, dtype=_narrowest(len(found)))
        place[found] = np.arange(len(found))
        return place[shifted], found + low
    classes, codes = np.unique(values, return_inverse=True)
    return codes.reshape(values.shape).astype(_narrowest(len(classes))), classes.astype(np.int64)


def _narrowest(count: int) -> type[np.unsignedinteger[Any]]:
    if count <= _BYTE:
        return np.uint8
    return np.uint16 if count <= _BYTE * _BYTE else np.uint32


def class_column(classes: NDArray[np.int64], missing: NDArray[np.bool_]) -> pd.api.extensions.ExtensionArray:
    """Classes as a column of whole numbers in which cells without a class are ``<NA>``."""
    import pandas as pd  # noqa: PLC0415 - here for one constructor

    return pd.arrays.IntegerArray(classes, missing)
