"""What an answer was made from: layers with their hashes and periods, rules, day, coordinate system."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from layers.layer import Layer
from layers.reference import version

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from spatial._absorption_question import DatedRaster

__all__ = ["run_facts"]


def run_facts(roles: Sequence[tuple[str, Sequence[Layer | DatedRaster]]], on: date | None) -> dict[str, Any]:
    """Facts of a run, from the layers of each role; the first layer tells the coordinate system.

    ``on`` is ``None`` where no rule takes part.
    """
    every = [(role, layer) for role, layers in roles for layer in layers]
    first = every[0][1]
    crs = first.frame.crs if isinstance(first, Layer) else first.cells.grid.crs
    code = crs.to_epsg() if crs else None
    return {
        "layers": [_layer_facts(role, layer) for role, layer in every],
        "periods": sorted({str(layer.period) for _, layer in every if layer.period}),
        "rule_version": version(),
        "crs": f"EPSG:{code}" if code else (crs.name if crs else None),
        "on": on.isoformat() if on else None,
        "made": any(layer.provenance.made for _, layer in every),
    }


def _layer_facts(role: str, layer: Layer | DatedRaster) -> dict[str, Any]:
    return {
        "role": role,
        "name": layer.name,
        "kind": layer.kind_name if isinstance(layer, Layer) else "land_use",
        "source": layer.provenance.source,
        "sha256": layer.provenance.sha256,
        "decision": layer.provenance.decision,
        "period": str(layer.period) if layer.period else None,
        "stage": layer.period.stage if layer.period else None,
        "rows": len(layer.frame)
        if isinstance(layer, Layer)
        else layer.cells.grid.height * layer.cells.grid.width,
        "extent": _extent(layer),
        "made": layer.provenance.made,
        "steps": list(layer.provenance.steps),
    }


def _extent(layer: Layer | DatedRaster) -> str:
    if not isinstance(layer, Layer):
        return "full"
    return "stated" if layer.extent is not None else layer.kind.coverage
