"""Colours and hatching of a picture tile; lines are counted from the corner of the world and join."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = ["colour_table", "hatched"]

_HALF: Final = 20037508.342789244
_SHADE: Final = 0.62  # of a line of the hatching
_ROUND: Final = 120  # pixels after which every pattern begins again


def colour_table(colours: Sequence[tuple[int, int, int]]) -> NDArray[np.uint32]:
    """Make the pixels of numbered colours: plain ones, then those of the lines of a hatching.

    Parameters
    ----------
    colours : sequence of (int, int, int)
        From number 1.

    Returns
    -------
    numpy.ndarray of uint32
        Red, green, blue and opacity in one number each, twice as many as colours and 2: the first of
        either half is nothing.

    Examples
    --------
    >>> colour_table([(250, 100, 0)]).view(np.uint8).reshape(4, 4).tolist()
    [[0, 0, 0, 0], [250, 100, 0, 255], [0, 0, 0, 0], [155, 62, 0, 255]]
    """
    table = np.zeros((2, len(colours) + 1, 4), dtype=np.uint8)
    table[0, 1:, :3] = np.array(colours, dtype=np.uint8).reshape(-1, 3)
    table[1, 1:, :3] = (table[0, 1:, :3] * _SHADE).astype(np.uint8)
    table[:, 1:, 3] = 255
    return table.reshape(-1, 4).view(np.uint32).ravel()


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
