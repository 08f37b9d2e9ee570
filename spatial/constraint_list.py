"""Which constraints a search would have, before anything is measured: to read, tick and put in order."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pandas as pd
import shapely

from layers import reference
from spatial._constraint_rules import claims
from spatial.provinces import Provinces, known_provinces

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from layers.layer import Layer
    from spatial._exclusion_question import ExclusionQuestion

__all__ = ["constraint_list"]

_FACTS: Final = (
    *("constraint", "layer", "kind", "code", "tier", "applied", "why", "needs", "rule", "clause_vi"),
    *("clause_en", "basis", "valid_from", "valid_to", "confidence", "required_m", "province"),
)


def constraint_list(
    layers: Sequence[Layer], question: ExclusionQuestion, *, area: Layer | None = None
) -> pd.DataFrame:
    """List the constraints of a search in the order in which they would take land.

    Quick however many features there are: what decides a constraint is looked at once for each different
    row, and nothing is overlaid.

    Parameters
    ----------
    layers : sequence of Layer
        In a projected CRS in metres.
    question : ExclusionQuestion
    area : Layer, optional
        Of the search, in the CRS of the layers: where it lies tells which rules of one province hold. An area
        in two provinces has a row for what such a rule is in each.

    Returns
    -------
    pandas.DataFrame
        Index 0, 1, 2, ...: ``constraint, layer, kind, code, tier, applied, why, needs, rule, clause_vi,
        clause_en, basis, valid_from, valid_to, confidence, required_m, province`` as in the rows of
        :class:`spatial.exclusions.ExclusionAnswer`, those that exclude first. Land without data has no row:
        it shows only when the layers are laid over the area.

    Raises
    ------
    QuestionError
        ``distance_rule_unknown``, ``distance_rule_refused``.

    Examples
    --------
    >>> from datetime import date
    >>> import geopandas as gpd
    >>> from layers import Layer
    >>> from spatial.exclusions import ExclusionQuestion
    >>> homes = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 500, 1000)], crs=5897)
    >>> asked = ExclusionQuestion("industrial_cluster", date(2026, 6, 1),
    ...                           reference.table("conflict_rules"), reference.table("safety_distances"))
    >>> found = constraint_list([Layer(homes, "homes", "residential")], asked)
    >>> found.loc[found["applied"], ["constraint", "clause_en"]].values.tolist()
    [['residential', 'Decree 32/2024/NĐ-CP, Art. 2.1']]
    """
    few = [_few(layer) for layer in layers]
    found = [claim for asked in _by_province(layers, question, area) for claim in claims(few, asked)]
    found.sort(key=lambda claim: (not claim.applied, claim.order))
    rows = pd.DataFrame(
        [{name: getattr(claim, name) for name in _FACTS} for claim in found], columns=list(_FACTS)
    )
    return rows[~rows.duplicated()].reset_index(drop=True)


def _by_province(
    layers: Sequence[Layer], question: ExclusionQuestion, area: Layer | None
) -> Iterator[ExclusionQuestion]:
    """The question once for each province that the area lies in; as it is where no area is given."""
    if area is None or area.frame.empty:
        yield question
        return
    known = question.provinces or known_provinces([area, *layers])
    whole = shapely.union_all(shapely.force_2d(area.frame.geometry.to_numpy()))
    for code in sorted(known.over(whole)):
        yield replace(question, provinces=Provinces(stated=code))


def _few(layer: Layer) -> Layer:
    """One feature for each different row of the columns that decide."""
    asked = {"code", *reference.table("distance_conditions")["field"]}
    frame = layer.frame
    if frame.empty:
        return layer
    dimension = pd.Series(shapely.get_dimensions(frame.geometry.to_numpy()), index=frame.index)
    deciding = frame[[c for c in frame if c in asked]].astype(str).assign(dimension=dimension)
    return layer.with_frame(frame[~deciding.duplicated()])
