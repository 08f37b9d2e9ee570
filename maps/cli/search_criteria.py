"""``--criterion``: what land is scored on, layers and rasters, from files or as the workspace keeps them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from layers.errors import QuestionError
from layers.guarded_raster import guarded_raster
from layers.raster_store import KeptRaster, Rasters, raster_hash
from maps.cli.options import stated_once
from maps.criteria import (
    RASTERS,
    assumed_speeds,
    check_classes,
    check_unit,
    criterion_kind,
    raster_source,
    split_criterion,
)
from maps.search_rasters import kept_facts, raster_facts

if TYPE_CHECKING:
    from layers import Layer, Workspace
    from layers.grid import CellSource
    from layers.guarded_raster import GuardedRaster
    from maps.cli.inputs import Inputs

__all__ = ["Cells", "criterion_layer", "kept_cells", "named_cells", "opened_cells", "speeds_of"]

#: a raster file, or one that the workspace keeps
Cells = str | KeptRaster


def named_cells(given: str, base: Workspace | None) -> Cells | None:
    """Tell a criterion on a raster from one on a layer.

    Parameters
    ----------
    given : str
        ``NAME=FILE[:LAYER][:WEIGHT]``.
    base : Workspace or None
        A raster that it keeps is named by its id, or by the name of its file where no such file is there.

    Returns
    -------
    str or KeptRaster or None
        None for a layer.
    """
    name, source, _ = split_criterion(given)
    is_file = source.lower().endswith(RASTERS)
    if base is None or (is_file and Path(source).exists()):
        return source if is_file else None
    for raster in Rasters(base).listed():
        if source == raster.id or (raster.measure == name and source == raster.name):
            return raster
    return source if is_file else None


def opened_cells(
    cells: Cells, name: str, base: Workspace | None, *, like: CellSource
) -> tuple[CellSource, dict[str, Any]]:
    """Open a raster on the grid of a search.

    Parameters
    ----------
    cells : str or KeptRaster
    name : str
        Of the criterion.
    base : Workspace or None
        The one that keeps it.
    like : CellSource

    Returns
    -------
    CellSource
    dict
        Its facts for the run.

    Raises
    ------
    ThoCongError
        As :func:`maps.criteria.raster_source` and :meth:`layers.raster_store.Rasters.open`.
    """
    if isinstance(cells, KeptRaster):
        assert base is not None
        check_unit(cells.unit, name, layer=cells.name)
        return Rasters(base).open(cells.id, like=like), kept_facts(cells)
    source = raster_source(cells, like, name=name)
    stored = getattr(source, "stored", source.grid)
    facts = raster_facts(source.name, raster_hash(Path(cells)), period="", cells=stored.height * stored.width)
    return source, facts


def kept_cells(cells: Cells, name: str, base: Workspace) -> str:
    """Let a workspace keep a raster, so that it can be asked again.

    Parameters
    ----------
    cells : str or KeptRaster
    name : str
        Of the criterion.
    base : Workspace

    Returns
    -------
    str
        Its id.

    Raises
    ------
    ThoCongError
        As :func:`layers.guarded_raster.guarded_raster` and :meth:`layers.raster_store.Rasters.keep`.
    """
    if isinstance(cells, KeptRaster):
        return cells.id
    store = Rasters(base)
    digest = raster_hash(Path(cells))
    for raster in store.listed():  # one that says of which period it is stays as it is
        if raster.sha256 == digest and raster.measure == name:
            return raster.id
    return store.keep(cast("GuardedRaster", guarded_raster(Path(cells))), name).id


def speeds_of(given: tuple[str, ...], roads: Layer | None = None) -> dict[str, float]:
    """Read ``--speed CLASS=KMH``.

    Parameters
    ----------
    given : tuple of str
    roads : Layer, optional
        Whose classes may be named besides those of the table.

    Returns
    -------
    dict of str to float

    Raises
    ------
    QuestionError
        ``speed_wrong``, ``speed_class_unknown``.

    Examples
    --------
    >>> speeds_of(("local=20",))
    {'local': 20.0}
    """
    out = {}
    for name, text in stated_once(given, "--speed").items():
        try:
            out[name] = float(text.replace(",", "."))
        except ValueError:
            raise QuestionError("speed_wrong", found=text, road_class=name, expected=[0, 200]) from None
    assumed_speeds(out)
    check_classes(out, roads)
    return out


def criterion_layer(inputs: Inputs, name: str, source: str) -> Layer:
    """Read the layer that a criterion is measured on.

    Parameters
    ----------
    inputs : Inputs
    name : str
        Of the criterion.
    source : str
        ``FILE[:LAYER]``, or a name in the workspace.

    Returns
    -------
    Layer
    """
    text = source if inputs.workspace is not None else f"{criterion_kind(name)}={source}"
    return inputs.constraint(text)
