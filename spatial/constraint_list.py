"""Which constraints a search would have, before anything is measured: to read, tick and put in order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd
import shapely

from layers import reference
from spatial._constraint_rules import claims

if TYPE_CHECKING:
    from collections.abc import Sequence

    from layers.layer import Layer
    from spatial._exclusion_question import ExclusionQuestion

__all__ = ["constraint_list"]

_FACTS: Final = (
    *("constraint", "layer", "kind", "code", "tier", "applied", "why", "needs", "rule", "clause_vi"),
    *("clause_en", "basis", "valid_from", "valid_to", "confidence", "required_m", "province"),
)


def constraint_list(layers: Sequence[Layer], question: ExclusionQuestion) -> pd.DataFrame:
    """List the constraints of a search in the order in which they would take land.

    Quick however many features there are: what decides a constraint is looked at once for each different
    row, and nothing is overlaid.

    Parameters
    ----------
    layers : sequence of Layer
        In a projected CRS in metres.
    question : ExclusionQuestion

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
    found = claims([_few(layer) for layer in layers], question)
    found.sort(key=lambda claim: (not claim.applied, claim.order))
    return pd.DataFrame(
        [{name: getattr(claim, name) for name in _FACTS} for claim in found], columns=list(_FACTS)
    )


def _few(layer: Layer) -> Layer:
    """One feature for each different row of the columns that decide."""
    asked = {"code", *reference.table("distance_conditions")["field"]}
    frame = layer.frame
    if frame.empty:
        return layer
    dimension = pd.Series(shapely.get_dimensions(frame.geometry.to_numpy()), index=frame.index)
    deciding = frame[[c for c in frame if c in asked]].astype(str).assign(dimension=dimension)
    return layer.with_frame(frame[~deciding.duplicated()])
