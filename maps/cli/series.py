"""A series on the command line: files or layers of a workspace, each with its year."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from layers import parse_period
from layers.common_grid import on_common_grid
from layers.guarded_raster import guarded_raster
from layers.provenance import Provenance, file_hash
from spatial.absorption import DatedRaster

if TYPE_CHECKING:
    from collections.abc import Sequence

    from layers import Layer, Period
    from maps.cli.inputs import Inputs

__all__ = ["SERIES", "on_one_grid", "read_series"]

#: what ``--where`` and ``--assume-crs`` call the series
SERIES: Final = "series"
_DATED: Final = re.compile(r"(\d{4}(?:[-–]\d{4})?(?::[a-z]+)?)=(.+)", re.DOTALL)
_RASTERS: Final = (".tif", ".tiff", ".asc", ".img")


def read_series(texts: Sequence[str], inputs: Inputs, *, column: str) -> list[Layer | DatedRaster]:
    """Read a series.

    Parameters
    ----------
    texts : sequence of str
        ``[YEAR[-YEAR][:STAGE]=]FILE[:LAYER]``, or the name of a layer of the workspace in place of the
        file. A stated period goes before the one that the workspace has; files have none of their own.
    inputs : Inputs
    column : str
        Of the classes, as the files call it.

    Returns
    -------
    list of Layer or DatedRaster
        In the order given, each layer with its classes under the name of `column`; GeoTIFF, ASCII grid
        and Erdas Imagine are rasters.

    Raises
    ------
    ThoCongError
        If one can't be read.
    """
    return [_state(text, inputs, column) for text in texts]


def _state(text: str, inputs: Inputs, column: str) -> Layer | DatedRaster:
    dated = _DATED.fullmatch(text)
    period = parse_period(dated.group(1)) if dated else None
    name = dated.group(2) if dated else text
    if name.lower().endswith(_RASTERS):
        found = _raster(name, period)
        inputs.findings += getattr(found.cells, "findings", ())
        return found
    layer, called = inputs.land(name, column, role=SERIES, period=period)
    if called == column or called not in layer.frame:
        return layer
    return layer.with_frame(layer.frame.assign(**{column: layer.frame[called]}))


def _raster(path: str, period: Period | None) -> DatedRaster:
    cells = guarded_raster(path)
    origin = Provenance(source=cells.name, sha256=file_hash(cells.path))
    return DatedRaster(cells, _called(path, period), period, origin)


def _called(text: str, period: Period | None) -> str:
    """Name of a state: files of several years are often called alike."""
    name = Path(text).name.split(".")[0]
    return f"{name} {period}" if period and str(period) not in name else name


def on_one_grid(series: list[Layer | DatedRaster], inputs: Inputs) -> list[Layer | DatedRaster]:
    """Bring the rasters of a series onto the grid of the first one, and say how far they lay off.

    Parameters
    ----------
    series : list of Layer or DatedRaster
    inputs : Inputs
        Its findings are added to.

    Returns
    -------
    list of Layer or DatedRaster
        A series that has layers of polygons too comes back as it is.
    """
    rasters = [state for state in series if isinstance(state, DatedRaster)]
    if len(rasters) != len(series):
        return series
    cells, findings = on_common_grid([state.cells for state in rasters])
    inputs.findings += findings
    return [replace(state, cells=moved) for state, moved in zip(rasters, cells, strict=True)]
