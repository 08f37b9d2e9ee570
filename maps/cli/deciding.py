"""``--decisions`` and ``--boundary``: what was decided about the sites of a search."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd

from layers.crs import to_crs
from layers.errors import QuestionError, SourceError
from maps.cli.inputs import Inputs
from maps.cli.options import assumptions_of
from maps.cli.speech import pairs
from maps.site_decisions import decisions_frame, read_decisions, search_extra
from spatial.decisions import decided

if TYPE_CHECKING:
    from layers import Finding
    from spatial.candidates import CandidateAnswer

__all__ = ["site_decisions_of"]


def site_decisions_of(
    answer: CandidateAnswer, given: dict[str, Any]
) -> tuple[CandidateAnswer, dict[str, Any]]:
    """Note the decisions that the options name.

    Parameters
    ----------
    answer : CandidateAnswer
    given : dict
        Options of the command: ``decisions`` a table or None, ``boundaries`` as ``SITE=FILE``.

    Returns
    -------
    answer : CandidateAnswer
        As it is where nothing was decided.
    extra : dict
        What a run keeps of it, from :func:`maps.site_decisions.search_extra`.

    Raises
    ------
    ThoCongError
        As :func:`maps.site_decisions.read_decisions` and :func:`spatial.decisions.decided`; a boundary given
        twice is ``decision_twice``, a file without an area ``decision_boundary``.
    """
    crs = answer.exclusions.area.crs
    path, drawn = given["decisions"], pairs(given["boundaries"], "--boundary")
    if path is None and not drawn:
        return answer, search_extra(answer)
    rows = read_decisions(path, crs) if path is not None else decisions_frame({}, crs)
    found: list[Finding] = []
    for site, file in drawn:
        shape, said = _shape(file, site, given, crs)
        rows = _with_boundary(rows, site, shape)
        found += said
    told = decided(answer, rows)
    told = replace(told, findings=(*found, *told.findings))
    return told, search_extra(told, rows)


def _shape(file: str, site: str, given: dict[str, Any], crs: Any) -> tuple[Any, list[Finding]]:
    """The one polygon of a file, in the system of the answer, and what was found in the file."""
    inputs = Inputs(None, assumptions_of({**given, "extent": (), "where": ()}))
    layer = inputs.features(file, "industrial_cluster", role=site)
    frame = to_crs(layer.frame, crs)
    if frame.empty:
        raise SourceError("decision_boundary", path=file, site=site)
    shape = frame.geometry.iloc[0] if len(frame) == 1 else frame.geometry.union_all()
    # a boundary needs no code and no name
    return shape, [finding for finding in inputs.findings if finding.code != "column_missing"]


def _with_boundary(rows: gpd.GeoDataFrame, site: str, shape: Any) -> gpd.GeoDataFrame:
    if site in rows.index:
        if rows.index.tolist().count(site) > 1 or rows.geometry[site] is not None:
            raise QuestionError("decision_twice", found=site)
        changed = rows.copy()
        changed.loc[[site], "geometry"] = gpd.GeoSeries([shape], index=[site], crs=rows.crs)
        return changed
    one = decisions_frame({site: {"decision": "open"}}, rows.crs)
    one.loc[[site], "geometry"] = gpd.GeoSeries([shape], index=[site], crs=rows.crs)
    return gpd.GeoDataFrame(pd.concat([rows, one]), crs=rows.crs) if len(rows) else one
