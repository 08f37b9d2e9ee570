"""Polygons of a series: which are subject, which housing, and what went from one to the other."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from layers.errors import SchemaError
from layers.findings import Finding
from layers.landuse import normal_code
from spatial._absorption_noise import with_noise
from spatial._absorption_question import is_class
from spatial._cover import is_coverage
from spatial._engine import parts_of
from spatial._geos import areal
from spatial.overlap import overlap, overlap_areas

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from layers.findings import Level
    from layers.layer import Layer
    from spatial._absorption_question import AbsorptionQuestion

    Floats = NDArray[np.float64]

__all__ = ["FLOWS", "PolygonLand"]

#: name of a flow -> state before and after: Subject, Housing, Other, No data
FLOWS: Final = {
    "housing": ("S", "H"),
    "other": ("S", "O"),
    "no_data": ("S", "N"),
    "from_housing": ("H", "S"),
    "from_other": ("O", "S"),
    "from_no_data": ("N", "S"),
}
_HA: Final = 10_000.0
_SAME: Final = 1e-9
_LEAST_M2: Final = 1e-6
_PIECE: Final = ["flow", "before", "after", "noise"]


@dataclass(frozen=True)
class _State:
    """One date: features with their class and state, each hectare in one of them."""

    name: str
    frame: gpd.GeoDataFrame
    matched: bool = False  # neighbours share the vertices of their border

    def of(self, state: str) -> gpd.GeoDataFrame:
        return self.frame[self.frame["state"] == state]

    @cached_property
    def outline(self) -> shapely.Geometry:
        shapes = self.frame.geometry.to_numpy()
        if self.matched:
            return shapely.coverage_union_all(shapes)
        return shapely.union_all(shapes)


class PolygonLand:
    """A series of layers of polygons, asked for stocks and changes of places.

    Parameters
    ----------
    series : sequence of Layer
        Observed, oldest first, in one projected CRS.
    question : AbsorptionQuestion
    findings : list of Finding
        Where findings go.
    """

    def __init__(
        self, series: Sequence[Layer], question: AbsorptionQuestion, findings: list[Finding]
    ) -> None:
        self.question = question
        self.crs = series[0].frame.crs
        self._findings = findings
        self._series = list(series)
        self._classes = [_codes(layer, question.column) for layer in series]
        self._states: list[_State] = []
        self._changes: dict[int, gpd.GeoDataFrame] = {}
        seen = {code for codes in self._classes for code in codes.dropna().unique()}
        for asked in (question.subject, question.housing):
            missing = [code for code in asked if not any(is_class(have, [code]) for have in seen)]
            if missing:
                fields = {"found": missing, "expected": sorted(seen)[:20], "column": question.column}
                # some codes of a list are rare; none of them is most often a mistake
                level: Level = "warn" if len(missing) == len(asked) else "info"
                findings.append(Finding("classes_unseen", series[0].name, None, level, fields))

    def reach(self, shapes: NDArray[np.object_] | None) -> None:
        """Make the states of the features that come near to shapes, or of all of them."""
        for layer, codes in zip(self._series, self._classes, strict=True):
            frame = layer.frame
            if shapes is not None:
                near = np.unique(shapely.STRtree(frame.geometry.to_numpy()).query(shapes, "intersects")[1])
                frame = frame.iloc[near]
            self._states.append(
                _state(layer.with_frame(frame), codes, self.question, findings=self._findings)
            )

    @cached_property
    def outline(self) -> shapely.Geometry:
        """Land that any date speaks of."""
        return shapely.union_all([state.outline for state in self._states])

    def area_m2(self, places: gpd.GeoDataFrame) -> Floats:
        """Area of each place."""
        return np.asarray(places.area, dtype=float)

    def stock_m2(self, at: int, places: gpd.GeoDataFrame) -> Floats:
        """Subject land of each place at a date."""
        return _shared_m2(places, self._states[at].of("S"))

    def covered_m2(self, at: int, places: gpd.GeoDataFrame) -> Floats:
        """Land of each place that a date speaks of."""
        return _shared_m2(places, self._states[at].frame)

    def housing(self, at: int, places: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        """Housing in each place at a date: columns ``place, before, area_m2``, geometry."""
        homes = self._states[at].of("H")
        found = overlap(places[["geometry"]], homes, checked=True)
        found["before"] = homes["class"].reindex(found["feature"]).to_numpy()
        return found.rename(columns={"zone": "place"})[["place", "before", "area_m2", "geometry"]]

    def parts(self, interval: int, places: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        """Changed land of each place: ``place, flow, before, after, noise, area_m2``, geometry."""
        if interval not in self._changes:
            self._changes[interval] = self._changed(interval)
        pieces = self._changes[interval]
        found = overlap(places[["geometry"]], pieces, checked=True)
        facts = pieces[_PIECE].loc[found["feature"]].reset_index(drop=True)
        found = found[["zone", "area_m2", "geometry"]].rename(columns={"zone": "place"})
        return gpd.GeoDataFrame(pd.concat([found, facts], axis=1), geometry="geometry", crs=self.crs)

    def _changed(self, interval: int) -> gpd.GeoDataFrame:
        """Pieces of an interval whose state changed, redrawing told apart."""
        start, end = _unlike(self._states[interval], self._states[interval + 1])
        out = []
        for flow, (before, after) in FLOWS.items():
            if after == "N":
                pieces = _uncovered(start.of("S"), end.frame).assign(after="")
            elif before == "N":
                pieces = _uncovered(end.of("S"), start.frame)
                pieces = pieces.rename(columns={"before": "after"}).assign(before="")
            else:
                pieces = _crossed(start.of(before), end.of(after))
            out.append(with_noise(pieces, self.question.tolerance_m).assign(flow=flow))
        whole = pd.concat(out, ignore_index=True)
        return gpd.GeoDataFrame(whole[[*_PIECE, "geometry"]], geometry="geometry", crs=self.crs)


def _codes(layer: Layer, column: str) -> pd.Series:
    """Class of every feature as the lists write it; missing where it has none."""
    if column not in layer.frame:
        raise SchemaError(
            "column_missing", layer=layer.name, column=column, found=list(map(str, layer.frame.columns))
        )
    codes = layer.frame[column]
    written = {code: normal_code(_text(code)) for code in codes.dropna().unique()}
    return codes.map(written)


def _unlike(start: _State, end: _State) -> tuple[_State, _State]:
    """Leave out polygons that both dates have in one state: they share land with one another alone."""
    from spatial._twins import twins  # noqa: PLC0415 - compiled code is loaded when it is used

    a, b = twins(start.frame.geometry.to_numpy(), end.frame.geometry.to_numpy())
    same = start.frame["state"].to_numpy()[a] == end.frame["state"].to_numpy()[b]
    kept = []
    for state, rows in ((start, a[same]), (end, b[same])):
        changed = np.ones(len(state.frame), dtype=bool)
        changed[rows] = False
        kept.append(_State(state.name, state.frame[changed]))
    return kept[0], kept[1]


def _text(code: Any) -> str:
    """A class as text; a whole number that a table turned into a broken one stays whole."""
    return str(int(code)) if isinstance(code, float) and code.is_integer() else str(code)


def _state(
    layer: Layer, codes: pd.Series, question: AbsorptionQuestion, *, findings: list[Finding]
) -> _State:
    """State of a date; of features without a class nothing is known."""
    codes, frame = codes.loc[layer.frame.index], layer.frame
    nameless = (codes.isna() | (codes == "")).to_numpy()
    if nameless.any():
        fields = {"count": int(nameless.sum()), "area_ha": float(frame.area[nameless].sum()) / _HA}
        findings.append(
            Finding("class_missing", layer.name, None, "warn", {**fields, "column": question.column})
        )
    known, codes = frame.geometry.to_numpy()[~nameless], codes[~nameless]
    state = {code: _state_of(code, question) for code in codes.unique()}
    made = gpd.GeoDataFrame(
        {"class": codes.to_numpy(), "state": codes.map(state).to_numpy(dtype=object)},
        geometry=shapely.force_2d(known),
        crs=frame.crs,
    )
    if bool(shapely.coverage_is_valid(made.geometry.to_numpy())):
        return _State(layer.name, made, matched=True)
    if not is_coverage(made.geometry.to_numpy()):
        made = _apart(layer, made, findings)
    return _State(layer.name, made)


def _state_of(code: str, question: AbsorptionQuestion) -> str:
    if is_class(code, question.housing):
        return "H"
    return "S" if not question.subject or is_class(code, question.subject) else "O"


def _apart(layer: Layer, frame: gpd.GeoDataFrame, findings: list[Finding]) -> gpd.GeoDataFrame:
    """Give every hectare to one feature: housing before subject before other, earlier rows before later."""
    rank = frame["state"].map({"H": 0, "S": 1, "O": 2})
    frame = frame.loc[rank.sort_values(kind="stable").index].reset_index(drop=True)
    shapes = frame.geometry.to_numpy()
    one, other = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    later, before = one[other < one], other[other < one]
    shared = shapely.area(shapely.intersection(shapes[later], shapes[before])) > 0
    out, whole = shapes.copy(), float(shapely.area(shapes).sum())
    for row in np.unique(later[shared]):
        out[row] = shapely.difference(shapes[row], shapely.union_all(shapes[before[shared & (later == row)]]))
    frame = frame.set_geometry(areal(out))
    lost = whole - float(frame.area.sum())
    findings.append(Finding("features_overlap", layer.name, None, "warn", {"area_ha": lost / _HA}))
    return frame[~frame.is_empty].reset_index(drop=True)


def _shared_m2(places: gpd.GeoDataFrame, features: gpd.GeoDataFrame) -> Floats:
    found = overlap_areas(places[["geometry"]], features, checked=True)
    sums = found.groupby("zone")["area_m2"].sum()
    return sums.reindex(places.index).fillna(0.0).to_numpy(dtype=float)


def _crossed(before: gpd.GeoDataFrame, after: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    found = overlap(before[["geometry"]], after[["geometry"]], checked=True)
    classes = {
        "before": before["class"].reindex(found["zone"]).to_numpy(),
        "after": after["class"].reindex(found["feature"]).to_numpy(),
    }
    return gpd.GeoDataFrame(classes, geometry=found.geometry.to_numpy(), crs=before.crs)


def _uncovered(land: gpd.GeoDataFrame, cover: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """What another date doesn't speak of; only where areas say that something is missing."""
    pairs = overlap_areas(land[["geometry"]], cover[["geometry"]], checked=True)
    rest = land.area.sub(pairs.groupby("zone")["area_m2"].sum(), fill_value=0.0)
    rest = rest[rest > _LEAST_M2 + _SAME * land.area]
    at, neighbours = cover.index.get_indexer(pd.Index(pairs["feature"])), pairs.groupby("zone").indices
    near, none = cover.geometry.to_numpy()[at], np.empty(0, dtype=np.intp)
    shapes = zip(rest.index, land.geometry.loc[rest.index], strict=True)
    cut = [shapely.difference(s, shapely.union_all(near[neighbours.get(row, none)])) for row, s in shapes]
    parts, owner = parts_of(areal(np.array(cut, dtype=object)))
    classes = land["class"].loc[rest.index].to_numpy()[owner]
    return gpd.GeoDataFrame({"before": classes}, geometry=parts, crs=land.crs)
