"""``--area`` and ``--commune``: where to search."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from layers import parse_source
from layers.errors import QuestionError
from layers.names import fold
from maps.cli.inputs import Inputs
from maps.site_search import joined_findings

if TYPE_CHECKING:
    from layers import Layer

__all__ = ["search_area"]


def search_area(inputs: Inputs, text: str, communes: tuple[str, ...]) -> Layer:
    """Read the area of search: a layer of the workspace, or a file whether there is a workspace or not.

    Parameters
    ----------
    inputs : Inputs
        Findings of a file are added to it.
    text : str
        ``FILE[:LAYER]`` or a name in the workspace; a table of corners without a system is in the
        workspace's.
    communes : tuple of str
        Names of units to keep; all where empty. Accents and capitals don't matter.

    Returns
    -------
    Layer

    Raises
    ------
    QuestionError
        ``area_without_names`` or ``commune_unknown``.
    ThoCongError
        As :meth:`maps.cli.inputs.Inputs.zones`.
    """
    return _chosen(_read(inputs, text), communes)


def _read(inputs: Inputs, text: str) -> Layer:
    base = inputs.workspace
    known = inputs.assumptions
    if base is not None:
        if text in {v.layer for v in base.layers()} or not parse_source(text).path.exists():
            return inputs.constraint(text)  # says which layers there are
        known = replace(known, crs={"zones": f"EPSG:{base.crs.to_epsg()}", **known.crs})
    files = Inputs(None, known)
    area = files.zones(text, "admin_unit")
    # the system of the workspace is for tables of corners: nobody stated it of a file that has its own
    stated = bool({"zones", "*"} & set(inputs.assumptions.crs))
    said = [f for f in files.findings if stated or f.code != "crs_assumed_unused"]
    inputs.findings += [*said, *joined_findings(area)]
    return area


def _chosen(area: Layer, names: tuple[str, ...]) -> Layer:
    """Only the units that were named."""
    if not names:
        return area
    if "name" not in area.frame:
        raise QuestionError("area_without_names", layer=area.name, found=", ".join(names))
    folded = area.frame["name"].fillna("").astype(str).map(fold)
    unknown = [name for name in names if fold(name) not in set(folded)]
    if unknown:
        known = sorted(set(area.frame["name"].dropna().astype(str)))
        raise QuestionError("commune_unknown", found=unknown[0], expected=known)
    return area.with_frame(area.frame[folded.isin([fold(name) for name in names])])
