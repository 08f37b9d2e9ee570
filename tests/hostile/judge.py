"""What became of a file: told, whole, or rows lost without a word."""

from __future__ import annotations

from typing import TYPE_CHECKING

import shapely

from layers.errors import ThoCongError

if TYPE_CHECKING:
    from collections.abc import Callable

    import geopandas as gpd

    from layers import Reading

#: what a reader may say without having said that anything is lost
_QUIET = {"crs_missing", "column_mapped", "column_missing", "line_closed_to_polygon", "height_dropped"}


def outcome(read: Callable[[], Reading], whole: Reading) -> str:
    """Read, and compare with the reading of the whole file.

    Returns ``refused`` (with an error of ours), ``told`` (a finding blocks or warns), ``whole`` (the same rows
    with the same geometry), ``altered`` (all rows and corners are there, one of them elsewhere: no format but
    Parquet has a sum to tell that by), ``silent`` (rows or corners are missing, and nothing was said),
    ``unbalanced``, or how the reader itself ended: ``late``, ``crash``, ``memory``.
    """
    try:
        found = read()
    except ThoCongError as error:
        ended = {"reading_too_slow": "late", "reading_crashed": "crash", "reading_out_of_memory": "memory"}
        return ended.get(error.code, "refused")
    if found.rows_read != found.rows_used + len(found.set_aside):
        return "unbalanced"
    if same_shapes(found.layer.frame, whole.layer.frame):
        return "whole"
    usual = {(f.code, f.row) for f in whole.findings} | {(code, None) for code in _QUIET}
    said = [f for f in found.findings if f.level != "info" and (f.code, f.row) not in usual]
    if said or len(found.set_aside) > len(whole.set_aside):
        return "told"
    fewer = len(found.layer.frame) < len(whole.layer.frame) or _points(found) < _points(whole)
    return "silent" if fewer else "altered"


def _points(reading: Reading) -> int:
    return int(shapely.get_num_coordinates(reading.layer.frame.geometry.to_numpy()).sum())


def same_shapes(ours: gpd.GeoDataFrame, theirs: gpd.GeoDataFrame) -> bool:
    """Say whether not a row and not a corner is other, whatever the order of the rows."""
    left, right = (
        sorted(shapely.to_wkb(shapely.normalize(f.geometry.to_numpy())).tolist()) for f in (ours, theirs)
    )
    return left == right
