"""Places of a ledger: the whole scope, units, zones and rings, each as a polygon."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from layers.findings import Finding
from spatial._geos import areal
from spatial.buffers import rings
from spatial.labels import feature_labels, labelled_zones

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from layers.layer import Layer
    from spatial._absorption_question import AbsorptionQuestion

    Shape = shapely.Geometry
    Shapes = NDArray[np.object_]

__all__ = ["PLACE", "Grounds"]

#: columns that say what a place is
PLACE: Final = ["scope", "place", "name", "ring_m"]
_HA: Final = 10_000.0
#: overlaps below this are rounding
_LEAST_M2: Final = 1e-2


class Grounds:
    """The zones, units and given land of a question, ready to be cut into places.

    Parameters
    ----------
    question : AbsorptionQuestion
    zones : sequence of Layer
    units, within : Layer or None
    findings : list of Finding
        Where findings go.
    """

    def __init__(
        self,
        question: AbsorptionQuestion,
        *,
        zones: Sequence[Layer],
        units: Layer | None,
        within: Layer | None,
        findings: list[Finding],
    ) -> None:
        self.question = question
        self.units = units
        self._findings = findings
        self.zones = _zones_frame(list(zones), findings)
        given = within.frame.geometry.to_numpy() if within is not None else np.empty(0, dtype=object)
        planned = self.zones.geometry.to_numpy()
        of_scope = {"everywhere": None, "planned": np.concatenate([planned, given]), "within": given}
        land = of_scope[question.scope]
        #: land of the scope; ``None`` where that is all land of the series
        self.mask: Shape | None = None if land is None else shapely.union_all(shapely.force_2d(land))

    def places(self, outline: Shape | None, crs: Any) -> gpd.GeoDataFrame:
        """Cut the places; without a mask the land of the series and of the units is the scope."""
        units, names, labels = self._units(outline)
        whole = self.mask
        if whole is None:
            whole = shapely.union_all([outline, *units])
        rows: list[tuple[str, str, str, float, Shape]] = [("total", "", "", np.nan, whole)]
        rows += [("unit", label, n, np.nan, u) for label, n, u in zip(labels, names, units, strict=True)]
        if len(units):
            rest = shapely.difference(whole, shapely.union_all(units))
            if rest.area > _LEAST_M2:
                rows.append(("outside", "", "", np.nan, rest))
        rows += self._zones()
        rows += self._rings()
        shapes = areal(np.array([row[4] for row in rows], dtype=object))
        facts = pd.DataFrame([row[:4] for row in rows], columns=PLACE)
        frame = gpd.GeoDataFrame(facts, geometry=shapes, crs=crs)
        return frame[~frame.is_empty].reset_index(drop=True)

    def _units(self, outline: Shape | None) -> tuple[Shapes, list[str], list[str]]:
        """Units that have land of the scope, cut to it."""
        if self.units is None:
            return np.empty(0, dtype=object), [], []
        frame, scope = self.units.frame, outline if self.mask is None else self.mask
        shapes, labels = shapely.force_2d(frame.geometry.to_numpy()), feature_labels(frame)
        names = frame["name"].fillna("").astype(str) if "name" in frame else labels
        shared = areal(shapely.intersection(shapes, scope))
        met = shapely.area(shared) > _LEAST_M2
        if not met.all():
            fields = {"count": int((~met).sum()), "found": names[~met].tolist()[:20]}
            self._findings.append(Finding("units_without_land", self.units.name, None, "info", fields))
        kept = shapes[met] if self.mask is None else shared[met]
        self._find_overlap("units_overlap", self.units.name, kept)
        return kept, names[met].tolist(), labels[met].tolist()

    def _zones(self) -> list[tuple[str, str, str, float, Shape]]:
        if self.zones.empty:
            return []
        shapes = self.zones.geometry.to_numpy()
        if self.question.scope == "within":
            shapes = shapely.intersection(shapes, self.mask)
        self._find_overlap("zones_overlap", str(self.zones["source_layer"].iloc[0]), shapes)
        labels = zip(self.zones.index, self.zones["zone_name"], shapes, strict=True)
        rows = [("zone", str(label), str(name), np.nan, shape) for label, name, shape in labels]
        return [*rows, ("zones", "", "", np.nan, shapely.union_all(shapes))]

    def _rings(self) -> list[tuple[str, str, str, float, Shape]]:
        """Rings without the land of any zone; together each hectare lies in the nearest ring alone."""
        if self.zones.empty:
            return []
        zones, rows = shapely.union_all(self.zones.geometry.to_numpy()), []
        taken: Shape = zones
        inner = 0.0
        for outer in self.question.ring_m:
            drawn = rings(self.zones[["geometry"]], distance_m=outer, inner_m=inner).geometry.to_numpy()
            shapes = shapely.difference(drawn, zones)
            if self.question.scope == "within":
                shapes = shapely.intersection(shapes, self.mask)
            labels = zip(self.zones.index, self.zones["zone_name"], shapes, strict=True)
            rows += [("ring", str(label), str(name), outer, shape) for label, name, shape in labels]
            joined = shapely.union_all(shapes)
            rows.append(("rings", "", "", outer, shapely.difference(joined, taken)))
            taken, inner = shapely.union_all([taken, joined]), outer
        return rows

    def _find_overlap(self, code: str, layer: str, shapes: Shapes) -> None:
        twice = float(shapely.area(shapes).sum() - shapely.area(shapely.union_all(shapes)))
        if twice > _LEAST_M2:
            self._findings.append(Finding(code, layer, None, "info", {"area_ha": twice / _HA}))


def _zones_frame(zones: list[Layer], findings: list[Finding]) -> gpd.GeoDataFrame:
    if not zones:
        return gpd.GeoDataFrame({"zone_name": [], "source_layer": []}, geometry=[])
    frame, found = labelled_zones(zones)
    findings += found
    return frame.set_geometry(shapely.force_2d(frame.geometry.to_numpy()))
