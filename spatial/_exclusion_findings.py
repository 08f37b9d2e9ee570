"""What must be said of an exclusion besides its figures: choices against the law, layers that take none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import shapely

from layers.align import reach_findings
from layers.crs import as_crs
from layers.findings import Finding
from spatial._constraint_rules import is_named
from spatial._cover import box_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from layers.layer import Layer
    from spatial._constraint_rules import Claim
    from spatial._exclusion_question import ExclusionQuestion

__all__ = ["exclusion_findings", "waived_rows"]

_HA: Final = 10_000.0
_NAMES: Final = ("point", "line", "polygon")


def waived_rows(found: Sequence[Claim]) -> list[dict[str, Any]]:
    """List what the law asks for and the asker put aside."""
    names = ("constraint", "layer", "rule", "clause_vi", "clause_en")
    return [{name: getattr(claim, name) for name in names} for claim in found if claim.why == "waived"]


def exclusion_findings(
    area: Layer, constraints: Sequence[Layer], question: ExclusionQuestion, found: Sequence[Claim]
) -> Iterator[Finding]:
    """Say what the rows of an exclusion rest on and leave open."""
    yield from reach_findings(area, as_crs(area.frame.crs))
    yield from question.provinces.doubts if question.provinces else ()
    for layer in constraints:
        yield from _of_layer(layer, area)
        yield from _without_area(layer, [claim for claim in found if claim.layer == layer.name])
    for row in waived_rows(found):
        yield Finding(
            "law_waived", row["layer"], None, "warn", {k: v for k, v in row.items() if k != "layer"}
        )
    kinds = {layer.kind_name for layer in constraints}
    named = (*question.waive, *question.order, *question.allow, *question.avoid)
    unheard = [name for name in named if not any(is_named(claim, (name,)) for claim in found)]
    unheard += [kind for kind in (*(question.buffers_m or ()), *(question.choose or ())) if kind not in kinds]
    known = sorted({claim.constraint for claim in found if claim.applied})
    for name in dict.fromkeys(unheard):
        yield Finding("constraint_not_found", area.name, None, "warn", {"found": name, "expected": known})


def _without_area(layer: Layer, mine: list[Claim]) -> Iterator[Finding]:
    """Points or lines that no distance was given for."""
    if layer.frame.empty or not any(claim.why == "no_area" for claim in mine):
        return
    taking = [claim for claim in mine if claim.applied and claim.tier != "no_data" and claim.why != "no_area"]
    if not taking:
        kind = _NAMES[int(shapely.get_dimensions(layer.frame.geometry.to_numpy()).max())]
        fields = {"kind": layer.kind_name, "geometry": kind, "count": len(layer.frame)}
        yield Finding("constraint_without_area", layer.name, None, "warn", fields)


def _of_layer(layer: Layer, area: Layer) -> Iterator[Finding]:
    if layer.frame.empty:
        return
    if layer.kind.coverage == "sparse" and layer.extent is None:
        beyond = shapely.difference(area.frame.geometry.to_numpy(), box_of(layer))
        fields = {"kind": layer.kind_name, "beyond_ha": float(shapely.area(beyond).sum()) / _HA}
        yield Finding("extent_assumed", layer.name, None, "warn", {**fields, "found": [area.name]})
    if layer.kind_name == "land_use" and "code" not in layer.frame:
        why = {"column": "code", "kind": "land_use", "found": list(map(str, layer.frame.columns))}
        yield Finding("column_missing", layer.name, None, "block", why)
