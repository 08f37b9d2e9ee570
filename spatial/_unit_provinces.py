"""Provinces of the units of a layer: what its column says, held against the commune centres in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
import shapely

from layers import reference
from layers.crs import as_crs, mover
from layers.findings import Finding
from layers.names import fold
from layers.provinces import province_code, province_name
from spatial._geos import areal

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from layers.layer import Layer

    Codes = NDArray[np.object_]
    Shapes = NDArray[np.object_]

__all__ = ["sound", "unit_provinces"]

#: columns of a layer of units that name the province, compared without accents, case and signs
_COLUMNS: Final = ("provincevn", "province", "provincename", "tentinh", "tinh", "tinhthanh", "name1")
#: of the commune centres in a unit, the share that must lie in one province: centres are rounded
_SURE: Final = 0.95
#: units that a finding names; their number is told
_NAMED: Final = 5


def unit_provinces(layer: Layer) -> tuple[Codes, list[Finding]]:
    """Codes of the provinces of units, empty where nothing tells, and names that the centres contradict."""
    frame = layer.frame
    none: Codes = np.full(len(frame), "", dtype=object)
    column = _column(frame)
    if column is None and "name" not in frame:
        return none, []
    named = none if column is None else _named(frame.iloc[:, column])
    centres = _centres(frame)
    codes = _held_against(named, centres)
    heading = "" if column is None else str(frame.columns[column])
    return codes, _doubts(layer, heading, named=named, codes=codes, centres=centres)


def sound(shapes: Shapes) -> Shapes:
    """Shapes that can be cut: an outline that crosses itself is taken as the land it goes round."""
    wrong = ~shapely.is_valid(shapes) & (shapely.get_dimensions(shapes) > 1)
    if not wrong.any():
        return shapes
    out = np.array(shapes, dtype=object)
    out[wrong] = areal(shapely.make_valid(out[wrong], method="structure", keep_collapsed=False))
    return out


def _column(frame: gpd.GeoDataFrame) -> int | None:
    spelled = {_letters(str(name)): n for n, name in enumerate(frame.columns)}
    return next((spelled[name] for name in _COLUMNS if name in spelled), None)


def _letters(text: str) -> str:
    return "".join(c for c in fold(text) if c.isalnum())


def _named(values: pd.Series) -> Codes:
    texts = values.astype(object).where(values.notna(), "").astype(str)
    return texts.map({text: province_code(text) for text in texts.unique()}).to_numpy(dtype=object)


def _centres(frame: gpd.GeoDataFrame) -> dict[int, pd.Series]:
    """Codes of the commune centres of 2025 within each unit that has any."""
    rows = reference.table("communes_2025")
    move = mover(as_crs(4326), as_crs(frame.crs))
    x, y = move.transform(rows["lon"].astype(float).to_numpy(), rows["lat"].astype(float).to_numpy())
    tree = shapely.STRtree(shapely.points(x, y))
    unit, centre = tree.query(sound(frame.geometry.to_numpy()), predicate="contains")
    found = pd.Series(rows["province_code"].to_numpy()[centre]).groupby(unit)
    return {int(n): codes for n, codes in found}


def _held_against(named: Codes, centres: dict[int, pd.Series]) -> Codes:
    """Province of each unit by name as far as the commune centres in it allow, else by these."""
    out = named.copy()
    for n, codes in centres.items():
        if named[n] and (codes == named[n]).mean() > 1 - _SURE:
            continue
        share = codes.value_counts(normalize=True)
        sure = share.iloc[0] >= _SURE and (not named[n] or len(codes) > 1)
        out[n] = str(share.index[0]) if sure else ""
    return out


def _doubts(
    layer: Layer, column: str, *, named: Codes, codes: Codes, centres: dict[int, pd.Series]
) -> list[Finding]:
    """Names that aren't believed, together for each name and what the centres say instead."""
    titles = layer.frame["name"] if "name" in layer.frame else pd.Series(layer.frame.index)
    wrong: dict[tuple[str, str, tuple[str, ...]], list[str]] = {}
    for n in np.flatnonzero(named != codes):
        if named[n]:
            there = tuple(sorted(set(centres[int(n)])))
            wrong.setdefault((named[n], codes[n], there), []).append(str(titles.iloc[n]))
    return [
        Finding(
            "province_contradicted" if taken else "province_doubtful",
            layer.name,
            None,
            "warn",
            {
                "column": column,
                "stated": province_name(said),
                "found": [province_name(code) for code in there],
                "names": names[:_NAMED],
                "count": len(names),
            },
        )
        for (said, taken, there), names in wrong.items()
    ]
