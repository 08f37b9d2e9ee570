"""What a workspace says of a raster, and its file: looked over, for somebody may have sent both."""

from __future__ import annotations

import re
from math import isfinite
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from affine import Affine
from pyproj import CRS
from rasterio.enums import Compression

from layers._raster_cells import hides_cells

if TYPE_CHECKING:
    from layers.raster_store import KeptRaster

__all__ = ["require_entry", "require_own_file"]

_ID: Final = re.compile(r"[a-z][a-z0-9_-]{0,60}-[0-9a-f]{12}")
_HASH: Final = re.compile(r"[0-9a-f]{64}")
_TEXTS: Final = ("measure", "name", "period", "unit", "crs", "dtype", "at")
_LEVELS: Final = ("info", "warn", "block")
_MOST_CELLS_A_SIDE: Final = 2**31
_CELLS: Final = "biuf"
#: as :func:`layers.raster.write_raster` lays cells down
_BLOCK: Final = (256, 256)


def require_entry(kept: KeptRaster) -> None:
    """Refuse an entry that nobody put down.

    Raises
    ------
    ValueError, TypeError, pyproj.exceptions.CRSError
    """
    texts = all(isinstance(getattr(kept, name), str) for name in _TEXTS)
    if not texts or not isinstance(kept.id, str) or not _ID.fullmatch(kept.id):
        raise ValueError("id")
    if not all(isinstance(one, str) and _HASH.fullmatch(one) for one in (kept.sha256, kept.cells_sha256)):
        raise ValueError("sha256")
    if any(type(side) is not int or not 0 < side < _MOST_CELLS_A_SIDE for side in (kept.height, kept.width)):
        raise ValueError("height")
    if len(kept.transform) != len(Affine.identity()[:6]) or not all(map(_is_number, kept.transform)):
        raise ValueError("transform")
    if not (kept.nodata is None or _is_number(kept.nodata)) or not isinstance(kept.made, bool):
        raise ValueError("nodata")
    if np.dtype(kept.dtype).kind not in _CELLS:
        raise ValueError("dtype")
    if not all(map(_is_finding, kept.findings)):
        raise ValueError("findings")
    CRS.from_wkt(kept.crs)


def require_own_file(file: Any, kept: KeptRaster) -> None:
    """Refuse an open raster that is laid down otherwise than ours are: a block of it may fill the memory.

    Raises
    ------
    ValueError
    """
    found = (file.driver, file.count, file.compression, file.block_shapes, file.shape, file.dtypes)
    own = ("GTiff", 1, Compression.deflate, [_BLOCK], (kept.height, kept.width), (np.dtype(kept.dtype).name,))
    if found != own or hides_cells(file, 1):
        raise ValueError("blocks")


def _is_number(value: Any) -> bool:
    return type(value) in (int, float) and abs(value) < np.finfo(float).max and isfinite(value)


def _is_finding(value: Any) -> bool:
    if not isinstance(value, dict) or set(value) != {"code", "level", "fields"}:
        return False
    return isinstance(value["code"], str) and value["level"] in _LEVELS and isinstance(value["fields"], dict)
