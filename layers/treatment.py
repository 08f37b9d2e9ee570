"""How raw coordinates are to be taken: in which system, which axis first, in which unit, by which datum.

A treatment is what somebody decided after a verdict (:mod:`layers.verdict`). It is written as a system with
what was wrong behind it, such as ``EPSG:5897+swapped``, applies to the numbers of the file whatever the file
says of them, and stays in the provenance.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely
from pyproj import CRS

from layers._known_crs import VN2000_CODES, parameters_of
from layers.crs import as_crs, mover, to_crs
from layers.errors import CrsError

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray
    from pyproj import Transformer

__all__ = ["UNITS_M", "Treatment", "parse_treatment"]

#: metres in a unit that drawings and instruments write instead
UNITS_M: Final = {"feet": 0.3048, "mm": 0.001, "cm": 0.01, "km": 1000.0}
_SCALE_OF_6: Final = 0.9996
_WORDS: Final = ("swapped", "unshifted", "k0.9996", *UNITS_M)


@dataclass(frozen=True)
class Treatment:
    """One way to take raw coordinates.

    Parameters
    ----------
    epsg : int
        System that the rows have afterwards.
    swapped : bool
        The first number is the northing or latitude.
    unit : str
        ``""`` (metres or degrees) or a key of :data:`UNITS_M`.
    unshifted : bool
        Projected from WGS 84 as if there were no VN-2000: 224 m away.
    wide : bool
        Projected with the scale of a 6° zone (0.9996) on the meridian of a 3° zone.

    Examples
    --------
    >>> str(Treatment(5897, swapped=True, unit="feet"))
    'EPSG:5897+swapped+feet'
    """

    epsg: int
    swapped: bool = False
    unit: str = ""
    unshifted: bool = False
    wide: bool = False

    def __str__(self) -> str:
        """The way it is written on the command line."""
        told = {"swapped": self.swapped, self.unit: bool(self.unit), "unshifted": self.unshifted}
        told["k0.9996"] = self.wide
        return "+".join([f"EPSG:{self.epsg}", *(word for word, holds in told.items() if holds)])

    @property
    def crs(self) -> CRS:
        """System that the raw numbers are in, once their axes and unit are right."""
        return _system(self.epsg, unshifted=self.unshifted, wide=self.wide)

    @property
    def projected(self) -> bool:
        """True for metres on a plane, false for degrees."""
        return bool(self.crs.is_projected)

    def numbers(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Put axes and unit right.

        Parameters
        ----------
        points : numpy.ndarray
            Shape (n, 2), as in the file.

        Returns
        -------
        numpy.ndarray
            East (or longitude) and north (or latitude).
        """
        turned = points[:, ::-1] if self.swapped else points
        return np.ascontiguousarray(turned * UNITS_M.get(self.unit, 1.0))

    def apply(self, frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        """Take the rows of a layer this way.

        Parameters
        ----------
        frame : geopandas.GeoDataFrame
            As read; what it says of its system does not count.

        Returns
        -------
        geopandas.GeoDataFrame
            The same rows in the system of :attr:`epsg`; null geometries stay.
        """
        geometry = shapely.transform(shapely.force_2d(frame.geometry.to_numpy()), self.numbers)
        taken = frame.set_geometry(geometry).set_crs(self.crs, allow_override=True)
        target = as_crs(self.epsg)
        return taken if taken.crs == target else to_crs(taken, target)

    def lonlat(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Place raw coordinates on the earth.

        Parameters
        ----------
        points : numpy.ndarray
            Shape (n, 2).

        Returns
        -------
        numpy.ndarray
            Longitude and latitude, WGS 84; infinite where the system has no such place.
        """
        return self.placed(points, as_crs(4326))

    def placed(self, points: NDArray[np.float64], target: CRS) -> NDArray[np.float64]:
        """Place raw coordinates in a system.

        Parameters
        ----------
        points : numpy.ndarray
            Shape (n, 2).
        target : pyproj.CRS

        Returns
        -------
        numpy.ndarray
        """
        right = self.numbers(points)
        x, y = _way(self, target.to_wkt()).transform(right[:, 0], right[:, 1])
        return np.column_stack([x, y])


def parse_treatment(text: str) -> Treatment:
    """Read a treatment.

    Parameters
    ----------
    text : str
        A code, with what was wrong behind it: ``5897``, ``EPSG:5897+swapped``, ``EPSG:5897+feet``,
        ``EPSG:5897+unshifted``, ``EPSG:9210+k0.9996``.

    Returns
    -------
    Treatment

    Raises
    ------
    CrsError
        ``crs_unreadable`` or ``treatment_unreadable``.

    Examples
    --------
    >>> parse_treatment("EPSG:5897+swapped").swapped
    True
    """
    first, *words = text.strip().split("+")
    code = as_crs(first).to_epsg() if first else None
    units = [word for word in words if word in UNITS_M]
    projected = code in VN2000_CODES
    wrong = [word for word in words if word not in _WORDS]
    needs_zone = not projected and bool({"unshifted", "k0.9996"} & set(words))
    if code is None or wrong or len(units) > 1 or needs_zone:
        raise CrsError("treatment_unreadable", found=text[:80], expected=f"EPSG:5897[+{'|'.join(_WORDS)}]")
    return Treatment(
        code, "swapped" in words, units[0] if units else "", "unshifted" in words, "k0.9996" in words
    )


@lru_cache(maxsize=1024)
def _way(treatment: Treatment, target: str) -> Transformer:
    return mover(treatment.crs, CRS.from_wkt(target))


@lru_cache(maxsize=128)
def _system(epsg: int, *, unshifted: bool, wide: bool) -> CRS:
    known = CRS.from_epsg(epsg)
    if not (unshifted or wide):
        return known
    values = parameters_of(known)
    meridian = values["Longitude of natural origin"]
    scale = _SCALE_OF_6 if wide else values["Scale factor at natural origin"]
    plain = f"+proj=tmerc +lat_0=0 +lon_0={meridian} +k={scale} +x_0=500000 +y_0=0 +units=m +no_defs"
    if unshifted:
        return CRS.from_proj4(f"{plain} +datum=WGS84")
    told = CRS.from_proj4(f"{plain} +ellps=WGS84").to_json_dict()
    told["base_crs"] = CRS.from_epsg(4756).to_json_dict()
    told["name"] = f"VN-2000 / TM {meridian:g}, k0 {scale}"
    return CRS.from_json_dict(told)
