"""Coordinate systems and provinces in words that a surveyor uses."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

from layers import province_epsg, reference

if TYPE_CHECKING:
    from pyproj import CRS

    from maps.words import Words

__all__ = ["crs_label", "province_systems"]

#: 63 provinces became 34 the day after; older files keep the meridian of theirs
_LAST_OF_63: Final = date(2025, 6, 30)
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
