"""Units that a raster states for its values."""

from __future__ import annotations

from typing import Final

__all__ = ["in_feet"]

_FEET: Final = ("ft", "foot", "feet", "us survey foot", "us-ft", "ft-us", "international foot")


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
