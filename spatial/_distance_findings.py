"""What should be known about an answer on distances: edges not in the data, gaps, claims, extents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from layers.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from layers.findings import Level
    from layers.layer import Layer
    from spatial._distance_rules import DistanceBook

__all__ = ["answer_findings"]

#: edges that the outline of an area is
_OUTLINES: Final = frozenset(
    {"", "cluster boundary", "zone boundary", "plant boundary", "facility", "facility boundary", "cemetery"}
    | {"bank", "last constructed part", "facility (see ENV-MEASURE)"}
)
_EDGE_CODES: Final = ("measured_from_point", "measured_from_line", "measured_from_area")
_AREA: Final = 2


def answer_findings(
    rows: pd.DataFrame, sources: list[Layer], targets: Sequence[Layer], book: DistanceBook
) -> list[Finding]:
    """Everything that should be known of an answer."""
    layers = {id(layer): layer for layer in [*sources, *targets] if not layer.frame.empty}
    edges = [found for layer in layers.values() if (found := _edge_finding(rows, layer))]
    return [*edges, *_gaps(rows), *_claims(sources, book), *_reaches(targets)]


def _edge_finding(rows: pd.DataFrame, layer: Layer) -> Finding | None:
    """Say where a distance counts from an edge that the layer doesn't show."""
    mine = (rows["owner"] == "source") & (rows["source_layer"] == layer.name)
    mine |= (rows["owner"] == "target") & (rows["target_layer"] == layer.name)
    dimension = int(np.min(shapely.get_dimensions(layer.frame.geometry.to_numpy())))
    outlined = rows["measured_from"].isin(_OUTLINES) & (dimension == _AREA)
    speaking = rows[mine & ~outlined & (rows["measured_from"] != "")]
    if speaking.empty:
        return None
    judging = speaking["state"].isin(("too_near", "kept", "depends", "preset")).any()
    level: Level = "warn" if judging else "info"
    fields = {"rules": sorted(set(speaking["rule"])), "found": sorted(set(speaking["measured_from"]))}
    return Finding(_EDGE_CODES[dimension], layer.name, None, level, fields)


def _gaps(rows: pd.DataFrame) -> list[Finding]:
    out = []
    for rule, group in rows[rows["state"] == "refused"].groupby("rule"):
        first = group.iloc[0]
        layer = first["source_layer"] if first["owner"] == "source" else first["target_layer"]
        out.append(Finding("distance_gap", str(layer), None, "warn", {"rule": rule, "count": len(group)}))
    return out


def _claims(sources: list[Layer], book: DistanceBook) -> list[Finding]:
    """Figures that go round without a text behind them."""
    names = {layer.kind_name: layer.name for layer in reversed(sources)}
    return [
        Finding(
            "distance_claim",
            names[rule.feature_type],
            None,
            "info",
            {"rule": rule.id, "claimed_m": rule.required_m},
        )
        for rule in book.rules.values()
        if rule.standing == "do_not_use" and rule.feature_type in names
    ]


def _reaches(targets: Sequence[Layer]) -> list[Finding]:
    return [
        Finding("reach_assumed", layer.name, None, "info", {"kind": layer.kind_name})
        for layer in targets
        if layer.extent is None and layer.kind.coverage == "sparse" and not layer.frame.empty
    ]
