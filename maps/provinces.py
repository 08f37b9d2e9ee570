"""Rule tables with the provinces that the layers of a question, a workspace or its asker tell."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from layers import reference
from layers.align import align
from layers.provinces import rule_provinces
from spatial.provinces import LocalRules, known_provinces

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from layers import Layer, Workspace
    from spatial.exclusions import ExclusionQuestion

__all__ = ["local_rules", "placed_question", "units_read"]

_UNITS = "admin_unit"


def local_rules(
    name: str, layers: Sequence[Layer], *, workspace: Workspace | None = None, stated: str = ""
) -> pd.DataFrame | LocalRules:
    """Read a rule table for land whose province may be known.

    Parameters
    ----------
    name : str
        Of the table.
    layers : sequence of Layer
        Those of the question, in one CRS; units among them tell provinces.
    workspace : Workspace, optional
        Its layers of units tell too.
    stated : str
        Name of the province that all other land is in.

    Returns
    -------
    pandas.DataFrame or LocalRules
        The table alone where none of its rules belongs to one province.

    Raises
    ------
    QuestionError
        ``province_unknown``.
    """
    table = reference.table(name)
    known = known_provinces([], stated=stated)  # a name that no province has is told in any case
    if not any(rule_provinces(row) for _, row in table.iterrows()):
        return table
    units = [layer for layer in layers if layer.kind_name == _UNITS]
    units += [workspace.load(name) for name, _ in units_read(workspace)] if workspace else []
    if not units:
        return LocalRules(table, known)
    placed = align([layers[0], *units]).layers[1:]
    return LocalRules(table, known_provinces(placed, stated=stated))


def placed_question(question: ExclusionQuestion, layers: Sequence[Layer], stated: str) -> ExclusionQuestion:
    """Tell a search the province that somebody stated, beside what its layers tell.

    Parameters
    ----------
    question : ExclusionQuestion
    layers : sequence of Layer
        Of the search, in one CRS.
    stated : str
        Empty where nobody did.

    Returns
    -------
    ExclusionQuestion
    """
    return replace(question, provinces=known_provinces(layers, stated=stated)) if stated else question


def units_read(workspace: Workspace) -> tuple[tuple[str, int], ...]:
    """Name the layers of units that tell the provinces of a workspace, though no question names them.

    Parameters
    ----------
    workspace : Workspace

    Returns
    -------
    tuple of (str, int)
        Names and versions, in the order of names.
    """
    return tuple(sorted((v.layer, v.version) for v in workspace.layers() if v.kind_name == _UNITS))
