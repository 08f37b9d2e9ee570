"""What the values of a column say of it, whatever its heading is: land codes, areas, identities."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from layers._numbers import numbers
from layers.landuse import ancestors, normal_code

if TYPE_CHECKING:
    from numpy.typing import NDArray

_MOST: Final = 5_000
_NEAR: Final = 0.10
_FEWEST: Final = 3
#: how many of a unit are a hectare
PER_HA: Final = {"ha": 1.0, "m2": 10_000.0, "km2": 0.01}
_REPEATED: Final = 0.5


def filled(values: pd.Series[Any]) -> pd.Series[Any]:
    """Values that are there, the first few thousand of them."""
    here = values[values.notna()].head(_MOST)
    return here[here.astype(str).str.strip() != ""]


def code_share(values: pd.Series[Any]) -> float:
    """Share of the values that are land codes of any official list, 0 to 1; 0 where there are none."""
    if pd.api.types.is_numeric_dtype(values):
        return 0.0
    counts = filled(values).astype(str).value_counts()
    total = int(counts.sum())
    good = sum(int(n) for text, n in counts.items() if ancestors(normal_code(str(text))))
    return good / total if total else 0.0


def area_unit(values: pd.Series[Any], computed_ha: pd.Series[Any]) -> tuple[str, float]:
    """Tell whether numbers are the areas of the rows, and in which unit.

    Returns
    -------
    str
        A key of :data:`PER_HA` or ``""``.
    float
        Share of the rows that have a number and an area, and whose number is within 10 % of it.
    """
    given = as_numbers(values)
    area = computed_ha.to_numpy(dtype=float)
    both = np.isfinite(given) & np.isfinite(area) & (given > 0) & (area > 0)
    if not both.any():
        return "", 0.0
    ratio = given[both] / area[both]
    shares = {unit: float((np.abs(ratio / many - 1) <= _NEAR).mean()) for unit, many in PER_HA.items()}
    unit = max(shares, key=lambda u: shares[u])
    return (unit, shares[unit]) if shares[unit] >= _REPEATED else ("", 0.0)


def is_enough(values: pd.Series[Any]) -> bool:
    """Say whether there are values enough to tell a column by them alone."""
    return len(filled(values)) >= _FEWEST


def as_numbers(values: pd.Series[Any]) -> NDArray[np.float64]:
    """Read values as numbers, written with a comma or a point; NaN where they are none."""
    if pd.api.types.is_bool_dtype(values):
        return np.full(len(values), np.nan)
    if pd.api.types.is_numeric_dtype(values):
        return values.to_numpy(dtype=float, na_value=np.nan)
    return np.asarray(numbers(values), dtype=float)


def repeats(values: pd.Series[Any]) -> bool:
    """Say whether values are those of classes: fewer than half as many different ones as rows."""
    here = filled(values)
    return len(here) > _FEWEST and here.astype(str).nunique() < _REPEATED * len(here)


def whole_as_text(values: pd.Series[Any]) -> pd.Series[Any]:
    """Write whole numbers that a file keeps with decimals as codes: ``2.0`` is class ``2``.

    Other columns come back as they are.
    """
    if not pd.api.types.is_float_dtype(values):
        return values
    here = values.dropna()
    if not len(here) or not np.isfinite(here).all() or (here % 1 != 0).any():
        return values
    return pd.Series([None if pd.isna(v) else str(int(v)) for v in values], values.index, dtype=object)
