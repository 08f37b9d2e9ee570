"""Coordinate systems and provinces in words that a surveyor uses."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from layers import province_epsg, reference

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    from pyproj import CRS

    from maps.words import Words

__all__ = ["crs_label", "place_label", "province_systems", "units_met"]

#: 63 provinces became 34 the day after; older files keep the meridian of theirs
_LAST_OF_63: Final = date(2025, 6, 30)
_NAMED: Final = 2
_MERIDIAN: Final = "Longitude of natural origin"
_SCALE: Final = "Scale factor at natural origin"
#: k0 of Vietnam's zones, by Circular 973/2001/TT-TCĐC
_WIDTHS: Final = {0.9999: 3, 0.9996: 6}


def crs_label(crs: CRS | None, words: Words) -> str:
    """Name a coordinate system.

    Parameters
    ----------
    crs : pyproj.CRS or None
    words : Words

    Returns
    -------
    str
        VN-2000 by the width and the central meridian of its zone, anything else by its own name;
        empty for ``None``.

    Examples
    --------
    >>> from pyproj import CRS
    >>> from maps.words import words
    >>> crs_label(CRS.from_epsg(9210), words("vi"))
    'VN-2000, múi 3°, kinh tuyến trục 105°45′ (EPSG:9210)'
    >>> crs_label(CRS.from_epsg(4326), words("vi"))
    'WGS 84 (EPSG:4326)'
    """
    if crs is None:
        return ""
    code = crs.to_epsg()
    known = _zone(crs) if crs.name.startswith("VN-2000 /") and code else None
    if known is None:
        return f"{crs.name} (EPSG:{code})" if code else crs.name
    width, meridian = known
    return words("crs.zone", width=width, meridian=_degrees(meridian), code=str(code))


def units_met(frame: gpd.GeoDataFrame, units: gpd.GeoDataFrame) -> list[str]:
    """Name the administrative units that some features meet.

    Parameters
    ----------
    frame : geopandas.GeoDataFrame
        Any geometry.
    units : geopandas.GeoDataFrame
        Polygons with a column ``name``, in the same system.

    Returns
    -------
    list of str
        In the order of the units; a unit that is only touched along its border is not met.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import Point, box
    >>> units = gpd.GeoDataFrame({"name": ["A", "B"]}, geometry=[box(0, 0, 1, 1), box(1, 0, 2, 1)])
    >>> units_met(gpd.GeoDataFrame(geometry=[Point(0.5, 0.5)]), units)
    ['A']
    """
    shapes = units.geometry.to_numpy()
    features, places = shapely.STRtree(shapes).query(frame.geometry.to_numpy(), predicate="intersects")
    real = ~shapely.touches(frame.geometry.to_numpy()[features], shapes[places])
    return [str(name) for name in units["name"].iloc[np.unique(places[real])]]


def place_label(names: Sequence[str], of: int, words: Words) -> str:
    """Say in few words where something lies.

    Parameters
    ----------
    names : sequence of str
        Units that it meets.
    of : int
        How many units there are.
    words : Words

    Returns
    -------
    str
        Two names at the most; empty where none is met.
    """
    if not names:
        return ""
    if len(names) == of:
        return words("layers.everywhere", count=of)
    if len(names) <= _NAMED:
        return ", ".join(names)
    return words("layers.and_more", names=", ".join(names[:_NAMED]), count=len(names) - _NAMED)


def _zone(crs: CRS) -> tuple[int, float] | None:
    """Width of the zone and its central meridian, degrees."""
    operation = crs.coordinate_operation
    facts = {p.name: float(p.value) for p in operation.params} if operation else {}
    width = _WIDTHS.get(round(facts.get(_SCALE, 0.0), 6))
    return (width, facts[_MERIDIAN]) if width and _MERIDIAN in facts else None


def _degrees(value: float) -> str:
    whole, minutes = divmod(round(value * 60), 60)
    return f"{whole}°{minutes:02d}′"


def province_systems(words: Words, on: date) -> dict[str, int]:
    """List the provinces with the system of each: those of a day, then those of files older than 2025-07-01.

    Parameters
    ----------
    words : Words
    on : datetime.date

    Returns
    -------
    dict of str to int
        Name of the province to EPSG code of its 3° zone, in the order of the reference table.

    Examples
    --------
    >>> from datetime import date
    >>> from maps.words import words
    >>> systems = province_systems(words("vi"), date(2026, 1, 1))
    >>> systems["Hà Nội"], systems["Bắc Giang (trước 01/7/2025)"]
    (5897, 9214)
    """
    out = _systems(on)
    former = _systems(_LAST_OF_63)
    return out | {words("import.province_before", province=name): code for name, code in former.items()}


def _systems(on: date) -> dict[str, int]:
    rows = reference.in_force(reference.table("vn2000_provinces"), on)
    return {name: province_epsg(name, on) for name in dict.fromkeys(rows["province"])}
