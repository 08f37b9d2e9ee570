"""Hectares in a sentence: enough decimals for the figure to be true, and no more."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["areas_apart", "hectares"]

_USUAL: Final = 2
#: what is smaller than a hectare is written to the square metre
_SMALL: Final = 4
_MOST: Final = 6
#: less than half a square metre has no figure
_SEEN_HA: Final = 0.00005
#: figures that somebody asked for, written as they were typed
_ASKED: Final = ("min_ha", "max_ha")
#: two areas of the same thing, which a sentence sets against one another
_AGAINST: Final = ("stated_ha", "computed_ha")
#: larger numbers are mistakes, and are written as such elsewhere
_ENDLESS: Final = 1e15


def hectares(area_ha: float, write: Callable[[float, int], str], field: str = "") -> str:
    """Write hectares.

    Parameters
    ----------
    area_ha : float
        Finite.
    write : callable
        Takes a number and its decimals.
    field : str
        Name of the figure; a limit that was asked for is written as it was typed.

    Returns
    -------
    str
        Two decimals, as tables have them; below one hectare up to four, where the figure has them; below
        half a square metre that it is less than one.

    Examples
    --------
    >>> from maps.words import words
    >>> [hectares(area, words("vi").number) for area in (12.3456, 0.0125, 0.5, 0.00001)]
    ['12,35', '0,0125', '0,50', '< 0,0001']
    >>> hectares(12.3456, words("vi").number, "min_ha")
    '12,3456'
    """
    return _written(area_ha, write, _MOST if field in _ASKED else _digits(area_ha))


def areas_apart(fields: Mapping[str, Any], write: Callable[[float, int], str]) -> dict[str, str]:
    """Write the area that was stated and the one that was computed so that they differ where they do.

    Parameters
    ----------
    fields : mapping
        Of a message.
    write : callable
        Takes a number and its decimals.

    Returns
    -------
    dict of str to str
        By name of the field; empty where a message doesn't set two areas against one another.

    Examples
    --------
    >>> from maps.words import words
    >>> areas_apart({"stated_ha": 45.001, "computed_ha": 45.003}, words("en").number)
    {'stated_ha': '45.001', 'computed_ha': '45.003'}
    """
    areas: list[Any] = [fields.get(name) for name in _AGAINST]
    if not all(isinstance(area, float) and abs(area) < _ENDLESS for area in areas):
        return {}
    stated, computed = map(float, areas)
    apart = (d for d in range(_USUAL, _MOST + 1) if round(stated, d) != round(computed, d))
    most = max(_digits(stated), _digits(computed), next(apart, _USUAL))
    return {
        name: _written(area, write, most) for name, area in zip(_AGAINST, (stated, computed), strict=True)
    }


def _digits(area_ha: float) -> int:
    return _USUAL if abs(area_ha) >= 1 else _SMALL


def _written(area_ha: float, write: Callable[[float, int], str], most: int) -> str:
    if 0 < abs(area_ha) < _SEEN_HA:
        least = write(math.copysign(10**-_SMALL, area_ha), _SMALL)
        return f"< {least}" if area_ha > 0 else f"> {least}"
    needed = (d for d in range(_USUAL, most) if round(area_ha, d) == round(area_ha, most))
    return write(area_ha, next(needed, most))
