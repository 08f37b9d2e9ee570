"""Hatching of a picture tile: lines counted from the corner of the world, so that tiles join."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["hatched"]

_HALF: Final = 20037508.342789244
_ROUND: Final = 120  # pixels after which every pattern begins again


def hatched(hatch: NDArray[np.uint8], bounds: tuple[float, float, float, float]) -> NDArray[np.bool_]:
    """Find the pixels in which a hatching draws its lines.

    Parameters
    ----------
    hatch : numpy.ndarray of uint8
        Pattern of each pixel, 0 for none; as many rows as columns.
    bounds : tuple of float
        West, south, east, north of the picture, metres of Web Mercator.

    Returns
    -------
    numpy.ndarray of bool

    Examples
    --------
    >>> dashes = hatched(np.full((24, 24), 3, dtype=np.uint8), (0.0, 0.0, 24.0, 24.0))
    >>> sorted({int(row) for row in dashes.sum(axis=1)})
    [0, 24]
    """
    size = hatch.shape[0]
    if not hatch.any():
        return np.zeros(hatch.shape, dtype=np.bool_)
    pixel = (bounds[2] - bounds[0]) / size
    x0, y0 = round((bounds[0] + _HALF) / pixel) % _ROUND, round((_HALF - bounds[3]) / pixel) % _ROUND
    patterns = _patterns(size + _ROUND)[y0 : y0 + size, x0 : x0 + size]
    lines: NDArray[np.bool_] = ((patterns >> hatch) & 1).astype(np.bool_)
    return lines


@cache
def _patterns(size: int) -> NDArray[np.uint8]:
    """All patterns of a picture as the bits of its pixels."""
    x, y = np.arange(size)[None, :], np.arange(size)[:, None]
    step, line = 12, 2
    masks = [
        np.zeros((size, size), dtype=bool),
        (x + y) % step < line,
        (x - y) % step < line,
        np.broadcast_to(y % step < line, (size, size)),
        np.broadcast_to(x % step < line, (size, size)),
        (x % step < line) | (y % step < line),
        (x % 10 < 3) & (y % 10 < 3),  # noqa: PLR2004 - dots of three in tens
        (x + y) % 24 < 3,  # noqa: PLR2004 - a wider diagonal
    ]
    return np.packbits(np.stack(masks, axis=-1), axis=-1, bitorder="little")[..., 0]
