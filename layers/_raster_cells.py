"""What an open raster says of its cells: their system, their type, and which of them hold nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
from pyproj import CRS
from rasterio.enums import MaskFlags

from layers._known_crs import usable_crs

if TYPE_CHECKING:
    from layers.findings import Ledger

#: formats that hold their cells themselves; others may send GDAL to other files and addresses
DRIVERS: Final = {".tif": "GTiff", ".tiff": "GTiff", ".asc": "AAIGrid", ".img": "HFA"}


def crs_of_file(file: Any, ledger: Ledger) -> CRS | None:
    """Settle the system that an open raster states."""
    if file.crs is None:
        return None
    return usable_crs(CRS.from_wkt(file.crs.to_wkt()), ledger)


def hides_cells(file: Any, band: int) -> bool:
    """Say whether a mask in an open raster hides cells."""
    return MaskFlags.per_dataset in file.mask_flag_enums[band - 1]


def fits_type(nodata: float, dtype: np.dtype[Any]) -> bool:
    """Say whether a value can stand in a raster at all: -9999 can't in bytes, and then nothing is hidden."""
    if dtype.kind == "f":
        return bool(not np.isfinite(nodata) or abs(nodata) <= np.finfo(dtype).max)
    if dtype.kind not in "iu":
        return False
    limits = np.iinfo(dtype)
    return bool(float(nodata).is_integer() and limits.min <= nodata <= limits.max)


def room_for_none(dtype: np.dtype[Any], nodata: float | None) -> tuple[np.dtype[Any], float]:
    """Type and value for cells that have none, where the raster itself keeps no value for them."""
    if nodata is not None:
        return dtype, nodata
    if dtype.kind == "f":
        return dtype, float("nan")
    wider = np.result_type(dtype, np.int16) if dtype.itemsize == 1 else np.result_type(dtype, np.int32)
    return wider, int(np.iinfo(wider).min)
