"""The name of a mistake: how the system a file states differs from the one its coordinates fit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from layers._known_crs import VN2000_CODES, meridian_and_scale
from layers.crs import as_crs

if TYPE_CHECKING:
    from layers.treatment import Treatment


def mistake_of(right: Treatment, own: Treatment | None) -> str:
    """Name what went wrong, the coarsest first."""
    if right.swapped:
        return "axes_swapped"
    if right.unit:
        return f"unit_{right.unit}"
    if own is None:
        return _unstated(right)
    if right == own:
        return "none"
    return _of_systems(right, own)


def _unstated(right: Treatment) -> str:
    """Of a file without a system: what would be wrong with its numbers besides."""
    if right.unshifted:
        return "no_datum_shift"
    return "scale_of_6" if right.wide else "crs_missing"


def _of_systems(right: Treatment, own: Treatment) -> str:
    flat = [as_crs(t.epsg).is_projected for t in (right, own)]
    if flat[0] != flat[1]:
        return "metres_as_degrees" if flat[0] else "degrees_as_metres"
    return _of_zones(right, own) if flat[0] else "no_datum_shift"


def _of_zones(right: Treatment, own: Treatment) -> str:
    if right.wide:
        return "scale_of_6"
    try:
        ours, stated = meridian_and_scale(right.epsg), meridian_and_scale(own.epsg)
    except KeyError:
        return "other_system"
    if ours[0] != stated[0]:
        return "wrong_meridian"
    if ours[1] != stated[1]:
        return "zone_3_or_6"
    datums = [t.epsg in VN2000_CODES and not t.unshifted for t in (right, own)]
    return "no_datum_shift" if datums[0] != datums[1] else "other_system"
