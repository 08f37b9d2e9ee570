"""Small rasters for the tests of grids, and the two ways that kernels can run."""

from __future__ import annotations

import numpy as np
import pytest
from affine import Affine

from layers import Raster, as_crs

X0, Y0, CELL = 550_000.0, 2_320_000.0, 100.0
CRS = as_crs(5897)


def raster(values, *, nodata=None, transform=None, crs=CRS, name="raster"):
    """Cells of one hectare, the upper left corner of the first at (X0, Y0)."""
    place = transform or Affine(CELL, 0, X0, 0, -CELL, Y0)
    return Raster(np.asarray(values), place, crs, nodata, name)


def classes(rng, shape, *, high=6, dtype=np.uint8):
    """Patches and noise."""
    coarse = rng.integers(0, high, (shape[0] // 4 + 1, shape[1] // 4 + 1))
    cells = np.kron(coarse, np.ones((4, 4), dtype=int))[: shape[0], : shape[1]]
    noise = rng.random(shape) < 0.1
    cells[noise] = rng.integers(0, high, int(noise.sum()))
    return cells.astype(dtype)


plainly = pytest.mark.parametrize("compiled", [True, False], ids=["compiled", "numpy"])
