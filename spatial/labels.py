"""Labels: what each feature is called in an answer, and the zones of several layers together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from layers.findings import Finding
from layers.kinds import zone_kind_of

if TYPE_CHECKING:
    from layers.layer import Layer

__all__ = ["feature_labels", "labelled_zones"]

_ANY_ZONE = "industrial_zone"


def feature_labels(frame: gpd.GeoDataFrame) -> pd.Series:
    """Name every feature once and for all.

    Parameters
    ----------
    frame : geopandas.GeoDataFrame

    Returns
    -------
    pandas.Series
        Column ``id`` where it is whole and unique, else ``name`` where that is, else the name (or
        nothing) with ``#`` and the index label.

    Examples
    --------
    >>> from shapely import Point
    >>> twins = gpd.GeoDataFrame({"name": ["CCN Liên Hà"] * 2}, geometry=[Point(0, 0), Point(1, 1)])
    >>> feature_labels(twins).tolist()
    ['CCN Liên Hà #0', 'CCN Liên Hà #1']
    """
    for column in ("id", "name"):
        if column in frame and frame[column].notna().all() and frame[column].is_unique:
            return frame[column].map(
                lambda v: str(int(v)) if isinstance(v, float) and v.is_integer() else str(v)
            )
    names = frame["name"].fillna("").astype(str) if "name" in frame else pd.Series("", index=frame.index)
    return pd.Series(
        [f"{n} #{i}".strip() for i, n in zip(frame.index, names, strict=True)], index=frame.index
    )


def labelled_zones(layers: list[Layer]) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Put the zones of several layers together.

    Parameters
    ----------
    layers : list of Layer
        Polygons, all in one CRS.

    Returns
    -------
    frame : geopandas.GeoDataFrame
        Index ``zone``: labels, with the layer's name behind those that would meet. Columns
        ``zone_name, zone_kind, source_layer, source, source_sha, source_index`` and geometry.
    findings : list of Finding
        ``zone_kind_unknown`` for a kind nobody can read, ``zone_kind_general`` where none is stated.

    Examples
    --------
    >>> from shapely import box
    >>> from layers import Layer
    >>> park = gpd.GeoDataFrame({"name": ["A"], "kind": ["KCN"]}, geometry=[box(0, 0, 1, 1)], crs=5897)
    >>> labelled_zones([Layer(park, "khu", "industrial_zone")])[0]["zone_kind"].to_dict()
    {'A': 'industrial_park'}
    """
    frames, findings = [], []
    for layer in layers:
        frame, found = _labelled_one(layer)
        frames.append(frame)
        findings += found
    whole = pd.concat(frames)
    twice = whole.index.duplicated(keep=False)
    labels = [
        f"{z} ({n})" if t else z for z, n, t in zip(whole.index, whole["source_layer"], twice, strict=True)
    ]
    whole.index = pd.Index(labels, name="zone")
    return gpd.GeoDataFrame(whole, geometry="geometry", crs=layers[0].frame.crs), findings


def _labelled_one(zones: Layer) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Zones of one layer; a kind that nobody can read is a finding."""
    labels = feature_labels(zones.frame)
    names = zones.frame["name"].fillna("").astype(str) if "name" in zones.frame else labels
    stated = (
        zones.frame["kind"]
        if "kind" in zones.frame
        else pd.Series(None, index=zones.frame.index, dtype=object)
    )
    kinds, findings = [], []
    for row, text in stated.items():
        kind = zone_kind_of(str(text)) if pd.notna(text) else None
        if kind is None and pd.notna(text):
            findings.append(Finding("zone_kind_unknown", zones.name, str(row), "warn", {"found": str(text)}))
        kinds.append(kind or zones.kind_name)
    if _ANY_ZONE in kinds:
        findings.append(
            Finding("zone_kind_general", zones.name, None, "warn", {"count": kinds.count(_ANY_ZONE)})
        )
    frame = gpd.GeoDataFrame(
        {
            "zone_name": names.to_numpy(),
            "zone_kind": kinds,
            "source_layer": zones.name,
            "source": zones.provenance.source,
            "source_sha": zones.provenance.sha256,
            "source_index": zones.frame.index.to_numpy(),
        },
        geometry=zones.frame.geometry.to_numpy(),
        index=pd.Index(labels.to_numpy(), name="zone"),
        crs=zones.frame.crs,
    )
    return frame, findings
