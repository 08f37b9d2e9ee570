"""Speeds of ways: their own where they state one, else that of their class, and what is told of both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
import shapely

from layers.errors import QuestionError
from layers.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]
    Texts = NDArray[np.object_]

__all__ = ["FASTEST_KMH", "WaySpeeds", "way_classes", "way_speeds"]

#: no way is faster
FASTEST_KMH: Final = 200
_CLASS, _SPEED = "road_class", "speed_kmh"
_OTHER: Final = "other"
_OWN: Final = "own_speed"
_TOLD: Final = 5


@dataclass(frozen=True, eq=False)
class WaySpeeds:
    """Speeds of the ways of a layer.

    Parameters
    ----------
    kmh : numpy.ndarray
        Of each way.
    lengths_km : dict of str to float
        By the class whose speed was taken, ``own_speed`` for ways with their own; they add up to all ways.
    own : int
        Ways with a speed of their own.
    findings : tuple of Finding
        ``way_speed_unusable`` for own speeds that are no number above 0 and at most 200,
        ``way_class_unlisted`` for ways whose class has no speed, ``way_class_missing`` for those without one.
    """

    kmh: Floats
    lengths_km: dict[str, float]
    own: int
    findings: tuple[Finding, ...] = ()


def way_classes(frame: gpd.GeoDataFrame) -> Texts:
    """Return the class of each way, empty where it has none.

    Parameters
    ----------
    frame : geopandas.GeoDataFrame

    Returns
    -------
    numpy.ndarray of str

    Examples
    --------
    >>> import geopandas as gpd
    >>> way_classes(gpd.GeoDataFrame({"road_class": [" local", None]})).tolist()
    ['local', '']
    """
    if _CLASS not in frame:
        return np.full(len(frame), "", dtype=object)
    return _texts(frame[_CLASS])


def way_speeds(frame: gpd.GeoDataFrame, speeds: Mapping[str, float], *, layer: str) -> WaySpeeds:
    """Find the speed of each way.

    Parameters
    ----------
    frame : geopandas.GeoDataFrame
        Lines in a projected metric CRS, with ``road_class`` and ``speed_kmh`` where they have them.
    speeds : mapping of str to float
        km/h by class; ``other`` stands for classes that it doesn't name.
    layer : str
        Name of the layer, for what is told.

    Returns
    -------
    WaySpeeds

    Raises
    ------
    QuestionError
        ``speed_missing`` where a way has neither a speed of its own nor one of its class.

    Examples
    --------
    >>> import geopandas as gpd
    >>> ways = [shapely.LineString([(0, y), (1000, y)]) for y in (0, 9, 18)]
    >>> columns = {"road_class": ["local", "lane", "local"], "speed_kmh": ["", "", "800"]}
    >>> roads = gpd.GeoDataFrame(columns, geometry=ways)
    >>> found = way_speeds(roads, {"local": 25, "other": 20}, layer="roads")
    >>> found.kmh.tolist(), found.lengths_km
    ([25.0, 20.0, 25.0], {'local': 2.0, 'other': 1.0})
    >>> [(told.code, told.fields["found"]) for told in found.findings]
    [('way_speed_unusable', ['800']), ('way_class_unlisted', ['lane'])]
    """
    named, length = way_classes(frame), shapely.length(frame.geometry.to_numpy()) / 1000
    stated, text = _stated(frame)
    own = (stated > 0) & (stated <= FASTEST_KMH)
    listed = np.isin(named, list(speeds)) & (named != "")
    by_class = np.array([speeds.get(str(name), speeds.get(_OTHER, np.nan)) for name in named], dtype=float)
    kmh: Floats = np.where(own, stated, by_class)
    bad = np.flatnonzero(~(kmh > 0))
    if len(bad):
        found = sorted(set(named[bad].tolist()))
        raise QuestionError("speed_missing", layer=layer, found=found, count=len(bad))
    taken = np.where(own, _OWN, np.where(listed, named, _OTHER))
    by_speed = {name: float(length[taken == name].sum()) for name in [*speeds, _OWN] if (taken == name).any()}
    findings = [
        *_unusable(frame, text, (text != "") & ~own, layer),
        *_fallen("way_class_unlisted", named, (~own & ~listed & (named != ""), length, kmh), layer),
        *_fallen("way_class_missing", named, (~own & (named == ""), length, kmh), layer),
    ]
    return WaySpeeds(kmh, by_speed, int(own.sum()), tuple(findings))


def _texts(column: pd.Series) -> Texts:
    return np.array(["" if pd.isna(value) else str(value).strip() for value in column], dtype=object)


def _stated(frame: gpd.GeoDataFrame) -> tuple[Floats, Texts]:
    """Speeds that ways state, NaN where none can be read, and how they are written."""
    if _SPEED not in frame:
        return np.full(len(frame), np.nan), np.full(len(frame), "", dtype=object)
    text = _texts(frame[_SPEED])
    return np.asarray(pd.to_numeric(pd.Series(text), errors="coerce"), dtype=float), text


def _unusable(frame: gpd.GeoDataFrame, text: Texts, wrong: Flags, layer: str) -> list[Finding]:
    """Own speeds that can't be used: how many, in which rows, as they are written."""
    if not wrong.any():
        return []
    rows = frame.index[wrong].astype(str).tolist()
    fields = {
        "column": _SPEED,
        "count": len(rows),
        "rows": rows[:_TOLD],
        "found": list(dict.fromkeys(text[wrong].tolist()))[:_TOLD],
        "expected": [0, FASTEST_KMH],
    }
    return [Finding("way_speed_unusable", layer, None, "warn", fields)]


def _fallen(code: str, named: Texts, ways: tuple[Flags, Floats, Floats], layer: str) -> list[Finding]:
    """Ways that take the speed of every other class: which classes, how many, and their share of all."""
    which, length, kmh = ways
    if not which.any():
        return []
    total, fallen = float(length.sum()), float(length[which].sum())
    fields = {
        "count": int(which.sum()),
        "found": sorted(set(named[which].tolist())),
        "length_km": fallen,
        "share_pct": 100 * fallen / total if total else 100.0,
        "speed_kmh": float(kmh[which][0]),
    }
    return [Finding(code, layer, None, "warn", fields)]
