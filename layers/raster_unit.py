"""The unit that a raster states for its values."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import rasterio

from layers._door import hearing, opening
from layers.errors import SourceError

__all__ = ["in_feet", "raster_unit"]

#: formats that hold their cells themselves, as the door of rasters opens them
_DRIVERS: Final = {".tif": "GTiff", ".tiff": "GTiff", ".asc": "AAIGrid", ".img": "HFA"}
_FEET: Final = ("ft", "foot", "feet", "us survey foot", "us-ft", "ft-us", "international foot")


def raster_unit(path: Path | str, *, band: int = 1) -> str:
    """Read the unit that a band states for its values.

    Parameters
    ----------
    path : pathlib.Path or str
    band : int
        From 1.

    Returns
    -------
    str
        As the file has it; empty where it states none.

    Raises
    ------
    SourceError
        ``format_unknown`` or ``source_unreadable``.
    """
    driver = _DRIVERS.get(Path(path).suffix.lower())
    if driver is None:
        found = Path(path).suffix
        raise SourceError("format_unknown", path=str(path), found=found, expected=sorted(_DRIVERS))
    with opening(Path(path)), hearing(), rasterio.open(path, driver=driver) as file:
        return str(file.units[band - 1] or "").strip()


def in_feet(unit: str) -> bool:
    """Say whether a unit is a foot of some kind.

    Parameters
    ----------
    unit : str

    Returns
    -------
    bool

    Examples
    --------
    >>> in_feet("US survey foot"), in_feet("metre")
    (True, False)
    """
    return unit.strip().lower() in _FEET
