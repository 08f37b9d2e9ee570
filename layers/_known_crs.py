"""Recognising VN-2000 in what files say of their system.

Offices write VN-2000 in many ways: as a custom projection with seven parameters, through MapInfo with
the datum left out, without any name. A Transverse Mercator with k0 = 0.9999 on one of the central
meridians of the provinces is VN-2000 whatever it is called: taken for WGS 84 it would lie 224 m off.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

import numpy as np
from pyproj import CRS

from layers.crs import as_crs, horizontal

if TYPE_CHECKING:
    from layers.findings import Ledger, Level

#: EPSG codes of VN-2000: the 3° zones (k0 0.9999), and two of 6° (k0 0.9996)
VN2000_CODES: Final = (*range(5896, 5900), *range(9205, 9219), 3405, 3406)
_GEOGRAPHIC: Final = 4756
_SHIFT_M: Final = (-191.9, -39.3, -111.45)
_NEAR_M: Final = 5.0  # both EPSG operations and the usual roundings of them lie within
_SEMI_AXIS: Final = 6378137.0
_K_OF_ZONES: Final = 0.9999


def usable_crs(crs: CRS, ledger: Ledger) -> CRS | None:
    """Settle what a stated system is.

    Parameters
    ----------
    crs : pyproj.CRS
        As a library read it from a file.
    ledger : Ledger
        Receives ``crs_local`` or ``crs_recognised``.

    Returns
    -------
    pyproj.CRS or None
        The EPSG system of VN-2000 where it is one; the system itself, without heights, where it is
        another one on the earth; ``None`` for drawing units and the like.
    """
    flat = horizontal(crs)
    if not (flat.is_projected or flat.is_geographic):
        ledger.find("crs_local", level="block", found=crs.name, expected="EPSG:5897")
        return None
    code = _vn2000_code(crs)
    if code is None:
        return flat if crs.is_compound else crs
    known = as_crs(code)
    if not _says_vn2000(crs):
        # the seven parameters leave no doubt; a scale and a meridian alone are a strong guess
        level: Level = "info" if _is_shifted(crs) else "warn"
        ledger.find("crs_recognised", level=level, found=crs.name, crs=known.name, datum=_datum(crs))
    return known


def epsg_of(meridian: float, scale: float) -> int | None:
    """Look up the VN-2000 code of a Transverse Mercator by its central meridian and scale."""
    return next(
        (c for c, (lon, k) in _zones().items() if abs(lon - meridian) < 1e-6 and abs(k - scale) < 1e-7),  # noqa: PLR2004 - rounding of a text
        None,
    )


@cache
def _zones() -> dict[int, tuple[float, float]]:
    found = {}
    for code in VN2000_CODES:
        values = parameters_of(CRS.from_epsg(code))
        found[code] = (values["Longitude of natural origin"], values["Scale factor at natural origin"])
    return found


def meridian_and_scale(epsg: int) -> tuple[float, float]:
    """Central meridian in degrees and scale of a Transverse Mercator by its code.

    Raises
    ------
    KeyError
        For a system of another kind.
    """
    values = parameters_of(CRS.from_epsg(epsg))
    return values["Longitude of natural origin"], values["Scale factor at natural origin"]


def parameters_of(crs: CRS) -> dict[str, float]:
    """Parameters of the projection of a system, by name."""
    operation = crs.coordinate_operation
    return {p.name: float(p.value) for p in operation.params} if operation else {}


def _vn2000_code(crs: CRS) -> int | None:
    flat = horizontal(crs)
    ellipsoid = flat.ellipsoid
    if ellipsoid is None or abs(ellipsoid.semi_major_metre - _SEMI_AXIS) > 1e-3:  # noqa: PLR2004 - a millimetre
        return None
    vietnamese = _says_vn2000(crs) or _is_shifted(crs)
    if flat.is_geographic:
        return _GEOGRAPHIC if vietnamese else None
    operation = flat.coordinate_operation
    if operation is None or operation.method_name != "Transverse Mercator":
        return None
    values = parameters_of(flat)
    plain = values.get("False easting") == 500_000 and values.get("False northing") == 0  # noqa: PLR2004 - of all zones
    if (
        not plain
        or values.get("Latitude of natural origin") != 0
        or flat.axis_info[0].unit_conversion_factor != 1
    ):
        return None
    scale = values.get("Scale factor at natural origin", 0.0)
    # the scale of the 3° zones is found nowhere else; UTM is not Vietnamese unless its datum says so
    if not vietnamese and abs(scale - _K_OF_ZONES) > 1e-7:  # noqa: PLR2004 - rounding of a text
        return None
    return epsg_of(values.get("Longitude of natural origin", 0.0), scale)


def _says_vn2000(crs: CRS) -> bool:
    base = horizontal(crs).geodetic_crs
    return base is not None and (base.to_epsg() == _GEOGRAPHIC or "vietnam 2000" in _datum(crs).lower())


def _datum(crs: CRS) -> str:
    datum = horizontal(crs).datum
    return datum.name.replace("_", " ") if datum is not None else ""


def _is_shifted(crs: CRS) -> bool:
    operation = crs.coordinate_operation if crs.is_bound else None
    shift = list(operation.towgs84)[:3] if operation is not None else []
    return len(shift) == len(_SHIFT_M) and bool(np.abs(np.subtract(shift, _SHIFT_M)).max() < _NEAR_M)
